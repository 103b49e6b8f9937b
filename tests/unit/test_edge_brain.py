"""The one door: answers once and after COMMIT, sets poison aside, says when it is full, and loses nothing for it."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cloud_sync.protocol import device_facts, facts
from cloud_sync.protocol.envelope import rfc3339
from edge_agent.adapters.disk_watch import DiskWatch
from edge_agent.domain import commands
from edge_agent.services.brain import Answer
from edge_agent.services.inbox import Inbox, InboxFull
from hardware import messages
from tests.edge_harness import START, HandClock, Store, assert_books_hold, assert_chained, read_journal

BIG_INT = 2**70
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path / "store.db")
    store.stock(("vm-1", "1", "A", 5))
    yield store
    assert_chained(store.path)
    assert_books_hold(store.path)
    store.close()


def unreadable(body: bytes, device: str = "vm-1") -> commands.UnreadableReport:
    return commands.UnreadableReport("", device, "report", "not JSON", body)


# ── once ────────────────────────────────────────────────────────────────────────────────────────────


def test_the_same_key_gets_the_same_answer_and_nothing_happens_twice_even_after_a_restart(
    store: Store,
) -> None:
    first = store.order(("A", 1), key="tap-1")
    assert store.order(("A", 1), key="tap-1") == first
    store.restart()
    assert store.order(("A", 1), key="tap-1") == first
    assert len(store.facts(facts.OrderPlaced)) == 1


def test_the_same_key_twice_in_one_batch_happens_once(store: Store) -> None:
    line = (commands.RequestedLine("A", 1),)
    store.do(*[commands.PlaceOrder("tap-1", "kiosk", "", line)] * 3)
    assert len(store.facts(facts.OrderPlaced)) == 1


def test_a_refusal_is_not_remembered_so_the_same_key_may_succeed_later(store: Store) -> None:
    assert store.order(("A", 6), key="tap-1").refused == "sold_out"
    store.do(commands.CountSlot(store.key(), "vm-1", "1", 6))
    assert store.order(("A", 6), key="tap-1").refused == ""


def test_no_answer_is_given_before_the_row_is_in_the_file(store: Store) -> None:
    seen: list[int] = []

    def answered(_: Answer) -> None:
        seen.append(sum(isinstance(fact, facts.OrderPlaced) for _, fact in read_journal(store.path)))

    for n in range(3):
        line = (commands.RequestedLine("A", 1),)
        store.brain.submit(commands.PlaceOrder(f"tap-{n}", "kiosk", "", line), answered)
    store.brain.step(0)
    assert seen == [3, 3, 3]


# ── poison ──────────────────────────────────────────────────────────────────────────────────────────


def test_one_poison_command_does_not_take_its_batch_down_and_is_quarantined(store: Store) -> None:
    poison = commands.PlanSlots("poison", (commands.PlannedSlot("vm-1", "9", "A", BIG_INT, 1),))
    answers: list[Answer] = []
    line = (commands.RequestedLine("A", 1),)
    for command in (
        commands.PlaceOrder("a", "kiosk", "", line),
        poison,
        commands.PlaceOrder("b", "kiosk", "", line),
    ):
        store.brain.submit(command, answers.append)
    store.brain.step(0)
    assert [a.refusal and a.refusal.code for a in answers] == [None, "broken", None]
    assert len(store.facts(facts.OrderPlaced)) == 2
    assert "OverflowError" in store.queries.quarantined()[0]["reason"]


def test_a_poison_report_is_quarantined_acknowledged_and_the_device_goes_on(store: Store) -> None:
    assert store.report(messages.LabelShown(label="l", item="A", price_minor=1, version=1)).upto == 1
    huge = messages.FaultRaised(code="EJB", part="x" * 70_000)
    assert store.report(huge).upto == 2
    assert store.report(messages.DoorOpened()).upto == 3
    assert "FactTooLarge" in store.queries.quarantined()[0]["reason"]
    assert isinstance(store.facts(facts.Fact)[-1], device_facts.DoorOpened)


def test_one_who_cannot_take_an_answer_costs_nobody_else_theirs(store: Store) -> None:
    answers: list[Answer] = []
    woken: list[bool] = []

    def gone(_: Answer) -> None:
        raise RuntimeError("the screen is gone")

    store.brain.on_commit(lambda: gone(Answer()))
    store.brain.on_commit(lambda: woken.append(True))
    line = (commands.RequestedLine("A", 1),)
    store.brain.submit(commands.PlaceOrder("a", "kiosk", "", line), gone)
    store.brain.submit(commands.PlaceOrder("b", "kiosk", "", line), answers.append)
    store.brain.step(0)
    assert len(answers) == 1
    assert woken == [True]


def test_a_batch_that_was_rolled_back_leaves_nothing_in_memory(store: Store) -> None:
    poison = commands.PlanSlots("poison", (commands.PlannedSlot("vm-1", "9", "A", BIG_INT, 1),))
    store.do(commands.DeviceReported("c", "vm-1", "boot1", 1, "", messages.DoorOpened(), "", b""), poison)
    assert store.report(messages.DoorClosed(), seq=2).upto == 2
    assert [type(f).__name__ for f in store.facts(facts.Fact)[-2:]] == [
        "DoorOpened",
        "DoorClosed",
    ]


# ── a device's log ──────────────────────────────────────────────────────────────────────────────────


def test_a_gap_is_refused_and_duplicates_are_skipped(store: Store) -> None:
    assert store.report(messages.DoorOpened(), seq=2).upto == 0, "row 1 is missing"
    assert store.report(messages.DoorOpened(), seq=1).upto == 1
    assert store.report(messages.DoorClosed(), seq=2).upto == 2
    assert store.report(messages.DoorOpened(), seq=1).upto == 2
    assert len(store.facts(device_facts.DoorOpened)) == 1


def test_unreadable_bytes_stand_for_one_number_however_often_they_come(store: Store) -> None:
    store.report(messages.DoorOpened(), seq=1)
    store.do(unreadable(b"\xff"), unreadable(b"\xff"), unreadable(b"\xff"))
    assert len(store.queries.quarantined()) == 1
    assert store.report(messages.DoorClosed(), seq=4).upto == 0, (
        "two rows are missing and one unreadable came"
    )
    assert store.report(messages.DoorClosed(), seq=3).upto == 3
    missing = store.facts(device_facts.ReportsMissing)
    assert [(m.from_seq, m.to_seq, m.reason) for m in missing] == [(2, 2, "unreadable")]


def test_a_gap_its_device_keeps_presenting_is_passed_after_a_minute_and_said(store: Store) -> None:
    assert store.report(messages.DoorOpened(), seq=7).upto == 0
    store.clock.pass_s(59)
    assert store.report(messages.DoorOpened(), seq=7).upto == 0
    assert store.report(messages.DoorClosed(), seq=8).upto == 0
    store.clock.pass_s(2)
    assert store.report(messages.DoorClosed(), seq=8).upto == 0, "the log starts at 7"
    assert store.report(messages.DoorOpened(), seq=7).upto == 7
    assert [(m.from_seq, m.to_seq, m.reason) for m in store.facts(device_facts.ReportsMissing)] == [
        (1, 6, "never_arrived")
    ]


def test_a_gap_that_fills_in_time_is_not_passed(store: Store) -> None:
    store.report(messages.DoorOpened(), seq=3)
    store.clock.pass_s(50)
    for seq in (1, 2):
        store.report(messages.DoorOpened(), seq=seq)
    store.clock.pass_s(50)
    assert store.report(messages.DoorOpened(), seq=5).upto == 0
    assert store.report(messages.DoorOpened(), seq=3).upto == 3
    assert store.facts(device_facts.ReportsMissing) == []


def test_each_boot_has_a_log_of_its_own_and_the_watermark_survives_a_restart(store: Store) -> None:
    store.report(messages.DoorOpened(), boot="b1", seq=1)
    store.report(messages.DoorOpened(), boot="b2", seq=1)
    store.restart()
    assert store.report(messages.DoorOpened(), boot="b1", seq=1).upto == 1
    assert store.report(messages.DoorClosed(), boot="b1", seq=2).upto == 2
    assert len(store.facts(device_facts.DoorOpened)) == 2


# ── full ────────────────────────────────────────────────────────────────────────────────────────────


def test_a_full_inbox_says_so_and_takes_nothing() -> None:
    inbox: Inbox[int] = Inbox(2)
    inbox.put(1, 0)
    inbox.put(2, 0)
    with pytest.raises(InboxFull):
        inbox.put(3, 0.01)
    assert inbox.take(10, 0) == [1, 2]
    inbox.put(3, 0)
    inbox.close()
    with pytest.raises(InboxFull):
        inbox.put(4, 0)
    assert inbox.take(10, 0) == [3], "what is inside is still worked off"


def fill_up(store: Store) -> None:
    """Allow the database not one page more than it has (SQLite itself then says SQLITE_FULL)."""
    pages = store.db.execute("PRAGMA page_count").fetchone()[0]
    store.db.execute(f"PRAGMA max_page_count = {pages}")


def free_up(store: Store) -> None:
    store.db.execute("PRAGMA max_page_count = 1000000")
    store.brain.storage_full = False


def test_a_full_disk_stops_sales_keeps_reports_with_the_device_and_writes_nothing_in_half(
    store: Store,
) -> None:
    fill_up(store)
    for n in range(40):
        store.do(commands.UnblockSlot(f"u{n}", "vm-1", "1"))
        answer = store.do(commands.BlockSlot(f"b{n}", "vm-1", "1", "x" * 3_000))
        if answer.refused:
            break
    assert answer.refused == "disk_full"
    assert store.brain.storage_full
    rows = len(store.facts(facts.Fact))
    assert store.order(("A", 1)).refused == "disk_full"
    report = store.report(messages.FaultRaised(code="EJB", part="x" * 9_000), seq=1)
    assert (report.refused, report.upto) == ("disk_full", 0), "the device keeps its report"
    assert len(store.facts(facts.Fact)) == rows
    assert_chained(store.path)
    assert_books_hold(store.path)

    free_up(store)
    assert store.report(messages.FaultRaised(code="EJB", part="x" * 9_000), seq=1).upto == 1
    assert store.order(("A", 1)).refused == ""
    store.restart()
    assert_chained(store.path)


def test_a_full_disk_in_mid_batch_undoes_the_batch_and_everybody_hears(store: Store) -> None:
    rows = len(store.facts(facts.Fact))
    fill_up(store)
    answers: list[Answer] = []
    for n in range(200):
        line = (commands.RequestedLine("A", 1, price_minor=n),)
        store.brain.submit(commands.PlaceOrder(f"o{n}", "kiosk", "k" * 2_000, line), answers.append)
    store.brain.step(0)
    assert {a.refusal and a.refusal.code for a in answers} == {"disk_full"}
    assert len(answers) == 200
    assert len(store.facts(facts.Fact)) == rows
    assert store.slot()["held"] == 0
    free_up(store)
    assert store.order(("A", 5), key="o0").refused == "", "the same key may succeed once there is room"


def test_sales_stop_at_the_reserve_while_what_is_under_way_still_ends(store: Store) -> None:
    order = store.paid_order(("A", 1))
    free = shutil.disk_usage(store.path.parent).free
    DiskWatch(store.path.parent, store.brain, reserve_bytes=free * 2).step()
    assert store.order(("A", 1)).refused == "disk_full"
    vend = order["vends"][0]["id"]
    assert store.report(messages.VendSucceeded(command_id=vend, slot="1", drop_confirmed=True)).upto == 1
    assert store.look(order["id"])["state"] == "completed"
    DiskWatch(store.path.parent, store.brain, reserve_bytes=0).step()
    assert store.order(("A", 1)).refused == ""


# ── clocks ──────────────────────────────────────────────────────────────────────────────────────────


def test_a_device_in_1970_keeps_its_order_and_both_times_and_the_sale_is_dated_by_the_store(
    store: Store,
) -> None:
    order = store.paid_order(("A", 2))
    first, second = (vend["id"] for vend in order["vends"])
    in_1970 = "1970-01-01T00:00:05Z"
    store.do(commands.DevicePresence("", "vm-1", messages.State(status="alert", boot="boot1", at=in_1970)))
    store.report(messages.VendSucceeded(command_id=first, slot="1", drop_confirmed=True), at=in_1970)
    late = rfc3339(START - timedelta(hours=5))
    store.report(messages.VendSucceeded(command_id=second, slot="1", drop_confirmed=True), at=late)
    told = [(e, f) for e, f in read_journal(store.path) if isinstance(f, facts.VendDispensed)]
    assert [f.vend for _, f in told] == [first, second]
    assert [e.devicetime for e, _ in told] == [in_1970, late]
    assert [e.time for e, _ in told] == [rfc3339(START)] * 2
    assert [f.sold_at for _, f in told] == [rfc3339(START), late], "a backlog is believed, 1970 is not"
    assert told[0][0].offsetms == round((START - EPOCH).total_seconds() * 1000) - 5_000


def test_a_store_in_1970_keeps_selling_in_order_and_keeps_both_times(tmp_path: Path) -> None:
    store = Store(tmp_path / "store.db", clock=HandClock(EPOCH))
    store.stock(("vm-1", "1", "A", 5))
    for at in (rfc3339(START), rfc3339(START + timedelta(minutes=1))):
        vend = store.paid_order(("A", 1))["vends"][0]["id"]
        store.report(messages.VendSucceeded(command_id=vend, slot="1", drop_confirmed=True), at=at)
    store.clock.at = START
    vend = store.paid_order(("A", 1))["vends"][0]["id"]
    store.report(messages.VendSucceeded(command_id=vend, slot="1", drop_confirmed=True), at=rfc3339(START))
    told = [(e, f) for e, f in read_journal(store.path) if isinstance(f, facts.VendDispensed)]
    assert [int(e.sequence) for e, _ in told] == sorted(int(e.sequence) for e, _ in told)
    assert [e.devicetime[:4] for e, _ in told] == ["2026"] * 3
    assert [e.time[:4] for e, _ in told] == ["1970", "1970", "2026"]
    assert [f.sold_at[:4] for _, f in told] == ["1970", "1970", "2026"], (
        "a device ahead of the store is not believed"
    )
    assert_chained(store.path)
    store.close()


def test_a_payment_code_is_never_kept_whole(store: Store) -> None:
    store.report(messages.CodeScanned(symbology="QR", text="281234560123456789"))
    with sqlite3.connect(store.path) as db:
        kept = b"".join(body for (body,) in db.execute("SELECT body FROM journal"))
    db.close()
    assert b"281234560123456789" not in kept
