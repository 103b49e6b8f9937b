"""Pure: what one tablet shows, and what a tap makes of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from edge_agent.domain.commands import Command
from edge_agent.entrypoints.staff.counting_sheets import BlindCount
from edge_agent.entrypoints.staff.handover_sheet import PickUp
from edge_agent.entrypoints.staff.opening import open_sheet
from edge_agent.entrypoints.staff.sheets import Sheet, Tap
from edge_agent.entrypoints.staff.shop import Place, Shop
from edge_agent.services.brain import Answer

AREAS: Final = ("needs", "stock", "devices", "orders", "day", "health")
MAX_FIND: Final = 200


@dataclass(frozen=True)
class View:
    """An area, and perhaps a sheet over it. `find` is what somebody types into the search."""

    area: str = "needs"
    sheet: Sheet | None = None
    find: str = ""
    counted: frozenset[tuple[str, Place]] = frozenset()
    """Products and places counted for good at this tablet; what is counted in drops out of every tablet's list."""
    seen: str = ""
    """The newest scan of a pick-up code that this tablet knows of."""

    greeted: frozenset[tuple[str, str]] = frozenset()
    """Whom somebody at this tablet went to greet: a device, and since when a member is there."""

    @property
    def looks_for(self) -> str:
        """What somebody types of a pick-up code; the stock's search is another."""
        return self.find if self.area in ("needs", "orders") else ""


def tapped(view: View, tap: Tap, shop: Shop, key: str) -> tuple[View, Command | None]:
    """The view after a tap, and the command to put through. Raises KeyError for a tap nobody knows.

    `key` is fresh, for a sheet that opens. While a command is under way taps do nothing.
    """
    sheet = view.sheet
    if sheet is not None and sheet.working:
        return view, None
    match tap:
        case ("area", area) if area in AREAS:
            return replace(view, area=area, sheet=None, find=""), None
        case ("area", area, *rest) if area in AREAS:
            return replace(view, area=area, sheet=open_sheet(tuple(rest), shop, key)), None
        case ("find", typed):
            return replace(view, find=typed.strip()[:MAX_FIND]), None
        case ("greeted", device, since):
            there = {(each["device"], each["since"]) for each in shop.greetings}
            return replace(view, greeted=view.greeted & there | {(device, since)}), None
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
    if view.sheet is None:
        return view
    sheet, counted = view.sheet.heard(answer, shop), view.counted
    if answer.refusal is None and isinstance(sheet, BlindCount) and sheet.for_good:
        counted |= {(sheet.sku, sheet.place)}
        left = (place for place in shop.places_of(sheet.sku) if (sheet.sku, place) not in counted)
        sheet = replace(sheet, following=next(left, None))
    return replace(view, sheet=sheet, counted=counted)


def newest_shown(shop: Shop) -> str:
    """The newest scan of a pick-up code."""
    return str(shop.shown[0]["scan"]) if shop.shown else ""


def called(view: View, shop: Shop, key: str) -> View:
    """The view after a pick-up code was shown: its order opens, unless somebody is in the middle of something."""
    newest = newest_shown(shop)
    if newest in ("", view.seen):
        return view
    view, shown = replace(view, seen=newest), shop.shown[0]
    if view.sheet is not None or shown["refusal"] is not None:
        return view
    return replace(view, sheet=PickUp(key=key, order=shown["order"]))
