"""The code to scan, how long it is good for, and what to do when paying does not work."""

from __future__ import annotations

from kivy.graphics import Rectangle
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.widget import Widget

from kiosk_ui import gallery, theme
from kiosk_ui.events import CancelTapped, PaymentRetried
from kiosk_ui.gallery import Gallery
from kiosk_ui.screens.common import Headline, SummaryRow, columns, middle
from kiosk_ui.theme import Look
from kiosk_ui.views import Pay
from kiosk_ui.widgets import Panel, Text, WideButton, centred, gap, stack


class QrCode(Widget):
    """A payment code, square."""

    def __init__(self, look: Look, text: str, size: float) -> None:
        side = look.px(size)
        super().__init__(size_hint=(None, None), size=(side, side))
        with self.canvas:
            self._image = Rectangle(texture=gallery.qr(text))
        self.bind(pos=self._place, size=self._place)

    def _place(self, *_: object) -> None:
        self._image.pos, self._image.size = self.pos, self.size


class TimeBar(BoxLayout):
    """How much time to pay is left, as words and as a bar."""

    def __init__(self, look: Look) -> None:
        super().__init__(orientation="vertical", size_hint_y=None, spacing=look.px(16))
        self._look = look
        self._words = Text(look, "", theme.TEXT, colour=theme.MUTED, lines=1, halign="center")
        self._track = Panel(look, theme.HAIR, radius=6, size_hint_y=None, height=look.px(14))
        self._done = Panel(look, theme.ACCENT, radius=6, size_hint_x=1)
        self._rest = Widget(size_hint_x=0.001)
        self._track.add_widget(self._done)
        self._track.add_widget(self._rest)
        self.add_widget(self._words)
        self.add_widget(self._track)
        self.height = self._words.height + self._track.height + look.px(16)

    def show(self, left_s: int | None, limit_s: int) -> None:
        """Seconds left of so many."""
        self.opacity = 1 if left_s is not None and limit_s else 0
        if left_s is None or not limit_s:
            return
        minutes, seconds = divmod(left_s, 60)
        self._words.say(self._look.say("pay.left", time=f"{minutes}:{seconds:02d}"))
        share = min(1.0, left_s / limit_s)
        self._done.size_hint_x = max(0.02, share)
        self._rest.size_hint_x = max(0.001, 1 - share)


class PayScreen(BoxLayout):
    """An order that waits for its money."""

    def __init__(self, look: Look, art: Gallery, body: Pay) -> None:
        super().__init__()
        self._look = look
        self._code = Panel(
            look, raised=True, radius=56, orientation="vertical", padding=look.px(40), spacing=look.px(12)
        )
        self._bar = TimeBar(look)
        self._retry = WideButton(look, "retry", look.say("pay.retry"), PaymentRetried())
        self._cancel = WideButton(look, "cancel", look.say("pay.cancel"), CancelTapped(), kind="quiet")
        self._message = Text(look, "", theme.TEXT, colour=theme.ACCENT, halign="center")
        self._buttons = stack(look, spacing=theme.GAP)
        foot = stack(
            look, SummaryRow(look, art, body.summary), gap(look, 8), self._message, self._buttons, spacing=20
        )
        if look.landscape:
            self.add_widget(columns(look, self._code, middle(look, foot)))
        else:
            self.add_widget(columns(look, self._code, foot))
        self._shown: tuple[str, str, bool] | None = None
        self.show(body, "")

    def show(self, body: Pay, message: str) -> None:
        """The newest step; the code stays the same texture while its address does."""
        self._bar.show(body.left_s if body.step == "scan" else None, body.limit_s)
        self._message.say(message)
        now = (body.step, body.pay_url, body.can_cancel)
        if now == self._shown:
            return
        self._shown = now
        self._code.clear_widgets()
        for child in self._scan(body) if body.step == "scan" else self._words(body):
            self._code.add_widget(child)
        self._buttons.clear_widgets()
        if body.step in ("failed", "unreachable"):
            self._buttons.add_widget(self._retry)
        if body.can_cancel:
            self._buttons.add_widget(self._cancel)

    def _scan(self, body: Pay) -> list[Widget]:
        look = self._look
        side = 560 if look.landscape else 720
        title = Text(look, look.say("pay.title"), theme.TITLE, bold=True, halign="center")
        hint = Text(look, look.say("pay.hint"), theme.TEXT, colour=theme.MUTED, halign="center")
        return [
            Widget(),
            title,
            hint,
            centred(QrCode(look, body.pay_url, side)),
            self._bar,
            Widget(),
        ]

    def _words(self, body: Pay) -> list[Widget]:
        look = self._look
        if body.step in ("preparing", "cancelling"):
            line = look.say(f"pay.{body.step}")
            return [middle(look, Headline(look, "dots", theme.MUTED, theme.HAIR, line, ""))]
        sign, ink, ground = {
            "asking": ("clock", theme.WARN, theme.WARN_PALE),
            "failed": ("cross", theme.ACCENT, theme.ACCENT_PALE),
            "unreachable": ("line_down", theme.WARN, theme.WARN_PALE),
        }[body.step]
        title, hint = look.say(f"pay.{body.step}_title"), look.say(f"pay.{body.step}_hint")
        return [middle(look, Headline(look, sign, ink, ground, title, hint))]
