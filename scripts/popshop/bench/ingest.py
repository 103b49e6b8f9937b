"""Durable events per second of the whole agent, beside no database at all and a commit for every message."""

from __future__ import annotations

import dataclasses
import json
import os
import signal
import statistics
import subprocess
import sys
import time
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import requests

from edge_agent.adapters.identity import Identity
from edge_agent.adapters.sqlite_store.connection import open_reader
from edge_agent.entrypoints.main import STORE_FILE
from hardware.broker import EmbeddedBroker
from popshop.bench.load import TIMEOUT_S, open_session, planogram, publish
from popshop.bench.usage import memory_mb
from popshop.clock import steady_s
from popshop.shop.local import LocalShop

STORE: Final = "bench"
ROUNDS: Final = 3
POLL_S: Final = 0.3


@dataclasses.dataclass(frozen=True)
class Ingest:
    """Medians over the rounds, in events per second, and what may be claimed: the ratios."""

    events: int
    rounds: int
    agent_per_s: float
    no_database_per_s: float
    commit_per_message_per_s: float
    commit_per_message_wal_per_s: float
    times_commit_per_message: float
    times_commit_per_message_wal: float
    share_of_no_database: float
    agent_peak_rss_mb: float


def run(folder: Path, events: int, rounds: int = ROUNDS) -> Ingest:
    """Measure; contenders take turns so that what the machine does meanwhile hits all alike."""
    rates: dict[str, list[float]] = {"agent": [], "none": [], "commit": [], "commit-wal": []}
    rss_mb = 0.0
    for turn in range(rounds):
        for kind in ("none", "commit", "commit-wal"):
            count = events if kind == "none" else max(1_000, events // 10)
            rates[kind].append(_baseline(folder / f"{kind}-{turn}", kind, count))
        rate, peak_mb = _agent(folder / f"agent-{turn}", events)
        rates["agent"].append(rate)
        rss_mb = max(rss_mb, peak_mb)
    m = {kind: statistics.median(values) for kind, values in rates.items()}
    return Ingest(
        events=events,
        rounds=rounds,
        agent_per_s=round(m["agent"]),
        no_database_per_s=round(m["none"]),
        commit_per_message_per_s=round(m["commit"]),
        commit_per_message_wal_per_s=round(m["commit-wal"]),
        times_commit_per_message=round(m["agent"] / m["commit"], 2),
        times_commit_per_message_wal=round(m["agent"] / m["commit-wal"], 2),
        share_of_no_database=round(m["agent"] / m["none"], 3),
        agent_peak_rss_mb=round(rss_mb, 1),
    )


def _baseline(folder: Path, kind: str, count: int) -> float:
    folder.mkdir(parents=True)
    broker = EmbeddedBroker(folder / "broker", STORE)
    broker.start()
    try:
        open_session(broker, f"agent-{STORE}", f"popshop/1/{STORE}/+/report")
        publish(broker, STORE, "boot", count)
        user, password = broker.agent_credentials()
        call = [kind, str(broker.port), user, password, STORE, str(count), str(folder)]
        done = subprocess.run(
            [sys.executable, "-m", "popshop.bench.baselines", *call],
            capture_output=True, text=True, check=True, timeout=TIMEOUT_S * 2,
        )  # fmt: skip
        return count / float(json.loads(done.stdout)["seconds"])
    finally:
        broker.stop()


def _agent(folder: Path, count: int) -> tuple[float, float]:
    store = Identity(store=STORE, name="Bench", timezone="UTC", currency="CNY")
    with LocalShop(folder, store) as shop:
        shop.stand_alone()
        shop.broker.start()
        shop.start_agent()
        _plan(shop)
        _wait_for_broker(shop)
        before = len(_row_times(shop))
        # The agent holds still while the backlog gathers. It is not restarted for that: at a resumed session
        # the broker may drop its first deliveries and bring them 5 s later, and nobody here sends a report twice.
        os.kill(shop.agent_pid, signal.SIGSTOP)
        try:
            publish(shop.broker, STORE, "boot", count)
        finally:
            os.kill(shop.agent_pid, signal.SIGCONT)
        seconds = _drained(shop, before, count)
        return count / seconds, memory_mb(shop.agent_pid)


def _wait_for_broker(shop: LocalShop) -> None:
    give_up_s = steady_s() + TIMEOUT_S
    while "popshop_broker_connected 1.0" not in requests.get(f"{shop.agent_url}/metrics", timeout=30).text:
        if steady_s() > give_up_s:
            raise RuntimeError("the agent does not reach its broker")
        time.sleep(POLL_S)
    # Its subscriptions are on their way with the connection; this is far more than they take.
    time.sleep(1.0)


def _plan(shop: LocalShop) -> None:
    items, slots = planogram()
    bodies: dict[str, Any] = {
        "catalogue": {"items": [dataclasses.asdict(item) for item in items]},
        "planogram": {"slots": [dataclasses.asdict(slot) for slot in slots]},
    }
    for name, body in bodies.items():
        headers = {"Authorization": f"Bearer {shop.credentials()['staff_token']}", "Idempotency-Key": name}
        requests.post(
            f"{shop.agent_url}/api/{name}", json=body, headers=headers, timeout=30
        ).raise_for_status()


def _drained(shop: LocalShop, before: int, count: int) -> float:
    """Wait until every report is in the journal; the journal's own times then say how fast they came."""
    give_up_s = steady_s() + TIMEOUT_S
    while len(_row_times(shop)) < before + count:
        if steady_s() > give_up_s:
            raise RuntimeError("the agent did not take all reports")
        time.sleep(POLL_S)
    times = _row_times(shop)[before:]
    # A row's time is its batch's beginning, so the last batch's work lies behind the last time: leave it out.
    whole = [at for at in times if at < times[-1]]
    return (times[-1] - times[0]).total_seconds() * count / len(whole)


def _row_times(shop: LocalShop) -> list[datetime]:
    """When each row was journalled, oldest first."""
    with closing(open_reader(shop.edge_data / STORE_FILE)) as db:
        return [datetime.fromisoformat(row[0]) for row in db.execute("SELECT at FROM journal ORDER BY at")]
