"""For tests that kill: processes that start at once, a wire that stops at a place, and a store that dies at a commit.

The processes are our own commands, forked from one that has done the importing: killing dozens of them stays cheap.
"""

from __future__ import annotations

import ctypes
import gc
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import traceback
from contextlib import closing
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests

from cloud_sync.protocol.session import SYNC_PATH
from cloud_sync.protocol.upstream import FENCED
from cloud_sync.protocol.witness import Standing
from edge_agent.adapters import identity, witness_file
from edge_agent.adapters.clock import SystemClock
from edge_agent.adapters.hq_link import HqAddress, HqLink
from edge_agent.adapters.sqlite_store import schema
from edge_agent.adapters.sqlite_store.connection import open_writer
from edge_agent.adapters.sqlite_store.journal import SqliteJournal
from edge_agent.adapters.sqlite_store.queries import Queries
from edge_agent.domain import commands
from edge_agent.domain.policy import Policy
from edge_agent.services.brain import Answer, Brain, Done
from edge_agent.services.handlers import Rules
from popshop import cli
from tests.edge_live import SOON_S, eventually
from tests.hostile_hq import _Handler, read_request
from tests.hq_process import environment

ARRIVED = "the request has left the store"
HALF_SENT = "half of the request has reached headquarters"
ANSWERED = "headquarters has answered"
HALF_ANSWERED = "half of the answer has reached the store"


# ── processes ───────────────────────────────────────────────────────────────────────────────────────


LOADED_LATE = (
    "cloud_sync.hq.main",
    "edge_agent.adapters.payments.alipay",
    "edge_agent.adapters.payments.wechat",
    "edge_agent.adapters.printing.printer",
    "edge_agent.entrypoints.main",
    "popshop.commands.device",
    "popshop.commands.edge",
    "popshop.commands.hq",
)
"""What the commands load when they run, a second's worth; the nursery has it before."""


class Nursery:
    """Forks processes that have everything imported. A context: leaving it ends them all."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._mother = subprocess.Popen(
            [sys.executable, "-c", "from tests.crash_points import bear_children; bear_children()"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment(),
            cwd=folder,
        )

    def bear(self, name: str, *arguments: str) -> int:
        """Start `popshop ARGUMENTS` (or, by the name `core`, a store without a server); its process id."""
        assert self._mother.stdin is not None
        assert self._mother.stdout is not None
        asked = {"name": name, "log": str(self._folder / f"{name}.log"), "arguments": arguments}
        self._mother.stdin.write(json.dumps(asked).encode() + b"\n")
        self._mother.stdin.flush()
        return int(self._mother.stdout.readline())

    def log(self, name: str) -> str:
        """The last that processes of that name said."""
        return (self._folder / f"{name}.log").read_text()[-3_000:]

    def __enter__(self) -> Nursery:
        return self

    def __exit__(self, *_: object) -> None:
        self._mother.kill()
        self._mother.wait()


def bear_children() -> None:
    """Be the process that forks; a line on stdin is a child to bear, the answer its process id."""
    for module in LOADED_LATE:
        import_module(module)
    # A child that collects garbage would copy all of this.
    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for line in sys.stdin.buffer:
        asked = json.loads(line)
        child = os.fork()
        if child == 0:
            _be(**asked)
        os.write(1, f"{child}\n".encode())


def _be(name: str, log: str, arguments: list[str]) -> None:
    from tests import sale_crashes

    ctypes.CDLL(None).prctl(1, signal.SIGKILL)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for stream in (1, 2):
        os.dup2(out, stream)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    status = 1
    try:
        if name == "core":
            run_core(Path(arguments[0]), int(arguments[1]), before=arguments[2] == "before")
            os.write(1, b"it was not killed\n")
            status = 0
        else:
            if name == "mortal":
                sale_crashes.await_place(Path(arguments.pop(0)))
            sys.argv = ["popshop", *arguments]
            cli.main()
    except Exception:
        traceback.print_exc()
    finally:
        os._exit(status)


def kill(pid: int) -> None:
    """kill -9; returns when it is gone."""
    os.kill(pid, signal.SIGKILL)
    wait_until_gone(pid)


def wait_until_gone(pid: int) -> None:
    """Wait for the end of a process of the nursery."""
    eventually(lambda: not Path(f"/proc/{pid}").exists(), what=f"the end of process {pid}")


# ── the wire ────────────────────────────────────────────────────────────────────────────────────────


class Gate:
    """Carries a store's requests to headquarters, and stops one that has rows at a place until told to go on."""

    def __init__(self) -> None:
        self.url = ""
        self._changed = threading.Condition()
        self._stop = ""
        self._held = ""
        self._turn = 0
        self._lost = False
        self._open = threading.Event()

    def lead_to(self, url: str) -> None:
        """Headquarters answers here now."""
        self.url = url
        self._open.set()

    def close(self) -> None:
        """Keep requests waiting: nobody answers."""
        self._open.clear()

    def stop_at(self, place: str) -> None:
        """Hold the next request that comes to this place."""
        with self._changed:
            self._stop, self._held = place, ""

    def reached(self) -> None:
        """Wait until a request is held."""
        with self._changed:
            assert self._changed.wait_for(lambda: self._held, SOON_S), f"nothing came to: {self._stop}"

    def go_on(self, to: str = "") -> None:
        """Let the held request go on, to the next stop (of this or a later request) if one is named."""
        with self._changed:
            self._stop, self._held, self._lost = to, "", False
            self._turn += 1
            self._changed.notify_all()

    def lose(self) -> None:
        """End the connection of what is held, and hold nothing any more."""
        with self._changed:
            self._stop, self._held, self._lost = "", "", True
            self._turn += 1
            self._changed.notify_all()

    def _at(self, place: str) -> None:
        with self._changed:
            if self._stop != place:
                return
            self._stop, self._held, turn = "", place, self._turn
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._turn != turn)
            if self._lost:
                raise ConnectionAbortedError

    def __call__(self, handler: _Handler, body: bytes) -> None:
        names = ("Authorization", "Content-Encoding", "Content-Type")
        headers = {name: handler.headers[name] for name in names if handler.headers[name]}
        has_rows = handler.path == SYNC_PATH and bool(read_request(handler, body).events)
        if has_rows:
            self._at(ARRIVED)
        self._open.wait(SOON_S)
        if has_rows and self._stop == HALF_SENT:
            self._send_half(handler.path, headers, body)
        try:
            answer = requests.post(self.url + handler.path, data=body, headers=headers, timeout=30)
        except requests.ConnectionError:
            # The store tries again when headquarters is there again, so that one kill is one failure.
            self._open.wait(SOON_S)
            raise
        if has_rows:
            self._at(ANSWERED)
            if self._stop == HALF_ANSWERED:
                half = answer.content[: len(answer.content) // 2]
                handler.reply(answer.status_code, half, Content_Length=str(len(answer.content)))
                self._at(HALF_ANSWERED)
        handler.reply(answer.status_code, answer.content)

    def _send_half(self, path: str, headers: dict[str, str], body: bytes) -> None:
        there = urlsplit(self.url)
        head = {"Host": there.netloc, "Content-Length": str(len(body)), **headers}
        lines = [f"POST {path} HTTP/1.1", *(f"{name}: {value}" for name, value in head.items())]
        with socket.create_connection((str(there.hostname), there.port or 80)) as line:
            line.sendall("\r\n".join([*lines, "", ""]).encode() + body[: len(body) // 2])
            self._at(HALF_SENT)


# ── a store that dies at a commit ───────────────────────────────────────────────────────────────────


class MortalBrain(Brain):
    """Commits each command of the link by itself, and dies at the commit of number `dies_at`, before or behind it."""

    def __init__(self, db: sqlite3.Connection, journal: SqliteJournal, dies_at: int, *, before: bool) -> None:
        super().__init__(journal, Rules(Policy(), frozenset({"counter"}), shares_stock=True), SystemClock())
        self._db = db
        self._dies_at = dies_at
        self._before = before
        self._taken = 0

    def submit(self, command: commands.Command, done: Done | None = None, *, timeout_s: float = 5.0) -> None:
        """As the brain does; and carry it out."""
        if not command.id:
            self._taken += 1
        dies = not command.id and self._taken == self._dies_at
        if dies and self._before:
            self._db.set_authorizer(_die_at_commit)

        def answered(answer: Answer) -> None:
            # Nobody has been told of the commit yet: the note outside does not know of it.
            if dies:
                os.kill(os.getpid(), signal.SIGKILL)
            if done is not None:
                done(answer)

        super().submit(command, answered, timeout_s=timeout_s)
        self.step(0)


def _die_at_commit(action: int, what: str | None, *_: Any) -> int:
    if action == sqlite3.SQLITE_TRANSACTION and what == "COMMIT":
        os.kill(os.getpid(), signal.SIGKILL)
    return sqlite3.SQLITE_OK


def run_core(folder: Path, dies_at: int = 0, *, before: bool = False) -> None:
    """A store's brain, journal, note and link: receive a unit, and drain; or die at a commit on the way there."""
    mine = identity.load(folder)
    assert mine is not None
    schema.migrate(folder / identity.STORE_FILE)
    with (
        closing(open_writer(folder / identity.STORE_FILE)) as db,
        closing(Queries(folder / identity.STORE_FILE)) as queries,
        requests.Session() as session,
    ):
        journal = SqliteJournal(db, mine.store)
        brain = MortalBrain(db, journal, dies_at, before=before)
        opening = commands.OpenStore("open", mine.store, mine.name, mine.timezone, mine.currency, mine.epoch)
        brain.submit(opening)
        note = witness_file.WitnessFile(witness_file.beside(folder), queries, journal.ledger_head)
        assert note.judge() is Standing.LATEST
        note.begin()
        brain.on_commit(note.follow)
        key = f"k{queries.last_seq('ledger')}"
        brain.submit(commands.ListItems(f"list:{key}", (commands.ListedItem("A", "A", "A", 500),)))
        brain.submit(commands.ReceiveStock(f"receive:{key}", "A", 1, "supplier", "", ""))
        address = HqAddress(mine.hq_url, mine.store, mine.token, note.machine)
        link = HqLink(address, queries, brain, SystemClock(), lambda: 0.0, session)
        link.step()
        assert link.status.state == "online", link.status
        assert queries.standing()["state"] != FENCED
        assert queries.waiting()["rows"] == 0
        note.end()
