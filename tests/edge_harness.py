"""A store for tests: the agent's brain on a real file with a clock that the test moves, and its books' rules."""

from __future__ import annotations

import functools
import os
import sqlite3
from collections import Counter
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from cloud_sync.protocol import envelope, facts, instructions, stock_facts
from cloud_sync.protocol.stock_rights import MINE, moves_of
from edge_agent.adapters.sqlite_store import schema
from edge_agent.adapters.sqlite_store.connection import open_writer
from edge_agent.adapters.sqlite_store.journal import SqliteJournal
from edge_agent.adapters.sqlite_store.queries import Queries
from edge_agent.adapters.sqlite_store.stock_projections import PROMISED
from edge_agent.adapters.sqlite_store.verify import verify
from edge_agent.domain import commands
from edge_agent.domain.methods import COUNTER
from edge_agent.domain.policy import Policy
from edge_agent.services.brain import Answer, Brain
from edge_agent.services.handlers import Rules
from hardware import messages

STORE = "pop-1"
START = datetime(2026, 5, 1, 4, 0, tzinfo=UTC)
BOOT = "boot1"
METHODS = frozenset({"sandbox", COUNTER})


@dataclass
class HandClock:
    """Fills the clock port; stands still until it is moved."""

    at: datetime = START
    seconds: float = 1_000.0

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self.seconds

    def pass_s(self, seconds: float) -> None:
        """Both clocks go on."""
        self.at += timedelta(seconds=seconds)
        self.seconds += seconds


class Told(NamedTuple):
    """What a command was answered; `refused` is the refusal's code, empty when it was done."""

    refused: str
    subject: str
    upto: int


F = TypeVar("F", bound=facts.Fact)


@dataclass
class Store:
    """One store's brain, worked by hand: `do` returns when the command is committed and answered."""

    path: Path
    policy: Policy = field(default_factory=Policy)
    clock: HandClock = field(default_factory=HandClock)
    shares_stock: bool = False
    """It has a headquarters, which the test plays by `told`."""
    first_epoch: int = 1

    def __post_init__(self) -> None:
        schema.migrate(self.path)
        self.db = open_writer(self.path)
        self.queries = Queries(self.path)
        self.journal = SqliteJournal(self.db, STORE)
        self.brain = self._new_brain()
        self.seq: dict[tuple[str, str], int] = {}
        self.keys = 0
        self.open_epoch(self.first_epoch)

    def _new_brain(self) -> Brain:
        rules = Rules(self.policy, METHODS, shares_stock=self.shares_stock)
        return Brain(self.journal, rules, self.clock)

    def open_epoch(self, epoch: int) -> None:
        """The agent starts with this epoch in its identity."""
        self.do(commands.OpenStore("", STORE, "Pop", "Asia/Shanghai", "CNY", epoch))

    def restart(self) -> None:
        """A new brain and journal on the same file, as after a crash."""
        self.db.close()
        self.db = open_writer(self.path)
        self.journal = SqliteJournal(self.db, STORE)
        self.brain = self._new_brain()

    def close(self) -> None:
        self.db.close()
        self.queries.close()

    def key(self) -> str:
        """A new command id."""
        self.keys += 1
        return f"k{self.keys}"

    # ── doing ───────────────────────────────────────────────────────────────────────────────────────

    def do(self, *batch: commands.Command) -> Told:
        """Work off these commands in one batch; the last one's answer."""
        answers: list[Answer] = []
        for command in batch:
            self.brain.submit(command, answers.append)
        while self.brain.step(0):
            pass
        last = answers[-1]
        return Told("" if last.refusal is None else last.refusal.code, last.subject, last.upto)

    def stock(self, *slots: tuple[str, str, str, int], price_minor: int = 500, device: str = "vm-1") -> None:
        """List and plan (device, slot, sku, count), and have the machines be ready."""
        skus = sorted({sku for _, _, sku, _ in slots})
        items = tuple(commands.ListedItem(sku, f"商品{sku}", sku, price_minor) for sku in skus)
        planned = tuple(commands.PlannedSlot(d, s, sku, 5, 10, count) for d, s, sku, count in slots)
        assert self.do(commands.ListItems(self.key(), items)).refused == ""
        assert self.do(commands.PlanSlots(self.key(), planned)).refused == ""
        for name in sorted({d for d, *_ in slots}):
            self.introduce(name)

    def introduce(self, device: str, *, boot: str = BOOT, drop_sensor: bool = True) -> None:
        """A device's birth, and that it is ready."""
        born = messages.Describe(
            kind="vending",
            model="m",
            serial="s",
            firmware="1",
            boot=boot,
            capabilities={"drop_sensor": drop_sensor},
        )
        self.do(commands.DeviceIntroduced("", device, born))
        self.do(commands.DevicePresence("", device, messages.State(status="ready", boot=boot)))

    def report(self, report: messages.Report | None, *, device: str = "vm-1", boot: str = BOOT, seq: int = 0,
               at: str = "", error: str = "") -> Told:  # fmt: skip
        """The device's next report (or the one numbered `seq`)."""
        number = seq or self.seq.get((device, boot), 0) + 1
        self.seq[device, boot] = max(number, self.seq.get((device, boot), 0))
        at = at or envelope.rfc3339(self.clock.now())
        cause = f"{device}/{boot}-{number}"
        return self.do(commands.DeviceReported(cause, device, boot, number, at, report, error, b"{}"))

    def order(self, *wanted: tuple[str, int], key: str = "") -> Told:
        """Place an order for these SKUs."""
        lines = tuple(commands.RequestedLine(sku, qty) for sku, qty in wanted)
        return self.do(commands.PlaceOrder(key or self.key(), "kiosk", "kiosk-1", lines))

    def paid_order(self, *wanted: tuple[str, int], method: str = COUNTER) -> dict[str, Any]:
        """An order, paid; its vends are requested."""
        placed = self.order(*wanted)
        assert not placed.refused, placed
        assert self.do(commands.RequestPayment(self.key(), placed.subject, method)).refused == ""
        if method != COUNTER:
            self.provider_says("paid", placed.subject)
        return self.look(placed.subject)

    def provider_says(
        self, state: str, order: str, *, amount_minor: int | None = None, payment: str = ""
    ) -> Told:
        """The payment provider answers about an order's payment."""
        found = self.look(order)
        asked = payment or found["payment"]["id"]
        amount = found["total_minor"] if amount_minor is None else amount_minor
        return self.do(commands.ProviderAnswered("", asked, state, "ref", "http://pay", amount, "CNY"))

    def told(self, instruction: instructions.Instruction, *, seq: int = 0, epoch: int = 0) -> Told:
        """Headquarters' next down row (or the one of that number and epoch)."""
        number = seq or self.queries.down_seq() + 1
        at = envelope.rfc3339(self.clock.now())
        body = instructions.write(number, epoch or self.queries.epoch(), at, instruction)
        return self.do(commands.ApplyDown("", body))

    # ── looking ─────────────────────────────────────────────────────────────────────────────────────

    def look(self, order: str) -> dict[str, Any]:
        """One order as a screen sees it."""
        found = self.queries.order(order)
        assert found is not None, order
        return found

    def slot(self, device: str = "vm-1", slot: str = "1") -> dict[str, Any]:
        """One slot as a screen sees it."""
        return next(s for s in self.queries.devices([device])[0]["slots"] if s["slot"] == slot)

    def right(self, sku: str = "A") -> dict[str, Any]:
        """One SKU's right and goods as a screen sees them."""
        return next(right for right in self.queries.rights() if right["sku"] == sku)

    def facts(self, kind: type[F]) -> list[F]:
        """The ledger's facts of a kind."""
        return [fact for _, fact in read_journal(self.path) if isinstance(fact, kind)]


def read_journal(path: Path, stream: str = "ledger") -> list[tuple[envelope.Event, facts.Fact]]:
    """A stream's rows with their facts, in order."""
    with sqlite3.connect(path) as db:
        rows = db.execute(
            "SELECT body FROM journal WHERE stream = ? ORDER BY epoch, seq", (stream,)
        ).fetchall()
    db.close()
    found = []
    for (body,) in rows:
        event = envelope.decode(body)
        fact = facts.read(event.type, event.data)
        assert fact is not None, event.type
        found.append((event, fact))
    return found


def assert_chained(path: Path) -> None:
    """Every chain of the file holds, and its tables are what the journal says."""
    assert verify(path) == []


def assert_books_hold(path: Path) -> None:
    """What must be true of a store at any time, whatever happened to it."""
    db = sqlite3.connect(path)
    db.row_factory = sqlite3.Row
    for slot in db.execute("SELECT * FROM slots"):
        held = db.execute(_PROMISED, (slot["device"], slot["slot"])).fetchone()[0]
        assert slot["held"] == held, f"{slot['device']} {slot['slot']}: {slot['held']} held, {held} promised"
        assert slot["count"] >= 0
    for order in db.execute("SELECT * FROM orders"):
        _assert_order_holds(db, order)
    for right in db.execute("SELECT * FROM rights"):
        held = db.execute(f"SELECT COALESCE(SUM(qty), 0) FROM ({PROMISED}) WHERE sku = ?", (right["sku"],))
        assert right["held"] == held.fetchone()[0], f"{right['sku']}: what is held is promised to somebody"
    db.close()


def assert_headquarters_agrees(path: Path) -> None:
    """What the rows of the newest epoch move adds up to what the store may sell and has promised."""
    hold: Counter[str] = Counter()
    for _, fact in read_journal(path):
        if isinstance(fact, facts.StoreOpened):
            hold.clear()
        if isinstance(fact, stock_facts.RightsGranted):
            hold[fact.sku] += fact.qty
        for sku, source, target, qty in moves_of(fact):
            hold[sku] += qty * ((target == MINE) - (source == MINE))
            assert hold[sku] >= 0, f"{sku}: a hold is never below 0, not even between two rows"
    with closing(sqlite3.connect(path)) as db:
        for sku, units in db.execute("SELECT sku, available + held FROM rights"):
            assert units == hold[sku], sku


_PROMISED = """
SELECT COALESCE(SUM(CASE WHEN o.state IN ('open', 'awaiting_payment') THEN l.qty ELSE
    (SELECT COUNT(*) FROM vends v WHERE v.order_id = l.order_id AND v.line = l.line
     AND v.state IN ('requested', 'dispensing', 'unknown'))
    + COALESCE((SELECT SUM(h.qty) FROM handovers h WHERE h.order_id = l.order_id AND h.line = l.line
     AND h.state = 'requested'), 0) END), 0)
FROM order_lines l JOIN orders o ON o.id = l.order_id WHERE l.device = ? AND l.slot = ?"""


def _assert_order_holds(db: sqlite3.Connection, order: sqlite3.Row) -> None:
    vends = db.execute("SELECT * FROM vends WHERE order_id = ?", (order["id"],)).fetchall()
    refunds = db.execute("SELECT * FROM refunds WHERE order_id = ?", (order["id"],)).fetchall()
    handovers = db.execute("SELECT * FROM handovers WHERE order_id = ?", (order["id"],)).fetchall()
    units = db.execute("SELECT SUM(qty) FROM order_lines WHERE order_id = ?", (order["id"],)).fetchone()[0]
    asked = len(vends) + sum(h["qty"] for h in handovers)
    assert asked in (0, units), f"{order['id']}: every unit is asked for, or none"
    owed = sum(r["amount_minor"] for r in refunds)
    assert order["refunded_minor"] == sum(r["amount_minor"] for r in refunds if r["state"] == "refunded")
    assert owed <= order["paid_minor"], "nobody gets back more than was paid"
    settled = all(v["state"] in ("dispensed", "failed") for v in vends)
    settled = settled and all(h["state"] != "requested" for h in handovers)
    by_staff = any(r["reason"] == "staff gives back" for r in refunds)
    if settled and not by_staff:
        sold = sum(v["price_minor"] for v in vends if v["state"] == "dispensed" and not v["reversed"])
        sold += sum(
            h["amount_minor"] // h["qty"] * (h["qty"] - h["reversed"])
            for h in handovers
            if h["state"] == "done"
        )
        paid = order["paid_minor"] - owed
        assert paid == sold, f"{order['id']}: kept {paid} for goods of {sold}"
    if order["closed_at"] and order["state"] in ("completed", "part_refunded", "refunded"):
        assert settled
        assert asked


def ids(rows: Iterable[dict[str, Any]]) -> list[str]:
    return [row["id"] for row in rows]


def sell_without_end(path: str, prefix: str) -> None:
    """For a child that will be killed: place order after order; print each key and order once it is answered."""
    db = open_writer(Path(path))
    brain = Brain(SqliteJournal(db, STORE), Rules(Policy(), METHODS), HandClock())

    def answered(key: str, answer: Answer) -> None:
        try:
            os.write(1, f"{key} {answer.subject}\n".encode())
        except BrokenPipeError:
            os._exit(1)

    for batch in range(1_500):
        for n in range(batch % 9 + 1):
            key = f"{prefix}-{batch}-{n}"
            line = (commands.RequestedLine("A", 1),)
            brain.submit(commands.PlaceOrder(key, "kiosk", "", line), functools.partial(answered, key))
        brain.step(0)
