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
from kiosk_ui.widgets import PictureTile, Text, WideButton, stack

_SIGNS: Final[dict[str, tuple[str, Colour, Colour]]] = {
    "thanks": ("check", theme.GOOD, theme.GOOD_PALE),
    "not_out": ("cross", theme.WARN, theme.WARN_PALE),
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
        done = WideButton(look, "done", look.say("end.next"), WentBack())
        self._units = Units(look, body.units if body.paid else ())
        summary = SummaryRow(look, art, body.summary)
        below: list[Widget] = [self._units, *([staff] if body.paid else []), done, self._leaving]
        if look.landscape:
            lower = stack(look, *below, spacing=20)
            self.add_widget(columns(look, middle(look, self._head, summary, spacing=40), middle(look, lower)))
        else:
            self.add_widget(columns(look, self._upper(art, body), stack(look, summary, *below, spacing=28)))
        self.show(body)

    def _upper(self, art: Gallery, body: Ending) -> BoxLayout:
        """On a standing glass: the picture above the words, where there is room for it."""
        if len(body.units) > 1 and body.paid:
            return middle(self._look, self._head)
        upper = BoxLayout(orientation="vertical", spacing=self._look.px(48))
        upper.add_widget(PictureTile(self._look, art, body.summary.picture, radius=56, share=0.8))
        upper.add_widget(self._head)
        return upper

    def show(self, body: Ending) -> None:
        """The amount given back may come late; the seconds count down."""
        look = self._look
        self._head.title.say(look.say(f"end.{body.kind}_title", amount=body.refunded))
        late = body.paid and body.kind in ("cancelled", "expired")
        self._head.hint.say(look.say("end.late_hint" if late else f"end.{body.kind}_hint"))
        self._leaving.say(look.say("end.leaving", seconds=body.left_s))
        if body.paid:
            self._units.show(body.units)
