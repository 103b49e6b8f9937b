"""kill -9 of the store, of headquarters and of both at every step of a sync: each row and each grant counts once.

A step is reached by holding the wire, a lock in PostgreSQL or the store's file, never by waiting a while.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
import pytest
import requests

from cloud_sync.hq import address
from cloud_sync.hq.database.verify import verify as verify_hq
from cloud_sync.protocol import stock_facts
from edge_agent.adapters import identity, joining, witness_file
from edge_agent.adapters.sqlite_store.queries import Queries
from popshop.shop.client import StaffClient
from tests.crash_points import (
    ANSWERED,
    ARRIVED,
    HALF_ANSWERED,
    HALF_SENT,
    Gate,
    Nursery,
    kill,
    run_core,
    wait_until_gone,
)
from tests.edge_harness import assert_chained, read_journal
from tests.edge_live import eventually
from tests.hostile_hq import HttpServer

COMMIT_KEY = 4711
RULES = 1
"""The first row that headquarters has for a store: its rules."""
AT_COMMIT = f"""
CREATE FUNCTION wait_at_commit() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN PERFORM pg_advisory_xact_lock_shared({COMMIT_KEY}); RETURN NULL; END $$;
CREATE CONSTRAINT TRIGGER wait_at_commit AFTER UPDATE ON logs DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW EXECUTE FUNCTION wait_at_commit()"""


@dataclass
class World:
    """One headquarters on a PostgreSQL that lives on, the wire to it, and stores in folders of their own."""

    folder: Path
    dsn: str
    nursery: Nursery
    gate: Gate
    door: str
    hq_pid: int = 0
    agent_pid: int = 0
    agent_url: str = ""
    granted: dict[str, int] = field(default_factory=dict)
    received: dict[str, int] = field(default_factory=dict)
    deeds: int = 0

    # ── starting and killing ────────────────────────────────────────────────────────────────────────

    def start_hq(self) -> None:
        folder = self.folder / "hq"
        # An address of its own, or the store's rules would change with every start.
        options = ["--data", str(folder), "--port", "0", "--dsn", self.dsn, "--public-url", "http://hq.test"]
        self.hq_pid = self.nursery.bear("hq", "hq", "run", *options)
        here = eventually(self._hq_address, what="headquarters")
        self.gate.lead_to(here)

    def _hq_address(self) -> str:
        try:
            here = address.read(self.folder / "hq")
        except FileNotFoundError:
            return ""
        return here.url if here.pid == self.hq_pid else ""

    def start_agent(self) -> None:
        data = self.data("pop-1")
        (data / "address.json").unlink(missing_ok=True)
        nowhere = "mqtt://nobody:nothing@127.0.0.1:9"
        options = ["--data", str(data), "--port", "0", "--broker", nowhere]
        self.agent_pid = self.nursery.bear("agent", "edge", "run", *options)
        eventually((data / "address.json").exists, what="the agent")
        self.agent_url = json.loads((data / "address.json").read_text())["url"]

    def kill_agent(self) -> None:
        kill(self.agent_pid)

    def kill_hq(self) -> None:
        self.gate.close()
        kill(self.hq_pid)

    def join(self, store: str) -> None:
        body = {"store": store, "name": "Pop", "timezone": "Asia/Shanghai", "currency": "CNY"}
        code = self.post("/api/enrolments", body)["code"].partition("@")[0]
        data = self.data(store)
        joining.join(data, witness_file.beside(data), f"{code}@{self.door}")
        self.granted[store] = self.received[store] = 0
        eventually(lambda: self._told(store) == RULES, what=f"the rules of {store}")

    def _told(self, store: str) -> int:
        with psycopg.connect(self.dsn) as hq:
            found = hq.execute("SELECT count(*) FROM down_rows WHERE store = %s", [store]).fetchone()
        return 0 if found is None else int(found[0])

    def data(self, store: str) -> Path:
        return self.folder / store

    # ── doing ───────────────────────────────────────────────────────────────────────────────────────

    def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        secrets = json.loads((self.folder / "hq" / "credentials.json").read_text())
        auth = ("test", secrets["admin_password"])
        answer = requests.post(self.gate.url + path, json=body, auth=auth, timeout=30)
        assert answer.ok, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def grant(self, store: str) -> None:
        self.post("/api/grants", {"store": store, "sku": "A", "qty": 2, "why": "test"})
        self.granted[store] += 1

    def staff(self) -> StaffClient:
        token = json.loads((self.data("pop-1") / "credentials.json").read_text())["staff_token"]
        return StaffClient(self.agent_url, token, patience_s=10)

    def receive(self) -> None:
        """A delivery at the running agent: a row that waits for headquarters."""
        self.deeds += 1
        with self.staff() as staff:
            body = {"sku": "A", "qty": 1, "kind": "supplier"}
            staff.post("/api/stock/receive", body, f"receive-{self.deeds}")
        self.received["pop-1"] += 1

    def health(self) -> dict[str, Any]:
        with self.staff() as staff:
            return staff.get("/api/health")

    # ── holding ─────────────────────────────────────────────────────────────────────────────────────

    def hold(self, locked: str) -> Callable[[], None]:
        """Keep a lock in headquarters' database and wait until somebody stands before it; call to let go."""
        connection = psycopg.connect(self.dsn)
        connection.execute(locked.encode())
        self.gate.go_on()
        waits = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        with psycopg.connect(self.dsn, autocommit=True) as looking:
            eventually(lambda: (looking.execute(waits).fetchone() or [0])[0], what=f"somebody at: {locked}")
        return connection.close

    def hold_file(self) -> Callable[[], None]:
        """Let the store read its whole answer while its file takes no commit; call to let go."""
        self.gate.go_on(ANSWERED)
        self.gate.reached()
        heard_before = self.health()["sync"]["last_ok_at"]
        writer = sqlite3.connect(self.data("pop-1") / identity.STORE_FILE, isolation_level=None)
        writer.execute("BEGIN IMMEDIATE")
        self.gate.go_on()
        eventually(
            lambda: self.health()["sync"]["last_ok_at"] != heard_before, what="the store has its answer"
        )
        return writer.close

    # ── looking ─────────────────────────────────────────────────────────────────────────────────────

    def watermarks(self) -> tuple[int, int, int]:
        """Rows that headquarters has committed, rows the agent knows of among them, grants the agent has applied."""
        with (
            closing(Queries(self.data("pop-1") / identity.STORE_FILE)) as queries,
            psycopg.connect(self.dsn) as hq,
        ):
            head = hq.execute("SELECT acked FROM logs WHERE store = 'pop-1' AND stream = 'ledger'").fetchone()
            assert head is not None
            return head[0], queries.acked("ledger")[0], queries.down_seq()

    # ── what must be true afterwards ────────────────────────────────────────────────────────────────

    def all_told(self) -> bool:
        """Whether the running agent is online and headquarters has everything, its answers to grants as well."""
        sync = self.health()["sync"]
        with psycopg.connect(self.dsn) as hq:
            unanswered = hq.execute("SELECT count(*) FROM down_rows WHERE answered_at IS NULL").fetchone()
        return (sync["state"], sync["waiting"], unanswered) == ("online", 0, (0,))

    def assert_once(self, store: str) -> None:
        """Every row is at headquarters once, every grant at the store once, and both books say the same."""
        path = self.data(store) / identity.STORE_FILE
        assert_chained(path)
        with closing(Queries(path)) as queries, psycopg.connect(self.dsn) as hq:
            assert (queries.standing()["state"], queries.epoch()) == ("ok", 1)
            last = queries.last_seq("ledger")
            rows = hq.execute(
                "SELECT count(*), count(DISTINCT seq), max(seq) FROM events"
                " WHERE store = %s AND stream = 'ledger' AND epoch = 1",
                [store],
            ).fetchone()
            assert rows == (last, last, last)
            head = hq.execute(
                "SELECT acked, encode(hash, 'hex') FROM logs WHERE store = %s AND stream = 'ledger'", [store]
            ).fetchone()
            assert head == queries.acked("ledger") == (last, queries.hash_at("ledger", last))
            applied = [f.down_seq for _, f in read_journal(path) if isinstance(f, stock_facts.RightsGranted)]
            assert applied == list(range(RULES + 1, RULES + self.granted[store] + 1))
            assert queries.down_seq() == RULES + self.granted[store]
            [right] = queries.rights(["A"])
            hold = hq.execute(
                "SELECT units FROM balances WHERE account = %s AND sku = 'A'", [f"{store}/hold/1"]
            ).fetchone()
            assert hold == (right["available"] + right["held"],)
            assert hold == (2 * self.granted[store] + self.received[store],)
            odd = hq.execute(
                "SELECT (SELECT count(*) FROM alerts), (SELECT count(*) FROM quarantine),"
                " (SELECT count(*) FROM kept_aside), (SELECT count(*) FROM hq WHERE refilling OR incarnation > 1)"
            ).fetchone()
            assert odd == (0, 0, 0, 0)
        with psycopg.connect(self.dsn) as hq:
            assert verify_hq(hq).differences == []


@pytest.fixture(scope="module")
def world(postgres_server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Headquarters, and a running agent that has told it everything; killed as they are when all is over."""
    folder = tmp_path_factory.mktemp("crash")
    with psycopg.connect(postgres_server, autocommit=True) as admin:
        admin.execute("CREATE DATABASE crash_points")
    dsn = postgres_server.replace("/popshop?", "/crash_points?")
    gate = Gate()
    with Nursery(folder) as nursery, HttpServer(gate) as server:
        world = World(folder, dsn, nursery, gate, server.url)
        world.start_hq()
        with psycopg.connect(dsn, autocommit=True) as hq:
            hq.execute(AT_COMMIT)
        world.post("/api/receipts", {"sku": "A", "qty": 1_000, "receipt": "L-1"})
        world.join("pop-1")
        world.start_agent()
        with world.staff() as staff:
            staff.list_items([{"sku": "A", "name_en": "A", "price_minor": 500}])
        world.receive()
        eventually(world.all_told, what="the first sync")
        yield world
    with psycopg.connect(postgres_server, autocommit=True) as admin:
        admin.execute("DROP DATABASE crash_points WITH (FORCE)")


def on_the_way(*places: str) -> Callable[[World], Callable[[], None]]:
    """Hold the wire at these places, one after the other; the last one is where the kill comes."""

    def reach(world: World) -> Callable[[], None]:
        for place in places:
            world.gate.go_on(place)
            world.gate.reached()
        return lambda: None

    return reach


STORE_ROW = "SELECT 1 FROM stores WHERE store = 'pop-1' FOR UPDATE"
WATERMARK = "SELECT 1 FROM logs WHERE store = 'pop-1' AND stream = 'ledger' FOR UPDATE"
THE_COMMIT = f"SELECT pg_advisory_lock({COMMIT_KEY})"


class Point(NamedTuple):
    """A step of a sync: how it is reached, and how many of the two rows each side has committed there."""

    reach: Callable[[World], Callable[[], None]]
    hq_has: int
    store_knows: int


# Each begins with a request that holds a new row and stands at the gate, and a grant that will go down with its
# answer; the second row says that the grant was applied, and travels with the second request.
POINTS: dict[str, Point] = {
    "the request is on its way": Point(lambda world: lambda: None, 0, 0),
    "headquarters has half of the request": Point(on_the_way(HALF_SENT), 0, 0),
    "headquarters waits for the store's row": Point(lambda world: world.hold(STORE_ROW), 0, 0),
    "headquarters has written the rows, not the watermark": Point(lambda world: world.hold(WATERMARK), 0, 0),
    "PostgreSQL stands in COMMIT": Point(lambda world: world.hold(THE_COMMIT), 0, 0),
    "HQ has stored it, the store does not know": Point(on_the_way(ANSWERED), 1, 0),
    "the store has half of the answer": Point(on_the_way(HALF_ANSWERED), 1, 0),
    "the store has the answer and has committed nothing of it": Point(lambda world: world.hold_file(), 1, 0),
    "the store has committed watermark and grant": Point(on_the_way(ARRIVED), 1, 1),
    "HQ has stored that the grant was applied, the store does not know": Point(
        on_the_way(ARRIVED, ANSWERED), 2, 1
    ),
}
FILE_IS_HELD = "the store has the answer and has committed nothing of it"
"""There the store cannot start again before the hold ends."""


@pytest.mark.parametrize("victims", ["store", "headquarters", "both"])
@pytest.mark.parametrize("point", POINTS)
def test_a_kill_at_any_step_of_a_sync_loses_and_doubles_nothing(
    world: World, point: str, victims: str
) -> None:
    before = world.watermarks()
    world.gate.stop_at(ARRIVED)
    world.receive()
    world.gate.reached()
    world.grant("pop-1")
    comes_back_at_once = victims == "store" and point != FILE_IS_HELD
    with ExitStack() as held:
        held.callback(POINTS[point].reach(world))
        hq_has, store_knows, applied = (
            now - then for now, then in zip(world.watermarks(), before, strict=True)
        )
        assert (hq_has, store_knows, applied) == (*POINTS[point][1:], POINTS[point].store_knows)
        if victims != "headquarters":
            world.kill_agent()
        if victims != "store":
            world.kill_hq()
        if comes_back_at_once:
            # What the dead store asked for is still under way at headquarters.
            world.start_agent()
    if victims != "store":
        world.start_hq()
    world.gate.lose()
    if victims != "headquarters" and not comes_back_at_once:
        world.start_agent()
    eventually(world.all_told, what="all is told")
    world.assert_once("pop-1")


@pytest.mark.parametrize("side", ["before", "behind"])
@pytest.mark.parametrize(
    ("number", "what"),
    [
        (1, "the watermark of its rows"),
        (2, "the first grant"),
        (3, "the second grant"),
        (4, "the third grant"),
        (5, "the watermark of the rows that say so"),
    ],
)
def test_a_store_that_dies_at_one_of_its_own_commits_goes_on_from_there(
    world: World, number: int, what: str, side: str
) -> None:
    if "pop-2" not in world.granted:
        world.join("pop-2")
        run_core(world.data("pop-2"))
        world.received["pop-2"] += 1
    for _ in range(3):
        world.grant("pop-2")
    dying = world.nursery.bear("core", str(world.data("pop-2")), str(number), side)
    wait_until_gone(dying)
    world.received["pop-2"] += 1
    with closing(Queries(world.data("pop-2") / identity.STORE_FILE)) as queries:
        done = number - (side == "before")
        applied = queries.down_seq() - RULES - (world.granted["pop-2"] - 3)
        assert applied == min(max(done - 1, 0), 3), f"it died at {what}"
        assert (queries.waiting()["rows"] == 0) == (done in (1, 5))
    assert world.nursery.log("core") == "", "it died without a word"
    run_core(world.data("pop-2"))
    world.received["pop-2"] += 1
    world.assert_once("pop-2")
