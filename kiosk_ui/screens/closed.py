"""The kiosk cannot sell just now, and says what to do."""

from __future__ import annotations

from typing import Final

from kivy.uix.boxlayout import BoxLayout

from kiosk_ui import theme
from kiosk_ui.gallery import Gallery
from kiosk_ui.screens.common import Headline, middle
from kiosk_ui.theme import Look
from kiosk_ui.views import Closed
from kiosk_ui.widgets import Text, gap

_SIGNS: Final = {"starting": "dots", "offline": "line_down", "not_selling": "pause", "paused": "pause"}


class ClosedScreen(BoxLayout):
    """Starting, offline, or the store is not selling."""

    def __init__(self, look: Look, _art: Gallery, body: Closed) -> None:
        edge = look.px(theme.EDGE)
        super().__init__(padding=(edge, 0, edge, edge))
        self._look = look
        sign = _SIGNS[body.reason]
        self._head = Headline(
            look, sign, theme.MUTED, theme.HAIR, look.say(f"closed.{body.reason}_title"), ""
        )
        self._detail = Text(look, "", theme.TEXT_SMALL, colour=theme.MUTED, halign="center")
        self.add_widget(middle(look, self._head, gap(look, 40), self._detail, spacing=24))
        self.show(body)

    def show(self, body: Closed) -> None:
        """The agent's own sentence where it has one, and a line for the operator."""
        self._head.hint.say(body.message or self._look.say(f"closed.{body.reason}_hint"))
        self._detail.say(body.detail)
