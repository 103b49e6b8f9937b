"""Pure: what one tablet shows, and what a tap makes of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from edge_agent.domain.commands import Command
from edge_agent.entrypoints.staff.sheets import Sheet, Tap, open_sheet
from edge_agent.entrypoints.staff.shop import Shop
from edge_agent.services.brain import Answer

AREAS: Final = ("needs", "devices", "orders", "health")


@dataclass(frozen=True)
class View:
    """An area, and perhaps a sheet over it."""

    area: str = "needs"
    sheet: Sheet | None = None


def tapped(view: View, tap: Tap, shop: Shop, key: str) -> tuple[View, Command | None]:
    """The view after a tap, and the command to put through. Raises KeyError for a tap nobody knows.

    `key` is fresh, for a sheet that opens. While a command is under way taps do nothing.
    """
    sheet = view.sheet
    if sheet is not None and sheet.working:
        return view, None
    match tap:
        case ("area", area) if area in AREAS:
            return View(area), None
        case ("area", area, *rest) if area in AREAS:
            return View(area, open_sheet(tuple(rest), shop, key)), None
        case ("close",):
            return replace(view, sheet=None), None
        case ("do", *rest):
            if sheet is None:
                return view, None
            pressed, command = sheet.press(tuple(rest), shop)
            return replace(view, sheet=pressed), command
    return replace(view, sheet=open_sheet(tap, shop, key)), None


def answered(view: View, answer: Answer, shop: Shop) -> View:
    """The view after a command's answer."""
    return view if view.sheet is None else replace(view, sheet=view.sheet.heard(answer, shop))
