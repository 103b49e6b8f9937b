"""What several screens share: the order in one line, units with their fate, and big centred words."""

from __future__ import annotations

from typing import Final

from kivy.uix.boxlayout import BoxLayout
from kivy.uix.widget import Widget

from kiosk_ui import theme
from kiosk_ui.gallery import Gallery
from kiosk_ui.theme import Colour, Look
from kiosk_ui.views import Summary, Unit
from kiosk_ui.widgets import Panel, PictureTile, Sign, Text, limited, stack

_GOING: Final = (theme.ACCENT, theme.ACCENT_PALE)
_UNIT_SIGNS: Final[dict[str, tuple[str, Colour, Colour]]] = {
    "waiting": ("dots", theme.MUTED, theme.HAIR),
    "requested": ("dots", *_GOING),
    "dispensing": ("down", *_GOING),
    "dispensed": ("check", theme.GOOD, theme.GOOD_PALE),
    "failed": ("cross", *_GOING),
    "unknown": ("staff", theme.WARN, theme.WARN_PALE),
    "done": ("check", theme.GOOD, theme.GOOD_PALE),
    "reversed": ("money_back", theme.WARN, theme.WARN_PALE),
}
_WAY_SIGNS: Final = {
    "staff": "staff",
    "shelf": "bag",
    "pickup": "bag",
    "ship_store": "parcel",
    "ship_warehouse": "parcel",
}
UNITS_HEIGHT: Final = 640
"""Of the list of units; what is longer is moved with a finger."""


def savings_words(look: Look, savings: tuple[tuple[str, str], ...], was: str, tax: str) -> list[str]:
    """What is taken off by its reason, what it was before, and tax that was added."""
    said = []
    for kind, amount in savings:
        known = kind if kind in ("discount", "coupon", "bundle", "member", "points", "staff") else "other"
        said.append(look.say("saving.line", kind=look.say(f"saving.{known}"), amount=amount))
    if was:
        said.append(look.say("saving.was", amount=was))
    if tax:
        said.append(look.say("tax.added", amount=tax))
    return said


class SummaryRow(Panel):
    """What was ordered: picture, name, quantity, price."""

    def __init__(self, look: Look, art: Gallery, summary: Summary) -> None:
        super().__init__(look, raised=True, size_hint_y=None, height=look.px(200))
        self.padding = look.px(16)
        self.spacing = look.px(24)
        self.add_widget(
            PictureTile(look, art, summary.picture, radius=24, size_hint=(None, 1), width=look.px(168))
        )
        order = look.say("pay.order", order=summary.order)
        also = look.say("summary.more", n=summary.more)
        more = [Text(look, also, theme.TEXT_SMALL, lines=1)] if summary.more else []
        words = stack(
            look,
            Text(look, summary.name, theme.TEXT, bold=True, lines=1 if summary.more else 2),
            *more,
            Text(look, order, theme.TEXT_SMALL, colour=theme.MUTED, lines=1),
            pos_hint={"center_y": 0.5},
        )
        self.add_widget(words)
        amount = stack(
            look,
            Text(look, summary.total, theme.TEXT_LARGE, bold=True, lines=1, halign="right"),
            Text(look, f"× {summary.qty}", theme.TEXT_SMALL, colour=theme.MUTED, lines=1, halign="right"),
            size_hint_x=None,
            width=look.px(230),
            pos_hint={"center_y": 0.5},
            padding=(0, 0, look.px(16), 0),
        )
        self.add_widget(amount)


def method_key(method: str) -> str:
    """The key of a payment method's name."""
    known = method in ("sandbox", "alipay", "wechat", "signed", "counter", "card")
    return f"pay.method.{method}" if known else "pay.method.other"


class UnitRow(Panel):
    """One unit on its way out of a machine, or a line that is handed over."""

    def __init__(self, look: Look, unit: Unit, summary: Summary, compact: bool) -> None:
        super().__init__(look, raised=True, size_hint_y=None, height=look.px(116 if compact else 152))
        self.padding = (look.px(28), look.px(6 if compact else 20))
        self.spacing = look.px(28)
        self._look, self._summary = look, summary
        self._sign = Sign(look, "dots", 80 if compact else 96)
        self._sign.pos_hint = {"center_y": 0.5}
        self._word = Text(look, "", theme.TEXT, bold=True, lines=1)
        self._place_word = Text(look, "", theme.TEXT_SMALL, colour=theme.MUTED, lines=1)
        self.add_widget(self._sign)
        self.add_widget(stack(look, self._word, self._place_word, pos_hint={"center_y": 0.5}))
        self.show(unit)

    def show(self, unit: Unit) -> None:
        """The unit's newest state."""
        look = self._look
        sign, ink, ground = _UNIT_SIGNS.get(unit.state, _UNIT_SIGNS["waiting"])
        if unit.state == "requested":
            sign = _WAY_SIGNS.get(unit.way, sign)
        self._sign.turn_to(sign, ink, ground)
        self._word.say(self._fate(unit))
        name = look.say("unit.named", name=unit.name, n=unit.qty) if unit.qty > 1 else unit.name
        named = self._summary.more > 0 or unit.qty > 1
        place = self._place_of(unit, named)
        name = name if named or unit.way in _WAY_SIGNS else ""
        parts = (place, name) if unit.way == "pickup" else (name, place)
        self._place_word.say(" · ".join(part for part in parts if part))

    def _place_of(self, unit: Unit, named: bool) -> str:
        """Where to take it from, in short where the product is named too."""
        look = self._look
        if unit.way == "pickup":
            return look.say("hand.pickup_code", order=self._summary.order)
        if unit.way in _WAY_SIGNS:
            return ""
        if not unit.device:
            return ""
        if named:
            return look.say("unit.slot", slot=unit.slot) if unit.state in ("requested", "dispensing") else ""
        return look.say("unit.place", device=unit.device, slot=unit.slot)

    def _fate(self, unit: Unit) -> str:
        if unit.way in _WAY_SIGNS:
            if unit.state in ("failed", "reversed"):
                return self._look.say(f"hand.{unit.state}")
            known = unit.state if unit.state in ("requested", "done") else "waiting"
            return self._look.say(f"hand.{unit.way}.{known}")
        known = (
            unit.state
            if unit.state in ("requested", "dispensing", "dispensed", "failed", "unknown")
            else "waiting"
        )
        return self._look.say(f"unit.{known}")


class Units(BoxLayout):
    """All units of an order, closer together from four on; what is too long for the glass can be moved."""

    def __init__(
        self,
        look: Look,
        units: tuple[Unit, ...],
        summary: Summary,
        *,
        most: float = UNITS_HEIGHT,
        loose: int = 3,
    ) -> None:
        super().__init__(size_hint_y=None, height=0)
        self._look, self._summary = look, summary
        self._most, self._loose = most, loose
        self._rows: list[UnitRow] = []
        self.show(units)

    def show(self, units: tuple[Unit, ...]) -> None:
        """The newest states."""
        if len(units) != len(self._rows):
            self._build(units)
        for row, unit in zip(self._rows, units, strict=True):
            row.show(unit)

    def _build(self, units: tuple[Unit, ...]) -> None:
        compact = len(units) > self._loose
        self._rows = [UnitRow(self._look, unit, self._summary, compact) for unit in units]
        rows = stack(self._look, *self._rows, spacing=12 if compact else theme.GAP)
        shown = limited(self._look, rows, self._most)
        self.clear_widgets()
        self.height = sum(row.height for row in self._rows) + rows.spacing * max(0, len(units) - 1)
        self.height = min(self.height, self._look.px(self._most))
        self.add_widget(shown)


class Headline(BoxLayout):
    """A sign, a title and a hint, centred."""

    def __init__(
        self,
        look: Look,
        sign: str,
        colour: Colour,
        ground: Colour,
        title: str,
        hint: str,
        *,
        size: float = 200,
    ) -> None:
        super().__init__(orientation="vertical", size_hint_y=None, spacing=look.px(theme.GAP))
        self.bind(minimum_height=self.setter("height"))
        self.sign = Sign(look, sign, min(150, size) if look.landscape else size, colour, ground)
        row = BoxLayout(size_hint_y=None, height=self.sign.height)
        for child in (Widget(), self.sign, Widget()):
            row.add_widget(child)
        self.title = Text(look, title, theme.TITLE, bold=True, halign="center")
        self.hint = Text(look, hint, theme.TEXT, colour=theme.MUTED, halign="center")
        for child in (row, self.title, self.hint):
            self.add_widget(child)


def columns(look: Look, left: Widget, right: Widget) -> BoxLayout:
    """Two halves: one above the other on a standing glass, side by side on a lying one."""
    box = BoxLayout(
        orientation="horizontal" if look.landscape else "vertical",
        spacing=look.px(theme.EDGE),
        padding=(look.px(theme.EDGE), 0, look.px(theme.EDGE), look.px(theme.EDGE)),
    )
    box.add_widget(left)
    box.add_widget(right)
    return box


def middle(look: Look, *children: Widget, spacing: float = theme.GAP) -> BoxLayout:
    """Children in the vertical middle of the room there is."""
    box = BoxLayout(orientation="vertical")
    box.add_widget(Widget())
    box.add_widget(stack(look, *children, spacing=spacing))
    box.add_widget(Widget())
    return box
