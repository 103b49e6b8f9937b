"""Somebody showed an order's code: where to go, or why there is nothing to hand over (any more)."""

from __future__ import annotations

from typing import Final

from kivy.uix.boxlayout import BoxLayout

from kiosk_ui import theme
from kiosk_ui.events import WentBack
from kiosk_ui.gallery import Gallery
from kiosk_ui.screens.common import Headline, SummaryRow, Units, columns, middle
from kiosk_ui.theme import Colour, Look
from kiosk_ui.views import Collect
from kiosk_ui.widgets import WideButton, stack

_SIGNS: Final[dict[str, tuple[str, Colour, Colour]]] = {
    "ready": ("staff", theme.ACCENT, theme.ACCENT_PALE),
    "handed": ("check", theme.GOOD, theme.GOOD_PALE),
    "collected": ("bag", theme.WARN, theme.WARN_PALE),
    "refunded": ("money_back", theme.WARN, theme.WARN_PALE),
    "unpaid": ("clock", theme.WARN, theme.WARN_PALE),
    "cancelled": ("cross", theme.MUTED, theme.HAIR),
    "nothing": ("bag", theme.MUTED, theme.HAIR),
}


class CollectScreen(BoxLayout):
    """The order of a code that was shown. Nothing can be done here but read."""

    def __init__(self, look: Look, art: Gallery, body: Collect) -> None:
        super().__init__()
        self._look = look
        self._head = Headline(look, *_SIGNS[body.kind], "", "")
        self._units = Units(look, body.units, body.summary)
        done = WideButton(look, "done", look.say("game.done"), WentBack())
        summary = SummaryRow(look, art, body.summary)
        if look.landscape:
            left = middle(look, self._head, spacing=40)
            right = middle(look, stack(look, summary, self._units, done, spacing=28))
            self.add_widget(columns(look, left, right))
        else:
            lower = stack(look, summary, self._units, done, spacing=32)
            self.add_widget(columns(look, middle(look, self._head), lower))
        self.show(body)

    def show(self, body: Collect) -> None:
        """Staff may hand it over while it is looked at."""
        look = self._look
        self._head.sign.turn_to(*_SIGNS[body.kind])
        self._head.title.say(look.say(f"collect.{body.kind}_title"))
        self._head.hint.say(look.say(f"collect.{body.kind}_hint", at=body.at))
        self._units.show(body.units)
