"""Payments on the tablet: collected at the counter, looked up where nobody knows, and provider's books seen to."""

from __future__ import annotations

from dataclasses import replace

import pytest

from edge_agent.domain.payment_commands import ConfirmPayment, SettleDifference, SettlePayment
from edge_agent.entrypoints.staff import frame
from edge_agent.entrypoints.staff.needs import needs_of
from edge_agent.entrypoints.staff.view import View, answered, tapped
from edge_agent.services.brain import Answer
from tests.staff_shop import at, shop

DUE = {
    "id": "ABC-P1",
    "order": "ABC",
    "method": "counter",
    "amount_minor": 950,
    "currency": "CNY",
    "at": at(1),
}
BOOK = {
    "case": "alipay-ABC-P1",
    "kind": "missing_here",
    "method": "alipay",
    "day": "2026-04-30",
    "payment": "ABC-P1",
    "refund": "",
    "ours_minor": 0,
    "theirs_minor": 950,
    "currency": "CNY",
}


def press(store, *taps):
    view, command = View(), None
    for tap in taps:
        view, command = tapped(view, tap, store, "key")
    return view, command


def test_a_shopper_who_pays_at_the_counter_is_a_need_with_the_amount_and_confirmed_once():
    store = replace(shop(), to_collect=[DUE])
    assert needs_of(store).count == 1
    page = frame.page("en", View(), store)
    assert "Take the cash" in page
    assert "¥9.50" in page
    view, command = press(store, ("payment_collect", "ABC-P1"), ("do", "yes"))
    assert command == ConfirmPayment("tablet:key", "ABC-P1", "")
    assert tapped(view, ("do", "yes"), store, "key") == (view, None)
    assert "已记录：收到 ¥9.50" in frame.page("zh", answered(view, Answer(), store), store)


def test_a_card_payment_takes_the_terminals_reference():
    store = replace(shop(), to_collect=[DUE | {"method": "card"}])
    view, _ = press(store, ("payment_collect", "ABC-P1"), ("do", "reference", " T-4711 "))
    assert "T-4711" in frame.page("en", view, store)
    assert press(
        store, ("payment_collect", "ABC-P1"), ("do", "reference", " T-4711 "), ("do", "yes")
    )[1] == ConfirmPayment("tablet:key", "ABC-P1", "T-4711")  # fmt: skip


@pytest.mark.parametrize(("said", "arrived"), [("yes", True), ("no", False)])
def test_a_payment_nobody_knows_of_is_settled_by_what_the_provider_shows(said, arrived):
    store = replace(shop(), payments_in_doubt=[DUE | {"method": "alipay"}])
    assert "支付宝" in frame.page("zh", View(), store)
    _, command = press(store, ("payment_looked_up", "ABC-P1", said), ("do", "yes"))
    assert command == SettlePayment("tablet:key", "ABC-P1", arrived)


def test_money_at_the_counter_is_asked_for_in_one_place_only():
    store = replace(shop(), to_collect=[DUE], payments_in_doubt=[DUE])
    assert needs_of(store).count == 1


def test_a_difference_of_books_names_both_sums_and_takes_one_of_our_reasons():
    store = replace(shop(), differences=[BOOK])
    page = frame.page("en", View(), store)
    assert "provider ¥9.50, this store ¥0.00" in page
    assert "Given back on the provider" in frame.page(
        "en", press(store, ("payment_seen_to", BOOK["case"]))[0], store
    )
    _, command = press(store, ("payment_seen_to", BOOK["case"]), ("do", "note", "given_back"))
    assert command == SettleDifference("tablet:key", str(BOOK["case"]), "given_back")
    with pytest.raises(KeyError):
        press(store, ("payment_seen_to", BOOK["case"]), ("do", "note", "Mr Wang said so"))


@pytest.mark.parametrize(
    "tap", [("payment_collect", "X"), ("payment_looked_up", "X", "yes"), ("payment_seen_to", "X")]
)
def test_what_somebody_else_dealt_with_opens_nothing(tap):
    assert press(shop(), tap)[0].sheet is None
