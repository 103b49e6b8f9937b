"""How an order ended: thanks, money back, cancelled or too late."""

from __future__ import annotations

from typing import Final

from kivy.uix.boxlayout import BoxLayout
from kivy.uix.widget import Widget

from kiosk_ui import theme
from kiosk_ui.events import WentBack
from kiosk_ui.gallery import Gallery
from kiosk_ui.screens.common import Headline, SummaryRow, Units, columns, middle
from kiosk_ui.theme import Colour, Look
from kiosk_ui.views import Ending
from kiosk_ui.widgets import Button, PictureTile, Text, stack

_SIGNS: Final[dict[str, tuple[str, Colour, Colour]]] = {
    "thanks": ("check", theme.GOOD, theme.GOOD_PALE),
    "money_back": ("money_back", theme.WARN, theme.WARN_PALE),
    "part_money_back": ("money_back", theme.WARN, theme.WARN_PALE),
    "cancelled": ("cross", theme.MUTED, theme.HAIR),
    "expired": ("clock", theme.MUTED, theme.HAIR),
}


class EndingScreen(BoxLayout):
    """The last screen of an order."""

    def __init__(self, look: Look, art: Gallery, body: Ending) -> None:
        super().__init__()
        self._look = look
        self._head = Headline(look, *_SIGNS[body.kind], "", "")
        self._leaving = Text(look, "", theme.TEXT_SMALL, colour=theme.MUTED, lines=1, halign="center")
        words = look.say("end.staff", order=body.summary.order)
        staff = Text(look, words, theme.TEXT_SMALL, colour=theme.MUTED, halign="center")
        done = Button(look, "done", look.say("end.next"), WentBack())
        self._units = Units(look, body.units if body.paid else ())
        foot: list[Widget] = [SummaryRow(look, art, body.summary), self._units, done, self._leaving]
        if body.paid:
            foot.insert(2, staff)
        lower = stack(look, *foot, spacing=28)
        if look.landscape:
            self.add_widget(columns(look, middle(look, self._head), middle(look, lower)))
        elif len(body.units) <= 2:
            tile = PictureTile(look, art, body.summary.picture, radius=56, share=0.8)
            upper = BoxLayout(orientation="vertical", spacing=look.px(48))
            upper.add_widget(tile)
            upper.add_widget(self._head)
            self.add_widget(columns(look, upper, lower))
        else:
            self.add_widget(columns(look, middle(look, self._head), lower))
        self.show(body)

    def show(self, body: Ending) -> None:
        """The amount given back may come late; the seconds count down."""
        look = self._look
        self._head.title.say(look.say(f"end.{body.kind}_title", amount=body.refunded))
        late = body.paid and body.kind in ("cancelled", "expired")
        self._head.hint.say(look.say("end.late_hint" if late else f"end.{body.kind}_hint"))
        self._leaving.say(look.say("end.leaving", seconds=body.left_s))
        if body.paid:
            self._units.show(body.units)
