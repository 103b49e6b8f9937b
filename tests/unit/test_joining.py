"""Joining headquarters, first or again, and what a failed attempt leaves; `popshop edge join` and `verify`."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from typer.testing import CliRunner, Result

from cloud_sync.protocol.session import JoinReply, JoinRequest
from edge_agent.adapters import identity, joining, witness_file
from edge_agent.adapters.identity import CannotJoin
from edge_agent.adapters.sqlite_store import lock
from edge_agent.adapters.sqlite_store.lock import StoreInUse
from popshop.commands.edge import app
from popshop.console import UserError
from tests import hostile_hq
from tests.edge_harness import Store
from tests.hostile_hq import HttpServer, hangs_up, says

CODE = "AAAA-BBBB-CCCC"


class Registry:
    """Headquarters' side of a join."""

    def __init__(self, store: str = "pop-1") -> None:
        self.store = store
        self.epoch = 0
        self.heeds_the_store = True
        self.asked: list[JoinRequest] = []

    def __call__(self, handler: hostile_hq._Handler, body: bytes) -> None:
        asked = msgspec.json.decode(body, type=JoinRequest)
        self.asked.append(asked)
        self.epoch = max(self.epoch, asked.epoch if self.heeds_the_store else 0) + 1
        reply = JoinReply(
            store=self.store, name="Pop", timezone="UTC", currency="CNY", epoch=self.epoch,
            token=f"t{self.epoch}",
        )  # fmt: skip
        handler.reply(200, msgspec.json.encode(reply))


@pytest.fixture
def hq() -> Iterator[HttpServer]:
    with HttpServer(Registry()) as server:
        yield server


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "store"


def join(data: Path, hq: HttpServer) -> identity.Identity:
    return joining.join(data, witness_file.beside(data), f"{CODE}@{hq.url}")


def registry(hq: HttpServer) -> Registry:
    assert isinstance(hq.answer, Registry)
    return hq.answer


def test_a_new_store_gets_a_mark_that_is_outside_of_its_folder(data: Path, hq: HttpServer) -> None:
    mine = join(data, hq)
    asked = registry(hq).asked[0]
    assert (asked.code, asked.epoch, len(asked.machine)) == (CODE, 0, 32)
    assert identity.load(data) == mine
    note = witness_file.read(witness_file.beside(data))
    assert note is not None
    assert (note.machine, note.epoch, note.seq) == (asked.machine, 1, 0)
    inside = b"".join(file.read_bytes() for file in data.iterdir())
    assert asked.machine.encode() not in inside, "whoever copies the folder has not got it"


def test_joining_again_names_the_highest_epoch_anything_here_knows_and_makes_a_new_mark(
    data: Path, hq: HttpServer
) -> None:
    join(data, hq)
    Store(data / identity.STORE_FILE).close()
    older = (data / identity.FILE).read_bytes()
    join(data, hq)
    assert [asked.epoch for asked in registry(hq).asked] == [0, 1]
    (data / identity.FILE).write_bytes(older)
    join(data, hq)
    assert registry(hq).asked[-1].epoch == 2, "the note outside knew"
    witness_file.beside(data).unlink()
    mine = join(data, hq)
    assert registry(hq).asked[-1].epoch == 3
    assert mine.epoch == 4
    assert len({asked.machine for asked in registry(hq).asked}) == 4


def test_nobody_joins_while_an_agent_runs_on_the_folder(data: Path, hq: HttpServer) -> None:
    join(data, hq)
    with lock.hold(data / identity.LOCK_FILE, "today"), pytest.raises(StoreInUse, match="already runs"):
        join(data, hq)
    assert len(registry(hq).asked) == 1
    assert join(data, hq).epoch == 2


def files(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.rglob("*") if file.name != identity.LOCK_FILE}


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (hangs_up, "does not answer"),
        (says(403, b'{"code":"code_used","message":"used already"}'), "used already"),
        (says(200, b"<html>Wi-Fi</html>"), "no headquarters"),
        (Registry("pop-9"), "of the store 'pop-9'"),
    ],
)
def test_a_join_that_fails_changes_nothing(
    data: Path, hq: HttpServer, answer: hostile_hq.Answer, told: str
) -> None:
    join(data, hq)
    before = {**files(data), "note": witness_file.beside(data).read_bytes()}
    hq.answer = answer
    with pytest.raises(CannotJoin, match=told):
        join(data, hq)
    assert {**files(data), "note": witness_file.beside(data).read_bytes()} == before


def test_an_epoch_that_was_used_before_is_not_taken(data: Path, hq: HttpServer) -> None:
    join(data, hq)
    registry(hq).epoch, registry(hq).heeds_the_store = 0, False
    with pytest.raises(CannotJoin, match="older version"):
        join(data, hq)
    loaded = identity.load(data)
    assert loaded is not None
    assert loaded.token == "t1"


# ── the command line ────────────────────────────────────────────────────────────────────────────────


def command(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_a_store_joins_again_only_when_somebody_says_so(data: Path, hq: HttpServer) -> None:
    code = f"{CODE}@{hq.url}"
    first = command("join", code, "--data", data, "--json")
    assert json.loads(first.stdout) == {
        "store": "pop-1", "name": "Pop", "hq_url": hq.url, "epoch": 1, "again": False,
    }  # fmt: skip
    refused = command("join", code, "--data", data)
    assert isinstance(refused.exception, UserError)
    assert "--yes" in str(refused.exception)
    assert len(registry(hq).asked) == 1
    again = command("join", code, "--data", data, "--yes")
    assert again.exit_code == 0
    assert "count every product" in " ".join(again.stdout.split())


def test_a_note_inside_the_folder_is_refused(data: Path, hq: HttpServer) -> None:
    no = command("join", f"{CODE}@{hq.url}", "--data", data, "--witness", data / "note")
    assert isinstance(no.exception, UserError)
    assert "Name a place outside" in str(no.exception)
    assert registry(hq).asked == []


@pytest.fixture
def joined(data: Path, hq: HttpServer) -> Iterator[Store]:
    """A store that joined and has sold something; the note is as its agent left it."""
    join(data, hq)
    store = Store(data / identity.STORE_FILE)
    store.stock(("vm-1", "1", "A", 5))
    store.paid_order(("A", 1))
    keeper = witness_file.WitnessFile(witness_file.beside(data), store.queries, store.journal.ledger_head)
    keeper.begin()
    keeper.end()
    yield store
    store.close()


def findings(data: Path) -> tuple[int, dict[str, Any]]:
    done = command("verify", "--data", data, "--json")
    return done.exit_code, json.loads(done.stdout)


def test_verify_names_what_it_checked(joined: Store, data: Path) -> None:
    status, found = findings(data)
    rows = joined.queries.last_seq("ledger")
    assert status == 0
    assert (found["store"], found["witness"], found["differences"]) == ("pop-1", "latest", [])
    assert found["chains"] == [
        {"epoch": 1, "stream": "ledger", "rows": rows, "head": joined.queries.hash_at("ledger", rows)}
    ]
    said = command("verify", "--data", data)
    assert said.exit_code == 0
    assert "Every chain holds" in said.stdout


def test_verify_finds_a_changed_row_and_a_changed_table(joined: Store, data: Path) -> None:
    joined.db.execute("UPDATE slots SET count = count + 1")
    joined.db.execute("UPDATE journal SET body = CAST(body || ' ' AS BLOB) WHERE seq = 6")
    status, found = findings(data)
    assert status == 1
    assert len(found["differences"]) >= 2


def test_verify_knows_an_older_copy_and_one_that_nothing_proves(
    joined: Store, data: Path, tmp_path: Path
) -> None:
    joined.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copytree(data, tmp_path / "copy")
    note = witness_file.beside(data)
    joined.order(("A", 1))
    keeper = witness_file.WitnessFile(note, joined.queries, joined.journal.ledger_head)
    keeper.begin()
    keeper.end()
    status, found = findings(tmp_path / "copy")
    assert (status, found["witness"]) == (0, "unknown")
    shutil.copy(note, witness_file.beside(tmp_path / "copy"))
    status, found = findings(tmp_path / "copy")
    assert (status, found["witness"]) == (1, "restored")
    assert "an older copy was put back" in found["differences"][0]
    assert "older copy" in command("verify", "--data", tmp_path / "copy").stdout


def test_verify_of_no_store_says_so(data: Path) -> None:
    no = command("verify", "--data", data)
    assert isinstance(no.exception, UserError)
    assert "no store's journal" in str(no.exception)
