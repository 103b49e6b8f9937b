"""Headquarters has a store's takings by day and way of paying, and its Z reports; `verify` names what differs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest

from cloud_sync.hq import enrolment
from cloud_sync.hq.dashboard.gather import Gather
from cloud_sync.hq.database import schema
from cloud_sync.hq.database.pool import Pool, open_pool
from cloud_sync.hq.database.takings import Takings
from cloud_sync.hq.database.verify import verify
from cloud_sync.hq.store import LogStore
from cloud_sync.protocol.envelope import parse_time, rfc3339
from cloud_sync.protocol.session import JoinRequest
from edge_agent.domain import commands
from edge_agent.domain.day import commands as day
from hardware import messages
from tests.edge_harness import Store, read_journal
from tests.journal_rows import NOON, Journal

STORE = "pop-1"


@pytest.fixture
def pool(postgres_dsn: str) -> Iterator[Pool]:
    with psycopg.connect(postgres_dsn, autocommit=True) as connection:
        schema.migrate(connection)
    with open_pool(postgres_dsn) as opened:
        code = enrolment.enrol(opened, STORE, "Pop", "Asia/Shanghai", "CNY", NOON).code
        enrolment.join(opened, JoinRequest(code=code), NOON)
        yield opened


def told(pool: Pool, store: Store) -> None:
    """Headquarters hears the store's whole ledger."""
    journal = Journal(STORE)
    for event, _ in read_journal(store.path):
        at = parse_time(event.time)
        assert at is not None
        journal.write_event(event.type, bytes(event.data), at)
    LogStore(pool).sync(journal.request(), NOON)


def a_day(store: Store) -> None:
    """A sale at the counter, one by phone that goes back, machines' cash of today and of a day that was closed."""
    store.stock(("vm-1", "1", "A", 9))
    store.paid_order(("A", 1))
    yesterday = rfc3339(store.clock.now())
    store.clock.pass_s(60)
    store.do(day.CloseDay("z1", uncounted=True))
    store.clock.pass_s(86_400)
    order = store.paid_order(("A", 2), method="sandbox")
    failed = messages.VendFailed(command_id=order["vends"][0]["id"], slot="1", code="EDT")
    store.report(failed)
    refund = store.queries.open_refunds()[0]["id"]
    store.do(commands.RefundAnswered("", refund, True, "ref", ""))
    store.report(messages.CashSale(slot="1", price_minor=300, currency="CNY"), at=yesterday)
    store.do(day.OpenDrawer("o", 1_000), day.CountDrawer("c", 990), day.CloseDay("z2"))


def test_money_is_the_same_at_the_store_and_at_headquarters_day_by_day(pool: Pool, tmp_path: Path) -> None:
    store = Store(tmp_path / "store.db")
    a_day(store)
    told(pool, store)
    days = [(d["day"], d["method"], d["paid_minor"], d["refunded_minor"]) for d in Takings(pool).days(STORE)]
    assert days == [
        ("2026-05-02", "sandbox", 1_000, 500),
        ("2026-05-01", "counter", 500, 0),
        ("2026-05-01", "machine", 300, 0),
    ]
    closed = Takings(pool).closed_days(STORE)
    assert [(z.z, z.takings_minor, z.over_minor, z.grand_total_minor) for z in closed] == [
        (2, 800, -10, 1_300),
        (1, 500, None, 500),
    ]
    assert sum(z.takings_minor for z in closed) == store.queries.totals()["takings_minor"]
    figures = Takings(pool).figures(STORE, 1, 2)
    assert figures is not None
    assert figures["late"] == [{"day": "2026-05-01", "units": 1, "takings_minor": 300}]
    page = Gather(pool, lambda: NOON + timedelta(days=1)).store_html("en", STORE)
    assert "Closed days (Z reports)" in page
    assert "−¥0.10" in page
    assert "未清点" in Gather(pool, lambda: NOON).store_html("zh", STORE)
    store.close()


def test_verify_names_money_that_was_changed_behind_the_books(pool: Pool, tmp_path: Path) -> None:
    store = Store(tmp_path / "store.db")
    a_day(store)
    told(pool, store)
    store.close()
    with pool.connection() as connection:
        assert verify(connection).differences == []
        connection.execute("UPDATE takings SET paid_minor = paid_minor + 1 WHERE method = 'counter'")
        connection.execute("DELETE FROM z_reports WHERE z = 1")
        connection.commit()
        found = "\n".join(verify(connection).differences)
    assert "takings of pop-1 by counter: 501, the rows say 500" in found
    assert "takings of pop-1, CNY: 1301 by days, 1300 in the books" in found
    assert "Z report 1 of pop-1, epoch 1: not listed" in found


def test_takings_from_before_there_were_days_stand_apart(
    postgres_dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    older = tuple(each for each in schema.MIGRATIONS if each[0] != "0009_takings")
    with psycopg.connect(postgres_dsn, autocommit=True) as connection:
        with monkeypatch.context() as before:
            before.setattr(schema, "MIGRATIONS", older)
            schema.migrate(connection)
        connection.execute("INSERT INTO money VALUES ('old', 'CNY', 900, 100, 50)")
        schema.migrate(connection)
        rows = connection.execute("SELECT method, paid_minor, refunded_minor FROM takings").fetchall()
    assert rows == [("", 950, 100)]
