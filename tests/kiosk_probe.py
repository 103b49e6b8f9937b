"""The real `popshop kiosk` with an observer inside: it writes down what stands on the glass, and photographs it.

Usage: python kiosk_probe.py FOLDER SIZE <options of popshop kiosk>. Writes FOLDER/glass.json ten times a second;
a file FOLDER/photograph with a path in it makes one picture; FOLDER/ended says that the kiosk ended in good order.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from kiosk_ui import window

FOLDER = Path(sys.argv[1])
window.prepare(window.Glass(*window.parse_size(sys.argv[2]), windowed=True), FOLDER / "kivy")

from kivy.app import App  # noqa: E402
from kivy.clock import Clock  # noqa: E402

from popshop.commands import kiosk  # noqa: E402
from tests.kiosk_inspector import describe  # noqa: E402


def observe(_elapsed_s: float) -> None:
    """Write the glass down."""
    stage = getattr(App.get_running_app(), "stage", None)
    if stage is None or stage.screen is None or stage.settling:
        return
    glass = describe(stage) | {"screen": type(stage.screen).__name__}
    new = FOLDER / "glass.new"
    new.write_text(json.dumps(glass, ensure_ascii=False))
    new.replace(FOLDER / "glass.json")
    wish = FOLDER / "photograph"
    if wish.exists():
        from kivy.core.window import Window  # only now: the kiosk has opened it

        target = Path(wish.read_text())
        Path(Window.screenshot(str(target.with_suffix("")) + "-.png")).rename(target)
        wish.unlink()


Clock.schedule_interval(observe, 0.1)
kiosk.app(["--size", sys.argv[2], "--windowed", *sys.argv[3:]], standalone_mode=False)
(FOLDER / "ended").touch()
