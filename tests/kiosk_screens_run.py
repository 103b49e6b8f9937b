"""A process that shows every screen at a given size in a window nobody sees, and reports what it finds.

Usage: python kiosk_screens_run.py WIDTHxHEIGHT FOLDER [NAME …]. Writes FOLDER/report.json,
and FOLDER/{language}-{name}.png when POPSHOP_WRITE_SCREENSHOTS is 1.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

os.environ.setdefault("SDL_VIDEODRIVER", "offscreen")
from kiosk_ui import window

WIDTH, HEIGHT = window.parse_size(sys.argv[1])
FOLDER = Path(sys.argv[2])
ONLY = sys.argv[3:]
PHOTOGRAPHS = os.environ.get("POPSHOP_WRITE_SCREENSHOTS") == "1"
FRAMES = 10 if PHOTOGRAPHS else 4
"""Until everything has its place; for a photograph the illustrations must be there too, which come one a frame."""
window.prepare(window.Glass(WIDTH, HEIGHT, windowed=True), FOLDER / "kivy")

from kivy.config import Config  # noqa: E402

Config.set("graphics", "maxfps", "0")
from kivy.animation import Animation  # noqa: E402
from kivy.base import EventLoop  # noqa: E402
from kivy.clock import Clock  # noqa: E402
from kivy.core.window import Window  # noqa: E402
from kivy.graphics.opengl import glFinish  # noqa: E402
from kivy.lang import Builder  # noqa: E402

from kiosk_ui import fonts, gallery  # noqa: E402
from kiosk_ui.stage import Stage  # noqa: E402
from tests.kiosk_inspector import describe  # noqa: E402
from tests.kiosk_views import every_view  # noqa: E402


def main() -> None:
    """Show, settle, look, photograph."""
    found = fonts.find(Path(os.environ.get("POPSHOP_FONT_CACHE", FOLDER / "fonts")))
    gallery.register_fonts(found)
    stage = Stage(gallery.Gallery(found.bold), lambda event: None)
    stage.size = Window.size
    Window.add_widget(stage)
    Window.bind(on_flip=lambda *_: glFinish())
    EventLoop.start()
    report = {}
    for language in ("zh", "en"):
        for name, view in every_view(language).items():
            if ONLY and name not in ONLY:
                continue
            stage.show(view)
            for _ in range(FRAMES):
                Clock.tick()
                Builder.sync()
                Clock.tick_draw()
            Animation.cancel_all(stage.screen)
            stage.screen.opacity = 1
            EventLoop.idle()
            report[f"{language}-{name}"] = describe(stage)
            if not PHOTOGRAPHS:
                continue
            photograph = Path(Window.screenshot(str(FOLDER / f"{language}-{name}-.png")))
            photograph.rename(FOLDER / f"{language}-{name}.png")
    (FOLDER / "report.json").write_text(json.dumps(report, ensure_ascii=False, indent=1))
    EventLoop.close()


main()
