"""Payments by hand, limits while offline, codes, clock steps, and books compared: the shop's rules, on real SQLite."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from cloud_sync.protocol.money import decimal_text
from cloud_sync.protocol.payment_facts import StatementCompared
from cloud_sync.protocol.rules_facts import OfflineLimit
from edge_agent.adapters.payments.by_hand import ByHand
from edge_agent.adapters.payments.pay_codes import REMEMBERED_S, CodeUsed, PayCodes
from edge_agent.adapters.payments.sandbox import SandboxProvider
from edge_agent.adapters.payments.till import Till
from edge_agent.domain import commands
from edge_agent.domain.methods import CARD, COUNTER, WECHAT
from edge_agent.domain.offline_limits import check
from edge_agent.domain.payment_commands import ConfirmPayment, LinkChanged, SettlePayment, StatementRead
from edge_agent.domain.reconciliation import Moved, compare
from tests.edge_harness import Store, assert_books_hold


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path / "store.db")
    store.stock(("vm-1", "1", "A", 9))
    yield store
    assert_books_hold(store.path)
    store.close()


def _ask(store: Store, method: str = COUNTER, *, by_staff: bool = False) -> str:
    order = store.order(("A", 1)).subject
    told = store.do(commands.RequestPayment(store.key(), order, method, by_staff=by_staff))
    return f"{order}-P1" if not told.refused else told.refused


def _step(store: Store, till: Till, times: int = 1, seconds: float = 1) -> None:
    for _ in range(times):
        store.clock.pass_s(seconds)
        till.step()
        while store.brain.step(0):
            pass


def test_a_payment_at_the_counter_waits_for_staff_and_counts_once(store: Store) -> None:
    till = Till(ByHand(), [COUNTER, CARD], store.queries, store.brain, store.clock)
    payment = _ask(store)
    order = payment.removesuffix("-P1")
    _step(store, till)
    assert store.look(order)["payment"]["state"] == "pending"
    assert store.do(ConfirmPayment(store.key(), payment)).refused == ""
    assert store.look(order)["state"] == "fulfilling"
    assert store.do(ConfirmPayment(store.key(), payment)).refused == "payment_closed"


def test_a_payment_at_the_counter_ends_with_its_order(store: Store) -> None:
    till = Till(ByHand(), [COUNTER, CARD], store.queries, store.brain, store.clock)
    payment = _ask(store)
    order = payment.removesuffix("-P1")
    store.do(commands.CancelOrder(store.key(), order))
    _step(store, till)
    assert store.look(order)["state"] == "cancelled"
    assert store.do(ConfirmPayment(store.key(), payment)).refused == "payment_closed"


def test_staff_cannot_confirm_what_a_provider_confirms(store: Store) -> None:
    assert store.do(ConfirmPayment(store.key(), _ask(store, "sandbox"))).refused == "not_by_hand"


def test_a_step_of_the_clock_neither_closes_nor_keeps_a_payment(store: Store, tmp_path: Path) -> None:
    sandbox = SandboxProvider(tmp_path / "sandbox.db", "http://shop")
    till = Till(sandbox, ["sandbox"], store.queries, store.brain, store.clock)
    order = _ask(store, "sandbox").removesuffix("-P1")
    _step(store, till, 2)
    store.clock.at += timedelta(hours=3)
    _step(store, till, 3)
    assert store.look(order)["payment"]["state"] == "pending", "the shopper has five minutes, not less"
    store.clock.at -= timedelta(hours=9)
    _step(store, till, 3, seconds=100)
    assert store.look(order)["payment"]["state"] == "closed", "and not more"
    sandbox.close_book()


def test_an_unknown_payment_is_ended_by_a_person(store: Store) -> None:
    for arrived, state in ((True, "paid"), (False, "closed")):
        payment = _ask(store, "sandbox")
        order = payment.removesuffix("-P1")
        assert store.do(SettlePayment(store.key(), payment, arrived)).refused == "payment_not_unknown"
        store.do(commands.ProviderAnswered("", payment, "paid", amount_minor=1, currency="CNY"))
        assert store.look(order)["payment"]["state"] == "unknown"
        assert store.do(SettlePayment(store.key(), payment, arrived, "looked")).refused == ""
        assert store.look(order)["payment"]["state"] == state


@pytest.mark.parametrize(
    ("amount_minor", "currency", "about", "order"),
    [(499, "CNY", "", ""), (500, "USD", "", ""), (500, "CNY", "O-X-P1", ""), (500, "CNY", "", "O-X")],
)
def test_money_that_is_not_the_one_asked_for_is_never_paid(
    store: Store, amount_minor: int, currency: str, about: str, order: str
) -> None:
    payment = _ask(store, "sandbox")
    answer = commands.ProviderAnswered(
        "", payment, "paid", amount_minor=amount_minor, currency=currency, about=about, order=order
    )
    store.do(answer, answer)
    assert store.look(payment.removesuffix("-P1"))["payment"]["state"] == "unknown"


def test_offline_a_method_takes_so_much_and_no_more(store: Store) -> None:
    store.do(LinkChanged("", online=False, at="2026-01-01T00:00:00Z"))
    assert _ask(store, "sandbox") == "offline_limit", "it needs the line"
    assert _ask(store, COUNTER).endswith("-P1")
    store.do(LinkChanged("", online=True, at="2026-01-01T01:00:00Z"))
    assert _ask(store, "sandbox").endswith("-P1")


def test_limits_are_of_one_payment_and_of_all_since_the_line_went() -> None:
    laid_down = {WECHAT: OfflineLimit(payment_minor=100, total_minor=250)}
    assert check(WECHAT, 100, 150, laid_down) is None
    assert (check(WECHAT, 101, 0, laid_down) or check(WECHAT, 1, 0, {})) is not None
    short = check(WECHAT, 100, 200, laid_down)
    assert short is not None
    assert (short.code, short.detail) == ("offline_limit", "50")
    assert check(COUNTER, 50_000, 10**9, {}) is None
    assert check(COUNTER, 50_001, 0, {}) is not None


def test_a_code_is_for_one_order_and_given_out_once() -> None:
    codes = PayCodes()
    ticket = codes.offer("O-1", "134567890123456789", 0.0)
    with pytest.raises(CodeUsed):
        codes.offer("O-2", "134567890123456789", 1.0)
    codes.drop(codes.offer("O-1", "130000000000000000", 2.0))
    assert (codes.take("O-1"), codes.take("O-1")) == ("134567890123456789", "")
    codes.drop(ticket)
    codes.offer("O-2", "134567890123456789", REMEMBERED_S + 1)


def test_the_code_shown_last_is_the_one_that_pays() -> None:
    codes = PayCodes()
    codes.offer("O-1", "134567890123456789", 0.0)
    codes.offer("O-1", "130000000000000000", 2.0)
    assert (codes.take("O-1"), codes.take("O-1")) == ("130000000000000000", "")


def test_amounts_are_written_exactly() -> None:
    assert [decimal_text(m, "CNY") for m in (0, 1, 10, 450, 10**12)] == [
        "0.00", "0.01", "0.10", "4.50", "10000000000.00",
    ]  # fmt: skip
    assert decimal_text(450, "JPY") == "450"


def _compared(booked: list[tuple[str, str, int]], ours: list[Moved]) -> StatementCompared:
    lines = tuple((payment, refund, minor, "CNY") for payment, refund, minor in booked)
    return compare(StatementRead("", "alipay", "2026-11-22", lines), ours, "CNY")


def test_books_are_compared_payment_by_payment_and_refund_by_refund() -> None:
    ours = [
        Moved("same", "", 500), Moved("less", "", 500), Moved("gone", "", 500), Moved("back", "", 500),
        Moved("back", "back-R1", 200), Moved("midnight", "", 500, near=True),
    ]  # fmt: skip
    booked = [("same", "", 500), ("less", "", 400), ("new", "", 300), ("back", "", 500), ("same", "r-x", 100)]
    taken_back = [("reversed", "", 700), ("reversed", "reversed-x", 700)]
    told = _compared(booked + taken_back, ours)
    assert {d.refund or d.payment: d.kind for d in told.differences} == {
        "less": "amount_differs",
        "gone": "missing_there",
        "new": "missing_here",
        "back-R1": "refund_missing_there",
        "r-x": "refund_missing_here",
    }
    assert (told.ours_minor, told.theirs_minor) == (1_800, 1_600)


def test_a_comparison_opens_differences_and_a_later_one_closes_them(store: Store) -> None:
    booked = (("nobody", "", 900, "CNY"),)
    for _ in range(2):
        store.do(StatementRead("", "alipay", "2026-11-22", booked))
        assert [d["case"] for d in store.queries.open_differences()] == ["alipay-nobody"]
    store.do(StatementRead("", "alipay", "2026-11-22", ()))
    assert store.queries.open_differences() == []
