"""What a batch of facts changes in headquarters' views."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from cloud_sync.hq.rules.accept import read_row
from cloud_sync.hq.rules.deltas import Deltas, InteractionKey, SaleKey
from cloud_sync.hq.rules.folds import fold
from cloud_sync.protocol import device_facts, facts
from cloud_sync.protocol import stock_facts as stock
from cloud_sync.protocol.eva_dts.reconcile import Difference, Standing
from cloud_sync.protocol.identifiers import INTERACTIONS
from tests.journal_rows import NOON, Journal, cash, dispensed, failed, paid, planned, refunded, unknown

DAY = date(2026, 11, 20)


def folded(journal: Journal, timezone: str = "Asia/Shanghai") -> Deltas:
    rows = [read_row(n, body, journal.hashes[n]) for n, body in enumerate(journal.bodies, 1)]
    return fold(rows, journal.stream, timezone)


def takings(deltas: Deltas) -> int:
    money = deltas.money["CNY"]
    return money.paid_minor - money.refunded_minor + money.cash_minor


def test_a_sale_counts_a_unit_and_its_takings_and_empties_the_slot() -> None:
    deltas = folded(Journal().write(paid("v"), dispensed("v")))
    (sale,) = deltas.sales.items()
    assert sale[0] == SaleKey(DAY, "vm-1", "A1", "CNY")
    assert (sale[1].units, sale[1].takings_minor) == (1, 450)
    assert deltas.slots["vm-1", "1-01"].count == -1
    assert takings(deltas) == 450


def test_a_failed_vend_that_was_refunded_is_no_sale_and_no_money() -> None:
    deltas = folded(Journal().write(paid("v"), failed("v"), refunded("v")))
    assert deltas.sales == {}
    assert takings(deltas) == 0


def test_a_refund_after_the_goods_went_out_changes_money_only() -> None:
    deltas = folded(Journal().write(paid("v"), dispensed("v"), refunded("v")))
    assert [sale.units for sale in deltas.sales.values()] == [1]
    assert takings(deltas) == 0


def test_cash_taken_by_the_machine_is_a_sale_and_money() -> None:
    deltas = folded(Journal().write(cash("c1"), cash("c2")))
    assert [(s.units, s.takings_minor) for s in deltas.sales.values()] == [(2, 600)]
    assert takings(deltas) == 600


def test_cash_from_a_slot_outside_the_planogram_changes_no_stock() -> None:
    deltas = folded(Journal().write(cash("c1", sku="", slot="9-99")))
    assert deltas.slots == {}
    assert takings(deltas) == 300


def test_business_days_are_the_stores_own() -> None:
    late = datetime(2026, 11, 20, 16, 30, tzinfo=UTC)
    journal = Journal().write(dispensed("v", sold_at=late))
    assert [key.day for key in folded(journal).sales] == [date(2026, 11, 21)]
    assert [key.day for key in folded(journal, "America/New_York").sales] == [date(2026, 11, 20)]


def test_the_zone_a_store_opens_with_counts_from_there_on() -> None:
    late = datetime(2026, 11, 20, 16, 30, tzinfo=UTC)
    opened = facts.StoreOpened(store="sh-01", name="N", timezone="UTC", currency="CNY")
    deltas = folded(Journal().write(opened, dispensed("v", sold_at=late)))
    assert [key.day for key in deltas.sales] == [date(2026, 11, 20)]
    assert deltas.opened == opened


def test_a_recount_is_a_delta_so_a_sale_on_its_way_stays_counted() -> None:
    counted = facts.SlotCounted(device="vm-1", slot="1-01", sku="A1", count=5, delta=-2, by="staff")
    deltas = folded(Journal().write(*planned("1-01", "A1", 8), counted, dispensed("v")))
    assert deltas.slots["vm-1", "1-01"].count == 5
    assert deltas.slots["vm-1", "1-01"].par_level == 8


def test_a_vend_nobody_knows_the_end_of_is_open_until_it_is_settled() -> None:
    deltas = folded(Journal().write(unknown("v1"), unknown("v2"), dispensed("v2", by="staff")))
    assert list(deltas.unknown_vends) == ["v1"]
    assert deltas.unknown_vends["v1"].case == "K-7"
    assert deltas.settled_vends == {"v2"}


def test_faults_are_raised_cleared_and_replaced_in_order() -> None:
    raised = device_facts.FaultRaised(device="vm-1", code="EJC")
    cleared = device_facts.FaultCleared(device="vm-1", code="EJC")
    device = folded(Journal().write(raised, raised)).devices["vm-1"]
    assert (device.raised, device.cleared) == (["EJC"], [])
    device = folded(Journal().write(raised, cleared)).devices["vm-1"]
    assert (device.raised, device.cleared) == ([], ["EJC"])
    status = device_facts.DeviceStatusChanged(device="vm-1", status="ready", faults=["EGS"])
    device = folded(Journal().write(raised, status)).devices["vm-1"]
    assert (device.faults, device.raised, device.cleared) == (["EGS"], [], [])


def test_a_machines_audit_says_that_it_lives_and_changes_no_figure() -> None:
    differs = device_facts.AuditCompared(
        device="vm-1",
        number=2,
        outcome="differs",
        audit="vm-1-audit-2",
        lines=[Difference(selection="1", slot="1", machine_units=3, own_units=1)],
        standings=[Standing("1", "1", 3, 900, 1, 300, 0)] * 500,
    )
    settled = device_facts.AuditSettled(audit="vm-1-audit-2", device="vm-1", verdict="counted", by="staff")
    deltas = folded(Journal().write(differs, settled))
    assert not any((deltas.misfits, deltas.sales, deltas.money, deltas.slots))
    assert deltas.devices["vm-1"].seen_at


def test_interactions_are_counted_by_day_device_kind_and_item() -> None:
    picked = facts.Interaction(device="shelf-1", kind="item_picked_up", item="A1")
    deltas = folded(Journal(stream=INTERACTIONS).write(picked, picked))
    assert deltas.interactions == {InteractionKey(DAY, "shelf-1", "item_picked_up", "A1"): 2}
    assert deltas.devices["shelf-1"].seen_at


@pytest.mark.parametrize(
    "misfit",
    [
        cash("c", price_minor=10**30),
        cash("c", price_minor=-(10**13)),
        dispensed("v", sku="x" * 3_000),
        paid("v", amount_minor=10**18),
        paid("v", currency="x" * 5_000),
        facts.SlotCounted(device="d", slot="s", sku="A", count=1, delta=10**18, by="x"),
        facts.StoreOpened(store="s", name="n", timezone="Mars/Olympus", currency="CNY"),
        facts.Interaction(device="d", kind="shared"),
    ],
)
def test_a_fact_no_shop_can_mean_has_no_effect_and_stops_nothing(misfit: facts.Fact) -> None:
    deltas = folded(Journal().write(misfit, cash("good")))
    assert list(deltas.misfits) == [1]
    assert takings(deltas) == 300
    assert sum(sale.units for sale in deltas.sales.values()) == 1


@pytest.mark.parametrize("at", ["yesterday", "2026-11-20T12:00:00", "9999-12-31T23:59:59.000000Z"])
def test_a_sale_at_no_time_is_a_misfit(at: str) -> None:
    body = Journal().write(cash("c", sold_at=NOON)).bodies[0].decode()
    journal = Journal().write_raw(
        body.replace('"sold_at":"2026-11-20T04:00:00.000000Z"', f'"sold_at":"{at}"').encode()
    )
    deltas = folded(journal)
    assert list(deltas.misfits) == [1]
    assert deltas.sales == {}
    assert deltas.money == {}


def stocked() -> Journal:
    """A stock room with 12 of A1."""
    return Journal().write(stock.StockReceived(receipt="r", sku="A1", qty=12, kind="delivery"))


def test_the_stock_room_follows_what_comes_goes_breaks_and_is_filled_into_slots() -> None:
    deltas = folded(
        stocked().write(
            stock.StockSent(transfer="t", sku="A1", qty=2, kind="collected"),
            stock.SlotFilled(device="vm-1", slot="1-01", sku="A1", qty=5),
            stock.SlotFilled(device="vm-1", slot="1-01", sku="A1", qty=-1),
            stock.StockMoved(sku="A1", qty=2, source="available", target="damaged"),
            stock.StockWasted(sku="A1", qty=1, bucket="damaged", reason="broken"),
            stock.StockReturned(sku="A1", qty=1, condition="damaged"),
            stock.StockCounted(sku="A1", bucket="available", counted=5, delta=1, rights=1),
            stock.PinnedHandedOver(reservation="o", sku="A1", qty=3, how="picked_up"),
        )
    )
    assert deltas.misfits == {}
    assert deltas.rooms == {("A1", "available"): 12 - 2 - 4 - 2 + 1 - 3, ("A1", "damaged"): 2}
    assert (deltas.slots["vm-1", "1-01"].count, deltas.slots["vm-1", "1-01"].sku) == (4, "A1")


@pytest.mark.parametrize(
    "fact",
    [
        stock.StockReceived(receipt="r", sku="A1", qty=0, kind="supplier"),
        stock.StockReceived(receipt="r", sku="A1", qty=10**6 + 1, kind="supplier"),
        stock.StockReceived(receipt="r" * 1_000, sku="A1", qty=1, kind="supplier"),
        stock.StockSent(transfer="t", sku="A1", qty=-3, kind="transfer"),
        stock.StockSent(transfer="t" * 1_000, sku="A1", qty=1, kind="transfer"),
        stock.StockReturned(sku="A1", qty=0, condition="available"),
        stock.StockMoved(sku="A1", qty=-1, source="available", target="tester"),
        stock.StockWasted(sku="A1", qty=10**12, bucket="available", reason="x"),
        stock.StockCounted(sku="A1", bucket="available", counted=1, delta=1, rights=10**30),
        stock.StockCounted(sku="A1", bucket="available", counted=1, delta=-(10**7)),
        stock.SlotFilled(device="vm-1", slot="1-01", sku="A1", qty=0),
        stock.StockFound(sku="A1", qty=-1, into="held", reason="order_under_way"),
        stock.DeficitSettled(sku="A1", qty=0),
        stock.RightsGranted(grant="g", down_seq=0, sku="A1", qty=1, source="pool"),
        stock.RightsGranted(grant="g", down_seq=1, sku="A1", qty=0, source="pool"),
        stock.RightsReleased(recall="r", down_seq=1, sku="A1", asked=1, qty=-1),
        stock.StockPinned(reservation="o", down_seq=10**19, sku="A1", asked=1, qty=1),
        stock.StockUnpinned(reservation="o", down_seq=1, sku="A1", qty=10**9),
        stock.PinnedHandedOver(reservation="o", sku="A1", qty=0, how="shipped"),
        stock.DownRowSkipped(down_seq=-1, type="x", reason="y"),
        stock.StockCountedIn(sku="A1", goods=-1),
        facts.SlotCounted(device="vm-1", slot="1", sku="A1", count=1, delta=1, by="staff", rights=10**9),
    ],
)
def test_quantities_and_names_that_nobody_can_mean_are_named_and_move_nothing(fact: facts.Fact) -> None:
    deltas = folded(Journal().write(fact))
    assert list(deltas.misfits) == [1]
    assert (deltas.rooms, deltas.slots) == ({}, {})
