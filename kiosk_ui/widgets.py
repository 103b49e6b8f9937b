"""What every screen is made of: text that never spills, soft cards, and things to touch.

A thing to touch has a `name`, so that a test (or a person) can say which one is meant.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from kivy.core.text import Label as Measure
from kivy.graphics import BorderImage, Color, Rectangle
from kivy.uix.behaviors import ButtonBehavior
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.label import Label
from kivy.uix.scrollview import ScrollView
from kivy.uix.widget import Widget

from kiosk_ui import gallery, illustrations, theme
from kiosk_ui.events import Event, Touched
from kiosk_ui.gallery import Gallery
from kiosk_ui.theme import Colour, Look
from kiosk_ui.views import Picture

LINE_EM: Final = 1.6
"""Height of a line in font sizes: Noto Sans CJK's own 1.45, with the air we put between lines."""


class Text(Label):
    """Words as wide as they are given room, wrapped; with `lines`, cut with an ellipsis after so many.

    One line, or a `steady` text, always takes its whole height; others are as high as what is written.
    """

    def __init__(
        self,
        look: Look,
        text: str,
        size: float = theme.TEXT,
        *,
        colour: Colour = theme.INK,
        bold: bool = False,
        lines: int = 0,
        steady: bool = False,
        halign: str = "left",
        **options: Any,
    ) -> None:
        super().__init__(
            text=text,
            font_size=look.px(size),
            color=colour,
            bold=bold,
            halign=halign,
            valign="middle",
            size_hint_y=None,
            height=0,
            line_height=1.08,
            **options,
        )
        self._whole, self._lines = text, lines
        self.bind(width=self._fit, texture_size=self._grow)
        self._steady = steady or lines == 1
        if self._steady:
            self.height = look.px(size) * LINE_EM * lines
            self.valign = "top" if lines > 1 else "middle"

    def say(self, text: str) -> None:
        """Other words in the same place."""
        if text != self._whole:
            self._whole = text
            self._fit()

    def _fit(self, *_: object) -> None:
        height: float | None = self.height if self._steady and self._lines > 1 else None
        self.text_size = (self.width, height)
        self.text = _cut(self, self._whole, self._lines) if self._lines else self._whole

    def _grow(self, *_: object) -> None:
        if not self._steady:
            self.height = self.texture_size[1]


def _cut(label: Label, text: str, lines: int) -> str:
    """The text, or as much of it as fits with an ellipsis into so many lines."""

    def fits(candidate: str) -> bool:
        measure = Measure(
            text=candidate,
            font_size=label.font_size,
            bold=label.bold,
            text_size=(label.width, None),
            line_height=label.line_height,
        )
        measure.refresh()
        return bool(measure.texture.size[1] <= label.font_size * LINE_EM * lines + 1)

    if label.width <= label.font_size or fits(text):
        return text
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if fits(text[:middle].rstrip() + "…") else (low, middle - 1)
    return text[:low].rstrip() + "…"


class Panel(BoxLayout):
    """A box with a rounded ground, and a soft shadow when it is raised."""

    def __init__(
        self,
        look: Look,
        ground: Colour = theme.CARD,
        *,
        radius: float = theme.RADIUS,
        raised: bool = False,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self._radius = max(1, round(look.px(radius)))
        self._blur = max(2, round(look.px(28))) if raised else 0
        with self.canvas.before:
            if raised:
                Color(*theme.SHADOW)
                b2 = self._blur * 2
                self._shadow = BorderImage(texture=gallery.soft_shadow(self._blur), border=(b2, b2, b2, b2))
            self.ground_colour = Color(*ground)
            r = self._radius
            self._ground = BorderImage(texture=gallery.rounded(r), border=(r, r, r, r))
        self.bind(pos=self._place, size=self._place)

    def _place(self, *_: object) -> None:
        self._ground.pos, self._ground.size = self.pos, self.size
        if self._blur:
            b = self._blur
            self._shadow.pos = (self.x - b, self.y - b * 1.35)
            self._shadow.size = (self.width + 2 * b, self.height + 2 * b)


class Tap(ButtonBehavior, Panel):
    """A panel that does something when touched. `event` is what it tells the kiosk."""

    def __init__(
        self, look: Look, name: str, event: Event, ground: Colour = theme.CARD, **options: Any
    ) -> None:
        super().__init__(look=look, ground=ground, **options)
        self.name, self.event = name, event
        self._act = look.act
        with self.canvas.after:
            self._dim = Color(0, 0, 0, 0)
            r = self._radius
            self._veil = BorderImage(texture=gallery.rounded(r), border=(r, r, r, r))
        self.bind(pos=self._cover, size=self._cover, state=self._press)

    def _cover(self, *_: object) -> None:
        self._veil.pos, self._veil.size = self.pos, self.size

    def _press(self, *_: object) -> None:
        self._dim.rgba = theme.PRESSED if self.state == "down" else (0, 0, 0, 0)

    def on_release(self) -> None:
        """Tell the kiosk."""
        self._act(self.event)


class WideButton(Tap):
    """A wide button: `kind` is primary, quiet or chip."""

    def __init__(
        self, look: Look, name: str, words: str, event: Event, *, kind: str = "primary", height: float = 128
    ) -> None:
        ground, ink = {
            "primary": (theme.ACCENT, theme.ON_ACCENT),
            "quiet": (theme.HAIR, theme.INK),
            "chip": (theme.CARD, theme.INK),
            "chip_on": (theme.INK, theme.ON_ACCENT),
        }[kind]
        super().__init__(look, name, event, ground, radius=height / 2 - 1, size_hint_y=None)
        self.height = look.px(height)
        size = theme.TEXT if kind.startswith("chip") else theme.TEXT_LARGE
        self.words = Text(look, words, size, colour=ink, bold=kind == "primary", lines=1, halign="center")
        self.words.disabled_color = theme.MUTED
        self.words.pos_hint = {"center_y": 0.5}
        self.add_widget(self.words)

    def allow(self, allowed: bool) -> None:
        """Grey and deaf while it would do nothing."""
        self.disabled = not allowed
        self.ground_colour.rgba = theme.ACCENT if allowed else theme.HAIR
        self.words.color = self.words.disabled_color = theme.ON_ACCENT if allowed else theme.MUTED


class Sign(Widget):
    """A sign in a colour, on a round ground where one is given."""

    def __init__(
        self, look: Look, name: str, size: float, colour: Colour = theme.INK, ground: Colour | None = None
    ) -> None:
        side = look.px(size)
        super().__init__(size_hint=(None, None), size=(side, side))
        self._inner = 1.0
        with self.canvas:
            self._ground_colour = Color(*(ground or (0, 0, 0, 0)))
            self._ground = Rectangle(texture=gallery.rounded(max(1, round(side / 2 - 1))))
            self._colour = Color(*colour)
            self._sign = Rectangle()
        self.turn_to(name, colour, ground)
        self.bind(pos=self._place)

    def turn_to(self, name: str, colour: Colour, ground: Colour | None = None) -> None:
        """Another sign in the same place; smaller on a ground, so that it has air."""
        self._inner = 0.56 if ground else 1.0
        self._sign.texture = gallery.icon(name, max(16, round(self.width * self._inner)))
        self._colour.rgba = colour
        self._ground_colour.rgba = ground or (0, 0, 0, 0)
        self._place()

    def _place(self, *_: object) -> None:
        self._ground.pos, self._ground.size = self.pos, self.size
        side = self.width * self._inner
        self._sign.pos = (self.center_x - side / 2, self.center_y - side / 2)
        self._sign.size = (side, side)


class PictureTile(Widget):
    """A product's illustration on its pale ground. `share`: how much of the tile it fills."""

    def __init__(
        self,
        look: Look,
        art: Gallery,
        picture: Picture,
        *,
        radius: float = theme.RADIUS,
        share: float = 0.92,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self._art, self._picture, self._share = art, picture, share
        self._asked_px = 0.0
        r = max(1, round(look.px(radius)))
        tint = illustrations.tile_colour(picture.seed)
        with self.canvas:
            Color(*(channel / 255 for channel in tint), 1)
            self._ground = BorderImage(texture=gallery.rounded(r), border=(r, r, r, r))
            self._ink = Color(1, 1, 1, 0)
            self._image = Rectangle()
        self.bind(pos=self._place, size=self._place)

    def fade(self, sold_out: bool) -> None:
        """Pale when there is none left."""
        self.opacity = 0.45 if sold_out else 1.0

    def _place(self, *_: object) -> None:
        self._ground.pos, self._ground.size = self.pos, self.size
        side = min(self.width, self.height) * self._share
        self._image.size = (side, side)
        # Not by center_y: while the height changes, Kivy still has the old one.
        self._image.pos = (self.x + (self.width - side) / 2, self.y + (self.height - side) / 2)
        if side > 24 and side > self._asked_px:
            self._asked_px = side
            self._art.ask(self._picture, side, self._take)

    def _take(self, texture: Any) -> None:
        self._image.texture = texture
        self._ink.a = 1


class QrCode(Widget):
    """A code for a phone, square."""

    def __init__(self, look: Look, text: str, size: float) -> None:
        side = look.px(size)
        super().__init__(size_hint=(None, None), size=(side, side))
        with self.canvas:
            self._image = Rectangle(texture=gallery.qr(text))
        self.bind(pos=self._place, size=self._place)

    def _place(self, *_: object) -> None:
        self._image.pos, self._image.size = self.pos, self.size


class Stepper(BoxLayout):
    """Minus, the number, plus. `names` are those of its two keys; at one, minus is a cross where `removes`."""

    def __init__(self, look: Look, names: tuple[str, str], key: float, width: float, size: float) -> None:
        super().__init__(
            size_hint=(None, None), height=look.px(key), width=look.px(width), spacing=look.px(12)
        )
        self._look = look
        self._less, self._less_sign = self._key(names[0], "minus", key)
        self._more, _ = self._key(names[1], "plus", key)
        self._number = Text(look, "1", size, bold=True, lines=1, halign="center")
        self._number.pos_hint = {"center_y": 0.5}
        for child in (self._less, self._number, self._more):
            self.add_widget(child)

    def _key(self, name: str, sign: str, side: float) -> tuple[Tap, Sign]:
        look = self._look
        key = Tap(
            look, name, Touched(), theme.HAIR, radius=side / 2 - 1, size_hint_x=None, width=look.px(side)
        )
        mark = Sign(look, sign, side / 2)
        mark.pos_hint = {"center_y": 0.5}
        key.padding = (look.px(side / 4), 0)
        key.add_widget(mark)
        return key, mark

    def show(
        self, qty: int, most: int, event: Callable[[int], Event], *, locked: bool, removes: bool = False
    ) -> None:
        """The number, which way it can still go, and what a tap then tells."""
        self._number.say(str(qty))
        self._less.event, self._more.event = event(qty - 1), event(qty + 1)
        self._less_sign.turn_to("cross" if removes and qty <= 1 else "minus", theme.INK)
        self._less.disabled = locked or (qty <= 1 and not removes)
        self._more.disabled = locked or qty >= most
        for key in (self._less, self._more):
            key.opacity = 0.35 if key.disabled else 1


def gap(look: Look, height: float) -> Widget:
    """Air of a given height."""
    return Widget(size_hint_y=None, height=look.px(height))


def stack(look: Look, *children: Widget, spacing: float = 0, **options: Any) -> BoxLayout:
    """Children from top to bottom, as high as they are together."""
    box = BoxLayout(orientation="vertical", size_hint_y=None, height=0, spacing=look.px(spacing), **options)
    box.bind(minimum_height=box.setter("height"))
    for child in children:
        box.add_widget(child)
    return box


def limited(look: Look, box: BoxLayout, most: float) -> Widget:
    """A stack whose children have their heights: as it is, or in a window of at most that height to be moved."""
    high = sum(child.height for child in box.children) + box.spacing * max(0, len(box.children) - 1)
    if high <= look.px(most):
        return box
    window = ScrollView(do_scroll_x=False, bar_width=look.px(8), size_hint_y=None, height=look.px(most))
    window.add_widget(box)
    return window


def centred(child: Widget) -> BoxLayout:
    """A child of fixed width in the middle of a row."""
    row = BoxLayout(size_hint_y=None, height=child.height)
    child.bind(height=row.setter("height"))
    row.add_widget(Widget())
    row.add_widget(child)
    row.add_widget(Widget())
    return row
