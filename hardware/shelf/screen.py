"""The shelf's screen: what it shows, who stands before it and for how long. Pure.

The sensor counts people and knows nobody: who came first is taken to leave first.
"""

from __future__ import annotations

from typing import Final

from hardware.behaviour import Output, Say
from hardware.messages import Exposure, PersonSensed
from hardware.shelf.port import ShowContent

FIRST_CONTENT: Final = "welcome"
SHORTEST_MS: Final = 300
"""Whoever passes by in less has seen nothing."""
MOST_PEOPLE: Final = 20
LONGEST_S: Final = 900.0
"""The sensor missed that they left: how long they stood there, nobody knows."""


class Screen:
    """One screen and its sensor."""

    def __init__(self) -> None:
        self._content = FIRST_CONTENT
        self._came_s: list[float] = []

    def start(self) -> None:
        """Power came on: who stood there was not seen."""
        self._came_s.clear()

    def show(self, now_s: float, content: str) -> list[Output]:
        """Change the content; whoever stands there has seen the old one until now."""
        if content == self._content:
            return [ShowContent(content)]
        seen = [output for came_s in self._came_s for output in self._exposure(came_s, now_s)]
        self._content = content
        self._came_s = [now_s] * len(self._came_s)
        return [*seen, ShowContent(content)]

    def came(self, now_s: float) -> list[Output]:
        """Somebody stands before it."""
        self._came_s = [*self._came_s[-(MOST_PEOPLE - 1) :], now_s]
        return [Say(PersonSensed())]

    def left(self, now_s: float) -> list[Output]:
        """Somebody went: an exposure of what they had before them."""
        self._came_s = [came_s for came_s in self._came_s if now_s - came_s <= LONGEST_S]
        return self._exposure(self._came_s.pop(0), now_s) if self._came_s else []

    def _exposure(self, came_s: float, now_s: float) -> list[Output]:
        dwell_ms = round((now_s - came_s) * 1_000)
        return [Say(Exposure(content=self._content, dwell_ms=dwell_ms))] if dwell_ms >= SHORTEST_MS else []
