"""What the agent's ingest is measured against, as a process of its own: `python -m popshop.bench.baselines`.

`none`: take the message, decode it, acknowledge it; no database at all. `commit`: what one writes first, all of the
agent's work in `on_message` with a transaction for every message, on SQLite as it comes (rollback journal,
synchronous FULL). `commit-wal`: the same with the agent's own settings (WAL, FULL).
"""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from edge_agent.adapters.clock import SystemClock
from edge_agent.adapters.mqtt_link import to_command
from edge_agent.adapters.sqlite_store import schema
from edge_agent.adapters.sqlite_store.connection import open_writer
from edge_agent.adapters.sqlite_store.journal import SqliteJournal
from edge_agent.domain.commands import Command, ListItems, OpenStore, PlanSlots
from edge_agent.domain.policy import Policy
from edge_agent.services.brain import Brain
from edge_agent.services.handlers import Rules
from hardware import topics
from popshop.bench.load import TIMEOUT_S, planogram
from popshop.clock import steady_s

KINDS: Final = ("none", "commit", "commit-wal")
Work = Callable[[Command], None]


def no_database(_: Command) -> None:
    """The report is decoded; that is all."""


def commit_per_message(folder: Path, store: str, *, wal: bool) -> Work:
    """The agent's own decisions, journal and tables, in one transaction a message."""
    schema.migrate(folder / "baseline.db")
    db = open_writer(folder / "baseline.db")
    if not wal:
        db.execute("PRAGMA journal_mode = DELETE")
    brain = Brain(SqliteJournal(db, store), Rules(Policy(), frozenset()), SystemClock())
    items, slots = planogram()
    brain.submit(OpenStore("", store, store, "UTC", "CNY", 1))
    brain.submit(ListItems("items", items))
    brain.submit(PlanSlots("slots", slots))
    brain.step(0)

    def work(command: Command) -> None:
        brain.submit(command)
        brain.step(0)

    return work


def drain(port: int, user: str, password: str, store: str, count: int, work: Work) -> float:
    """Take `count` reports from the waiting session. Returns the seconds from the first to the last."""
    first_s: list[float] = []
    done = threading.Event()
    left = count

    def on_message(client: mqtt.Client, _: Any, message: mqtt.MQTTMessage) -> None:
        nonlocal left
        if not first_s:
            first_s.append(steady_s())
        topic = topics.parse(message.topic)
        assert topic is not None, "only reports come here"
        work(to_command(topic, bytes(message.payload), message.topic))
        client.ack(message.mid, message.qos)
        left -= 1
        if not left:
            done.set()

    client = mqtt.Client(
        CallbackAPIVersion.VERSION2, client_id=f"agent-{store}", clean_session=False, manual_ack=True
    )
    client.username_pw_set(user, password)
    client.on_message = on_message
    client.connect("127.0.0.1", port)
    client.loop_start()
    if not done.wait(TIMEOUT_S):
        raise RuntimeError(f"{left} of {count} reports did not come")
    seconds = steady_s() - first_s[0]
    client.disconnect()
    client.loop_stop()
    return seconds


def main(kind: str, port: str, user: str, password: str, store: str, count: str, folder: str) -> None:
    """Run one baseline and print its figures."""
    work = (
        no_database if kind == "none" else commit_per_message(Path(folder), store, wal=kind == "commit-wal")
    )
    seconds = drain(int(port), user, password, store, int(count), work)
    sys.stdout.write(json.dumps({"seconds": seconds}))


if __name__ == "__main__":
    main(*sys.argv[1:])
