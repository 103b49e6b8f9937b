"""A store's journal of many days: the brain sells one real day, and that day's rows are repeated under new ids.

Each repetition is numbered and chained anew. Its orders, payments, vends and cash sales have ids of their own, and it
brings the goods that it sells, so headquarters meets what a long offline time really leaves behind.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Final, NamedTuple

from cloud_sync.protocol import envelope
from cloud_sync.protocol.envelope import rfc3339
from cloud_sync.protocol.identifiers import STREAMS
from cloud_sync.protocol.numbered_log import row_hash
from edge_agent.adapters.identity import Identity
from edge_agent.adapters.sqlite_store import schema
from edge_agent.adapters.sqlite_store.connection import open_writer
from edge_agent.adapters.sqlite_store.journal import SqliteJournal
from edge_agent.adapters.sqlite_store.queries import Queries
from edge_agent.domain import commands
from edge_agent.domain.methods import COUNTER
from edge_agent.domain.policy import Policy
from edge_agent.services.brain import Answer, Brain
from edge_agent.services.handlers import Rules
from hardware import messages

ORDERS_A_DAY: Final = 1_500
MACHINES: Final = ("vm-1", "vm-2")
SHELF: Final = "shelf-1"
SLOTS: Final = 20
CAPACITY: Final = 12
FILL_BELOW: Final = 3
MARK: Final = "@@@"
"""Stands in the first day's ids for the number of the day. No id of ours has this letter."""
KEPT_OF_ID: Final = 7
OPENING: Final = datetime(2026, 5, 1, 1, 0, tzinfo=UTC)
CHEAP: Final = 0.05


class Row(NamedTuple):
    """A row of the first day, cut where its number stands: after `start` in its id, after `middle` by itself."""

    stream: str
    start: bytes
    middle: bytes
    end: bytes
    at: str


class _DayClock:
    """Fills the clock port; every look is a moment later."""

    def __init__(self) -> None:
        self._at = OPENING

    def now(self) -> datetime:
        self._at += timedelta(milliseconds=400)
        return self._at

    def monotonic(self) -> float:
        return self._at.timestamp()


class _Seller:
    """Sells one day through the brain, on a file."""

    def __init__(self, path: Path, who: Identity, rng: Random) -> None:
        self._db = open_writer(path)
        # Nobody keeps this day but as bytes.
        self._db.execute("PRAGMA synchronous = OFF")
        self._queries = Queries(path)
        self._clock = _DayClock()
        rules = Rules(Policy(), frozenset({COUNTER}), shares_stock=True)
        self._brain = Brain(SqliteJournal(self._db, who.store), rules, self._clock)
        self._rng = rng
        self._seq: dict[str, int] = {}
        self._count: dict[tuple[str, str], int] = {}
        self._orders = 0

    def close(self) -> None:
        self._queries.close()
        self._db.close()

    def do(self, command: commands.Command) -> str:
        """Carry out; answers the subject. Raises RuntimeError when refused."""
        answers: list[Answer] = []
        self._brain.submit(command, answers.append)
        self._brain.step(0)
        if answers[0].refusal is not None:
            raise RuntimeError(f"{command}: {answers[0].refusal}")
        return answers[0].subject

    def open(self, who: Identity) -> None:
        """What comes once: the store, its catalogue, its machines, all empty."""
        self.do(commands.OpenStore("", who.store, who.name, who.timezone, who.currency, who.epoch))
        items = tuple(
            commands.ListedItem(
                _sku(n), f"商品 {n}", f"Product {n}", 300 + 50 * n, brand=f"brand-{n % 4}", category="drink"
            )
            for n in range(SLOTS)
        )
        slots = tuple(
            commands.PlannedSlot(machine, str(n), _sku(n), CAPACITY, CAPACITY, 0)
            for machine in MACHINES
            for n in range(SLOTS)
        )
        self.do(commands.ListItems("items", items))
        self.do(commands.PlanSlots("slots", slots))

    def sell_a_day(self) -> None:
        """Devices start, shoppers look, order, pay and get their goods; staff fill what runs low."""
        for device in (*MACHINES, SHELF):
            kind = "shelf" if device == SHELF else "vending"
            born = messages.Describe(kind=kind, model="m", serial=device, firmware="1", boot=MARK)
            self.do(commands.DeviceIntroduced("", device, born))
            self.do(commands.DevicePresence("", device, messages.State(status="ready", boot=MARK)))
            self._report(device, messages.Booted())
        for machine in MACHINES:
            for n in range(SLOTS):
                self._fill(machine, str(n))
        while self._orders < ORDERS_A_DAY:
            self._visit()

    def _visit(self) -> None:
        machine, n = self._rng.choice(MACHINES), self._rng.randrange(SLOTS)
        item = _sku(n)
        self._report(SHELF, messages.PersonSensed())
        self._report(SHELF, messages.Exposure(content=f"film-{n % 5}", item=item, dwell_ms=4_000))
        self._report(SHELF, messages.ItemPickedUp(plate=f"p{n}", item=item, weight_g=212.5))
        self._report(SHELF, messages.ItemPutBack(plate=f"p{n}", item=item, weight_g=212.5))
        roll = self._rng.random()
        if roll < CHEAP:
            self._cash(machine, n)
        else:
            self._order(machine, n)
        if self._count[machine, str(n)] < FILL_BELOW:
            self._fill(machine, str(n))

    def _order(self, machine: str, n: int) -> None:
        self._orders += 1
        line = commands.RequestedLine(_sku(n), 1, machine, str(n))
        order = self.do(commands.PlaceOrder(f"order:{self._orders}", "kiosk", "kiosk-1", (line,)))
        if self._rng.random() < CHEAP:
            self.do(commands.CancelOrder(f"cancel:{self._orders}", order))
            return
        self.do(commands.RequestPayment(f"pay:{self._orders}", order, COUNTER))
        found = self._queries.order(order)
        assert found is not None, "it was placed"
        vend = found["vends"][0]["id"]
        self._report(machine, messages.VendStarted(command_id=vend, slot=str(n)))
        self._report(machine, messages.VendSucceeded(command_id=vend, slot=str(n), drop_confirmed=True))
        self._count[machine, str(n)] -= 1

    def _cash(self, machine: str, n: int) -> None:
        self._report(machine, messages.CashSale(slot=str(n), price_minor=300 + 50 * n, currency="CNY"))
        self._count[machine, str(n)] -= 1

    def _fill(self, machine: str, slot: str) -> None:
        self._report(machine, messages.SlotCounted(slot=slot, count=CAPACITY))
        self._count[machine, slot] = CAPACITY

    def _report(self, device: str, report: messages.Report) -> None:
        seq = self._seq[device] = self._seq.get(device, 0) + 1
        at = rfc3339(self._clock.now())
        self.do(commands.DeviceReported(f"{device}/{MARK}-{seq}", device, MARK, seq, at, report))


def _sku(n: int) -> str:
    return f"SKU-{n:02}"


def fill_journal(path: Path, scratch: Path, who: Identity, rows: int) -> int:
    """Make a store's file with (about) so many rows in its journal; returns how many exactly.

    `scratch` takes a copy for the day that is repeated.
    """
    schema.migrate(path)
    rng = Random(1)
    with closing(_Seller(path, who, rng)) as seller:
        seller.open(who)
    before = _heads(path)
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copy(path, scratch)
    with closing(_Seller(scratch, who, rng)) as seller:
        seller.sell_a_day()
    day = list(_cut(scratch, before))
    _repeat(path, who, day, max(1, round(rows / len(day))))
    with closing(sqlite3.connect(path)) as db:
        return int(db.execute("SELECT COUNT(*) FROM journal").fetchone()[0])


def _heads(path: Path) -> dict[str, int]:
    with closing(sqlite3.connect(path)) as db:
        return dict(db.execute("SELECT stream, MAX(seq) FROM journal GROUP BY stream"))


def _cut(path: Path, before: dict[str, int]) -> Iterator[Row]:
    """The day's rows, with the marks in their ids, cut where their numbers stand."""
    mark = MARK.encode()
    with closing(sqlite3.connect(path)) as db:
        orders = {order.encode() for (order,) in db.execute("SELECT id FROM orders")}
        for stream in STREAMS:
            for seq, body, at in db.execute(
                "SELECT seq, body, at FROM journal WHERE stream = ? AND seq > ? ORDER BY seq",
                (stream, before.get(stream, 0)),
            ):
                event = envelope.decode(body)
                order = _order_in(bytes(event.data), orders)
                if order:
                    body = body.replace(order, order[:KEPT_OF_ID] + mark)
                start, middle, end = _around(
                    body, f'{stream}.{seq}"'.encode(), f'"{seq}"'.encode(), len(str(seq))
                )
                yield Row(stream, start, middle, end, at)


def _order_in(data: bytes, orders: set[bytes]) -> bytes:
    """The order that a fact speaks of; every id that must be unique begins with its order's."""
    for name in (b'"order":"', b'"vend":"'):
        at = data.find(name)
        if at >= 0:
            found = data[at + len(name) :][:10]
            if found in orders:
                return found
    return b""


def _around(body: bytes, in_id: bytes, alone: bytes, digits: int) -> tuple[bytes, bytes, bytes]:
    """The bytes before, between and behind the row's two numbers."""
    first = body.index(in_id) + len(in_id) - 1 - digits
    second = body.index(b'"sequence":' + alone) + len(b'"sequence":"')
    return body[:first], body[first + digits : second], body[second + digits :]


def _repeat(path: Path, who: Identity, day: list[Row], times: int) -> None:
    """Append the day so many times, numbered and chained on from what is there."""
    mark = MARK.encode()
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("PRAGMA synchronous = OFF")
        heads = {
            stream: (seq, bytes(digest))
            for stream, seq, digest in db.execute(
                "SELECT stream, MAX(seq), hash FROM journal GROUP BY stream"
            )
        }
        for number in range(times):
            name = f"{number:03x}".encode()
            batch = []
            for row in day:
                seq, digest = heads.get(row.stream, (0, bytes(32)))
                seq += 1
                text = str(seq).encode()
                body = b"".join((row.start, text, row.middle, text, row.end)).replace(mark, name)
                digest = row_hash(digest, seq, body)
                heads[row.stream] = (seq, digest)
                batch.append((who.epoch, row.stream, seq, body, digest, row.at))
            db.execute("BEGIN")
            db.executemany(
                "INSERT INTO journal (epoch, stream, seq, body, hash, at) VALUES (?, ?, ?, ?, ?, ?)", batch
            )
            db.execute("COMMIT")
