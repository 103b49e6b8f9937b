"""Our own commands as child processes: started, waited for, run to their end."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import requests

from hardware.child_process import Child
from popshop.clock import steady_s
from popshop.console import UserError

START_TIMEOUT_S: Final = 60.0
HQ_STOP_TIMEOUT_S: Final = 30.0
"""PostgreSQL writes its memory down before it ends."""
POLL_S: Final = 0.02


def popshop(
    folder: Path,
    name: str,
    options: Sequence[str],
    *,
    stdin: int = subprocess.DEVNULL,
    env: Mapping[str, str] | None = None,
) -> Child:
    """Start a `popshop` command as our child; what it says goes to NAME.log, what it reads comes from `stdin`."""
    command = [sys.executable, "-m", "popshop", *options]
    return Child(command, folder / f"{name}.log", cwd=folder, stdin=stdin, env=env)


def run_popshop(folder: Path, options: Sequence[str]) -> str:
    """Run a `popshop` command to its end and take its stdout. Raises UserError with what it said."""
    done = subprocess.run(
        [sys.executable, "-m", "popshop", *options], capture_output=True, text=True, cwd=folder, check=False
    )
    if done.returncode:
        raise UserError(f"popshop {' '.join(options[:2])} failed: {done.stderr.strip()[-500:]}")
    return done.stdout


def wait_for_address(path: Path, child: Child, log: Path) -> dict[str, Any]:
    """The address a server writes when it answers. Raises UserError with its log's end when it does not."""
    give_up_at = steady_s() + START_TIMEOUT_S
    while steady_s() < give_up_at and child.alive:
        if path.exists():
            address: dict[str, Any] = json.loads(path.read_text())
            if address["pid"] == child.pid:
                return address
        time.sleep(POLL_S)
    raise UserError(f"{log.stem} did not start. Its last words:\n{log.read_text()[-1500:]}")


def wait_until_answers(url: str, child: Child) -> None:
    """Wait for the first good answer."""
    give_up_at = steady_s() + START_TIMEOUT_S
    while steady_s() < give_up_at and child.alive:
        try:
            if requests.get(url, timeout=5).ok:
                return
        except requests.RequestException:
            time.sleep(POLL_S)
    raise UserError(f"{url} does not answer")
