"""The shop's rules for a sale, asked of the real brain on a real file: order, payment, vend, refund."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cloud_sync.protocol import facts
from edge_agent.domain import commands
from hardware import messages
from tests.edge_harness import Store, assert_books_hold, assert_chained


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path / "store.db")
    store.stock(("vm-1", "1", "A", 3), ("vm-1", "2", "B", 1), ("vm-2", "1", "A", 2))
    yield store
    assert_books_hold(store.path)
    assert_chained(store.path)
    store.close()


def vend_ids(order: dict) -> list[str]:
    return [vend["id"] for vend in order["vends"]]


def refund_ids(order: dict) -> list[str]:
    return [refund["id"] for refund in order["refunds"]]


def succeed(store: Store, vend: str, **how) -> None:
    store.report(messages.VendStarted(command_id=vend, slot="1"), **how)
    store.report(messages.VendSucceeded(command_id=vend, slot="1", drop_confirmed=True), **how)


def fail(store: Store, vend: str, code: str = "EJC", **how) -> None:
    store.report(messages.VendStarted(command_id=vend, slot="1"), **how)
    store.report(messages.VendFailed(command_id=vend, slot="1", code=code), **how)


def test_a_failed_vend_refunds_the_line_and_frees_the_unit(store: Store) -> None:
    order = store.paid_order(("A", 2))
    first, second = vend_ids(order)
    succeed(store, first)
    fail(store, second)
    after = store.look(order["id"])
    assert [(r["amount_minor"], r["state"]) for r in after["refunds"]] == [(500, "requested")]
    assert (store.slot()["count"], store.slot()["held"]) == (2, 0)
    store.do(commands.PayOutRefund(store.key(), refund_ids(after)[0]))
    after = store.look(order["id"])
    assert (after["state"], after["paid_minor"], after["refunded_minor"]) == ("part_refunded", 1000, 500)


def test_an_order_of_which_nothing_dropped_ends_refunded(store: Store) -> None:
    order = store.paid_order(("A", 1))
    fail(store, vend_ids(order)[0])
    store.do(commands.PayOutRefund(store.key(), refund_ids(store.look(order["id"]))[0]))
    assert store.look(order["id"])["state"] == "refunded"


def test_repeated_failures_take_the_slot_out_of_sale_and_a_refusal_does_not_count(store: Store) -> None:
    order = store.paid_order(("A", 3))
    first, second, third = vend_ids(order)
    store.report(messages.CommandRefused(command_id=first, reason="expired"))
    fail(store, second)
    assert store.slot()["blocked"] is None
    fail(store, third)
    assert store.slot()["blocked"] == "repeated_failures:EJC"
    assert len(store.look(order["id"])["refunds"]) == 3
    store.do(commands.UnblockSlot(store.key(), "vm-1", "1"))
    assert store.slot()["blocked"] is None


def test_an_unknown_vend_goes_to_a_person_and_is_never_repeated(store: Store) -> None:
    order = store.paid_order(("A", 1))
    vend = vend_ids(order)[0]
    store.report(messages.VendStarted(command_id=vend, slot="1"))
    store.clock.pass_s(31)
    store.do(commands.VendOverdue("", vend))
    store.do(commands.VendOverdue("", vend))
    assert [c["id"] for c in store.queries.cases()] == [vend]
    assert store.queries.vends_under_way() == []
    assert len(store.facts(facts.VendRequested)) == 1
    assert store.slot()["held"] == 1, "the unit may still be inside: it is sold to nobody else"


@pytest.mark.parametrize(("dispensed", "state"), [(True, "completed"), (False, "refunded")])
def test_a_person_settles_an_unknown_vend(store: Store, dispensed: bool, state: str) -> None:
    order = store.paid_order(("A", 1))
    vend = vend_ids(order)[0]
    assert store.do(commands.SettleVend(store.key(), vend, dispensed)).refused == "not_unknown"
    store.clock.pass_s(31)
    store.do(commands.VendOverdue("", vend))
    assert store.do(commands.SettleVend(store.key(), vend, dispensed)).refused == ""
    assert store.do(commands.SettleVend(store.key(), vend, dispensed)).refused == "already_settled"
    for refund in refund_ids(store.look(order["id"])):
        store.do(commands.PayOutRefund(store.key(), refund))
    assert store.look(order["id"])["state"] == state
    assert store.slot()["held"] == 0


@pytest.mark.parametrize("dropped", [True, False])
def test_a_late_report_resolves_an_unknown_vend(store: Store, dropped: bool) -> None:
    order = store.paid_order(("A", 1))
    vend = vend_ids(order)[0]
    store.clock.pass_s(31)
    store.do(commands.VendOverdue("", vend))
    (succeed if dropped else fail)(store, vend)
    assert store.look(order["id"])["vends"][0]["state"] == ("dispensed" if dropped else "failed")
    assert store.queries.cases() == []


def test_a_report_that_contradicts_the_staff_is_a_dispute_and_changes_no_money(store: Store) -> None:
    order = store.paid_order(("A", 1))
    vend = vend_ids(order)[0]
    store.clock.pass_s(31)
    store.do(commands.VendOverdue("", vend))
    store.do(commands.SettleVend(store.key(), vend, False))
    before = store.look(order["id"])
    succeed(store, vend)
    assert store.look(order["id"]) == before
    assert [(c["id"], c["disputed"]) for c in store.queries.cases()] == [(vend, "dispensed")]


def test_a_drop_the_sensor_did_not_see_is_unknown_where_there_is_a_sensor(store: Store) -> None:
    seen, unseen = store.paid_order(("B", 1)), store.paid_order(("A", 1))
    store.introduce("vm-1", drop_sensor=False)
    store.report(messages.VendSucceeded(command_id=vend_ids(seen)[0], slot="2", drop_confirmed=False))
    store.introduce("vm-1", drop_sensor=True)
    store.report(messages.VendSucceeded(command_id=vend_ids(unseen)[0], slot="1", drop_confirmed=False))
    assert store.look(seen["id"])["state"] == "completed"
    assert store.look(unseen["id"])["vends"][0]["state"] == "unknown"


def test_a_machine_that_restarts_in_mid_vend_leaves_a_case(store: Store) -> None:
    order = store.paid_order(("A", 2))
    store.report(messages.VendStarted(command_id=vend_ids(order)[0], slot="1"))
    store.report(messages.Booted(), boot="boot2")
    assert [v["state"] for v in store.look(order["id"])["vends"]] == ["unknown", "requested"]


def test_a_device_cannot_speak_for_anothers_vend(store: Store) -> None:
    order = store.paid_order(("A", 1))
    vend = vend_ids(order)[0]
    assert order["vends"][0]["device"] == "vm-1"
    store.report(messages.VendSucceeded(command_id=vend, slot="1", drop_confirmed=True), device="vm-2")
    assert store.look(order["id"])["vends"][0]["state"] == "requested"
    assert [q["device"] for q in store.queries.quarantined()] == ["vm-2"]


def test_double_and_late_reports_change_nothing(store: Store) -> None:
    order = store.paid_order(("A", 1))
    vend = vend_ids(order)[0]
    succeed(store, vend)
    rows = len(store.facts(facts.Fact))
    assert (
        store.report(messages.VendSucceeded(command_id=vend, slot="1", drop_confirmed=True), seq=2).upto == 2
    )
    store.report(messages.VendSucceeded(command_id=vend, slot="1", drop_confirmed=True))
    store.report(messages.VendStarted(command_id=vend, slot="1"))
    assert len(store.facts(facts.Fact)) == rows


# ── paying ──────────────────────────────────────────────────────────────────────────────────────────


def waiting_for_money(store: Store, *wanted: tuple[str, int]) -> str:
    order = store.order(*(wanted or (("A", 1),))).subject
    store.do(commands.RequestPayment(store.key(), order, "sandbox"))
    store.provider_says("pending", order)
    return order


def test_a_pending_payment_is_closed_at_the_provider_before_the_order_is_cancelled(store: Store) -> None:
    order = waiting_for_money(store)
    store.do(commands.CancelOrder(store.key(), order))
    assert store.look(order)["state"] == "awaiting_payment"
    assert store.slot()["held"] == 1, "money may still come, so the unit stays promised"
    store.provider_says("closed", order)
    assert store.look(order)["state"] == "cancelled"
    assert store.slot()["held"] == 0


def test_money_that_beats_the_cancellation_goes_back(store: Store) -> None:
    order = waiting_for_money(store)
    store.do(commands.CancelOrder(store.key(), order))
    store.provider_says("paid", order)
    after = store.look(order)
    assert (after["state"], after["vends"]) == ("cancelled", [])
    assert [(r["amount_minor"], r["reason"]) for r in after["refunds"]] == [(500, "cancelled")]


def test_money_that_comes_after_the_end_goes_back(store: Store) -> None:
    order = waiting_for_money(store)
    store.clock.pass_s(301)
    store.provider_says("closed", order)
    assert store.look(order)["state"] == "expired"
    store.provider_says("paid", order)
    assert [r["reason"] for r in store.look(order)["refunds"]] == ["paid_late"]
    assert store.look(order)["state"] == "expired"


def test_money_that_comes_twice_goes_back_once_and_the_goods_are_still_refundable(store: Store) -> None:
    order = waiting_for_money(store)
    first = store.look(order)["payment"]["id"]
    store.provider_says("closed", order)
    store.do(commands.RequestPayment(store.key(), order, "sandbox"))
    store.provider_says("paid", order, payment=first)
    store.provider_says("paid", order)
    after = store.look(order)
    assert after["state"] == "fulfilling"
    assert len(after["vends"]) == 1
    assert [r["reason"] for r in after["refunds"]] == ["paid_twice"]
    store.do(commands.RefundAnswered("", refund_ids(after)[0], True, "ref"))
    fail(store, vend_ids(after)[0])
    assert [r["amount_minor"] for r in store.look(order)["refunds"]] == [500, 500]
    assert refund_ids(store.look(order))[0].startswith(first), "the goods are refunded from the other payment"
    store.do(commands.RefundAnswered("", refund_ids(store.look(order))[0], True, "ref"))
    assert store.look(order)["state"] == "refunded"


def test_goods_paid_twice_are_sold_once_and_kept(store: Store) -> None:
    order = waiting_for_money(store)
    first = store.look(order)["payment"]["id"]
    store.provider_says("closed", order)
    store.do(commands.RequestPayment(store.key(), order, "sandbox"))
    store.provider_says("paid", order, payment=first)
    store.provider_says("paid", order)
    succeed(store, vend_ids(store.look(order))[0])
    store.do(commands.RefundAnswered("", refund_ids(store.look(order))[0], True, "ref"))
    assert store.look(order)["state"] == "completed"


def test_an_amount_that_differs_is_never_taken_for_paid_and_holds_units_no_longer_than_the_order(
    store: Store,
) -> None:
    order = waiting_for_money(store)
    store.provider_says("paid", order, amount_minor=499)
    assert store.look(order)["payment"]["state"] == "unknown"
    store.clock.pass_s(301)
    store.provider_says("paid", order, amount_minor=499)
    store.provider_says("paid", order, amount_minor=499)
    assert (store.look(order)["state"], store.slot()["held"]) == ("expired", 0)
    assert store.look(order)["vends"] == []


def test_a_silent_provider_makes_a_payment_unknown_and_its_later_word_counts(store: Store) -> None:
    order = waiting_for_money(store)
    store.provider_says("unknown", order)
    store.provider_says("unknown", order)
    assert len(store.facts(facts.PaymentUnknown)) == 1
    store.provider_says("paid", order)
    assert store.look(order)["state"] == "fulfilling"


def test_an_unpaid_order_expires_and_one_with_money_on_its_way_does_not(store: Store) -> None:
    lonely, paying = store.order(("A", 1)).subject, waiting_for_money(store)
    store.clock.pass_s(301)
    for order in (lonely, paying):
        store.do(commands.ExpireOrder("", order))
    assert store.look(lonely)["state"] == "expired"
    assert store.look(paying)["state"] == "awaiting_payment"
    assert store.queries.expired_orders("2027") == []


def test_an_order_of_zero_needs_no_provider(store: Store) -> None:
    line = commands.RequestedLine("A", 1, price_minor=0)
    order = store.do(commands.PlaceOrder(store.key(), "staff", "", (line,))).subject
    store.do(commands.RequestPayment(store.key(), order, "none"))
    after = store.look(order)
    assert (after["state"], after["payment"]["method"], after["payment"]["state"]) == (
        "fulfilling",
        "none",
        "paid",
    )
    fail(store, vend_ids(after)[0])
    assert (store.look(order)["state"], store.look(order)["refunds"]) == ("refunded", [])


def test_a_refund_that_the_provider_refuses_is_paid_out_by_a_person_once(store: Store) -> None:
    order = waiting_for_money(store)
    store.provider_says("paid", order)
    fail(store, vend_ids(store.look(order))[0])
    refund = refund_ids(store.look(order))[0]
    assert store.do(commands.PayOutRefund(store.key(), refund)).refused == "refund_not_open"
    store.do(commands.RefundAnswered("", refund, False, reason="card closed"))
    assert store.look(order)["refunds"][0]["state"] == "refused"
    assert store.do(commands.PayOutRefund(store.key(), refund)).refused == ""
    assert store.do(commands.PayOutRefund(store.key(), refund)).refused == "refund_not_open"
    assert store.look(order)["state"] == "refunded"


def test_staff_gives_back_no_more_than_is_left_and_the_whole_of_it_reverses_the_sale(store: Store) -> None:
    order = store.paid_order(("A", 1))
    refund = commands.RefundOrder(store.key(), order["id"], 200, "staff gives back")
    assert store.do(refund).refused == "refund_not_open", "a vend is under way"
    succeed(store, vend_ids(order)[0])
    assert store.do(refund).refused == ""
    too_much = commands.RefundOrder(store.key(), order["id"], 301, "staff gives back")
    assert store.do(too_much).refused == "refund_too_large"
    assert store.facts(facts.SaleReversed) == []
    store.do(commands.RefundOrder(store.key(), order["id"], 300, "staff gives back"))
    assert len(store.facts(facts.SaleReversed)) == 1
    for refund_id in refund_ids(store.look(order["id"])):
        store.do(commands.PayOutRefund(store.key(), refund_id))
    assert store.look(order["id"])["state"] == "refunded"


# ── stock ───────────────────────────────────────────────────────────────────────────────────────────


def test_nobody_is_promised_a_unit_that_somebody_else_holds(store: Store) -> None:
    assert store.order(("A", 4)).refused == ""
    assert store.order(("A", 2)).refused == "sold_out"
    assert store.order(("A", 1)).refused == ""


def test_an_order_is_placed_whole_or_not_at_all(store: Store) -> None:
    rows = len(store.facts(facts.Fact))
    assert store.order(("A", 1), ("B", 2)).refused == "sold_out"
    assert len(store.facts(facts.Fact)) == rows
    assert store.slot()["held"] == 0


def test_nothing_is_sold_from_a_machine_that_is_gone(store: Store) -> None:
    for device in ("vm-1", "vm-2"):
        store.do(commands.DevicePresence("", device, messages.State(status="lost", boot="boot1")))
    assert store.order(("A", 1)).refused == "machine_not_ready"


def test_a_last_will_of_an_earlier_boot_does_not_take_a_living_machine_down(store: Store) -> None:
    store.introduce("vm-1", boot="boot2")
    store.do(commands.DevicePresence("", "vm-1", messages.State(status="lost", boot="boot1")))
    assert store.queries.devices(["vm-1"])[0]["status"] == "ready"


def test_a_cash_sale_of_a_slot_that_was_counted_empty_corrects_the_book_first(store: Store) -> None:
    store.do(commands.CountSlot(store.key(), "vm-1", "2", 0))
    store.report(messages.CashSale(slot="2", price_minor=500, currency="CNY"))
    assert store.slot(slot="2")["count"] == 0
    assert store.queries.totals()["cash_minor"] == 500


@pytest.mark.parametrize("sale", [(-5, "CNY"), (10**30, "CNY"), (500, "USD")])
def test_a_cash_sale_that_cannot_be_one_is_quarantined(store: Store, sale: tuple[int, str]) -> None:
    answer = store.report(messages.CashSale(slot="1", price_minor=sale[0], currency=sale[1]))
    assert answer.upto == 1, "the device goes on"
    assert store.queries.totals()["cash_minor"] == 0
    assert len(store.queries.quarantined()) == 1


def test_a_planogram_that_names_a_slot_twice_is_refused_whole(store: Store) -> None:
    twice = tuple(commands.PlannedSlot("vm-1", "1", "A", 1, 10, count) for count in (1, 0))
    assert store.do(commands.PlanSlots(store.key(), twice)).refused == "malformed"
    assert store.slot()["count"] == 3


def test_a_machine_that_is_only_planned_can_be_seen_and_counted(store: Store) -> None:
    store.do(commands.PlanSlots(store.key(), (commands.PlannedSlot("vm-9", "1", "A", 1, 10, 5),)))
    assert store.do(commands.CountSlot(store.key(), "vm-9", "1", 4)).refused == ""
    assert store.queries.devices(["vm-9"])[0]["status"] == "disconnected"
    assert store.queries.items(["A"])[0]["available"] == 5, "only machines that are there sell"
