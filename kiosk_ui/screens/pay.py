"""How to pay: which way, the code to scan or the counter to go to, how long there is, and what to do when it fails."""

from __future__ import annotations

from typing import Final

from kivy.uix.boxlayout import BoxLayout
from kivy.uix.widget import Widget

from kiosk_ui import theme
from kiosk_ui.events import CancelTapped, MethodChosen, PaymentRetried
from kiosk_ui.gallery import Gallery
from kiosk_ui.screens.common import Headline, SummaryRow, columns, method_key, middle
from kiosk_ui.theme import Colour, Look
from kiosk_ui.views import Pay
from kiosk_ui.widgets import Panel, QrCode, Sign, Text, WideButton, centred, gap, limited, stack

METHODS_HEIGHT: Final = 434
"""Of the list of ways to pay on a glass that lies; a longer one can be moved."""
_SIGNS: Final = {"counter": "coins", "card": "card"}


class TimeBar(BoxLayout):
    """How much time is left, as words (by their key) and as a bar."""

    def __init__(self, look: Look, key: str = "pay.left") -> None:
        super().__init__(orientation="vertical", size_hint_y=None, spacing=look.px(16))
        self._look, self._key = look, key
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
        self._words.say(self._look.say(self._key, time=f"{minutes}:{seconds:02d}"))
        share = min(1.0, left_s / limit_s)
        self._done.size_hint_x = max(0.02, share)
        self._rest.size_hint_x = max(0.001, 1 - share)


class PayScreen(BoxLayout):
    """An order that waits for its money."""

    def __init__(self, look: Look, art: Gallery, body: Pay) -> None:
        super().__init__()
        self._look, self._order = look, body.summary.order
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
        self._shown: object = None
        self.show(body, "")

    def show(self, body: Pay, message: str) -> None:
        """The newest step; the code stays the same texture while its address does."""
        timed = body.step in ("choose", "scan", "signed", "counter")
        self._bar.show(body.left_s if timed else None, body.limit_s)
        self._message.say(message)
        now = (body.step, body.pay_url, body.can_cancel, body.methods, body.scanner, body.offline)
        if now == self._shown:
            return
        self._shown = now
        self._code.clear_widgets()
        for child in self._step(body):
            self._code.add_widget(child)
        self._buttons.clear_widgets()
        if body.step in ("failed", "unreachable"):
            self._buttons.add_widget(self._retry)
        if body.can_cancel:
            self._buttons.add_widget(self._cancel)

    def _step(self, body: Pay) -> list[Widget]:
        match body.step:
            case "choose":
                return self._choose(body)
            case "scan":
                return self._scan(body)
            case "signed":
                return self._signed(body)
            case "counter":
                return self._counter(body)
            case _:
                return self._words(body)

    def _line(
        self, key: str, size: float = theme.TEXT, *, colour: Colour = theme.MUTED, bold: bool = False
    ) -> Text:
        return Text(self._look, self._look.say(key), size, colour=colour, bold=bold, halign="center")

    def _choose(self, body: Pay) -> list[Widget]:
        """Every way to pay as a large button; with a scanner, a payment code needs none of them."""
        look = self._look
        if not body.methods:
            hint = look.say("pay.choose_none")
            return [middle(look, Headline(look, "pause", theme.WARN, theme.WARN_PALE, hint, ""))]
        said: list[Widget] = [
            self._line("pay.choose_title", 48 if look.landscape else theme.TITLE, colour=theme.INK, bold=True)
        ]
        if body.offline:
            said.append(self._line("pay.choose_offline", colour=theme.WARN))
        buttons = [self._method(method) for method in body.methods]
        shows = body.scanner and any(method in ("alipay", "wechat") for method in body.methods)
        shown = [self._hint_row("pay.choose_show")] if shows else []
        return [
            Widget(),
            *said,
            gap(look, 12),
            limited(look, stack(look, *buttons, spacing=16), METHODS_HEIGHT * (1 if look.landscape else 2)),
            *shown,
            self._bar,
            Widget(),
        ]

    def _method(self, method: str) -> WideButton:
        look = self._look
        height = theme.TOUCH if look.landscape else 128
        button = WideButton(
            look,
            f"method:{method}",
            look.say(method_key(method)),
            MethodChosen(method),
            kind="quiet",
            height=height,
        )
        sign = Sign(look, _SIGNS.get(method, "phone"), 72, theme.ACCENT)
        sign.pos_hint = {"center_y": 0.5}
        button.padding = (look.px(40), 0, look.px(112), 0)
        button.add_widget(sign, index=len(button.children))
        return button

    def _hint_row(self, key: str) -> Widget:
        """A sign of a scanner, and what may be held in front of it."""
        look = self._look
        sign = Sign(look, "reader", 64, theme.ACCENT)
        words = Text(look, look.say(key), theme.TEXT, colour=theme.INK)
        words.size_hint_x = None
        words.width = look.px(min(580 if look.landscape else 740, 40 + theme.TEXT * theme.ems(look.say(key))))
        row = BoxLayout(size_hint=(None, None), spacing=look.px(20))
        row.bind(minimum_width=row.setter("width"))
        words.bind(height=lambda _, high: setattr(row, "height", max(high, sign.height)))
        row.height = sign.height
        sign.pos_hint = words.pos_hint = {"center_y": 0.5}
        row.add_widget(sign)
        row.add_widget(words)
        return centred(row)

    def _scan(self, body: Pay) -> list[Widget]:
        look = self._look
        wallet = body.method in ("alipay", "wechat")
        which = body.method if wallet else "other"
        side = (430 if wallet and body.scanner else 560) if look.landscape else 680
        show = [self._hint_row("pay.or_show")] if wallet and body.scanner else []
        return [
            Widget(),
            self._line("pay.title", theme.TITLE, colour=theme.INK, bold=True),
            self._line(f"pay.scan_hint.{which}"),
            centred(QrCode(look, body.pay_url, side)),
            *show,
            self._bar,
            Widget(),
        ]

    def _signed(self, body: Pay) -> list[Widget]:
        """Paid on the phone's own line; what it shows then is proof enough for a store without one."""
        look = self._look
        second = "pay.signed_second" if body.scanner else "pay.signed_second_staff"
        return [
            Widget(),
            self._line("pay.signed_title", 52, colour=theme.INK, bold=True),
            self._numbered("1", "pay.signed_first"),
            centred(QrCode(look, body.pay_url, 370 if look.landscape else 640)),
            self._numbered("2", second),
            self._bar,
            Widget(),
        ]

    def _numbered(self, number: str, key: str) -> BoxLayout:
        look = self._look
        disc = Panel(look, theme.ACCENT, radius=31, size_hint=(None, None), size=(look.px(64), look.px(64)))
        figure = Text(look, number, theme.TEXT, colour=theme.ON_ACCENT, bold=True, lines=1, halign="center")
        figure.pos_hint = {"center_y": 0.5}
        disc.add_widget(figure)
        words = Text(look, look.say(key), theme.TEXT, bold=True)
        words.pos_hint = disc.pos_hint = {"center_y": 0.5}
        row = BoxLayout(size_hint_y=None, height=look.px(64), spacing=look.px(24))
        words.bind(height=lambda _, high: setattr(row, "height", max(high, disc.height)))
        row.add_widget(disc)
        row.add_widget(words)
        return row

    def _counter(self, body: Pay) -> list[Widget]:
        look = self._look
        sign = _SIGNS.get(body.method, "staff")
        title, hint = look.say("pay.counter_title"), look.say("pay.counter_hint")
        head = Headline(look, sign, theme.ACCENT, theme.ACCENT_PALE, title, hint)
        size = theme.DISPLAY if theme.ems(self._order) < 14 else theme.TITLE
        number = Text(look, self._order, size, colour=theme.ACCENT, bold=True, halign="center")
        return [Widget(), stack(look, head, number, spacing=40), gap(look, 20), self._bar, Widget()]

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
