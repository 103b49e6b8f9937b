"""How long an event of an open shop takes to reach headquarters: every row of a demo, from the store's commit on.

Both times are of this computer's clock. A row's store time is the beginning of its transaction, so what is measured
holds a little more than the way.
"""

from __future__ import annotations

import dataclasses
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import psycopg

from cloud_sync.hq.database.postgres import EmbeddedPostgres
from edge_agent.entrypoints.main import STORE_FILE
from popshop.shop.processes import run_popshop


@dataclasses.dataclass(frozen=True)
class Delay:
    """Milliseconds from the store's time of a row to headquarters' time of its arrival."""

    rows: int
    p50_ms: float
    p95_ms: float
    p99_ms: float
    max_ms: float


def run(folder: Path, minutes: float = 1.0) -> Delay:
    """Open the demo's shop for so long, its line never cut, and measure every row it wrote."""
    demo = folder.resolve() / "demo"
    run_popshop(
        folder,
        ["demo", "--headless", "--steady-line", "--minutes", str(minutes), "--data", str(demo), "--json"],
    )
    with closing(sqlite3.connect(demo / "store" / STORE_FILE)) as db:
        written = {
            (stream, seq): datetime.fromisoformat(at)
            for stream, seq, at in db.execute("SELECT stream, seq, at FROM journal")
        }
    server = EmbeddedPostgres(demo / "hq" / "postgres")
    try:
        with psycopg.connect(server.start()) as connection:
            arrived = connection.execute("SELECT stream, seq, received_at FROM events").fetchall()
    finally:
        server.stop()
    delays = sorted(
        (received_at.astimezone(UTC) - written[stream, seq]).total_seconds() * 1000
        for stream, seq, received_at in arrived
    )
    return Delay(len(delays), *(round(delays[_place(delays, p)], 1) for p in (50, 95, 99, 100)))


def _place(values: list[float], percent: int) -> int:
    return min(len(values) - 1, len(values) * percent // 100)
