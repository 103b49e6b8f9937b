"""One store of the simulation: the shipping brain, journal and link on SQLite, on a disk that can be put back.

The witness lies outside of the disk. A process that crashes loses its memory and nothing else.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, NamedTuple

from cloud_sync.protocol import envelope, facts, stock_facts, witness
from cloud_sync.protocol.identifiers import LEDGER, STREAMS, Stream
from cloud_sync.protocol.numbered_log import GENESIS
from cloud_sync.protocol.stock_rights import MINE, moves_of
from cloud_sync.protocol.upstream import FENCED, UNPROVEN, Upstream
from cloud_sync.protocol.witness import Note, Standing
from edge_agent.adapters.sqlite_store import schema
from edge_agent.adapters.sqlite_store.connection import WriterConnection, open_writer
from edge_agent.adapters.sqlite_store.journal import SqliteJournal
from edge_agent.adapters.sqlite_store.queries import Queries
from edge_agent.domain import commands
from edge_agent.domain.methods import CARD, COUNTER
from edge_agent.domain.policy import Policy
from edge_agent.services.brain import Answer, Brain
from edge_agent.services.handlers import Rules
from popshop.simulate.clock import Clock
from popshop.simulate.trouble import Crash, Violation

RULES: Final = Rules(Policy(), frozenset({COUNTER, CARD}), shares_stock=True)


class Identity(NamedTuple):
    """What a join gives to a store; part of its disk."""

    epoch: int
    token: str


class Kept(NamedTuple):
    """A journal row: its bytes, its hash, and what it does to the rights of the epoch that wrote it."""

    body: bytes
    hash: str
    net: tuple[tuple[str, int], ...]
    fact: facts.Fact | None


Rows = dict[tuple[int, Stream], list[Kept]]


class Image(NamedTuple):
    """A copy of a store's disk."""

    file: bytes
    identity: Identity
    rows: Rows


class FaultyJournal(SqliteJournal):
    """The journal of a process that can be killed right before or right after a COMMIT."""

    crash = ""

    def commit(self) -> None:
        """As the journal does, unless the process dies here."""
        if self.crash == "before":
            raise Crash
        super().commit()
        if self.crash == "after":
            raise Crash


@cache
def empty_file() -> bytes:
    """The bytes of a store's file with its tables and nothing in them."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "store.db"
        schema.migrate(path)
        db = sqlite3.connect(path)
        db.execute("PRAGMA journal_mode = DELETE")
        file = db.serialize()
        db.close()
    return file


@dataclass
class SimStore:
    """One store's agent. `do` returns when the command is committed and answered; Crash means that it died."""

    name: str
    clock: Clock
    identity: Identity
    note: Note | None
    path: Path | None = None
    """Where its file is; in memory when there is none."""
    marks: int = 0
    rows: Rows = field(default_factory=lambda: defaultdict(list))
    db: sqlite3.Connection = field(init=False)

    def __post_init__(self) -> None:
        self._load(empty_file())
        self._start()

    # ── the disk ────────────────────────────────────────────────────────────────────────────────────

    def _load(self, file: bytes) -> None:
        if self.path is not None:
            for end in ("", "-wal", "-shm"):
                self.path.with_name(self.path.name + end).unlink(missing_ok=True)
            self.path.write_bytes(file)
            self.db = open_writer(self.path)
            return
        self.db = sqlite3.connect(":memory:", isolation_level=None, factory=WriterConnection)
        self.db.deserialize(file)

    def image(self) -> Image:
        """A copy of the disk as it is."""
        if self.path is not None:
            self.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return Image(self.db.serialize(), self.identity, {log: list(rows) for log, rows in self.rows.items()})

    def put_back(self, image: Image) -> None:
        """The disk is an older one from now on; the witness is not."""
        self.close()
        self.rows = defaultdict(list, {log: list(rows) for log, rows in image.rows.items()})
        self.identity = image.identity
        self._load(image.file)
        self._start()

    def close(self) -> None:
        """Let go of the file."""
        if self.path is not None:
            self.queries.close()
        self.db.close()

    # ── the process ─────────────────────────────────────────────────────────────────────────────────

    def boot(self) -> None:
        """The process that ran ends, and another one starts on the same disk."""
        if self.path is not None:
            self.queries.close()
        self._start()

    def _start(self) -> None:
        """A process starts on the disk and finds out whether it may trust it."""
        self.journal = FaultyJournal(self.db, self.name)
        self.brain = Brain(self.journal, RULES, self.clock)
        self.queries = Queries.over(self.db) if self.path is None else Queries(self.path)
        self._judge()
        i = self.identity
        self.do(commands.OpenStore("", self.name, self.name, "Asia/Shanghai", "CNY", i.epoch))
        if self.standing == FENCED and self._joined_since:
            self.do(commands.StandingChanged("", "ok"))
        self.up = Upstream(self.name, self.machine, self.queries)

    def _judge(self) -> None:
        epoch, last_seq, _ = self.queries.journal_head()
        self._joined_since = self.identity.epoch > epoch
        note = self.note
        at_note = "" if note is None else self.queries.hash_at(LEDGER, note.seq, note.epoch)
        if note is not None and (note.epoch, note.seq) == (self.identity.epoch, 0):
            at_note, epoch = GENESIS.hex(), self.identity.epoch
        found = witness.judge(note, epoch, last_seq, at_note)
        self.machine = note.machine if note is not None else self.new_mark()
        self._keeps_note = found is not Standing.RESTORED
        if found is Standing.RESTORED:
            self._joined_since = False
            self.do(commands.StandingChanged("", FENCED, "restored"))
        elif found is Standing.UNKNOWN and self.standing != FENCED:
            self.do(commands.StandingChanged("", UNPROVEN, "no_witness"))

    def new_mark(self) -> str:
        """The mark of a machine that never ran this store."""
        self.marks += 1
        return f"{self.name}-m{self.marks}"

    @property
    def standing(self) -> str:
        """ok, unproven or fenced."""
        return str(self.queries.standing()["state"])

    @property
    def epoch(self) -> int:
        """The epoch that the disk is in."""
        return self.queries.epoch()

    def do(self, command: commands.Command, crash: str = "") -> Answer:
        """Work off one command. Raises Crash when the process dies of it, and Violation when the command breaks it."""
        answers: list[Answer] = []
        self.brain.submit(command, answers.append)
        self.journal.crash = crash
        try:
            self.brain.step(0)
        finally:
            self.journal.crash = ""
            self.absorb()
        answer = answers[0]
        if answer.refusal is not None and answer.refusal.code == "broken":
            raise Violation("no command breaks a store", f"{self.name}: {command}")
        return answer

    def absorb(self) -> None:
        """Look at the rows that were committed, as a witness and a mirror do."""
        moved = False
        for epoch, stream, body, digest in self._fresh():
            self.rows[epoch, stream].append(_kept(body, digest))
            moved = moved or stream == LEDGER
        if moved and self._keeps_note:
            epoch, seq, chain = self.queries.journal_head()
            self.note = Note(machine=self.machine, epoch=epoch, seq=seq, hash=chain)

    def _fresh(self) -> list[Any]:
        epoch = self.queries.epoch()
        found: list[Any] = []
        for stream in STREAMS:
            have = len(self.rows[epoch, stream])
            rows = self.db.execute(
                "SELECT epoch, stream, body, hash FROM journal"
                " WHERE epoch = ? AND stream = ? AND seq > ? ORDER BY seq",
                (epoch, stream, have),
            )
            found += [tuple(row) for row in rows]
        return found

    # ── looking ─────────────────────────────────────────────────────────────────────────────────────

    def rights(self) -> dict[str, tuple[int, int, int, bool]]:
        """SKU → available, held, deficit, counted in."""
        rows = self.db.execute("SELECT sku, available, held, deficit, counted_in FROM rights")
        return {row[0]: (row[1], row[2], row[3], bool(row[4])) for row in rows}

    def slots(self) -> dict[str, tuple[str, int, int]]:
        """Slot → SKU, count, held."""
        rows = self.db.execute("SELECT slot, sku, count, held FROM slots ORDER BY slot")
        return {row[0]: (row[1], row[2], row[3]) for row in rows}

    def room(self, sku: str, bucket: str = "available") -> int:
        """Units in the stock room, by the book."""
        row = self.db.execute("SELECT units FROM room WHERE sku = ? AND bucket = ?", (sku, bucket)).fetchone()
        return 0 if row is None else int(row[0])


def _kept(body: bytes, digest: bytes) -> Kept:
    event = envelope.decode(body)
    fact = facts.read(event.type, event.data)
    net: dict[str, int] = {}
    if fact is not None:
        for move in moves_of(fact):
            by = (move.target == MINE) - (move.source == MINE)
            net[move.sku] = net.get(move.sku, 0) + by * move.qty
    kept_fact = fact if isinstance(fact, stock_facts.RightsGranted | stock_facts.StockFound) else None
    return Kept(bytes(body), bytes(digest).hex(), tuple(sorted(net.items())), kept_fact)
