"""`popshop demo` for real: books agree, two shops at once, Ctrl-C and kill -9 in mid-run, nothing left running."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.slow


class RunningDemo:
    """A demo in a folder of its own."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.data = folder / "shop"
        self._errors = folder / "stderr.txt"
        with self._errors.open("wb") as errors:
            self.process = subprocess.Popen(
                [
                    *(sys.executable, "-m", "popshop", "demo", "--headless", "--json"),
                    *("--data", str(self.data), *options),
                ],
                env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "scripts")])},
                cwd=folder,
                stdout=subprocess.PIPE,
                stderr=errors,
                # As from a terminal: a group of its own, which Ctrl-C goes to as a whole.
                start_new_session=True,
            )

    def said(self) -> str:
        return self._errors.read_text(errors="replace")

    def wait_until(self, text: str, timeout_s: float = 60.0) -> None:
        self.wait_for(lambda: text in self.said(), text, timeout_s)

    def wait_for(self, holds: Callable[[], bool], what: str, timeout_s: float = 30.0) -> None:
        give_up_s = time.monotonic() + timeout_s
        while not holds():
            assert self.process.poll() is None, f"ended before {what}: {self.said()}"
            assert time.monotonic() < give_up_s, f"not in time: {what}: {self.said()}"
            time.sleep(0.1)

    def press_ctrl_c(self) -> None:
        os.killpg(self.process.pid, signal.SIGINT)

    def summary(self, timeout_s: float = 90.0) -> dict[str, Any]:
        out, _ = self.process.communicate(timeout=timeout_s)
        assert self.process.returncode == 0, self.said()
        found: dict[str, Any] = json.loads(out)
        return found

    def processes(self) -> list[str]:
        """Everything that runs on the demo's folder, PostgreSQL included."""
        found = []
        for process in psutil.process_iter(["cmdline"]):
            command = " ".join(process.info["cmdline"] or [])
            if str(self.data) in command and process.status() != psutil.STATUS_ZOMBIE:
                found.append(command[:150])
        return found


def both_books_agree(summary: dict[str, Any]) -> bool:
    return bool(
        summary["agree"]
        and summary["store_events"] == summary["hq_events"] > 0
        and summary["gaps"] == summary["duplicates"] == summary["unresolved"] == 0
        and summary["takings_minor"] == summary["hq_takings_minor"] > 0
        and summary["store_differences"] == summary["hq_differences"] == []
        and summary["pool"] > 0 < summary["held"]
        and the_day_adds_up(summary["day"])
    )


def the_day_adds_up(day: dict[str, Any]) -> bool:
    return bool(
        day["paid_minor"] - day["refunded_minor"] + day["cash_machine_minor"] == day["takings_minor"]
        and day["expected_minor"] == day["counted_minor"]
        and day["differences"] == []
    )


def test_two_demos_side_by_side_end_by_time_and_by_ctrl_c_with_agreeing_books(tmp_path):
    folders = [tmp_path / name for name in ("one", "two")]
    for folder in folders:
        folder.mkdir()
    by_time = RunningDemo(folders[0], "--minutes", "0.2", "--speed", "2")
    by_ctrl_c = RunningDemo(folders[1], "--speed", "2", "--seed", "2")
    by_ctrl_c.wait_until("The shop is open")
    time.sleep(10.0)
    by_ctrl_c.press_ctrl_c()
    for demo in (by_time, by_ctrl_c):
        summary = demo.summary()
        assert both_books_agree(summary), summary
        assert summary["sold"] >= 3
        assert summary["failed_vends_refunded"] >= 1
        assert summary["data"] == str(demo.data)
        assert demo.processes() == []
        assert "PIN" in demo.said()
        assert "password" in demo.said()


def test_a_second_ctrl_c_stops_at_once(tmp_path):
    demo = RunningDemo(tmp_path)
    demo.wait_until("The shop is open")
    time.sleep(2.0)
    demo.press_ctrl_c()
    demo.wait_until("closing")
    demo.press_ctrl_c()
    assert demo.process.wait(20) == 130
    assert demo.processes() == []


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends children with their parent")
def test_killed_parts_come_back_nothing_outlives_a_killed_demo_and_its_folder_goes_on(tmp_path):
    demo = RunningDemo(tmp_path, "--speed", "2")
    demo.wait_until("The shop is open")
    for what in (
        "device simulate --json --store demo --device vending-1",
        "edge run",
        "nats-server",
        "hq run",
    ):
        next(p for p in psutil.process_iter(["cmdline"]) if _is(p, demo, what)).kill()
    for name in ("vending-1", "the store's agent", "the broker", "headquarters"):
        demo.wait_until(f"{name} runs again", 40)
    demo.process.kill()
    demo.process.wait()
    give_up_s = time.monotonic() + 20
    while demo.processes() and time.monotonic() < give_up_s:
        time.sleep(0.1)
    assert demo.processes() == []

    again = RunningDemo(tmp_path, "--minutes", "0.1", "--speed", "2")
    summary = again.summary()
    assert both_books_agree(summary), summary
    assert again.processes() == []


def _is(process: psutil.Process, demo: RunningDemo, what: str) -> bool:
    command = " ".join(process.info["cmdline"] or [])
    return what in command and str(demo.data) in command
