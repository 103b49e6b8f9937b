"""Where to send it: a code for the shopper's phone, on which the address is typed; never on this glass."""

from __future__ import annotations

from typing import Final

from kivy.uix.boxlayout import BoxLayout
from kivy.uix.widget import Widget

from kiosk_ui import theme
from kiosk_ui.events import AddressRetried, WentBack
from kiosk_ui.gallery import Gallery
from kiosk_ui.screens.common import Headline, middle
from kiosk_ui.screens.pay import TimeBar
from kiosk_ui.theme import Colour, Look
from kiosk_ui.views import AddressPage
from kiosk_ui.widgets import Panel, QrCode, Text, WideButton, centred, stack

_SIGNS: Final[dict[str, tuple[str, Colour, Colour]]] = {
    "typing": ("phone", theme.ACCENT, theme.ACCENT_PALE),
    "void": ("clock", theme.WARN, theme.WARN_PALE),
    "unreachable": ("line_down", theme.WARN, theme.WARN_PALE),
}


class AddressScreen(BoxLayout):
    """The order waits; the phone's page says when it is done."""

    def __init__(self, look: Look, _art: Gallery, body: AddressPage) -> None:
        super().__init__(orientation="vertical", spacing=look.px(theme.GAP))
        self._look = look
        edge = look.px(theme.EDGE)
        self.padding = (edge, 0, edge, edge)
        self._card = Panel(
            look, raised=True, radius=56, orientation="vertical", padding=look.px(40), spacing=look.px(16)
        )
        self._bar = TimeBar(look, "address.left")
        self._again = WideButton(look, "retry", look.say("address.again"), AddressRetried())
        self._back = WideButton(look, "done", look.say("address.back"), WentBack(), kind="quiet")
        self._buttons = BoxLayout(size_hint_y=None, height=self._back.height, spacing=look.px(theme.GAP))
        self.add_widget(self._card)
        self.add_widget(self._buttons)
        self._shown: tuple[str, str] | None = None
        self.show(body)

    def show(self, body: AddressPage) -> None:
        """The newest step; the code stays while its page does."""
        self._bar.show(body.left_s if body.step in ("scan", "typing") else None, body.limit_s)
        if (body.step, body.url) == self._shown:
            return
        self._shown = (body.step, body.url)
        self._card.clear_widgets()
        for child in self._step(body):
            self._card.add_widget(child)
        self._buttons.clear_widgets()
        for button in [self._back, *([self._again] if body.step in ("void", "unreachable") else [])]:
            self._buttons.add_widget(button)

    def _step(self, body: AddressPage) -> list[Widget]:
        look = self._look
        if body.step == "scan":
            title = Text(look, look.say("address.title"), theme.TITLE, bold=True, halign="center")
            hint = Text(look, look.say("address.hint"), theme.TEXT, colour=theme.MUTED, halign="center")
            code = centred(QrCode(look, body.url, 340 if look.landscape else 680))
            return [Widget(), title, hint, code, self._bar, Widget()]
        if body.step == "preparing":
            words = look.say("address.preparing")
            return [middle(look, Headline(look, "dots", theme.MUTED, theme.HAIR, words, ""))]
        title_words, hint_words = (look.say(f"address.{body.step}_{part}") for part in ("title", "hint"))
        head = Headline(look, *_SIGNS[body.step], title_words, hint_words)
        below = [self._bar] if body.step == "typing" else []
        return [middle(look, stack(look, head, *below, spacing=48))]
