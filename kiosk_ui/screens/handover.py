"""The machine at work, unit by unit; and the case when nobody knows what came out."""

from __future__ import annotations

from kivy.uix.boxlayout import BoxLayout

from kiosk_ui import theme
from kiosk_ui.events import WentBack
from kiosk_ui.gallery import Gallery
from kiosk_ui.screens.common import Headline, SummaryRow, Units, columns, middle
from kiosk_ui.theme import Look
from kiosk_ui.views import Case, Dispensing
from kiosk_ui.widgets import Panel, PictureTile, Text, WideButton, stack


class DispensingScreen(BoxLayout):
    """Paid; the units come out one by one."""

    def __init__(self, look: Look, art: Gallery, body: Dispensing) -> None:
        super().__init__()
        self._look = look
        ink, ground = (theme.WARN, theme.WARN_PALE) if body.refunding else (theme.ACCENT, theme.ACCENT_PALE)
        self._head = Headline(look, "money_back" if body.refunding else "down", ink, ground, "", "")
        self._units = Units(look, body.units)
        if look.landscape:
            left = middle(look, self._head, SummaryRow(look, art, body.summary), spacing=40)
            self.add_widget(columns(look, left, middle(look, self._units)))
        else:
            tile = PictureTile(look, art, body.summary.picture, radius=56, share=0.8)
            many = len(body.units) > 2
            tile.size_hint_y = 0.55 if many else 1
            self.add_widget(columns(look, tile, middle(look, self._head, self._units, spacing=48)))
        self.show(body)

    def show(self, body: Dispensing) -> None:
        """The newest state of every unit."""
        which = "refund" if body.refunding else ""
        title, hint = (
            ("dispense.refund_title", "dispense.refund_hint")
            if which
            else ("dispense.title", "dispense.hint")
        )
        self._head.title.say(self._look.say(title))
        self._head.hint.say(self._look.say(hint))
        if body.refunding:
            self._head.sign.turn_to("money_back", theme.WARN, theme.WARN_PALE)
        self._units.show(body.units)


class CaseScreen(BoxLayout):
    """Staff have to look: here is the number they know it by."""

    def __init__(self, look: Look, art: Gallery, body: Case) -> None:
        super().__init__()
        self._units = Units(look, body.units)
        number = Panel(
            look, theme.WARN_PALE, orientation="vertical", size_hint_y=None, padding=look.px(32), radius=48
        )
        number.bind(minimum_height=number.setter("height"))
        number.add_widget(Text(look, look.say("case.number"), theme.TEXT, colour=theme.WARN, halign="center"))
        for case in body.cases:
            number.add_widget(
                Text(look, case, theme.DISPLAY, colour=theme.WARN, bold=True, lines=1, halign="center")
            )
        title, hint = look.say("case.title"), look.say("case.hint")
        head = Headline(look, "staff", theme.WARN, theme.WARN_PALE, title, hint)
        done = WideButton(look, "done", look.say("case.done"), WentBack(), kind="quiet")
        if look.landscape:
            left = middle(look, head, number, spacing=32)
            self.add_widget(columns(look, left, middle(look, self._units, done, spacing=28)))
        else:
            upper = middle(look, head, number, spacing=48)
            summary = SummaryRow(look, art, body.summary)
            self.add_widget(columns(look, upper, stack(look, summary, self._units, done, spacing=32)))

    def show(self, body: Case) -> None:
        """The newest state of every unit."""
        self._units.show(body.units)
