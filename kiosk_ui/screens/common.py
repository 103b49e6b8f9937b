"""What several screens share: the order in one line, units with their fate, and big centred words."""

from __future__ import annotations

from typing import Final

from kivy.uix.boxlayout import BoxLayout
from kivy.uix.widget import Widget

from kiosk_ui import theme
from kiosk_ui.gallery import Gallery
from kiosk_ui.theme import Colour, Look
from kiosk_ui.views import Summary, Unit
from kiosk_ui.widgets import Panel, PictureTile, Sign, Text, stack

_UNIT_SIGNS: Final[dict[str, tuple[str, Colour, Colour]]] = {
    "waiting": ("dots", theme.MUTED, theme.HAIR),
    "requested": ("dots", theme.ACCENT, theme.ACCENT_PALE),
    "dispensing": ("down", theme.ACCENT, theme.ACCENT_PALE),
    "dispensed": ("check", theme.GOOD, theme.GOOD_PALE),
    "failed": ("cross", theme.ACCENT, theme.ACCENT_PALE),
    "unknown": ("staff", theme.WARN, theme.WARN_PALE),
}


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
        words = stack(
            look,
            Text(look, summary.name, theme.TEXT, bold=True, lines=2),
            Text(look, order, theme.TEXT_SMALL, colour=theme.MUTED, lines=1),
            pos_hint={"center_y": 0.5},
        )
        self.add_widget(words)
        amount = stack(
            look,
            Text(look, summary.total, theme.TEXT_LARGE, bold=True, lines=1, halign="right"),
            Text(look, f"× {summary.qty}", theme.TEXT_SMALL, colour=theme.MUTED, lines=1, halign="right"),
            size_hint_x=None,
            width=look.px(190),
            pos_hint={"center_y": 0.5},
            padding=(0, 0, look.px(16), 0),
        )
        self.add_widget(amount)


class UnitRow(Panel):
    """One unit on its way out of a machine."""

    def __init__(self, look: Look, unit: Unit, compact: bool) -> None:
        super().__init__(look, raised=True, size_hint_y=None, height=look.px(116 if compact else 152))
        self.padding = (look.px(28), look.px(6 if compact else 20))
        self.spacing = look.px(28)
        self._look = look
        self._sign = Sign(look, "dots", 80 if compact else 96)
        self._sign.pos_hint = {"center_y": 0.5}
        self._word = Text(look, "", theme.TEXT, bold=True, lines=1)
        self._place_word = Text(look, "", theme.TEXT_SMALL, colour=theme.MUTED, lines=1)
        self.add_widget(self._sign)
        self.add_widget(stack(look, self._word, self._place_word, pos_hint={"center_y": 0.5}))
        self.show(unit)

    def show(self, unit: Unit) -> None:
        """The unit's newest state."""
        self._sign.turn_to(*_UNIT_SIGNS.get(unit.state, _UNIT_SIGNS["waiting"]))
        known = unit.state if unit.state in _UNIT_SIGNS else "waiting"
        self._word.say(self._look.say(f"unit.{known}"))
        place = self._look.say("unit.place", device=unit.device, slot=unit.slot) if unit.device else ""
        self._place_word.say(place)


class Units(BoxLayout):
    """All units of an order, at most five rows high; closer together from four on."""

    def __init__(self, look: Look, units: tuple[Unit, ...]) -> None:
        super().__init__(orientation="vertical", size_hint_y=None, height=0)
        self.bind(minimum_height=self.setter("height"))
        self._look = look
        self._rows: list[UnitRow] = []
        self.show(units)

    def show(self, units: tuple[Unit, ...]) -> None:
        """The newest states."""
        if len(units) != len(self._rows):
            self.clear_widgets()
            compact = len(units) > 3
            self.spacing = self._look.px(12 if compact else theme.GAP)
            self._rows = [UnitRow(self._look, unit, compact) for unit in units]
            for row in self._rows:
                self.add_widget(row)
        for row, unit in zip(self._rows, units, strict=True):
            row.show(unit)


class Headline(BoxLayout):
    """A sign, a title and a hint, centred."""

    def __init__(self, look: Look, sign: str, colour: Colour, ground: Colour, title: str, hint: str) -> None:
        super().__init__(orientation="vertical", size_hint_y=None, spacing=look.px(theme.GAP))
        self.bind(minimum_height=self.setter("height"))
        self.sign = Sign(look, sign, 150 if look.landscape else 200, colour, ground)
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
