"""The doctor: each thing that can be wrong with a computer is found, graded, and comes with what to do."""

import json
import socket
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from popshop.cli import app
from popshop.doctor import checks
from popshop.doctor.computer import ThisComputer
from popshop.doctor.findings import Unhealthy

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
DATA = Path("/srv/popshop")


def failing(error: Exception) -> Callable[..., object]:
    def fail(*_args):
        raise error

    return fail


class HealthyComputer:
    """A computer on which everything is well; a test replaces the one answer it is about."""

    def __init__(self, **answers):
        for name, answer in answers.items():
            assert hasattr(self, name), name
            setattr(self, name, answer if callable(answer) else lambda *_args, answer=answer: answer)

    def python_version(self):
        return (3, 12, 1)

    def is_installed(self, _module):
        return True

    def environment(self, name):
        return {"DISPLAY": ":0"}.get(name, "")

    def now(self):
        return NOW

    def newest_change(self, _folder):
        return NOW - timedelta(hours=1)

    def is_clock_synchronised(self):
        return True

    def taken_ports(self, _ports):
        return []

    def free_bytes(self, _folder):
        return 100 * 1024**3

    def try_writing(self, _folder):
        return None

    def try_sqlite(self, _folder):
        return "3.40.1", "wal"

    def try_broker(self):
        return "nats-server 2"

    def try_postgres(self, _dsn):
        return "PostgreSQL 18"

    def try_font(self):
        return "Noto Sans CJK SC"

    def cameras(self):
        return [("/dev/video0", True)]

    def scanner_wires(self):
        return [("/dev/input/event3", True, "input"), ("/dev/ttyACM0", True, "dialout")]

    def program(self, *_names):
        return "/usr/bin/chromium"

    def has_library(self, _name):
        return True


def test_on_a_healthy_computer_all_is_well_and_nothing_is_advised():
    findings = checks.examine(HealthyComputer(), DATA)
    assert {(finding.level, finding.advice) for finding in findings} == {("ok", "")}


OTHER_DSN = {"POPSHOP_HQ_DSN": "postgresql://db/shop"}

SICK = [
    (checks.python, {"python_version": (3, 10, 4)}, "problem", "3.10.4", "Python 3.11"),
    (checks.python, {"python_version": (3, 14, 0)}, "problem", "3.14.0", "Python 3.11"),
    (checks.parts, {"is_installed": lambda module: module != "kivy"}, "warning", "kiosk", "popshop[kiosk]"),
    (checks.ports, {"taken_ports": [8400]}, "warning", "8400 (the agent's) is in use", "--port"),
    (checks.clock, {"now": datetime(1970, 1, 1, tzinfo=UTC)}, "problem", "1970-01-01", "Set the date"),
    (checks.clock, {"newest_change": NOW + timedelta(days=1)}, "problem", "2026-05-02", "clock went back"),
    (checks.clock, {"is_clock_synchronised": False}, "warning", "not kept", "set-ntp"),
    (checks.disk, {"free_bytes": 100}, "problem", "0.0 GiB", "room now"),
    (checks.disk, {"free_bytes": 2 * 1024**3}, "warning", "2.0 GiB", "room soon"),
    (checks.disk, {"try_writing": failing(PermissionError("no"))}, "problem", "no", "--data"),
    (checks.sqlite, {"try_sqlite": ("3.31.0", "wal")}, "problem", "3.31.0", "newer Python"),
    (checks.sqlite, {"try_sqlite": ("3.40.1", "delete")}, "problem", "mode delete", "network share"),
    (checks.sqlite, {"try_sqlite": failing(OSError("disk I/O error"))}, "problem", "I/O", "local disk"),
    (
        checks.broker,
        {"try_broker": failing(Unhealthy("paho is missing"))},
        "problem",
        "paho",
        "popshop[edge]",
    ),
    (checks.postgres, {"try_postgres": failing(Unhealthy("no wheel"))}, "warning", "no wheel", "popshop[hq]"),
    (checks.font, {"try_font": failing(Unhealthy("no Chinese"))}, "warning", "no Chinese", "fonts-noto-cjk"),
    (checks.display, {"environment": ""}, "warning", "none", "--headless"),
    (checks.camera, {"cameras": []}, "warning", "none", "plug it in"),
    (checks.camera, {"cameras": [("/dev/video0", False)]}, "warning", "/dev/video0", "group video"),
    (checks.scanners, {"scanner_wires": []}, "warning", "none", "plug one in"),
    (
        checks.scanners,
        {"scanner_wires": [("/dev/input/event3", False, "input"), ("/dev/ttyACM0", False, "dialout")]},
        "warning",
        "/dev/ttyACM0",
        "usermod -aG dialout,input",
    ),
    (checks.zbar, {"has_library": False}, "warning", "not found", "libzbar0"),
    (checks.chromium, {"program": None}, "warning", "not found", "setup test"),
]


@pytest.mark.parametrize(("check", "answers", "level", "found", "advice"), SICK)
def test_what_is_wrong_is_found_graded_and_advised_on(check, answers, level, found, advice):
    finding = check(HealthyComputer(**answers), DATA)
    assert finding.level == level
    assert found in finding.found
    assert advice in finding.advice


def test_a_database_of_the_operator_s_own_that_does_not_answer_is_a_problem():
    computer = HealthyComputer(environment=OTHER_DSN.get, try_postgres=failing(Unhealthy("refused")))
    finding = checks.postgres(computer, DATA)
    assert (finding.level, finding.found) == ("problem", "refused")
    assert "POPSHOP_HQ_DSN" in finding.advice


def test_a_clock_that_nobody_vouches_for_is_believed():
    assert checks.clock(HealthyComputer(is_clock_synchronised=None), DATA).level == "ok"


def test_every_check_is_in_the_round_and_has_been_seen_failing():
    assert {check for check, *_ in SICK} == set(checks.ALL)


def test_on_this_computer_the_doctor_finishes_and_leaves_nothing_behind(tmp_path):
    result = CliRunner().invoke(app, ["doctor", "--json", "--data", str(tmp_path / "not" / "there")])
    report = json.loads(result.stdout)
    by_check = {finding["check"]: finding for finding in report["findings"]}
    assert by_check["sqlite"]["level"] == "ok"
    assert by_check["broker"]["level"] == "ok", by_check["broker"]["found"]
    assert all(finding["advice"] for finding in report["findings"] if finding["level"] != "ok")
    assert result.exit_code == (0 if report["healthy"] else 1)
    assert list(tmp_path.iterdir()) == []


def test_a_port_that_somebody_listens_on_is_seen(listener):
    port = listener.getsockname()[1]
    assert ThisComputer().taken_ports([port]) == [port]


def test_a_database_written_today_is_the_newest_change(tmp_path):
    computer = ThisComputer()
    assert computer.newest_change(tmp_path) is None
    (tmp_path / "edge").mkdir()
    (tmp_path / "edge" / "store.db").touch()
    newest = computer.newest_change(tmp_path)
    assert newest is not None
    assert abs(newest - computer.now()) < timedelta(minutes=1)


@pytest.fixture
def listener():
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server
