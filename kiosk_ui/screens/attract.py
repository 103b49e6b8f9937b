"""Nobody is here: the shop window, which changes its display every few seconds."""

from __future__ import annotations

from typing import Final

from kivy.animation import Animation
from kivy.clock import Clock
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.gridlayout import GridLayout

from kiosk_ui import theme
from kiosk_ui.gallery import Gallery
from kiosk_ui.screens.common import middle
from kiosk_ui.theme import Look
from kiosk_ui.views import Attract, Card
from kiosk_ui.widgets import Panel, PictureTile, Text, gap, stack

TURN_S: Final = 8.0


class AttractScreen(BoxLayout):
    """A greeting and a few products; a touch anywhere on the window begins."""

    def __init__(self, look: Look, art: Gallery, body: Attract) -> None:
        super().__init__(
            orientation="horizontal" if look.landscape else "vertical",
            padding=look.px(theme.EDGE),
            spacing=look.px(theme.EDGE),
        )
        self.name = "start"
        self._look, self._art, self._turn = look, art, 0
        self._window = GridLayout(cols=2, spacing=look.px(32))
        pill = Panel(look, theme.ACCENT, radius=71, size_hint_y=None, height=look.px(144))
        words = Text(
            look, look.say("attract.touch"), theme.TEXT_LARGE, colour=theme.ON_ACCENT, bold=True, lines=1,
            halign="center",
        )  # fmt: skip
        words.pos_hint = {"center_y": 0.5}
        pill.add_widget(words)
        title = Text(look, look.say("attract.title"), theme.DISPLAY, bold=True, halign="center")
        if look.landscape:
            self.add_widget(middle(look, title, gap(look, 40), pill))
            self.add_widget(self._window)
        else:
            self.add_widget(stack(look, gap(look, 40), title, gap(look, 24)))
            self.add_widget(self._window)
            self.add_widget(stack(look, gap(look, 24), pill, gap(look, 48)))
        self._cards: tuple[Card, ...] = ()
        self.show(body)
        self._clock = Clock.schedule_interval(self._next, TURN_S)
        self.bind(parent=self._left)

    def show(self, body: Attract) -> None:
        """Other products in the window."""
        if tuple(card.picture for card in body.cards) == tuple(card.picture for card in self._cards):
            return
        self._cards = body.cards
        self._display()

    def _left(self, _: object, parent: object) -> None:
        if parent is None:
            self._clock.cancel()

    def _next(self, _elapsed_s: float) -> None:
        if len(self._cards) <= 4:
            return
        self._turn += 4
        self._display()
        self._window.opacity = 0
        Animation(opacity=1, duration=0.4).start(self._window)

    def _display(self) -> None:
        self._window.clear_widgets()
        count = min(4, len(self._cards))
        for index in range(count):
            card = self._cards[(self._turn + index) % len(self._cards)]
            self._window.add_widget(PictureTile(self._look, self._art, card.picture, radius=48, share=0.8))
