"""The machine at work, unit by unit; and the case when nobody knows what came out."""

from __future__ import annotations

from typing import Final

from kivy.uix.boxlayout import BoxLayout
from kivy.uix.widget import Widget

from kiosk_ui import theme
from kiosk_ui.events import WentBack
from kiosk_ui.gallery import Gallery
from kiosk_ui.screens.common import Headline, SummaryRow, Units, columns, middle
from kiosk_ui.theme import Colour, Look
from kiosk_ui.views import Case, Dispensing
from kiosk_ui.widgets import Panel, PictureTile, Text, WideButton, stack

_SIGNS: Final[dict[str, tuple[str, Colour, Colour]]] = {
    "refund": ("money_back", theme.WARN, theme.WARN_PALE),
    "counter": ("staff", theme.ACCENT, theme.ACCENT_PALE),
    "vend": ("down", theme.ACCENT, theme.ACCENT_PALE),
    "hand": ("bag", theme.ACCENT, theme.ACCENT_PALE),
}


class DispensingScreen(BoxLayout):
    """Paid; the units come out one by one."""

    def __init__(self, look: Look, art: Gallery, body: Dispensing) -> None:
        super().__init__()
        self._look = look
        self._head = Headline(look, *_SIGNS[_which(body)], "", "")
        self._units = Units(look, body.units, body.summary)
        leave = (
            [WideButton(look, "done", look.say("case.done"), WentBack(), kind="quiet")]
            if body.can_leave
            else []
        )
        if look.landscape:
            left = middle(look, self._head, SummaryRow(look, art, body.summary), spacing=40)
            self.add_widget(columns(look, left, middle(look, self._units, *leave, spacing=28)))
        else:
            tile = PictureTile(look, art, body.summary.picture, radius=56, share=0.8)
            many = len(body.units) > 2
            tile.size_hint_y = 0.55 if many else 1
            fate = middle(look, self._head, self._units, *leave, spacing=48)
            self.add_widget(
                columns(look, Widget(size_hint_y=None, height=0), fate)
                if many and leave
                else columns(look, tile, fate)
            )
        self.show(body)

    def show(self, body: Dispensing) -> None:
        """The newest state of every unit."""
        which = _which(body)
        self._head.title.say(self._look.say(f"dispense.{which}_title"))
        self._head.hint.say(self._look.say(f"dispense.{which}_hint", order=body.summary.order))
        self._head.sign.turn_to(*_SIGNS[which])
        self._units.show(body.units)


def _which(body: Dispensing) -> str:
    """What the words are about: money on its way back, staff, or a machine."""
    if body.refunding:
        return "refund"
    if body.can_leave:
        return "counter"
    return "vend" if any(unit.way in ("vend", "sample") for unit in body.units) else "hand"


class CaseScreen(BoxLayout):
    """Staff have to look: here is the number they know it by."""

    def __init__(self, look: Look, art: Gallery, body: Case) -> None:
        super().__init__()
        self._units = Units(look, body.units, body.summary)
        number = Panel(
            look, theme.WARN_PALE, orientation="vertical", size_hint_y=None, padding=look.px(32), radius=48
        )
        number.bind(minimum_height=number.setter("height"))
        number.add_widget(Text(look, look.say("case.number"), theme.TEXT, colour=theme.WARN, halign="center"))
        for case in body.cases:
            number.add_widget(
                Text(look, case, theme.DISPLAY, colour=theme.WARN, bold=True, lines=1, halign="center")
            )
        title, hint = look.say("case.title"), look.say("case.hint")
        head = Headline(look, "staff", theme.WARN, theme.WARN_PALE, title, hint)
        done = WideButton(look, "done", look.say("case.done"), WentBack(), kind="quiet")
        if look.landscape:
            left = middle(look, head, number, spacing=32)
            self.add_widget(columns(look, left, middle(look, self._units, done, spacing=28)))
        else:
            upper = middle(look, head, number, spacing=48)
            summary = SummaryRow(look, art, body.summary)
            self.add_widget(columns(look, upper, stack(look, summary, self._units, done, spacing=32)))

    def show(self, body: Case) -> None:
        """The newest state of every unit."""
        self._units.show(body.units)
