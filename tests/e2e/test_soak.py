"""Whole shops, killed and cut off at random: everything reconciles, and nothing is left running."""

import json
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from popshop.shop.line import Exchange, Line, Weather
from popshop.soak.troubles import draw

SOAK = [sys.executable, "-m", "popshop", "soak"]


# ── what strikes ────────────────────────────────────────────────────────────────────────────────────


def test_ten_minutes_bring_at_least_a_hundred_kills_of_every_kind_and_the_seed_draws_them_again():
    troubles = draw(1, 600)
    assert troubles == draw(1, 600) != draw(2, 600)
    kills = [trouble.what for trouble in troubles if trouble.what not in ("line", "clock", "disk")]
    assert len(kills) >= 100
    assert set(kills) == {"agent", "hq", "postgres", "broker", "device"}
    assert {trouble.weather for trouble in troubles} >= set(Weather) - {Weather.CLEAR}


# ── the proxy ───────────────────────────────────────────────────────────────────────────────────────


@contextmanager
def shouting() -> Iterator[int]:
    """A server that answers everything in capitals; its port."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer(connection: socket.socket) -> None:
            with connection:
                while heard := connection.recv(1_000):
                    connection.sendall(heard.upper())

        def serve() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                threading.Thread(target=answer, args=[connection], daemon=True).start()

        threading.Thread(target=serve, daemon=True).start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def line() -> Iterator[Line]:
    with shouting() as port, Exchange() as exchange:
        yield exchange.line(0, port)


def call(line: Line) -> socket.socket:
    """A connection over the line that works."""
    connection = socket.create_connection(("127.0.0.1", line.port), timeout=5)
    connection.sendall(b"hello")
    assert connection.recv(100) == b"HELLO"
    return connection


def has_ended(connection: socket.socket) -> bool:
    """Whether the other side hung up, politely or with a reset."""
    try:
        return connection.recv(100) == b""
    except ConnectionError:
        return True


def test_a_cut_line_breaks_its_connections_and_takes_none_until_it_is_clear(line):
    with call(line) as connection:
        line.set(Weather.CUT)
        assert has_ended(connection)
        with socket.create_connection(("127.0.0.1", line.port), timeout=5) as another:
            assert has_ended(another)
        line.set(Weather.CLEAR)
        call(line).close()


def test_a_stalled_line_holds_everything_back_and_goes_on(line):
    with call(line) as connection:
        line.set(Weather.STALLED)
        connection.sendall(b"later")
        connection.settimeout(0.2)
        with pytest.raises(TimeoutError):
            connection.recv(100)
        line.set(Weather.CLEAR)
        connection.settimeout(5)
        assert connection.recv(100) == b"LATER"


def test_on_a_half_open_line_answers_vanish(line):
    with call(line) as connection:
        line.set(Weather.HALF_OPEN)
        connection.sendall(b"anybody")
        connection.settimeout(0.2)
        with pytest.raises(TimeoutError):
            connection.recv(100)
    line.set(Weather.CLEAR)
    call(line).close()


def test_an_answer_breaks_off_in_the_middle_once(line):
    with call(line) as connection:
        line.break_off()
        connection.sendall(b"abcdef")
        assert connection.recv(100) == b"ABC"
        assert has_ended(connection)
    assert line.broken_off == 1
    call(line).close()


# ── the soak ────────────────────────────────────────────────────────────────────────────────────────


def left_running(folder: Path) -> list[str]:
    """Processes that have this folder in their command line."""
    found = []
    for process in psutil.process_iter(["cmdline"]):
        words = " ".join(process.info["cmdline"] or [])
        if str(folder) in words and process.pid != psutil.Process().pid:
            found.append(words)
    return found


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_shops_that_were_killed_and_cut_off_reconcile_and_leave_nothing_behind(tmp_path):
    folder = tmp_path / "soak"
    done = subprocess.run(
        [*SOAK, "--minutes", "0.65", "--stores", "2", "--seed", "7", "--json", "--folder", str(folder)],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        timeout=380,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    told = json.loads(done.stdout)
    assert told["differences"] == []
    assert told["kills_total"] >= 5
    assert told["paid"] > 0
    assert told["rows"] > 100
    assert not left_running(folder)
    assert not any(str(folder) in mount for mount in Path("/proc/self/mounts").read_text().splitlines())


@pytest.mark.slow
def test_ctrl_c_ends_a_soak_at_once_and_leaves_nothing_behind(tmp_path):
    folder = tmp_path / "soak"
    soak = subprocess.Popen(
        [*SOAK, "--stores", "1", "--folder", str(folder)], stderr=subprocess.PIPE, text=True, cwd=tmp_path
    )
    assert soak.stderr is not None
    for said in soak.stderr:
        if "kill -9" in said:
            break
    soak.send_signal(signal.SIGINT)
    soak.stderr.read()
    assert soak.wait(100) == 130
    assert not left_running(folder)
