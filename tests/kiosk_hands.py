"""Eyes and hands of a shopper at a real kiosk window: Xvfb for the glass, xdotool for the finger."""

from __future__ import annotations

import ctypes
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PATIENCE_S = 20.0


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)


def environment() -> dict[str, str]:
    """Where the kiosk's code is, and nothing of a display that happens to be here."""
    kept = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")}
    return kept | {"PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'scripts'}", "PYTHONUNBUFFERED": "1"}


@contextmanager
def x_server(width: int, height: int) -> Iterator[str]:
    """A display of that size that nobody sees; gives its name."""
    read_end, write_end = os.pipe()
    command = [
        str(shutil.which("Xvfb")),
        "-displayfd",
        str(write_end),
        "-screen",
        "0",
        f"{width}x{height}x24",
    ]
    server = subprocess.Popen(
        [*command, "-nolisten", "tcp"],
        pass_fds=(write_end,),
        stderr=subprocess.DEVNULL,
        preexec_fn=_die_with_parent,
    )
    os.close(write_end)
    try:
        with os.fdopen(read_end) as pipe:
            number = pipe.readline().strip()
        if not number:
            raise RuntimeError("Xvfb did not start")
        yield f":{number}"
    finally:
        server.terminate()
        server.wait(10)


class Shopper:
    """Sees what stands on the glass and touches it."""

    def __init__(self, process: subprocess.Popen[bytes], folder: Path, display: str) -> None:
        self._process, self._folder, self._display = process, folder, display

    def glass(self) -> dict[str, Any]:
        """What the kiosk shows now."""
        if self._process.poll() is not None:
            raise AssertionError(f"the kiosk ended with status {self._process.returncode}")
        try:
            seen: dict[str, Any] = json.loads((self._folder / "glass.json").read_text())
        except FileNotFoundError:
            return {"screen": "", "texts": [], "taps": {}, "complaints": []}
        return seen

    def wait(self, what: str, seen: Callable[[dict[str, Any]], Any]) -> dict[str, Any]:
        """Look until it is so."""
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until:
            glass = self.glass()
            if seen(glass):
                return glass
            time.sleep(0.05)
        raise AssertionError(f"{what} did not come; on the glass: {self.glass()}")

    def wait_for_screen(self, name: str, text: str = "") -> dict[str, Any]:
        """Look until a screen is there, with a text on it."""
        return self.wait(
            f"{name} with {text!r}",
            lambda glass: glass["screen"] == name and any(text in line for line in glass["texts"]),
        )

    def touch(self, name: str) -> None:
        """Put a finger on a thing that answers."""
        glass = self.wait(name, lambda glass: glass["taps"].get(name, {}).get("answers"))
        self.touch_at(glass["taps"][name]["x"], glass["taps"][name]["y"])

    def touch_at(self, x: float, y: float) -> None:
        """Put a finger on a place of the glass."""
        place = ("mousemove", str(round(x)), str(round(y)))
        for action in (place, ("mousedown", "1"), ("mouseup", "1")):
            subprocess.run(["xdotool", *action], env=environment() | {"DISPLAY": self._display}, check=True)
            time.sleep(0.08)

    def photograph(self, target: Path) -> None:
        """Take a picture of the window. Everything written must fit its place."""
        time.sleep(0.6)
        target.parent.mkdir(parents=True, exist_ok=True)
        wish = self._folder / "photograph"
        wish.with_suffix(".new").write_text(str(target))
        wish.with_suffix(".new").replace(wish)
        self.wait("the photograph", lambda _: not wish.exists())
        assert self.glass()["complaints"] == []


@contextmanager
def kiosk_window(
    agent_url: str, token: str, folder: Path, size: tuple[int, int], *options: str
) -> Iterator[Shopper]:
    """A kiosk on a display of its own, watched and touched by a shopper; ended politely."""
    (folder / "token").write_text(token)
    measures = f"{size[0]}x{size[1]}"
    with x_server(*size) as display:
        drawing = {"DISPLAY": display, "SDL_VIDEODRIVER": "x11", "LIBGL_ALWAYS_SOFTWARE": "1"}
        where = ["--agent", agent_url, "--token-file", str(folder / "token"), "--data", str(folder / "data")]
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.kiosk_probe", str(folder), measures, *where, *options],
            env=environment() | drawing,
            cwd=ROOT,
            preexec_fn=_die_with_parent,
        )
        try:
            yield Shopper(process, folder, display)
            process.terminate()
            assert process.wait(15) == 0
        finally:
            process.kill()
            process.wait()
