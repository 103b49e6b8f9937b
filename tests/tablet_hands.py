"""A staff member's eyes and hands in a real browser: signing in, areas, and whether a page is well drawn."""

from __future__ import annotations

import os
from pathlib import Path

from playwright.sync_api import Page

ROOT = Path(__file__).resolve().parents[1]
SIZES = {"landscape": (1280, 800), "portrait": (800, 1280)}
AREAS = ("needs", "stock", "devices", "orders", "day", "health")

# Text that is cut off, that runs out of its card, and things to touch that are smaller than a finger.
FIND_CUT = """() => [...document.querySelectorAll('header *, .area *, .sheet *')].filter(e => {
  const s = getComputedStyle(e);
  const hidden = s.overflowX === 'hidden' || s.overflowX === 'clip' || s.textOverflow === 'ellipsis';
  return hidden && e.innerText && (e.scrollWidth > e.clientWidth + 1 || e.scrollHeight > e.clientHeight + 1);
}).map(e => e.className + ': ' + e.innerText.slice(0, 80))"""
FIND_OUTSIDE = """() => [...document.querySelectorAll(
  ':is(.card, .slot, .order, .ware, .guide, .sheet, header) *'
)].filter(e => {
  const box = e.parentElement.closest('.card, .slot, .order, .ware, .guide, .sheet, header').getBoundingClientRect();
  const own = e.getBoundingClientRect();
  return own.width && (own.right > box.right + 1 || own.left < box.left - 1 || own.bottom > box.bottom + 1);
}).map(e => e.className + ': ' + (e.innerText || '').slice(0, 80))"""
FIND_SMALL = """() => [...document.querySelectorAll('button, a, input')].filter(e => {
  const own = e.getBoundingClientRect();
  return own.width && (own.width < 47.5 || own.height < 47.5);
}).map(e => e.tagName + '.' + e.className + ': ' + (e.innerText || '').slice(0, 40))"""


def area(page: Page, name: str) -> None:
    page.tap(f"nav button >> nth={AREAS.index(name)}")
    page.wait_for_selector(f"[data-area={name}]")


def assert_well_drawn(page: Page) -> None:
    wide = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    assert wide[0] <= wide[1], f"the page is {wide[0]} wide in a window of {wide[1]}"
    assert page.evaluate(FIND_CUT) == []
    assert page.evaluate(FIND_OUTSIDE) == []
    assert page.evaluate(FIND_SMALL) == []


def shot(page: Page, name: str, tmp_path: Path) -> None:
    """Take a picture; those of the tablet on its stand into docs/, when asked to."""
    write = name.startswith("tablet-") and os.environ.get("POPSHOP_WRITE_SCREENSHOTS") == "1"
    folder = ROOT / "docs" / "images" if write else tmp_path
    page.screenshot(path=folder / f"{name}.png")
