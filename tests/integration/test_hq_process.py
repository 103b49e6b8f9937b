"""Headquarters as a process: killed between COMMIT and reply, killed outright, stopped, started twice."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
import psycopg
import pytest
import requests

from cloud_sync.hq.database.postgres import EmbeddedPostgres, PostgresError, find_programs
from cloud_sync.protocol import witness
from cloud_sync.protocol.session import SYNC_PATH
from tests.hq_process import Headquarters, environment, popshop
from tests.journal_rows import Journal, cash, dispensed, paid, planned

NOBODY = 65534
# Headquarters whose process dies the moment a sync is committed, before a byte of the reply leaves.
DIES_AFTER_COMMIT = """
import os, signal, sys
from pathlib import Path
from cloud_sync.hq import main
from cloud_sync.hq.store import LogStore

committed = LogStore.sync

def commit_and_die(self, request, now):
    committed(self, request, now)
    os.kill(os.getpid(), signal.SIGKILL)

LogStore.sync = commit_and_die
main.serve(main.HqConfig(data=Path(sys.argv[1])))
"""


def alive(pid: int) -> bool:
    """Tell whether a process runs (a zombie does not)."""
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return False


def gone(pid: int, within_s: float = 15) -> bool:
    for _ in range(int(within_s * 20)):
        if not alive(pid):
            return True
        time.sleep(0.05)
    return False


def server_pid(folder: Path) -> int:
    return int((folder / "postgres/cluster/postmaster.pid").read_text().split()[0])


def cli(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        popshop("hq", *arguments),
        capture_output=True,
        text=True,
        env=environment(**variables),
        timeout=60,
        check=False,
    )


def test_killed_between_commit_and_reply_headquarters_takes_the_rows_once(tmp_path: Path) -> None:
    hq = Headquarters.start(tmp_path)
    token = hq.join(hq.enrol("sh-01", "Shop")).token
    assert hq.stop() == 0
    journal = Journal().write(*(fact for n in range(50) for fact in (paid(f"v{n}"), dispensed(f"v{n}"))))
    dying = subprocess.Popen(
        [sys.executable, "-c", DIES_AFTER_COMMIT, str(tmp_path)], env=environment(), cwd=tmp_path
    )
    while not (tmp_path / "address.json").exists():
        assert dying.poll() is None
        time.sleep(0.05)
    hq.url = json.loads((tmp_path / "address.json").read_bytes())["url"]
    with pytest.raises(requests.ConnectionError):
        hq.sync(token, journal.request())
    assert dying.wait(10) == -signal.SIGKILL

    again = Headquarters.start(tmp_path)
    reply = again.sync(token, journal.request())
    assert (reply.acked, reply.hash) == (journal.last_seq, journal.hashes[-1].hex())
    proof = again.get("/api/stores/sh-01/proof")
    assert isinstance(proof, dict)
    assert (proof["events"], proof["duplicates"], proof["gaps"], proof["agrees"]) == (100, 0, 0, True)
    assert again.get("/api/sales", by="item") == [{"item": "A1", "units": 50, "takings_minor": 50 * 450}]
    assert again.stop() == 0


def test_stopped_or_killed_headquarters_leaves_no_process_behind(tmp_path: Path) -> None:
    hq = Headquarters.start(tmp_path)
    database = server_pid(tmp_path)
    hq.process.kill()
    hq.process.wait()
    assert gone(database), "PostgreSQL outlived a killed headquarters"
    again = Headquarters.start(tmp_path)
    database = server_pid(tmp_path)
    assert again.stop() == 0
    assert not alive(database)
    assert not (tmp_path / "address.json").exists()


def test_headquarters_whose_database_died_ends_too_and_says_so(tmp_path: Path) -> None:
    hq = Headquarters.start(tmp_path)
    os.kill(server_pid(tmp_path), signal.SIGKILL)
    assert hq.process.wait(20) == 2
    assert "stopped by itself" in (tmp_path / "hq.log").read_text().replace("\n", " ")
    again = Headquarters.start(tmp_path)
    assert again.get("/api/health") == {"status": "ok"}
    assert again.stop() == 0


def test_a_database_that_does_not_answer_is_told_in_words(tmp_path: Path) -> None:
    done = cli("run", "--data", str(tmp_path), "--port", "0", "--dsn", "postgresql://127.0.0.1:1/x")
    assert (done.returncode, "does not answer" in done.stderr) == (2, True)


def test_a_second_headquarters_on_the_same_folder_says_who_holds_it(tmp_path: Path) -> None:
    hq = Headquarters.start(tmp_path)
    second = cli("run", "--data", str(tmp_path), "--port", "0")
    assert second.returncode == 2
    assert str(hq.process.pid) in second.stderr.replace("\n", "")
    assert "Traceback" not in second.stderr
    assert hq.get("/api/health") == {"status": "ok"}
    assert hq.stop() == 0


def test_two_headquarters_run_side_by_side_on_one_given_database_server(
    tmp_path: Path, postgres_dsn: str
) -> None:
    embedded = Headquarters.start(tmp_path / "one")
    given = Headquarters.start(tmp_path / "two", dsn=postgres_dsn)
    embedded.enrol("only-here", "One")
    assert given.get("/api/stores") == []
    assert not (tmp_path / "two/postgres").exists()
    assert (embedded.stop(), given.stop()) == (0, 0)


def test_a_database_left_by_a_killed_owner_is_taken_over(tmp_path: Path) -> None:
    first = EmbeddedPostgres(tmp_path)
    with psycopg.connect(first.start()) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS x")
    left = server_pid_of(first)
    # As after a kill on a system without parent-death signals: the server runs on, nobody holds the lock.
    assert first._lock is not None
    first._lock.close()
    second = EmbeddedPostgres(tmp_path)
    with psycopg.connect(second.start()) as connection:
        assert connection.execute("SELECT x FROM kept").fetchone() == (1,)
    assert server_pid_of(second) != left
    second.stop()
    first.stop()


def server_pid_of(server: EmbeddedPostgres) -> int:
    return int((server.cluster / "postmaster.pid").read_text().split()[0])


def test_the_database_lives_in_long_and_private_folders(tmp_path: Path) -> None:
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    server = EmbeddedPostgres(private / ("deep-" * 12) / ("deeper-" * 12))
    with psycopg.connect(server.start()) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    server.stop()
    assert private.stat().st_mode & 0o007 == 0, "others still have no way in"


def test_a_database_that_cannot_start_says_why(tmp_path: Path) -> None:
    with pytest.raises(PostgresError, match="no_such_setting"):
        EmbeddedPostgres(tmp_path, {"no_such_setting": "1"}).start()


def _own_database_as_nobody(folder: Path) -> None:
    """Runs in a forked child: drops root for good, then owns a database."""
    os.setgroups([])
    os.setgid(NOBODY)
    os.setuid(NOBODY)
    os.chdir(folder)
    server = EmbeddedPostgres(folder)
    psycopg.connect(server.start()).close()
    owner = server.cluster.stat().st_uid
    server.stop()
    os._exit(0 if owner == NOBODY else 1)


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to become a normal user")
def test_a_normal_user_runs_the_database_as_itself() -> None:
    if not all(folder.stat().st_mode & 0o001 for folder in find_programs().parents):
        pytest.skip("the packages lie in a folder that a normal user may not enter")
    with TemporaryDirectory(prefix="popshop-test-") as folder:
        os.chown(folder, NOBODY, NOBODY)
        # Forked, because this Python itself may lie where a normal user cannot start it.
        child = multiprocessing.get_context("fork").Process(
            target=_own_database_as_nobody, args=[Path(folder)]
        )
        child.start()
        child.join(60)
        assert child.exitcode == 0


def test_the_command_line_enrols_and_reports(tmp_path: Path) -> None:
    nobody = cli("enrol", "sh-01", "--data", str(tmp_path))
    assert nobody.returncode == 2
    assert "popshop hq run" in nobody.stderr
    hq = Headquarters.start(tmp_path)
    made = cli("enrol", "sh-01", "--name", "静安店", "--data", str(tmp_path))
    code, _, url = made.stdout.strip().partition("@")
    assert url == hq.url
    token = hq.join(code).token
    hq.sync(token, Journal().write(cash("a"), cash("b", sku="B2", device="vm-2")).request())
    listed = cli("report", "sales", "--by", "day,device,item", "--json", "--data", str(tmp_path))
    assert json.loads(listed.stdout) == [
        {"day": "2026-11-20", "device": "vm-1", "item": "A1", "units": 1, "takings_minor": 300},
        {"day": "2026-11-20", "device": "vm-2", "item": "B2", "units": 1, "takings_minor": 300},
    ]
    assert "takings_minor" in cli("report", "sales", "--data", str(tmp_path)).stdout
    proof = json.loads(cli("report", "proof", "sh-01", "--json", "--data", str(tmp_path)).stdout)
    assert (proof["duplicates"], proof["gaps"]) == (0, 0)
    elsewhere = cli("report", "sales", "--json", "--url", hq.url, POPSHOP_HQ_PASSWORD=hq.password)
    assert json.loads(elsewhere.stdout)[0]["units"] == 2
    wrong = cli("report", "sales", "--url", hq.url, POPSHOP_HQ_PASSWORD="guess")
    assert (wrong.returncode, "password" in wrong.stderr) == (2, True)
    bad = cli("enrol", "sh-02", "--timezone", "Mars", "--data", str(tmp_path))
    assert (bad.returncode, "Asia/Shanghai" in bad.stderr) == (2, True)
    again = cli("enrol", "sh-02", "--json", "--data", str(tmp_path))
    assert json.loads(again.stdout)["code"].endswith(f"@{hq.url}")
    by_owner = cli("report", "sales", "--json", "--url", hq.url, "--data", str(tmp_path))
    assert json.loads(by_owner.stdout)[0]["units"] == 2
    assert requests.post(hq.url + SYNC_PATH, data=b"{}", timeout=10).status_code == 401
    assert hq.stop() == 0


def test_a_headquarters_whose_books_are_behind_its_witness_waits_to_be_refilled(
    tmp_path: Path, postgres_dsn: str
) -> None:
    folder = tmp_path / "hq"
    hq = Headquarters.start(folder, dsn=postgres_dsn)
    token = hq.join(hq.enrol("sh-01", "静安店"), machine="m").token
    journal = Journal().write(*planned("1-01", "A1", 5))
    assert hq.sync(token, journal.request(machine="m")).incarnation == 1
    assert hq.stop() == 0
    path = tmp_path / "hq.witness"
    note = witness.read(path.read_bytes())
    assert note is not None
    assert (note.epoch, note.seq) == (1, 2), "one posting, one epoch"
    # As if the database were that of last week: its witness has seen more.
    path.write_bytes(witness.write(msgspec.structs.replace(note, seq=900)))
    hq = Headquarters.start(folder, dsn=postgres_dsn)
    reply = hq.sync(token, journal.request(machine="m", incarnation=1))
    assert reply.incarnation == 2
    hq.sync(token, journal.request(2, machine="m", incarnation=2))
    assert hq.stop() == 0
    with psycopg.connect(postgres_dsn) as connection:
        assert connection.execute("SELECT incarnation, refilling FROM hq").fetchone() == (2, False)


def test_a_store_can_be_enrolled_straight_into_a_given_database(tmp_path: Path, postgres_dsn: str) -> None:
    unclear = cli("enrol", "sh-01", "--dsn", postgres_dsn)
    assert (unclear.returncode, "--url" in unclear.stderr) == (2, True)
    made = cli("enrol", "sh-01", "--dsn", postgres_dsn, "--url", "https://hq.example")
    code, _, url = made.stdout.strip().partition("@")
    assert url == "https://hq.example"
    hq = Headquarters.start(tmp_path, dsn=postgres_dsn)
    assert hq.join(code).store == "sh-01"
    assert hq.stop() == 0
    silent = cli("enrol", "sh-01", "--dsn", "postgresql://127.0.0.1:1/x", "--url", "https://hq.example")
    assert (silent.returncode, "does not answer" in silent.stderr) == (2, True)
