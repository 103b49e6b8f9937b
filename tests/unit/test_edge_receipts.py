"""Receipts of a store: one for all money, numbered per device without a gap, whatever breaks in between."""

import sqlite3

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cloud_sync.protocol import facts, receipt_facts
from cloud_sync.protocol.receipts.page import page
from edge_agent.adapters.sqlite_store.verify import verify
from edge_agent.domain import commands, receipt_commands
from edge_agent.domain.methods import COUNTER
from tests.edge_harness import Store


@pytest.fixture
def store(tmp_path):
    shop = Store(tmp_path / "store.db")
    shop.stock(("vm-1", "1-01", "A1", 9))
    yield shop
    shop.close()


def order(store, device="kiosk-1"):
    return store.do(
        commands.PlaceOrder(store.key(), "kiosk", device, (commands.RequestedLine("A1", 1),))
    ).subject


def sell(store, device="kiosk-1"):
    placed = order(store, device)
    assert not store.do(commands.RequestPayment(store.key(), placed, COUNTER)).refused
    return placed


def issued(store):
    return store.facts(receipt_facts.ReceiptIssued)


def test_a_payment_and_its_receipt_are_in_one_commit(store):
    placed = sell(store)
    (receipt,) = issued(store)
    assert (receipt.receipt, receipt.kind, receipt.order) == ("kiosk-1-1", "sale", placed)
    assert receipt.amount_minor == 500
    assert store.queries.order(placed)["receipt"]["number"] == 1
    assert verify(store.path) == []


def test_each_device_counts_for_itself_and_an_order_without_one_at_the_counter(store):
    for device in ("kiosk-1", "kiosk-2", "kiosk-1", ""):
        sell(store, device)
    assert [r.receipt for r in issued(store)] == ["kiosk-1-1", "kiosk-2-1", "kiosk-1-2", "counter-1"]


def test_money_that_arrives_in_one_batch_gets_consecutive_numbers(store):
    placed = [order(store) for _ in range(4)]
    store.do(*(commands.RequestPayment(store.key(), each, COUNTER) for each in placed))
    assert [r.number for r in issued(store)] == [1, 2, 3, 4]


def test_a_refund_has_a_receipt_of_its_own_that_names_the_case(store):
    placed = sell(store)
    store.clock.pass_s(120)
    (vend,) = store.queries.order(placed)["vends"]
    store.do(commands.VendOverdue("", vend["id"]))
    store.do(commands.SettleVend(store.key(), vend["id"], dispensed=False))
    (back,) = store.queries.open_refunds()
    store.do(commands.PayOutRefund(store.key(), back["id"]))
    sale, refund = issued(store)
    assert (refund.kind, refund.number, refund.reference, sale.cases) == ("refund", 2, back["id"], [])
    assert refund.cases == [f.case for f in store.facts(facts.VendUnknown)]


def test_a_new_epoch_numbers_a_new_series(store):
    sell(store)
    placed = order(store)
    store.open_epoch(2)
    assert not store.do(commands.RequestPayment(store.key(), placed, COUNTER)).refused
    assert [r.receipt for r in issued(store)] == ["kiosk-1-1", "kiosk-1.2-1"]
    assert verify(store.path) == []


def test_a_token_cannot_be_worked_out_without_the_secret():
    from edge_agent.domain.receipt import token_of

    assert token_of(b"one", "kiosk-1-1") != token_of(b"two", "kiosk-1-1")
    assert len(token_of(b"one", "kiosk-1-1")) == 26


def test_a_missing_receipt_is_reported_by_the_proof(store):
    for _ in range(3):
        sell(store)
    with sqlite3.connect(store.path) as db:
        db.execute("DELETE FROM receipts WHERE number = 2")
    db.close()
    found = "\n".join(verify(store.path))
    assert "receipts kiosk-1 series 1: 2 of them, numbered 1 to 3" in found


STEPS = st.lists(st.sampled_from(["sell", "sell_two", "broken", "refund", "crash"]), min_size=1, max_size=12)


@settings(max_examples=15)
@given(STEPS)
def test_no_number_is_missing_or_given_twice_whatever_breaks(tmp_path_factory, steps):
    shop = Store(tmp_path_factory.mktemp("gapless") / "store.db")
    try:
        shop.stock(("vm-1", "1-01", "A1", 9), ("vm-1", "1-02", "A1", 9), ("vm-1", "1-03", "A1", 9))
        for step in steps:
            act(shop, step)
        numbers = [r.number for r in issued(shop)]
        assert numbers == list(range(1, len(numbers) + 1))
        money = [*shop.facts(facts.PaymentPaid), *shop.facts(facts.PaymentRefunded)]
        assert len(numbers) == len(money)
        assert verify(shop.path) == []
    finally:
        shop.close()


def act(shop, step):
    if step == "crash":
        shop.restart()
    elif step == "refund":
        for back in shop.queries.open_refunds():
            shop.do(commands.PayOutRefund(shop.key(), back["id"]))
    elif step == "broken":
        # The batch rolls back after a receipt was numbered in it, and goes one by one.
        placed = order(shop)
        if placed:
            shop.do(commands.RequestPayment(shop.key(), placed, COUNTER), Unheard(shop.key()))
    else:
        placed = [each for _ in range(2 if step == "sell_two" else 1) if (each := order(shop))]
        shop.do(
            *(commands.RequestPayment(shop.key(), each, COUNTER) for each in placed),
            commands.ExpireOrder("", "none"),
        )


class Unheard(commands.Command):
    """A command nobody handles: it breaks its batch."""


def test_a_print_waits_is_begun_and_is_done_once(store):
    sell(store)
    asked = receipt_commands.PrintReceipt("print:1", "kiosk-1-1", "staff")
    assert store.do(asked).refused == "no_printer"


def test_a_receipts_document_follows_the_order_to_its_end(store):
    placed = sell(store)
    shown = store.queries.receipt_document("kiosk-1-1")
    assert (shown.total_minor, shown.live, shown.lines[0].handovers) == (500, True, (("vend", "waiting", 1),))
    store.clock.pass_s(120)
    (vend,) = store.queries.order(placed)["vends"]
    store.do(commands.VendOverdue("", vend["id"]))
    (case,) = store.queries.receipt_document("kiosk-1-1").cases
    assert case in page(store.queries.receipt_document("kiosk-1-1"), "zh", "/r/t")
    store.do(commands.SettleVend(store.key(), vend["id"], dispensed=False))
    (back,) = store.queries.open_refunds()
    store.do(commands.PayOutRefund(store.key(), back["id"]))
    shown = store.queries.receipt_document("kiosk-1-2")
    assert (shown.kind, shown.original, shown.refunded_minor, shown.live) == (
        "refund",
        "kiosk-1-1",
        500,
        False,
    )
