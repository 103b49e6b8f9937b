"""A machine's audits beside the shop's own counts: what differs is a person's case, and nothing is corrected."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from cloud_sync.protocol import device_facts, facts
from cloud_sync.protocol.eva_dts import dex
from cloud_sync.protocol.eva_dts.audit import Counter, Selection, Unit
from cloud_sync.protocol.eva_dts.building import built
from cloud_sync.protocol.eva_dts.typing_audit import audit_of
from edge_agent.domain import commands
from edge_agent.entrypoints.feed import Feed
from hardware import messages
from hardware.behaviour import CommandGiven, Input, Say
from hardware.vending.faults import FaultOrdered, parse_fault
from hardware.vending.port import CashPaid, Machine, Slot, service_visit
from hardware.vending.simulator import VendingSimulator
from tests.edge_harness import Store, assert_books_hold, assert_chained

PRICE = 500


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path / "store.db")
    store.stock(("vm-1", "1", "A", 9), ("vm-1", "2", "B", 9))
    yield store
    assert_books_hold(store.path)
    assert_chained(store.path)
    store.close()


def audit(*counters: tuple[str, int, int | None], currency: str = "CNY") -> messages.AuditRead:
    """Selection, units and value since the machine was made."""
    selections = [
        Selection(selection=name, price_minor=PRICE, paid=Counter(units_init=units, value_init_minor=minor))
        for name, units, minor in counters
    ]
    return messages.AuditRead(dex=built(Unit(serial="M1"), currency, selections, Counter()).decode())


def told(store: Store) -> device_facts.AuditCompared:
    return store.facts(device_facts.AuditCompared)[-1]


def cash(store: Store, slot: str = "1", minor: int = PRICE) -> None:
    store.report(messages.CashSale(slot=slot, price_minor=minor, currency="CNY"))


def sell(store: Store, sku: str = "A", slot: str = "1") -> None:
    (vend,) = store.paid_order((sku, 1))["vends"]
    store.report(messages.VendStarted(command_id=vend["id"], slot=slot))
    store.report(messages.VendSucceeded(command_id=vend["id"], slot=slot, drop_confirmed=True))


def test_the_first_audit_of_a_machine_is_where_counting_begins(store: Store) -> None:
    store.report(audit(("1", 4_711, 2_355_500), ("2", 12, 6_000)))
    assert told(store).outcome == "baseline"
    assert store.queries.audit_cases() == []


def test_an_audit_that_tells_what_the_shop_sold_is_no_case(store: Store) -> None:
    store.report(audit(("1", 100, 50_000), ("2", 7, 3_500)))
    sell(store)
    cash(store, "2")
    store.report(audit(("1", 101, 50_500), ("2", 8, 4_000)))
    assert (told(store).outcome, told(store).number) == ("agrees", 2)
    assert store.queries.audit_cases() == []


def test_a_machine_may_count_what_an_order_paid_with_or_without_its_price(store: Store) -> None:
    store.report(audit(("1", 0, 0), ("2", 0, 0)))
    sell(store)
    cash(store)
    store.report(audit(("1", 2, PRICE), ("2", 0, 0)))
    assert told(store).outcome == "agrees"
    sell(store)
    store.report(audit(("1", 3, 2 * PRICE), ("2", 0, 0)))
    assert told(store).outcome == "agrees"


def test_units_the_journal_lacks_become_a_case_with_the_selection_and_both_figures(store: Store) -> None:
    store.report(audit(("1", 10, 5_000), ("2", 3, 1_500)))
    cash(store)
    store.report(audit(("1", 13, 6_500), ("2", 3, 1_500)))
    (case,) = store.queries.audit_cases()
    (line,) = case["lines"]
    assert case["audit"] == "vm-1-audit-2"
    assert (line["slot"], line["sku"], line["machine_units"], line["own_units"]) == ("1", "A", 3, 1)
    assert (line["machine_minor"], line["own_minor"], case["currency"]) == (1_500, 500, "CNY")


def test_takings_that_differ_are_a_case_even_when_the_units_agree(store: Store) -> None:
    store.report(audit(("1", 0, 0), ("2", 0, 0)))
    cash(store, minor=PRICE)
    store.report(audit(("1", 1, 450), ("2", 0, 0)))
    (line,) = told(store).lines
    assert (line.machine_minor, line.own_minor) == (450, PRICE)


def test_takings_in_another_currency_or_left_blank_are_not_compared(store: Store) -> None:
    store.report(audit(("1", 0, 0), ("2", 0, 0), currency="EUR"))
    cash(store)
    store.report(audit(("1", 1, 99), ("2", 0, 0), currency="EUR"))
    store.report(audit(("1", 1, None), ("2", 0, None)))
    assert told(store).outcome == "agrees"


def test_counters_that_went_back_are_a_new_beginning_not_a_case(store: Store) -> None:
    store.report(audit(("1", 500, 0), ("2", 500, 0)))
    cash(store)
    store.report(audit(("1", 1, 500), ("2", 0, 0)))
    assert told(store).outcome == "reset"
    cash(store)
    store.report(audit(("1", 2, 1_000), ("2", 0, 0)))
    assert told(store).outcome == "agrees"


def test_a_vend_nobody_knows_the_end_of_waits_for_the_next_audit(store: Store) -> None:
    store.report(audit(("1", 0, 0), ("2", 0, 0)))
    (vend,) = store.paid_order(("A", 1))["vends"]
    store.report(messages.VendStarted(command_id=vend["id"], slot="1"))
    store.report(messages.Booted())
    store.report(audit(("1", 1, 0), ("2", 0, 0)))
    assert told(store).outcome == "agrees", "the machine may be right: a person has not settled it yet"
    store.do(commands.SettleVend(store.key(), vend["id"], dispensed=True))
    store.report(audit(("1", 1, 0), ("2", 0, 0)))
    assert told(store).outcome == "agrees"


def test_a_vend_settled_against_the_machine_shows_at_the_next_audit(store: Store) -> None:
    store.report(audit(("1", 0, 0), ("2", 0, 0)))
    (vend,) = store.paid_order(("A", 1))["vends"]
    store.report(messages.VendStarted(command_id=vend["id"], slot="1"))
    store.report(messages.Booted())
    store.report(audit(("1", 1, 0), ("2", 0, 0)))
    store.do(commands.SettleVend(store.key(), vend["id"], dispensed=False))
    store.do(commands.PayOutRefund(store.key(), store.queries.open_refunds()[0]["id"]))
    store.report(audit(("1", 1, 0), ("2", 0, 0)))
    (line,) = told(store).lines
    assert (line.machine_units, line.own_units) == (1, 0)


def test_leading_zeros_do_not_make_another_selection_and_the_machine_may_name_its_own(store: Store) -> None:
    slots = [{"slot": "1"}, {"slot": "2", "selection": "77"}]
    born = messages.Describe(
        kind="vending", model="m", serial="s", firmware="1", boot="boot1", capabilities={"slots": slots}
    )
    store.do(commands.DeviceIntroduced("", "vm-1", born))
    store.report(audit(("001", 0, 0), ("77", 0, 0)))
    cash(store, "1")
    cash(store, "2")
    store.report(audit(("001", 1, 500), ("77", 1, 500)))
    assert told(store).outcome == "agrees"


def test_a_selection_that_becomes_another_slot_begins_anew(store: Store) -> None:
    store.report(audit(("1", 0, 0), ("2", 0, 0), ("3", 9, 4_500)))
    planned = commands.PlannedSlot("vm-1", "3", "A", 5, 10, 9)
    store.do(commands.PlanSlots(store.key(), (planned,)))
    cash(store, "3")
    store.report(audit(("1", 0, 0), ("2", 0, 0), ("3", 10, 5_000)))
    assert told(store).outcome == "agrees"
    store.report(audit(("1", 0, 0), ("2", 0, 0), ("3", 11, 5_500)))
    assert told(store).outcome == "differs"


def test_two_selections_that_look_like_one_slot_do_not_both_count_its_sales(store: Store) -> None:
    store.report(audit(("01", 0, 0), ("1", 0, 0), ("2", 0, 0)))
    cash(store)
    store.report(audit(("01", 0, 0), ("1", 1, 500), ("2", 0, 0)))
    assert told(store).outcome == "agrees"


def test_a_selection_without_counters_is_left_out(store: Store) -> None:
    counted = audit(("1", 0, 0)).dex
    names_both = counted.replace("CA2", "PA1*2*500\r\nCA2")
    body = [(s.name, s.fields) for s in dex.read_text(names_both).segments]
    inner = [row for row in body if row[0] not in ("DXS", "ST", "G85", "SE", "DXE")]
    read = messages.AuditRead(dex=dex.compose(inner, machine="POP0000001").decode())
    store.report(read)
    cash(store, "2")
    store.report(read)
    assert told(store).outcome == "agrees"


def test_a_slot_that_the_audit_does_not_know_is_a_case_once_it_sold(store: Store) -> None:
    store.report(audit(("1", 0, 0)))
    cash(store, "2")
    store.report(audit(("1", 0, 0)))
    (line,) = told(store).lines
    assert (line.selection, line.slot, line.machine_units, line.own_units) == ("", "2", 0, 1)


@pytest.mark.parametrize("verdict", ["counted", "test_vends", "machine_wrong", "unknown"])
def test_staff_settles_a_case_once_and_neither_sales_nor_stock_change(store: Store, verdict: str) -> None:
    store.report(audit(("1", 0, 0), ("2", 0, 0)))
    store.report(audit(("1", 2, 1_000), ("2", 0, 0)))
    before = (store.queries.totals()["takings_minor"], store.slot()["count"])
    assert store.do(commands.SettleAudit(store.key(), "vm-1-audit-2", verdict)).refused == ""
    assert store.queries.audit_cases() == []
    assert (store.queries.totals()["takings_minor"], store.slot()["count"]) == before
    assert store.facts(device_facts.AuditSettled)[-1].verdict == verdict
    again = commands.SettleAudit(store.key(), "vm-1-audit-2", verdict)
    assert store.do(again).refused == "audit_settled"
    store.report(audit(("1", 2, 1_000), ("2", 0, 0)))
    assert told(store).outcome == "agrees", "what a case told of is not told again"


def test_a_case_that_is_not_there_or_a_word_that_is_no_verdict_is_refused(store: Store) -> None:
    assert store.do(commands.SettleAudit(store.key(), "nothing", "counted")).refused == "unknown_audit"
    store.report(audit(("1", 0, 0), ("2", 0, 0)))
    store.report(audit(("1", 1, 500), ("2", 0, 0)))
    assert store.do(commands.SettleAudit(store.key(), "vm-1-audit-2", "whatever")).refused == "malformed"


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: "not an audit",
        lambda text: text.replace("PA2*5", "PA2*6"),
        lambda text: text[: text.index("G85")],
        lambda text: "",
    ],
    ids=["no audit", "changed on its way", "cut short", "empty"],
)
def test_an_audit_that_cannot_be_trusted_is_put_aside_and_the_machine_goes_on(store: Store, spoil) -> None:
    store.report(audit(("1", 0, 0), ("2", 0, 0)))
    spoilt = messages.AuditRead(dex=spoil(audit(("1", 5, 0), ("2", 0, 0)).dex))
    assert store.report(spoilt).upto == 2
    assert store.queries.quarantined()[0]["device"] == "vm-1"
    assert len(store.facts(device_facts.AuditCompared)) == 1
    store.report(audit(("1", 0, 0), ("2", 0, 0)))
    assert told(store).outcome == "agrees"


@pytest.mark.parametrize("row", [("VA1", [5_000, 10]), ("PA1", ["1", 500])], ids=["totals", "prices"])
def test_an_audit_that_counts_nothing_per_selection_is_kept_and_compared_with_nothing(
    store: Store, row
) -> None:
    cash(store)
    body = dex.compose([("ID1", ["M1"]), row], machine="POP0000001").decode()
    store.report(messages.AuditRead(dex=body))
    assert [type(fact) for fact in store.facts(facts.Fact)][-1] is device_facts.AuditRead


def test_a_screen_of_staff_follows_a_case_from_its_beginning_to_its_end(store: Store) -> None:
    feed = Feed(store.queries, list)
    at = feed.snapshot("", staff=True)["seq"]
    store.report(audit(("1", 0, 0), ("2", 0, 0)))
    store.report(audit(("1", 1, 500), ("2", 0, 0)))
    assert "vm-1-audit-2" in feed.snapshot("", staff=True)["entities"]["audit"]
    assert "audit" not in feed.snapshot("")["entities"]
    (opened,) = [c for c in feed.changes_after(at)["changes"] if c["kind"] == "audit"]
    assert json.loads(json.dumps(opened))["value"]["lines"]
    store.do(commands.SettleAudit(store.key(), "vm-1-audit-2", "counted"))
    (closed,) = [c for c in feed.changes_after(at)["changes"] if c["kind"] == "audit"]
    assert closed["value"] is None


class TestAMachineThatReadsItselfOut:
    """The simulated machine, its door, its reports, and the store that takes them in."""

    @pytest.fixture
    def machine(self) -> VendingSimulator:
        slots = [Slot(slot=name, capacity=9, count=9, price_minor=PRICE) for name in ("1", "2")]
        machine = VendingSimulator(slots, rng=Random(1), machine=Machine(audits=True, motor_ms=0))
        machine.start(0.0)
        return machine

    def tell(self, store: Store, machine: VendingSimulator, *inputs: Input) -> list[messages.Report]:
        said = [out.report for out in machine.update(1.0, inputs).outputs if isinstance(out, Say)]
        for report in said:
            store.report(report)
        return said

    def visit(self, store: Store, machine: VendingSimulator) -> device_facts.AuditCompared:
        self.tell(store, machine, *service_visit({}))
        return told(store)

    def test_a_visit_brings_an_audit_that_agrees_with_orders_and_cash(self, store, machine):
        assert self.visit(store, machine).outcome == "baseline"
        (vend,) = store.paid_order(("A", 1))["vends"]
        command = messages.Command(id=vend["id"], kind="vend", expires_at="", slot="1")
        self.tell(store, machine, CommandGiven(command, 99.0), CashPaid("2"), CashPaid("2"))
        compared = self.visit(store, machine)
        assert (compared.outcome, compared.number) == ("agrees", 2)
        assert sum(row.machine_units for row in compared.standings) == 3

    def test_a_sale_the_store_never_heard_of_shows_at_the_next_visit(self, store, machine):
        self.visit(store, machine)
        machine.update(1.0, [CashPaid("2")])
        (line,) = self.visit(store, machine).lines
        assert (line.slot, line.machine_units, line.own_units, line.machine_minor) == ("2", 1, 0, PRICE)

    def test_what_it_reads_out_is_a_sound_audit_with_its_events(self, store, machine):
        self.tell(store, machine, FaultOrdered(parse_fault("jam@1")), CashPaid("1"), CashPaid("2"))
        *_, read = self.tell(store, machine, *service_visit({}))
        assert isinstance(read, messages.AuditRead)
        audit = audit_of(dex.read_text(read.dex))
        assert (audit.crc, audit.warnings) == ("ok", ())
        assert [(each.code, each.count_init) for each in audit.events] == [("EGS", 1), ("EJC", 1)]
        assert (audit.totals.paid.units_reset, audit.cash.sales.value_init_minor) == (1, PRICE)
