"""Looks at a kiosk's real widgets: what is written, what can be touched and where, and what does not fit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kivy.uix.label import Label
from kivy.uix.scrollview import ScrollView

from kiosk_ui.widgets import Tap

SLACK_PX = 1.5


def _walk(widget: Any, opacity: float = 1.0, scrolled: bool = False) -> Iterator[tuple[Any, bool]]:
    if opacity * widget.opacity <= 0:
        return
    yield widget, scrolled
    for child in widget.children:
        yield from _walk(child, opacity * widget.opacity, scrolled or isinstance(widget, ScrollView))


def _box(widget: Any) -> tuple[float, float, float, float]:
    left, bottom = widget.to_window(widget.x, widget.y)
    return left, bottom, left + widget.width, bottom + widget.height


def describe(root: Any) -> dict[str, Any]:
    """Texts, touchable things (x, y from the top left, size, whether they answer), and complaints."""
    texts: list[str] = []
    taps: dict[str, Any] = {}
    complaints: list[str] = []
    _, floor, right_edge, ceiling = _box(root)
    for widget, scrolled in _walk(root):
        left, bottom, right, top = _box(widget)
        if isinstance(widget, Label) and widget.text:
            texts.append(widget.text)
            wide, high = widget.texture_size
            if wide > widget.width + SLACK_PX or high > widget.height + SLACK_PX:
                complaints.append(
                    f"{widget.text!r} is {wide}×{high} in {widget.width:.0f}×{widget.height:.0f}"
                )
        outside = left < -SLACK_PX or right > right_edge + SLACK_PX or bottom < floor - SLACK_PX
        if isinstance(widget, Label | Tap) and not scrolled and (outside or top > ceiling + SLACK_PX):
            complaints.append(f"{getattr(widget, 'text', widget)!r} stands outside the glass")
        if isinstance(widget, Tap):
            place = {"x": (left + right) / 2, "y": ceiling - (bottom + top) / 2}
            size = {"width": right - left, "height": top - bottom}
            taps[widget.name] = {**place, **size, "answers": not widget.disabled}
    return {"texts": texts, "taps": taps, "complaints": complaints}
