"""What headquarters does by itself: proving that its database is the latest, and giving back what nobody bought."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest

from cloud_sync.hq import enrolment
from cloud_sync.hq.chores import MANY_CHANGES, Chores, add_up_accounts, expire_reservations
from cloud_sync.hq.database import schema
from cloud_sync.hq.database.pool import Pool, open_pool
from cloud_sync.hq.database.postgres_books import transaction
from cloud_sync.hq.own_witness import OwnWitness, default_path
from cloud_sync.hq.rules import online, refill, warehouse
from cloud_sync.hq.rules.books import WAREHOUSE, Reservation
from cloud_sync.protocol import witness
from cloud_sync.protocol.session import JoinRequest
from cloud_sync.protocol.witness import Note
from tests.journal_rows import NOON


@pytest.fixture
def pool(postgres_dsn: str) -> Iterator[Pool]:
    with psycopg.connect(postgres_dsn, autocommit=True) as connection:
        schema.migrate(connection)
    with open_pool(postgres_dsn) as opened:
        yield opened


def receive(pool: Pool, receipt: str, qty: int = 5) -> None:
    with transaction(pool) as books:
        warehouse.receive(books, "A1", qty, receipt, NOON)


def join(pool: Pool, machine: str = "m") -> None:
    code = enrolment.enrol(pool, "sh-01", "x", "Asia/Shanghai", "CNY", NOON).code
    enrolment.join(pool, JoinRequest(code=code, machine=machine), NOON)


def state(pool: Pool) -> tuple[int, bool]:
    with transaction(pool) as books:
        return books.hq().incarnation, books.hq().refilling


def test_the_note_stands_beside_the_data_folder(tmp_path: Path) -> None:
    assert default_path(tmp_path / "hq") == tmp_path / "hq.witness"


def test_a_new_database_and_one_that_goes_on_are_the_latest(pool: Pool, tmp_path: Path) -> None:
    path = tmp_path / "folder" / "witness.json"
    first = OwnWitness(path, pool, "mark")
    assert not first.check(NOON)
    join(pool)
    receive(pool, "r-1")
    first.write()
    receive(pool, "r-2")
    note = witness.read(path.read_bytes())
    assert note is not None
    assert (note.machine, note.epoch, note.seq) == ("mark", 1, 2), "a receipt and a join"
    again = OwnWitness(path, pool, "another mark")
    assert not again.check(NOON), "a database ahead of its note is fine: the note lags behind a power cut"
    read = witness.read(path.read_bytes())
    assert read is not None
    assert (read.machine, read.seq) == ("mark", 3)
    assert state(pool) == (1, False)


def test_a_database_behind_its_note_was_restored(pool: Pool, tmp_path: Path) -> None:
    join(pool)
    receive(pool, "r-1")
    path = tmp_path / "witness.json"
    path.write_bytes(witness.write(Note(machine="m", epoch=4, seq=9, hash="")))
    assert OwnWitness(path, pool, "mark").check(NOON)
    assert state(pool) == (5, True), "newer than any incarnation that a store may have heard of"
    assert not OwnWitness(path, pool, "mark").check(NOON), "it is told once"
    assert state(pool) == (5, True)


@pytest.mark.parametrize("body", [None, b"", b"rubbish"])
def test_a_database_without_its_note_is_not_believed(pool: Pool, tmp_path: Path, body: bytes | None) -> None:
    join(pool)
    receive(pool, "r-1")
    path = tmp_path / "witness.json"
    if body is not None:
        path.write_bytes(body)
    assert OwnWitness(path, pool, "mark").check(NOON)
    assert state(pool) == (1 + refill.by_the_clock(NOON), True), (
        "later than any that a store may have heard of"
    )


def test_a_database_of_before_there_were_notes_is_believed_once(pool: Pool, tmp_path: Path) -> None:
    join(pool, machine="")
    receive(pool, "r-1")
    assert not OwnWitness(tmp_path / "witness.json", pool, "mark").check(NOON)
    assert (tmp_path / "witness.json").exists()


def test_what_nobody_bought_in_time_is_sold_again(pool: Pool) -> None:
    receive(pool, "r-1")
    with transaction(pool) as books:
        for name, minutes in (("late", 15), ("later", 30)):
            ends = NOON + timedelta(minutes=minutes)
            online.reserve(books, Reservation(name, "A1", 2, WAREHOUSE, "", "", ends), NOON)
    expire_reservations(pool, lambda: NOON + timedelta(minutes=20))
    with transaction(pool) as books:
        found = [books.reservation(name) for name in ("late", "later")]
        assert [r.state for r in found if r] == ["expired", "reserved"]
        assert books.lock_pool(["A1"]) == {"A1": 3}


def test_a_chore_that_fails_keeps_no_other_from_its_work_and_all_are_done_at_the_end() -> None:
    done: list[str] = []
    thrice = threading.Event()

    def fail() -> None:
        raise OSError("the disk is full")

    def work() -> None:
        done.append("work")
        if len(done) == 3:
            thrice.set()

    with Chores([fail, work], period_s=0.01):
        assert thrice.wait(10)
    ended = len(done)
    assert ended >= 4


def test_what_changed_the_accounts_is_added_up_and_nothing_is_lost(pool: Pool) -> None:
    with pool.connection() as connection:
        connection.execute(
            "INSERT INTO account_changes SELECT 'sold', 'A' || n %% 3, 1 FROM generate_series(1, %s) AS n",
            [MANY_CHANGES + 1],
        )
    add_up_accounts(pool)
    with pool.connection() as connection:
        rows = connection.execute("SELECT sku, units FROM account_changes ORDER BY sku").fetchall()
    assert [sku for sku, _ in rows] == ["A0", "A1", "A2"]
    assert sum(units for _, units in rows) == MANY_CHANGES + 1
