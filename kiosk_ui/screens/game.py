"""A game of the shop: a card to scratch or a wheel to spin, and what was won."""

from __future__ import annotations

import math
from typing import Any, Final

from kivy.animation import Animation
from kivy.clock import Clock
from kivy.graphics import Color, Ellipse, PopMatrix, PushMatrix, Rectangle, Rotate, Triangle
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.floatlayout import FloatLayout

from kiosk_ui import gallery, theme
from kiosk_ui.events import Played, WentBack
from kiosk_ui.gallery import Gallery
from kiosk_ui.screens.common import columns, middle
from kiosk_ui.theme import Look
from kiosk_ui.views import Play
from kiosk_ui.widgets import Panel, QrCode, Sign, Text, WideButton, centred, stack

SPIN_S: Final = 3.2
TURNS: Final = 4
SCRATCH_S: Final = 2.6
COLUMNS, ROWS = 12, 7
FIELD_COLOURS: Final = (theme.ACCENT_PALE, theme.WARN_PALE, theme.GOOD_PALE, theme.HAIR)


class Wheel(FloatLayout):
    """A wheel of fields that turns under a mark at its top."""

    def __init__(self, look: Look, fields: tuple[str, ...], side: float) -> None:
        super().__init__(size_hint=(None, None), size=(look.px(side), look.px(side)))
        self._count = max(1, len(fields))
        with self.canvas.before:
            PushMatrix()
            self._turn = Rotate(angle=0, axis=(0, 0, 1))
            self._parts = []
            for index in range(self._count):
                ground = FIELD_COLOURS[index % min(len(FIELD_COLOURS), self._count)]
                Color(*ground)
                start = 360 * index / self._count
                self._parts.append(
                    Ellipse(angle_start=start, angle_end=start + 360 / self._count, segments=180)
                )
        with self.canvas.after:
            PopMatrix()
            Color(*theme.ACCENT)
            self._mark = Triangle()
            self._hub_ground = Color(*theme.CARD)
            self._hub = Ellipse()
        self._words = [
            Text(look, words, theme.TEXT_SMALL, bold=True, lines=2, halign="center") for words in fields
        ]
        self._tilts: list[Rotate] = []
        for index, words in enumerate(self._words):
            words.size_hint_x, words.width = None, look.px(side * 0.27)
            with words.canvas.before:
                PushMatrix()
                self._tilts.append(Rotate(angle=-self._rest_of(index), axis=(0, 0, 1)))
            with words.canvas.after:
                PopMatrix()
            self.add_widget(words)
        self.bind(pos=self._place, size=self._place)

    def _place(self, *_: object) -> None:
        self._turn.origin = self.center
        for part in self._parts:
            part.pos, part.size = self.pos, self.size
        radius = self.width / 2
        for index, (words, tilt) in enumerate(zip(self._words, self._tilts, strict=True)):
            # Kivy's ellipses begin at the top and go clockwise.
            angle = math.radians(90 - 360 * (index + 0.5) / self._count)
            words.center = (
                self.center_x + 0.66 * radius * math.cos(angle),
                self.center_y + 0.66 * radius * math.sin(angle),
            )
            tilt.origin = words.center
        tip = radius * 0.09
        self._mark.points = (
            self.center_x - tip, self.top + tip * 0.6, self.center_x + tip, self.top + tip * 0.6,
            self.center_x, self.top - tip * 1.4,
        )  # fmt: skip
        self._hub.size = (radius * 0.3, radius * 0.3)
        self._hub.pos = (self.center_x - radius * 0.15, self.center_y - radius * 0.15)

    def _rest_of(self, field: int) -> float:
        """The angle at which the middle of a field stands under the mark."""
        return 360 * (field + 0.5) / self._count

    def rest_at(self, field: int) -> None:
        """Stand still at a field."""
        self._turn.angle = self._rest_of(field)

    def spin_to(self, field: int, then: Any) -> None:
        """Turn a few times and stop at a field."""
        turning = Animation(angle=360 * TURNS + self._rest_of(field), duration=SPIN_S, t="out_cubic")
        turning.bind(on_complete=then)
        self._turn.angle = 0
        turning.start(self._turn)


class ScratchCard(FloatLayout):
    """A card whose foil a finger takes away, once it is known what is under it."""

    def __init__(self, look: Look, side: float) -> None:
        super().__init__(size_hint=(None, None), size=(look.px(side), look.px(side * 0.62)))
        self._look = look
        self._card = Panel(look, theme.WARN_PALE, radius=48)
        self._words = Text(look, "", theme.TITLE, colour=theme.WARN, bold=True, halign="center")
        self._words.pos_hint = {"center_y": 0.5}
        self._card.add_widget(self._words)
        self.add_widget(self._card)
        self._foil: list[tuple[Color, Rectangle]] = []
        with self.canvas.after:
            for index in range(COLUMNS * ROWS):
                shade = 0.70 + 0.05 * ((index + index // COLUMNS) % 3)
                ink = Color(shade, shade * 0.98, shade * 0.94, 1)
                self._foil.append((ink, Rectangle()))
            self._sign_ink = Color(1, 1, 1, 0.9)
            self._sign = Rectangle(texture=gallery.icon("gift", max(16, round(look.px(220)))))
        self._open = False
        self.bind(pos=self._place, size=self._place)

    def _place(self, *_: object) -> None:
        self._card.pos, self._card.size = self.pos, self.size
        inset = self._look.px(28)
        wide, high = (self.width - 2 * inset) / COLUMNS, (self.height - 2 * inset) / ROWS
        for index, (_, rectangle) in enumerate(self._foil):
            row, column = divmod(index, COLUMNS)
            rectangle.pos = (self.x + inset + column * wide, self.y + inset + row * high)
            rectangle.size = (wide + 1, high + 1)
        side = self._look.px(220)
        self._sign.size = (side, side)
        self._sign.pos = (self.center_x - side / 2, self.center_y - side / 2)

    def uncover(self, prize: str, then: Any, at_once: bool) -> None:
        """Put the prize under the foil and let it be scratched; after a while it goes by itself."""
        self._words.say(prize)
        self._open = True
        self._sign_ink.a = 0
        if at_once:
            self._clear()
            return
        for index, (ink, _) in enumerate(self._foil):
            wait_s = SCRATCH_S * (0.2 + 0.6 * ((index * 37) % len(self._foil)) / len(self._foil))
            (Animation(duration=wait_s) + Animation(a=0, duration=0.2)).start(ink)
        Clock.schedule_once(lambda _elapsed_s: then(), SCRATCH_S)

    def _clear(self) -> None:
        for ink, _ in self._foil:
            ink.a = 0

    def on_touch_move(self, touch: Any) -> bool:
        """A finger takes the foil away where it goes."""
        if self._open:
            reach = self._look.px(70)
            for ink, rectangle in self._foil:
                x, y = rectangle.pos[0] + rectangle.size[0] / 2, rectangle.pos[1] + rectangle.size[1] / 2
                if math.hypot(touch.x - x, touch.y - y) < reach:
                    Animation.cancel_all(ink)
                    ink.a = 0
        return bool(super().on_touch_move(touch))


class GameScreen(BoxLayout):
    """One game, played once."""

    def __init__(self, look: Look, _art: Gallery, body: Play) -> None:
        super().__init__()
        self._look, self._body = look, body
        side = 720
        self._toy: Wheel | ScratchCard
        self._toy = Wheel(look, body.fields, side) if body.kind == "wheel" else ScratchCard(look, side)
        self._title = Text(look, body.name, theme.TITLE, bold=True, halign="center")
        self._hint = Text(look, "", theme.TEXT, colour=theme.MUTED, halign="center")
        self._message = Text(look, "", theme.TEXT, colour=theme.ACCENT, halign="center")
        self._go = WideButton(look, "play", "", Played(), height=144)
        self._below = stack(look, spacing=theme.GAP)
        toy = middle(look, centred(self._toy))
        words = stack(look, self._title, self._hint, self._message, self._below, spacing=28)
        self.add_widget(columns(look, toy, middle(look, words) if look.landscape else words))
        self._revealed = False
        self._moving = False
        if body.won:
            self._stand(body)
            self._reveal(body)
        else:
            self._below.add_widget(self._go)
        self.show(body, "")

    def _stand(self, body: Play) -> None:
        if isinstance(self._toy, Wheel):
            self._toy.rest_at(body.field)
        else:
            self._toy.uncover(body.prize, self._settled, at_once=True)

    def show(self, body: Play, message: str) -> None:
        """The prize once it is drawn; what the agent said else."""
        look = self._look
        self._body = body
        self._message.say(look.say("game.unreachable") if body.unreachable else message)
        if body.won and not self._revealed and not self._moving:
            self._moving = True
            self._go.allow(False)
            if isinstance(self._toy, Wheel):
                self._toy.spin_to(body.field, self._settled)
            else:
                self._toy.uncover(body.prize, self._settled, at_once=False)
        elif not body.won:
            self._hint.say(look.say("game.drawing" if body.drawing else f"game.{body.kind}_hint"))
            self._go.words.say(look.say(f"game.{body.kind}"))
            self._go.allow(not body.drawing)

    def _settled(self, *_: object) -> None:
        if not self._revealed:
            self._reveal(self._body)

    def _reveal(self, body: Play) -> None:
        look = self._look
        self._revealed = True
        self._title.say(look.say(f"game.{body.won}_title"))
        prize = Text(look, body.prize, theme.TEXT_LARGE, colour=theme.ACCENT, bold=True, halign="center")
        self._hint.say(look.say(f"game.{body.won}_hint", points=body.points))
        self._below.clear_widgets()
        if body.prize and body.won in ("sku", "coupon"):
            self._below.add_widget(prize)
        if body.coupon:
            self._below.add_widget(centred(QrCode(look, body.coupon, 280)))
        if body.won == "sku":
            self._below.add_widget(centred(Sign(look, "gift", 150, theme.GOOD, theme.GOOD_PALE)))
        self._below.add_widget(WideButton(look, "done", look.say("game.done"), WentBack()))
