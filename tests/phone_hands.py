"""A phone in a real browser for tests: its sizes, its pictures, and our own scanner that looks at its glass."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from playwright.sync_api import Page

from hardware.scanner.vision.rungs import ladder
from hardware.scanner.vision.settings import Settings
from hardware.scanner.vision.still import read_picture
from tests.hq_pages import assert_nothing_clipped
from tests.hq_process import ROOT

NARROW, USUAL, WIDE = 320, 390, 430
"""Widths of phones, in CSS pixels."""
QUIET_MODULES = 4


def picture(page: Page, name: str, tmp_path: Path, *, in_docs: bool = False) -> None:
    """A picture of the whole page, on which nothing is cut off; of those `in_docs` one into docs/ when asked to."""
    assert_nothing_clipped(page)
    kept = in_docs and os.environ.get("POPSHOP_WRITE_SCREENSHOTS") == "1"
    folder = ROOT / "docs" / "images" if kept else tmp_path
    page.screenshot(path=folder / f"{name}.png", full_page=True)


def read_off(page: Page) -> list[str]:
    """What our own scanner reads off the phone's glass."""
    seen = _grey(page.screenshot(full_page=True))
    return [each.text for each in read_picture(ladder(Settings()), seen)]


def _grey(shot: bytes) -> np.ndarray[Any, Any]:
    seen = cv2.imdecode(np.frombuffer(shot, dtype=np.uint8), cv2.IMREAD_GRAYSCALE)
    assert seen is not None
    return seen


def assert_code_is_whole(page: Page) -> None:
    """The code's square lies on the glass with its quiet zone, all of it white (ISO/IEC 18004 §6.3.8)."""
    box = page.locator(".qr svg").bounding_box()
    size = page.viewport_size
    assert box is not None
    assert size is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= size["width"]
    assert abs(box["width"] - box["height"]) < 1
    modules = float((page.locator(".qr svg").get_attribute("viewBox") or "0 0 0 0").split()[2])
    quiet = int(QUIET_MODULES * box["width"] / modules) - 1
    seen = _grey(page.locator(".qr svg").screenshot())
    scale = seen.shape[1] / box["width"]
    edge = int(quiet * scale)
    # Rounded corners of the box may show the card behind: they are outside of what a reader needs.
    middle = slice(2 * edge, -2 * edge)
    for strip in (seen[2:edge, middle], seen[-edge:-2, middle], seen[middle, 2:edge], seen[middle, -edge:-2]):
        assert strip.min() > 250, "something dark stands in the quiet zone"
