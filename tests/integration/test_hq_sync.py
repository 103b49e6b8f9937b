"""Headquarters' wire on a real PostgreSQL: what is taken once, refused, fenced, quarantined."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
import psycopg
import pytest
import zstandard
from fastapi.testclient import TestClient
from httpx import Response

from cloud_sync.hq.credentials import Credentials
from cloud_sync.hq.database import schema
from cloud_sync.hq.database.pool import Pool, open_pool
from cloud_sync.hq.database.postgres_books import open_books
from cloud_sync.hq.rules.reconsider import reconsider
from cloud_sync.hq.web.api import create_api
from cloud_sync.protocol import device_facts, facts
from cloud_sync.protocol.envelope import rfc3339
from cloud_sync.protocol.identifiers import INTERACTIONS
from cloud_sync.protocol.session import MAX_SYNC_BYTES, SyncRequest
from tests.journal_rows import NOON, Journal, cash, dispensed, failed, item, paid, planned, refunded, unknown

PASSWORD = "open sesame"


@dataclass
class Hq:
    """Headquarters' application in this process, and a clock that a test sets."""

    client: TestClient
    pool: Pool
    now: datetime = NOON
    tokens: dict[str, str] = field(default_factory=dict)

    def enrol(self, store: str, timezone: str = "Asia/Shanghai", currency: str = "CNY") -> str:
        asked = {"store": store, "name": store.upper(), "timezone": timezone, "currency": currency}
        answer = self.client.post("/api/enrolments", json=asked, auth=("me", PASSWORD))
        assert answer.status_code == 201, answer.text
        return str(answer.json()["code"])

    def join(self, store: str, **more: str) -> str:
        answer = self.client.post("/v1/join", json={"code": self.enrol(store, **more)})
        assert answer.status_code == 200, answer.text
        self.tokens[store] = answer.json()["token"]
        return self.tokens[store]

    def send(self, request: SyncRequest, packing: str = "", token: str | None = None) -> Response:
        body = msgspec.json.encode(request)
        packed = {"": lambda b: b, "gzip": gzip.compress, "zstd": zstandard.compress}[packing](body)
        given = self.tokens.get(request.store, "") if token is None else token
        headers = {"Authorization": f"Bearer {given}"} | ({"Content-Encoding": packing} if packing else {})
        answer: Response = self.client.post("/v1/sync", content=packed, headers=headers)
        return answer

    def get(self, path: str, **params: str) -> Any:
        answer = self.client.get(path, params=params, auth=("me", PASSWORD))
        assert answer.status_code == 200, answer.text
        return answer.json()

    def store(self, store: str = "sh-01") -> Any:
        return next(entry for entry in self.get("/api/stores") if entry["store"] == store)

    def sales(self, by: str, **params: str) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.get("/api/sales", by=by, **params)
        return rows


@pytest.fixture
def hq(postgres_dsn: str) -> Iterator[Hq]:
    with psycopg.connect(postgres_dsn, autocommit=True) as connection:
        schema.migrate(connection)
    with open_pool(postgres_dsn) as pool:
        made = Hq.__new__(Hq)
        app = create_api(pool, Credentials(admin_password=PASSWORD, session_key="k"), lambda: made.now)
        with TestClient(app, raise_server_exceptions=False) as client:
            made.__init__(client, pool)  # type: ignore[misc]
            yield made


def a_day() -> Journal:
    """A store's log with every ending a sale can have."""
    return Journal().write(
        facts.StoreOpened(store="sh-01", name="静安店", timezone="Asia/Shanghai", currency="CNY"),
        item("A1"),
        item("B2", 300),
        *planned("1-01", "A1", 8),
        *planned("1-02", "B2", 6),
        device_facts.DeviceDescribed(
            device="vm-1", kind="vending", model="V", serial="1", firmware="1", boot="b"
        ),
        device_facts.DeviceStatusChanged(device="vm-1", status="ready"),
        paid("good"),
        dispensed("good"),
        paid("jam"),
        failed("jam"),
        refunded("jam"),
        cash("coin", sku="B2", slot="1-02"),
        paid("lost"),
        unknown("lost", case="K-1"),
        paid("late"),
        unknown("late", case="K-2"),
        dispensed("late", by="staff"),
    )


def test_a_stores_log_becomes_sales_money_stock_devices_and_cases(hq: Hq) -> None:
    hq.join("sh-01")
    journal = a_day()
    answer = hq.send(journal.request())
    assert answer.json()["acked"] == journal.last_seq
    assert answer.json()["hash"] == journal.hashes[-1].hex()
    state = hq.store()
    assert (state["name"], state["status"]) == ("静安店", "online")
    assert (state["units_today"], state["takings_today_minor"]) == (3, 1200)
    (money,) = state["money"]
    assert money["takings_minor"] == 4 * 450 - 450 + 300
    (log,) = state["logs"]
    assert (log["expected"], log["received"], log["gaps"], log["waiting"]) == (
        journal.last_seq,
        journal.last_seq,
        0,
        0,
    )
    stock = {slot["slot"]: slot["count"] for slot in hq.get("/api/stores/sh-01/stock")}
    assert stock == {"1-01": 6, "1-02": 5}
    (device,) = hq.get("/api/stores/sh-01/devices")
    assert (device["kind"], device["status"], device["faults"]) == ("vending", "ready", [])
    assert [vend["case"] for vend in hq.get("/api/vends/unresolved")] == ["K-1"]
    proof = hq.get("/api/stores/sh-01/proof")
    assert (proof["events"], proof["gaps"], proof["duplicates"], proof["agrees"]) == (
        journal.last_seq,
        0,
        0,
        True,
    )


@pytest.mark.parametrize("packing", ["", "gzip", "zstd"])
def test_rows_sent_again_in_any_packing_are_applied_once(hq: Hq, packing: str) -> None:
    hq.join("sh-01")
    journal = a_day()
    for acked, upto in ((0, 7), (0, 7), (3, 12), (7, None), (0, None)):
        assert hq.send(journal.request(acked, upto), packing).status_code == 200
    assert hq.store()["units"] == 3
    assert hq.store()["logs"][0]["skipped"] == 7 + 4 + 5 + journal.last_seq
    assert hq.get("/api/stores/sh-01/proof")["agrees"]


def test_after_a_gap_the_store_learns_where_to_go_on(hq: Hq) -> None:
    hq.join("sh-01")
    journal = a_day()
    hq.send(journal.request(0, 4))
    answer = hq.send(journal.request(8))
    assert answer.status_code == 400
    told = answer.json()
    assert (told["code"], told["acked"], told["hash"]) == ("gap", 4, journal.hashes[4].hex())
    assert hq.send(journal.request(told["acked"])).json()["acked"] == journal.last_seq


def test_of_rows_out_of_order_none_is_taken(hq: Hq) -> None:
    hq.join("sh-01")
    journal = a_day()
    swapped = list(journal.bodies)
    swapped[8], swapped[9] = swapped[9], swapped[8]
    request = msgspec.structs.replace(journal.request(), events=[msgspec.Raw(body) for body in swapped])
    assert hq.send(request).json()["code"] == "gap"
    assert hq.store()["logs"] == []
    assert hq.send(journal.request()).status_code == 200


def test_a_forked_a_shortened_and_an_older_log_are_fenced(hq: Hq) -> None:
    hq.join("sh-01")
    journal = a_day()
    hq.send(journal.request())
    other = Journal().write(*(cash(f"x{n}") for n in range(journal.last_seq + 1)))
    forked = hq.send(other.request(journal.last_seq))
    assert (forked.status_code, forked.json()["reason"]) == (409, "forked")
    midway = hq.send(other.request(5))
    assert (midway.status_code, midway.json()["reason"]) == (409, "forked")
    restored = Journal().write(*(cash(f"c{n}") for n in range(3)))
    behind = hq.send(restored.request())
    assert (behind.status_code, behind.json()["reason"]) == (409, "behind")
    assert behind.json()["acked"] == journal.last_seq
    assert hq.store()["units"] == 3


@pytest.mark.parametrize("epoch", [0, 2, -1, 10**30])
def test_an_epoch_that_was_never_minted_is_fenced(hq: Hq, epoch: int) -> None:
    hq.join("sh-01")
    never = hq.send(msgspec.structs.replace(Journal().write(cash("c")).request(), epoch=epoch))
    assert (never.status_code, never.json()["reason"]) == (409, "stale_epoch")
    assert hq.store()["logs"] == []


def test_joining_again_mints_an_epoch_and_ends_the_old_token(hq: Hq) -> None:
    old = hq.join("sh-01")
    code = hq.enrol("sh-01")
    assert hq.send(Journal().write(cash("c")).request()).status_code == 200, (
        "the old token lives till the code is used"
    )
    reply = hq.client.post("/v1/join", json={"code": code}).json()
    assert reply["epoch"] == 2
    assert hq.send(Journal(epoch=2).request(), token=old).status_code == 401
    again = Journal(epoch=2).write(cash("c2"))
    assert hq.send(again.request(), token=reply["token"]).json()["acked"] == 1
    assert [(log["epoch"], log["received"]) for log in hq.store()["logs"]] == [(1, 1), (2, 1)]


def test_a_vend_told_in_two_epochs_is_found_as_a_duplicate(hq: Hq) -> None:
    hq.join("sh-01")
    hq.send(Journal().write(paid("v"), dispensed("v")).request())
    hq.join("sh-01")
    hq.send(Journal(epoch=2).write(paid("v"), dispensed("v")).request())
    assert hq.get("/api/stores/sh-01/proof")["duplicates"] == 2


def test_a_code_works_until_its_store_has_synced_and_for_a_day(hq: Hq) -> None:
    used = hq.enrol("sh-01")
    lost = hq.client.post("/v1/join", json={"code": used.lower()}).json()
    came = hq.client.post("/v1/join", json={"code": used}).json()
    assert (lost["epoch"], came["epoch"]) == (1, 2), "the first reply was lost: the code mints another epoch"
    assert hq.send(Journal().request(), token=lost["token"]).status_code == 401
    assert hq.send(Journal(epoch=2).request(), token=came["token"]).status_code == 200
    assert hq.client.post("/v1/join", json={"code": used}).json()["code"] == "code_used"
    stale = hq.enrol("sh-02")
    hq.now += timedelta(hours=24)
    assert hq.client.post("/v1/join", json={"code": stale}).json()["code"] == "code_expired"
    assert hq.client.post("/v1/join", json={"code": "AAAA-BBBB-CCCC"}).json()["code"] == "unknown_code"
    assert hq.client.post("/v1/join", content=b"\xff\xfe").status_code == 400


def test_only_hashes_of_codes_and_tokens_are_kept(hq: Hq) -> None:
    code, token = hq.enrol("sh-02"), hq.join("sh-01")
    with hq.pool.connection() as connection:
        kept = repr(connection.execute("SELECT * FROM stores").fetchall())
    assert token not in kept
    assert code not in kept


def test_a_token_opens_its_own_store_only(hq: Hq) -> None:
    hq.join("sh-01")
    hq.join("sh-02")
    journal = Journal("sh-02").write(cash("c"))
    for token in ("", "guess", "\u0000"):
        assert hq.send(journal.request(), token=token.encode().decode()).status_code == 401
    assert hq.send(journal.request(), token=hq.tokens["sh-01"]).status_code == 403
    assert hq.store("sh-02")["logs"] == []


@pytest.mark.parametrize(
    ("body", "headers", "status", "code"),
    [
        (b"rubbish", {}, 400, "malformed"),
        (b"\xff\xfe\x00", {}, 400, "malformed"),
        (b'{"store":"sh-01"}', {}, 400, "malformed"),
        (b"[" * 100_000, {}, 400, "malformed"),
        (b"rubbish", {"Content-Encoding": "gzip"}, 400, "malformed"),
        (b"rubbish", {"Content-Encoding": "zstd"}, 400, "malformed"),
        (b"{}", {"Content-Encoding": "br"}, 415, "unknown_encoding"),
        (gzip.compress(bytes(MAX_SYNC_BYTES + 1)), {"Content-Encoding": "gzip"}, 413, "too_large"),
        (zstandard.compress(bytes(MAX_SYNC_BYTES + 1)), {"Content-Encoding": "zstd"}, 413, "too_large"),
    ],
)
def test_rubbish_and_bombs_are_refused_in_words(
    hq: Hq, body: bytes, headers: dict[str, str], status: int, code: str
) -> None:
    token = hq.join("sh-01")
    answer = hq.client.post("/v1/sync", content=body, headers={"Authorization": f"Bearer {token}", **headers})
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert hq.send(Journal().write(cash("c")).request()).status_code == 200


def test_what_nobody_can_read_is_quarantined_and_the_rest_flows_on(hq: Hq) -> None:
    hq.join("sh-01")
    journal = (
        Journal()
        .write(*planned("1-01", "A1", 2), cash("a"))
        .write_raw(b'"\xe4\xb8\xad"')
        .write_event("popshop.robot.danced.v1", b'{"a":"\\u0000"}')
        .write_event("popshop.robot.danced.v1", b"{}")
        .write_event("popshop.sale.cash.v1", b'{"sale":"b","price_minor":99999999999999999999999}')
        .write(cash("huge", price_minor=10**15), cash("long", sku="x" * 9_000))
        .write_event("popshop.interaction.shared.v1", b'{"device":"d","kind":"shared"}')
        .write(cash("z"))
    )
    answer = hq.send(journal.request())
    assert answer.json()["acked"] == journal.last_seq
    state = hq.store()
    assert (state["units"], state["logs"][0]["quarantined"]) == (2, 7)
    reasons = {row["seq"]: row["reason"] for row in hq.get("/api/quarantine", store="sh-01")}
    assert sorted(reasons) == [4, 5, 6, 7, 8, 9, 10]
    with hq.pool.connection() as connection:
        kept = connection.execute("SELECT body FROM events ORDER BY seq").fetchall()
    assert [bytes(body) for (body,) in kept] == journal.bodies


def test_a_row_whose_type_an_update_knows_gets_its_effect_once(
    hq: Hq, monkeypatch: pytest.MonkeyPatch
) -> None:
    hq.join("sh-01")
    journal = Journal().write(*planned("1-01", "A1", 1), cash("a"))
    with monkeypatch.context() as older:
        older.delitem(facts._decoders, facts.CashSold.TYPE)
        hq.send(journal.request())
    assert hq.store()["units"] == 0
    assert reconsider(open_books(hq.pool), hq.now) == 1
    assert reconsider(open_books(hq.pool), hq.now) == 0
    assert hq.store()["units"] == 1
    assert hq.get("/api/quarantine") == []
    assert hq.get("/api/stores/sh-01/proof")["agrees"]


def test_two_streams_of_a_store_are_numbered_apart(hq: Hq) -> None:
    hq.join("sh-01")
    hq.send(a_day().request())
    visits = Journal(stream=INTERACTIONS).write(
        *(facts.Interaction(device="shelf-1", kind="item_picked_up", item="A1") for _ in range(5))
    )
    assert hq.send(visits.request()).json()["acked"] == 5
    assert {log["stream"]: log["received"] for log in hq.store()["logs"]} == {"ledger": 20, "interactions": 5}
    with hq.pool.connection() as connection:
        counted = connection.execute("SELECT device, kind, item, count FROM interactions").fetchall()
    assert counted == [("shelf-1", "item_picked_up", "A1", 5)]


def test_two_stores_at_once_and_one_store_twice_at_once_lose_and_double_nothing(hq: Hq) -> None:
    journals = []
    for store in ("sh-01", "sh-02"):
        hq.join(store)
        journals.append(Journal(store).write(*(cash(f"c{n}") for n in range(400))))
    with ThreadPoolExecutor(8) as threads:
        work = [
            threads.submit(hq.send, journal.request(acked, acked + 100))
            for acked in range(0, 400, 50)
            for journal in journals * 2
        ]
        assert {done.result().status_code for done in work} <= {200, 400}
    for journal in journals:
        assert hq.send(journal.request(0)).json()["acked"] == 400
        assert hq.store(journal.store)["units"] == 400
        proof = hq.get(f"/api/stores/{journal.store}/proof")
        assert (proof["events"], proof["duplicates"], proof["gaps"], proof["agrees"]) == (400, 0, 0, True)


def test_sales_are_cut_by_the_stores_own_day(hq: Hq) -> None:
    moment = datetime(2026, 11, 20, 17, 30, tzinfo=UTC)
    for store, zone in (("sh-01", "Asia/Shanghai"), ("ny-01", "America/New_York")):
        hq.join(store, timezone=zone)
        hq.send(
            Journal(store)
            .write(dispensed("v", sold_at=moment), cash("c", device="vm-2", sold_at=moment))
            .request()
        )
    assert hq.sales("store,day") == [
        {"store": "ny-01", "day": "2026-11-20", "units": 2, "takings_minor": 750},
        {"store": "sh-01", "day": "2026-11-21", "units": 2, "takings_minor": 750},
    ]
    assert hq.sales("day,device,item", store="sh-01") == [
        {"day": "2026-11-21", "device": "vm-1", "item": "A1", "units": 1, "takings_minor": 450},
        {"day": "2026-11-21", "device": "vm-2", "item": "A1", "units": 1, "takings_minor": 300},
    ]
    assert hq.sales("item", **{"from": "2026-11-21"}) == [{"item": "A1", "units": 2, "takings_minor": 750}]
    assert hq.sales("day", **{"to": "2026-11-19"}) == []
    answer = hq.client.get("/api/sales?by=weather", auth=("me", PASSWORD))
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_report")


def test_device_faults_come_and_go(hq: Hq) -> None:
    hq.join("sh-01")
    raised = device_facts.FaultRaised(device="vm-1", code="EJC")
    journal = Journal().write(device_facts.DeviceStatusChanged(device="vm-1", status="alert", faults=["EGS"]))
    hq.send(journal.request())
    for fact in (raised, raised, device_facts.FaultCleared(device="vm-1", code="EGS")):
        journal.write(fact)
        hq.send(journal.request(journal.last_seq - 1))
    (device,) = hq.get("/api/stores/sh-01/devices")
    assert (device["status"], device["faults"]) == ("alert", ["EJC"])


def test_the_stores_clock_is_measured_against_ours(hq: Hq) -> None:
    hq.join("sh-01")
    wrong = rfc3339(hq.now - timedelta(days=365 * 56))
    hq.send(Journal().write(cash("c")).request(sent_at=wrong))
    assert hq.store()["clock_offset_ms"] == -365 * 56 * 86_400_000


def test_a_silent_store_turns_late_and_offline(hq: Hq) -> None:
    hq.join("sh-01")
    hq.send(Journal().write(cash("c")).request())
    hq.now += timedelta(minutes=5)
    assert (hq.store()["status"], hq.store()["last_sync_age_s"]) == ("late", 300)
    hq.now += timedelta(hours=1)
    assert hq.store()["status"] == "offline"


def test_people_need_the_password_and_errors_are_told_in_one_way(hq: Hq) -> None:
    for path in (
        "/api/stores",
        "/api/sales",
        "/api/quarantine",
        "/api/vends/unresolved",
        "/api/stores/x/stock",
    ):
        answer = hq.client.get(path, auth=("me", "wrong"))
        assert (answer.status_code, answer.json()["code"]) == (401, "unauthorized")
    bearer = {"Authorization": f"Bearer {PASSWORD}"}
    assert hq.client.get("/api/stores", headers=bearer).status_code == 200
    assert hq.client.get("/api/stores/nowhere/stock", headers=bearer).json()["code"] == "not_found"
    bad = {"store": "No Name", "name": "x", "timezone": "Asia/Shanghai", "currency": "CNY"}
    for change, code in (
        ({}, "bad_store"),
        ({"store": "ok", "timezone": "Mars"}, "bad_timezone"),
        ({"store": "ok", "currency": "yuan"}, "bad_currency"),
        ({"store": "ok", "name": " "}, "bad_name"),
    ):
        assert (
            hq.client.post("/api/enrolments", json={**bad, **change}, headers=bearer).json()["code"] == code
        )
    assert hq.client.post("/api/enrolments", json={}, headers=bearer).json()["code"] == "malformed"


def test_health_metrics_and_openapi_are_there(hq: Hq) -> None:
    hq.join("sh-01")
    hq.send(a_day().request())
    assert hq.client.get("/api/health").json() == {"status": "ok"}
    assert 'popshop_hq_rows_total{fate="applied"} 20.0' in hq.client.get("/metrics").text
    paths = hq.client.get("/openapi.json").json()["paths"]
    assert {"/v1/join", "/v1/sync", "/api/stores", "/api/sales"} <= set(paths)


def test_migrating_twice_changes_nothing(hq: Hq, postgres_dsn: str) -> None:
    with psycopg.connect(postgres_dsn, autocommit=True) as connection:
        assert schema.migrate(connection) == []


def test_today_is_the_stores_today(hq: Hq) -> None:
    hq.now = datetime(2026, 11, 20, 23, 0, tzinfo=UTC)
    hq.join("sh-01")
    hq.send(Journal().write(cash("c", sold_at=hq.now)).request())
    assert date.fromisoformat(hq.store()["today"]) == date(2026, 11, 21)
    assert hq.store()["units_today"] == 1
