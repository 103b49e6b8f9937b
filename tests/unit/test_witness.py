"""The note outside of the data folder: it tells an older copy of a store's file from the latest; it lags at worst."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from cloud_sync.protocol import witness
from cloud_sync.protocol.witness import Note, Standing
from edge_agent.adapters import witness_file
from edge_agent.adapters.witness_file import RECORD_BYTES, WitnessFile
from hardware import messages
from tests.edge_harness import Store

OLD = "11" * 32
NEW = "22" * 32


def note(epoch: int = 2, seq: int = 10, chain_hash: str = OLD) -> Note:
    return Note(machine="m", epoch=epoch, seq=seq, hash=chain_hash)


@pytest.mark.parametrize(
    ("found", "epoch", "last_seq", "hash_there", "says"),
    [
        (None, 2, 10, "", Standing.UNKNOWN),
        (note(), 2, 10, OLD, Standing.LATEST),
        (note(), 2, 99, OLD, Standing.LATEST),
        (note(), 3, 0, OLD, Standing.LATEST),
        (note(), 2, 9, "", Standing.RESTORED),
        (note(), 2, 10, NEW, Standing.RESTORED),
        (note(), 3, 50, NEW, Standing.RESTORED),
        (note(), 1, 99, "", Standing.RESTORED),
    ],
)
def test_a_file_that_lacks_a_row_of_the_note_or_has_another_one_there_was_restored(
    found: Note | None, epoch: int, last_seq: int, hash_there: str, says: Standing
) -> None:
    assert witness.judge(found, epoch, last_seq, hash_there) is says


def test_a_note_fills_one_sector_and_reads_back(tmp_path: Path) -> None:
    path = tmp_path / "store.witness"
    widest = Note(machine=witness_file.mint_machine(), epoch=10**9, seq=10**18, hash=OLD)
    witness_file.put(path, widest)
    assert path.stat().st_size == RECORD_BYTES
    assert path.stat().st_mode & 0o077 == 0
    assert witness_file.read(path) == widest
    assert [left.name for left in tmp_path.iterdir()] == ["store.witness"]
    assert witness_file.mint_machine() != witness_file.mint_machine()


@pytest.mark.parametrize(
    "body", [b"", b"{", b"\0" * RECORD_BYTES, b"\xff\xfe", b"[1]", b'{"machine":"m"}', b"[" * 50_000]
)
def test_a_damaged_note_is_no_note(tmp_path: Path, body: bytes) -> None:
    path = tmp_path / "store.witness"
    path.write_bytes(body)
    assert witness_file.read(path) is None
    assert witness_file.read(tmp_path / "nothing") is None
    assert witness_file.read(tmp_path) is None


def test_it_stands_beside_the_folder_and_never_in_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert witness_file.beside(tmp_path / "store") == tmp_path / "store.witness"
    monkeypatch.chdir(tmp_path)
    assert witness_file.beside(Path(".")) == tmp_path.with_name(f"{tmp_path.name}.witness")


# ── beside a running store ──────────────────────────────────────────────────────────────────────────


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path / "store.db")
    store.stock(("vm-1", "1", "A", 5))
    yield store
    store.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "store.witness"


def found_by(path: Path, store: Store) -> WitnessFile:
    """The keeper that an agent of this store has."""
    return WitnessFile(path, store.queries, store.journal.ledger_head)


def begun(path: Path, store: Store) -> WitnessFile:
    """A keeper as an agent starts it."""
    keeper = found_by(path, store)
    keeper.begin()
    return keeper


def test_each_commit_that_moves_the_ledger_moves_the_note(store: Store, path: Path) -> None:
    keeper = begun(path, store)
    store.brain.on_commit(keeper.follow)
    store.order(("A", 1))
    found = witness_file.read(path)
    assert found is not None
    assert (found.epoch, found.seq, found.hash) == store.queries.journal_head()
    before = path.stat().st_mtime_ns
    store.report(messages.PersonSensed())
    assert path.stat().st_mtime_ns == before, "interactions do not touch it"
    keeper.end()
    assert found_by(path, store).machine == keeper.machine


def test_a_note_that_lags_after_a_power_cut_proves_nothing_wrong(store: Store, path: Path) -> None:
    begun(path, store).end()
    store.order(("A", 1))
    assert found_by(path, store).judge() is Standing.LATEST


def test_a_copy_put_back_is_known_by_the_note_even_when_it_grew_as_long_again(
    store: Store, path: Path, tmp_path: Path
) -> None:
    store.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copy(store.path, tmp_path / "copy.db")
    keeper = begun(path, store)
    store.brain.on_commit(keeper.follow)
    store.order(("A", 1))
    keeper.end()

    copy = Store(tmp_path / "copy.db")
    assert found_by(path, copy).judge() is Standing.RESTORED
    copy.clock.pass_s(5)
    for _ in range(3):
        copy.order(("A", 1))
    again = found_by(path, copy)
    assert again.judge() is Standing.RESTORED
    again.follow()
    assert found_by(path, store).judge() is Standing.LATEST, "a note is not taken back"
    copy.close()


def test_without_a_note_the_store_gets_a_new_mark_and_has_yet_to_prove_itself(
    store: Store, path: Path
) -> None:
    keeper = found_by(path, store)
    assert keeper.judge() is Standing.UNKNOWN
    keeper.begin()
    keeper.end()
    assert found_by(path, store).judge() is Standing.LATEST
    assert found_by(path, store).machine == keeper.machine


def test_a_note_that_cannot_be_written_any_more_stops_no_sale(store: Store, path: Path) -> None:
    keeper = begun(path, store)
    store.brain.on_commit(keeper.follow)
    with path.open("rb") as read_only:
        ours, keeper._file = keeper._file, read_only.fileno()
        assert store.order(("A", 1)).refused == ""
        keeper._file = ours
    assert store.order(("A", 1)).refused == ""
    keeper.end()
    assert found_by(path, store).judge() is Standing.LATEST
