"""A long offline time's journal, drained by a real agent into a real headquarters, beside a raw COPY of the same rows.

Both write into the same PostgreSQL, in turns: the agent drains a part of its journal and is then held still (SIGSTOP)
while the very rows of that part are copied into a table of the same shape, so that what the machine does meanwhile
hits both. The COPY gets its rows packed beforehand: only the database's own work is on its clock.
"""

from __future__ import annotations

import dataclasses
import json
import os
import signal
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from struct import Struct
from typing import Any, Final
from urllib.parse import quote

import psycopg

from edge_agent.adapters import identity
from edge_agent.entrypoints.main import STORE_FILE
from hardware.child_process import Child
from popshop.bench import sales_day
from popshop.bench.usage import memory_mb
from popshop.clock import steady_s
from popshop.shop.processes import HQ_STOP_TIMEOUT_S, popshop, run_popshop, wait_for_address

STORE: Final = "bench"
ROUNDS: Final = 5
COPY_ROWS: Final = 5_000
POLL_S: Final = 0.02
QUIET_S: Final = 0.5
"""Nothing more comes from a store that is held still when nothing came for so long."""
PATIENCE_S: Final = 120.0
"""Without any row for so long, something is wrong."""
HEADER: Final = b"PGCOPY\n\xff\r\n\0" + bytes(8)
TRAILER: Final = b"\xff\xff"

Acked = dict[str, int]
Db = psycopg.Connection[Any]


@dataclasses.dataclass(frozen=True)
class Sync:
    """Rows per second of both, over all rounds; memory at its peak and after the first and the last round."""

    rows: int
    rounds: int
    drain_per_s: float
    copy_per_s: float
    ratio: float
    agent_peak_rss_mb: float
    hq_peak_rss_mb: float
    agent_rss_mb: list[float]
    hq_rss_mb: list[float]
    ledger_first: bool
    """Whether headquarters had the whole ledger before it had the first interaction."""
    quarantined: int
    generate_s: float


def run(folder: Path, rows: int, rounds: int = ROUNDS) -> Sync:
    """Measure. Everything is made below `folder`, and nothing runs afterwards."""
    folder = folder.resolve()
    with headquarters(folder) as (hq, url):
        enrol = ["hq", "enrol", STORE, "--data", str(folder / "hq"), "--json"]
        code = json.loads(run_popshop(folder, enrol))["code"]
        run_popshop(folder, ["edge", "join", code, "--data", str(folder / "store"), "--json"])
        who = identity.load(folder / "store")
        assert who is not None, f"joined at {url}"
        begun_s = steady_s()
        there = sales_day.fill_journal(folder / "store" / STORE_FILE, folder / "day.db", who, rows)
        generate_s = steady_s() - begun_s
        with psycopg.connect(dsn_of(folder / "hq"), autocommit=True) as db, _agent(folder) as agent:
            return _measure(_Contest(folder, db, agent, hq, there), rounds, generate_s)


class _Contest:
    """The agent that drains and the COPY beside it."""

    def __init__(self, folder: Path, db: Db, agent: Child, hq: Child, rows: int) -> None:
        self.db = db
        self.agent = agent
        self.hq = hq
        self.rows = rows
        self._path = folder / "store" / STORE_FILE
        self._was: Acked = {}
        db.execute("CREATE TABLE raw_copy (LIKE events INCLUDING ALL)")

    def drain(self, upto: int) -> tuple[int, float]:
        """Let the agent drain until headquarters has `upto` rows; answers how many came, and in how many seconds."""
        before = sum(self.acked().values())
        begun_s = last_s = steady_s()
        os.kill(self.agent.pid, signal.SIGCONT)
        seen = before
        while seen < upto:
            time.sleep(POLL_S)
            now_s, there = steady_s(), sum(self.acked().values())
            if there > seen:
                seen, last_s = there, now_s
            elif now_s - last_s > PATIENCE_S:
                raise RuntimeError(f"headquarters has {seen} of {upto} rows, and no more come")
        os.kill(self.agent.pid, signal.SIGSTOP)
        # What is under way counts, and so does its time.
        while (now_s := steady_s()) - last_s < QUIET_S:
            if (there := sum(self.acked().values())) > seen:
                seen, last_s = there, now_s
            time.sleep(POLL_S)
        return seen - before, last_s - begun_s

    def copy(self) -> tuple[int, float]:
        """Copy the rows that the last drain brought; answers how many, and in how many seconds."""
        now = self.acked()
        count, seconds = 0, 0.0
        for stream, upto in now.items():
            for rows in self._parts(stream, self._was.get(stream, 0), upto):
                packed = _packed(rows)
                begun_s = steady_s()
                with self.db.transaction(), self.db.cursor() as cursor, cursor.copy(_COPY) as copy:
                    copy.write(packed)
                seconds += steady_s() - begun_s
                count += len(rows)
        self._was = now
        return count, seconds

    def acked(self) -> Acked:
        """How far headquarters has each stream."""
        return dict(self.db.execute("SELECT stream, acked FROM logs WHERE store = %s", [STORE]).fetchall())

    def _parts(self, stream: str, after: int, upto: int) -> Iterator[list[tuple[Any, ...]]]:
        with closing(sqlite3.connect(f"{self._path.as_uri()}?mode=ro", uri=True)) as db:
            cursor = db.execute(
                "SELECT stream, epoch, seq, body, hash FROM journal WHERE stream = ? AND seq > ? AND seq <= ?"
                " ORDER BY seq",
                (stream, after, upto),
            )
            while rows := cursor.fetchmany(COPY_ROWS):
                yield rows

    def ledger_came_first(self) -> bool:
        """Whether the last row of the ledger's backlog was received before the first interaction."""
        found = self.db.execute(
            "SELECT max(received_at) FILTER (WHERE stream = 'ledger' AND seq <= %s)"
            " <= min(received_at) FILTER (WHERE stream = 'interactions') FROM events",
            [self._was["ledger"]],
        ).fetchone()
        return bool(found and found[0])


def _measure(contest: _Contest, rounds: int, generate_s: float) -> Sync:
    drained, drain_s, copied, copy_s = 0, 0.0, 0, 0.0
    memory: dict[str, list[float]] = {"agent": [], "hq": []}
    try:
        for turn in range(rounds):
            count, seconds = contest.drain(contest.rows * (turn + 1) // rounds)
            drained, drain_s = drained + count, drain_s + seconds
            count, seconds = contest.copy()
            copied, copy_s = copied + count, copy_s + seconds
            memory["agent"].append(memory_mb(contest.agent.pid, "VmRSS"))
            memory["hq"].append(memory_mb(contest.hq.pid, "VmRSS"))
    finally:
        os.kill(contest.agent.pid, signal.SIGCONT)
    waits = contest.db.execute("SELECT count(*) FROM quarantine WHERE settled_at IS NULL").fetchone()
    return Sync(
        rows=drained,
        rounds=rounds,
        drain_per_s=round(drained / drain_s),
        copy_per_s=round(copied / copy_s),
        ratio=round(drained / drain_s / (copied / copy_s), 3),
        agent_peak_rss_mb=memory_mb(contest.agent.pid),
        hq_peak_rss_mb=memory_mb(contest.hq.pid),
        agent_rss_mb=memory["agent"],
        hq_rss_mb=memory["hq"],
        ledger_first=contest.ledger_came_first(),
        quarantined=waits[0] if waits else 0,
        generate_s=round(generate_s, 1),
    )


# ── the raw COPY ────────────────────────────────────────────────────────────────────────────────────

_COPY: Final = """
COPY raw_copy (store, stream, epoch, received_at, seq, type, subject, body, hash) FROM STDIN (FORMAT BINARY)"""
_INT: Final = Struct("!i")
_NUMBERS: Final = Struct("!iiiqiq")


def _packed(rows: Sequence[tuple[Any, ...]]) -> bytes:
    """Rows in PostgreSQL's binary format. Type and subject are not taken apart: the COPY is as raw as can be."""
    out = bytearray(HEADER)
    store, kind = _text(STORE), _text("popshop.order.placed.v1")
    for stream, epoch, seq, body, digest in rows:
        out += b"\0\x09" + store + _text(stream) + _NUMBERS.pack(4, epoch, 8, 0, 8, seq)
        out += kind + kind + _INT.pack(len(body)) + body + _INT.pack(32) + digest
    return bytes(out + TRAILER)


def _text(value: str) -> bytes:
    return _INT.pack(len(value)) + value.encode()


# ── processes ───────────────────────────────────────────────────────────────────────────────────────


@contextmanager
def headquarters(folder: Path) -> Iterator[tuple[Child, str]]:
    (folder / "hq").mkdir(parents=True)
    hq = popshop(folder, "hq", ["hq", "run", "--data", str(folder / "hq"), "--port", "0"])
    try:
        address = wait_for_address(folder / "hq" / "address.json", hq, folder / "hq.log")
        yield hq, address["url"]
    finally:
        hq.stop(HQ_STOP_TIMEOUT_S)


@contextmanager
def _agent(folder: Path) -> Iterator[Child]:
    data = folder / "store"
    agent = popshop(folder, "agent", ["edge", "run", "--data", str(data), "--port", "0"])
    try:
        wait_for_address(data / "address.json", agent, folder / "agent.log")
        os.kill(agent.pid, signal.SIGSTOP)
        yield agent
    finally:
        agent.stop()


def dsn_of(hq: Path) -> str:
    """Headquarters' PostgreSQL wrote its socket's folder into the fifth line of its own file."""
    sockets = (hq / "postgres" / "cluster" / "postmaster.pid").read_text().splitlines()[4]
    return f"postgresql://popshop@/popshop?host={quote(sockets, safe='')}"
