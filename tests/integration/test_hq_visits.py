"""Visitors give visits a denominator: from a store's rows to figures, the API and the pages, on a real PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import psycopg
import pytest
from fastapi.testclient import TestClient

from cloud_sync.hq import enrolment
from cloud_sync.hq.credentials import Credentials
from cloud_sync.hq.dashboard.gather import Gather
from cloud_sync.hq.database import schema
from cloud_sync.hq.database.pool import Pool, open_pool
from cloud_sync.hq.database.postgres_books import open_books
from cloud_sync.hq.database.visits import Visits
from cloud_sync.hq.rules import intake, joining
from cloud_sync.hq.store import grant_nothing
from cloud_sync.hq.web.api import create_api
from cloud_sync.protocol import device_facts, facts
from cloud_sync.protocol.envelope import rfc3339
from cloud_sync.protocol.identifiers import INTERACTIONS
from tests.journal_rows import NOON, Journal

PASSWORD = "open sesame"


@pytest.fixture
def pool(postgres_dsn: str) -> Iterator[Pool]:
    with psycopg.connect(postgres_dsn, autocommit=True) as connection:
        schema.migrate(connection)
    with open_pool(postgres_dsn) as opened:
        yield opened


def people(
    entered: int, left: int = 0, days_ago: int = 0, door: str = "door-1"
) -> device_facts.FootfallCounted:
    at = rfc3339(NOON - timedelta(days=days_ago))
    return device_facts.FootfallCounted(
        device=door, entered=entered, left=left, from_at=at, to_at=at, counted_at=at
    )


def open_store(pool: Pool, store: str) -> None:
    enrolment.enrol(pool, store, store, "Asia/Shanghai", "CNY", NOON)
    with open_books(pool)() as books:
        record = books.lock_store(store)
        assert record is not None
        joining.begin_epoch(books, record, 0, "m", NOON)


def send(pool: Pool, *journals: Journal) -> None:
    for journal in journals:
        intake.sync(open_books(pool), journal.request(machine="m"), NOON, grant_nothing)


def a_busy_day(pool: Pool) -> None:
    """200 came in through two doors; 60 stood at a shelf, 20 took something, 10 scanned, 5 orders were completed."""
    open_store(pool, "sh-01")
    ledger = Journal().write(people(150, 140), people(50, 40, door="door-2"), people(8, days_ago=1))
    ledger.write(*(facts.OrderClosed(order=f"o{n}", state="completed") for n in range(5)))
    ledger.write(
        facts.OrderClosed(order="o9", state="expired"), facts.OrderClosed(order="o1", state="refunded")
    )
    seen = Journal(stream=INTERACTIONS)
    for kind, times in (("person_sensed", 60), ("item_picked_up", 20), ("code_scanned", 10), ("exposure", 9)):
        seen.write(*[facts.Interaction(device="shelf-1", kind=kind)] * times)
    send(pool, ledger, seen)


def test_a_day_has_its_visitors_and_what_they_did_per_hundred_of_them(pool: Pool) -> None:
    a_busy_day(pool)
    today, yesterday = Visits(pool).days("sh-01")
    assert (today.day, today.visitors, today.went_out) == (date(2026, 11, 20), 200, 180)
    assert (today.sensed, today.picked_up, today.scanned, today.purchased) == (60, 20, 10, 5)
    assert today.per_100_visitors == {"sensed": 30.0, "picked_up": 10.0, "scanned": 5.0, "purchased": 2.5}
    assert (yesterday.visitors, yesterday.purchased) == (8, 0)


def test_a_store_without_a_people_counter_has_no_rates_and_a_day_nobody_came_neither(pool: Pool) -> None:
    open_store(pool, "sh-01")
    open_store(pool, "sh-02")
    sold = facts.OrderClosed(order="o1", state="completed")
    send(pool, Journal().write(sold), Journal("sh-02").write(people(0, 3), sold))
    (quiet,) = Visits(pool).days()
    assert (quiet.store, quiet.visitors, quiet.purchased, quiet.per_100_visitors) == ("sh-02", 0, 1, {})


def test_what_no_door_lets_through_is_put_in_quarantine_and_the_rows_behind_it_count(pool: Pool) -> None:
    open_store(pool, "sh-01")
    send(pool, Journal().write(people(-1), people(10**9), people(3)))
    assert [day.visitors for day in Visits(pool).days()] == [3]


def test_programs_and_people_can_read_it(pool: Pool) -> None:
    a_busy_day(pool)
    app = create_api(pool, Credentials(admin_password=PASSWORD, session_key="k"), lambda: NOON)
    with TestClient(app) as client:
        asked = {"store": "sh-01", "from": "2026-11-20"}
        (day,) = client.get("/api/visits", params=asked, auth=("me", PASSWORD)).json()
        assert (day["visitors"], day["per_100_visitors"]["picked_up"]) == (200, 10.0)
        assert client.get("/api/stores", auth=("me", PASSWORD)).json()[0]["visitors_today"] == 200
    gather = Gather(pool, lambda: NOON)
    page = gather.store_html("en", "sh-01")
    assert "200 came in" in page
    assert "<b>200</b>" in page
    assert ">2.5<" in page
    assert "200 came in" in gather.overview_html("en")
    assert "进店 200 人" in gather.overview_html("zh")
    open_store(pool, "sh-02")
    assert "No people counter has reported yet" in gather.store_html("en", "sh-02")


def look(content: object, dwell_ms: object) -> facts.Interaction:
    detail = {"content": content, "dwell_ms": dwell_ms}
    return facts.Interaction(device="shelf-1", kind="exposure", detail=detail)


def test_a_screens_content_has_its_mean_dwell_and_impossible_ones_count_as_looks_only(pool: Pool) -> None:
    open_store(pool, "sh-01")
    looks = [look("spring", 1_000), look("spring", 4_000), look("tea", 500)]
    impossible = [look("tea", -1), look("tea", 10**12), look("tea", "long"), look(7, 5), look("x" * 300, 5)]
    send(pool, Journal(stream=INTERACTIONS).write(*looks, *impossible))
    found = [(each.content, each.times, each.mean_dwell_s) for each in Visits(pool).exposures("sh-01")]
    assert found == [("spring", 2, 2.5), ("tea", 1, 0.5)]
    assert Visits(pool).exposures("sh-01", first=date(2026, 11, 21)) == []
    assert "2.5 s" in Gather(pool, lambda: NOON).store_html("en", "sh-01")
    with pool.connection() as connection:
        assert connection.execute("SELECT sum(count) FROM interactions").fetchone() == (8,)
