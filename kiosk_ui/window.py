"""Settles how Kivy starts: window, input, log and folders. Must run before anything imports `kiosk_ui.main`."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

MIN_SIDE_PX: Final = 320
MAX_FPS: Final = 30


@dataclass(frozen=True)
class Glass:
    """The window: its size in pixels, and whether it fills the screen."""

    width: int = 1080
    height: int = 1920
    windowed: bool = False


def parse_size(text: str) -> tuple[int, int]:
    """Read a size such as 1080x1920. Raises ValueError with a sentence."""
    width, cross, height = text.lower().partition("x")
    if not (cross and width.isdigit() and height.isdigit()):
        raise ValueError(f"{text!r} is not a size: write width x height, such as 1080x1920")
    if min(int(width), int(height)) < MIN_SIDE_PX:
        raise ValueError(f"{text} is too small to touch: {MIN_SIDE_PX} pixels a side at least")
    return int(width), int(height)


def has_display(environment: Mapping[str, str], graphics_cards: Path = Path("/dev/dri")) -> bool:
    """Whether a window would be seen: without any display SDL draws into the void and says nothing."""
    named = any(environment.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER"))
    return named or not sys.platform.startswith("linux") or graphics_cards.exists()


def prepare(glass: Glass, folder: Path) -> None:
    """Set Kivy's environment and configuration. Kivy's own files go into the folder; its command line is off."""
    folder.mkdir(parents=True, exist_ok=True)
    os.environ.update(
        KIVY_NO_ARGS="1",
        KIVY_NO_CONFIG="1",
        KIVY_NO_FILELOG="1",
        KIVY_LOG_MODE="PYTHON",
        KIVY_HOME=str(folder),
        KIVY_METRICS_DENSITY="1",
    )
    logging.getLogger("kivy").setLevel(logging.WARNING)
    from kivy.config import Config  # only now: Kivy reads its environment when it is imported

    settings: dict[tuple[str, str], object] = {
        ("graphics", "width"): glass.width,
        ("graphics", "height"): glass.height,
        ("graphics", "maxfps"): MAX_FPS,
        ("graphics", "multisamples"): 0,
        ("graphics", "fullscreen"): 0 if glass.windowed else "auto",
        ("graphics", "show_cursor"): int(glass.windowed),
        ("kivy", "exit_on_escape"): int(glass.windowed),
        ("kivy", "desktop"): 0,
        ("input", "mouse"): "mouse,disable_multitouch",
    }
    for (section, option), value in settings.items():
        Config.set(section, option, str(value))
    logging.getLogger("kivy").setLevel(logging.WARNING)  # again: Kivy has just set its own
    Config.remove_option("input", "%(name)s")  # SDL brings the touches; a second source would double them
