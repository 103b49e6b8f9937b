"""Eyes and hands of a shopper at a real kiosk window: Xvfb for the glass, xdotool for the finger."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hardware.child_process import Child
from tests.edge_live import eventually

ROOT = Path(__file__).resolve().parent.parent
PATIENCE_S = 20.0
STOP_TIMEOUT_S = 15.0


def environment() -> dict[str, str]:
    """Where the kiosk's code is, and nothing of a display that happens to be here."""
    kept = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")}
    return kept | {"PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'scripts'}", "PYTHONUNBUFFERED": "1"}


@contextmanager
def x_server(width: int, height: int, folder: Path) -> Iterator[str]:
    """A display of that size that nobody sees; gives its name."""
    said = folder / "xvfb.txt"
    command = [str(shutil.which("Xvfb")), "-displayfd", "1", "-screen", "0", f"{width}x{height}x24"]
    server = Child([*command, "-nolisten", "tcp"], said, cwd=folder)
    try:
        number = eventually(
            lambda: re.search(r"^(\d+)$", said.read_text(), re.MULTILINE), PATIENCE_S, "a display"
        )
        # The number may be said a moment before anybody is let in.
        probe = ["xdotool", "getdisplaygeometry"]
        seen = environment() | {"DISPLAY": f":{number[1]}"}
        eventually(
            lambda: subprocess.run(probe, env=seen, capture_output=True).returncode == 0, PATIENCE_S, "X"
        )
        yield f":{number[1]}"
    finally:
        server.stop()


class Shopper:
    """Sees what stands on the glass and touches it."""

    def __init__(self, process: Child, folder: Path, display: str) -> None:
        self._process, self._folder, self._display = process, folder, display

    def glass(self) -> dict[str, Any]:
        """What the kiosk shows now."""
        if not self._process.alive:
            raise AssertionError(f"the kiosk ended: {(self._folder / 'kiosk.log').read_text()[-2000:]}")
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

    def choose_to_pay(self, method: str, code_title: str) -> None:
        """Say how to pay, where the store has several ways; and see the code."""

        def asked(glass: dict[str, Any]) -> bool:
            return glass["screen"] == "PayScreen" and (
                f"method:{method}" in glass["taps"] or code_title in glass["texts"]
            )

        if f"method:{method}" in self.wait("a way to pay", asked)["taps"]:
            self.touch(f"method:{method}")
        self.wait_for_screen("PayScreen", code_title)

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
    with x_server(*size, folder) as display:
        drawing = {"DISPLAY": display, "SDL_VIDEODRIVER": "x11", "LIBGL_ALWAYS_SOFTWARE": "1"}
        where = ["--agent", agent_url, "--token-file", str(folder / "token"), "--data", str(folder / "data")]
        variables = [f"{name}={value}" for name, value in (environment() | drawing).items()]
        program = [sys.executable, "-m", "tests.kiosk_probe", str(folder), measures, *where, *options]
        process = Child([str(shutil.which("env")), *variables, *program], folder / "kiosk.log", cwd=ROOT)
        try:
            yield Shopper(process, folder, display)
        finally:
            process.stop(STOP_TIMEOUT_S)
        assert (folder / "ended").exists(), "the kiosk did not end by itself when asked to"
