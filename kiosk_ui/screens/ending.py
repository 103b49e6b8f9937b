"""How an order ended: thanks, money back, cancelled or too late; and the receipt to keep."""

from __future__ import annotations

from typing import Final

from kivy.uix.boxlayout import BoxLayout
from kivy.uix.widget import Widget

from kiosk_ui import theme
from kiosk_ui.events import PrintTapped, WentBack
from kiosk_ui.gallery import Gallery
from kiosk_ui.screens.common import Headline, SummaryRow, Units, columns, middle
from kiosk_ui.theme import Colour, Look
from kiosk_ui.views import Ending
from kiosk_ui.widgets import Panel, PictureTile, QrCode, Text, WideButton, centred, stack

_SIGNS: Final[dict[str, tuple[str, Colour, Colour]]] = {
    "thanks": ("check", theme.GOOD, theme.GOOD_PALE),
    "arranged": ("check", theme.GOOD, theme.GOOD_PALE),
    "not_out": ("cross", theme.WARN, theme.WARN_PALE),
    "money_back": ("money_back", theme.WARN, theme.WARN_PALE),
    "part_money_back": ("money_back", theme.WARN, theme.WARN_PALE),
    "cancelled": ("cross", theme.MUTED, theme.HAIR),
    "expired": ("clock", theme.MUTED, theme.HAIR),
}
UNITS_HEIGHT: Final = 400


class EndingScreen(BoxLayout):
    """The last screen of an order."""

    def __init__(self, look: Look, art: Gallery, body: Ending) -> None:
        super().__init__()
        self._look = look
        code = [self._codes(body)] if body.receipt_url or body.pickup_code else []
        self._head = Headline(look, *_SIGNS[body.kind], "", "", size=120 if code else 200)
        self._points = Text(look, "", theme.TEXT, colour=theme.GOOD, bold=True, halign="center")
        self._leaving = Text(look, "", theme.TEXT_SMALL, colour=theme.MUTED, lines=1, halign="center")
        words = look.say("end.staff", order=body.summary.order)
        staff = Text(look, words, theme.TEXT_SMALL, colour=theme.MUTED, halign="center")
        done = WideButton(look, "done", look.say("end.next"), WentBack())
        self._print = WideButton(look, "print", "", PrintTapped(), kind="quiet")
        self._buttons = BoxLayout(size_hint_y=None, height=done.height, spacing=look.px(theme.GAP))
        if body.printing and look.landscape:
            for button in (self._print, done):
                button.words.font_size = look.px(theme.TEXT)
        for button in [*([self._print] if body.printing else []), done]:
            self._buttons.add_widget(button)
        units = body.units if body.paid else ()
        self._units = Units(look, units, body.summary, most=UNITS_HEIGHT, loose=0 if code else 3)
        below: list[Widget] = [self._units, *([staff] if body.paid else []), self._buttons, self._leaving]
        summary = SummaryRow(look, art, body.summary)
        if code:
            # The receipt says everything; where there are several rows, the goods stand in them.
            below = below if len(units) > 1 else [summary, *below]
            upper = middle(look, self._head, self._points, *code, spacing=28)
            lower = stack(look, *below, spacing=24)
            self.add_widget(columns(look, upper, middle(look, lower) if look.landscape else lower))
        elif look.landscape:
            left = middle(look, self._head, self._points, summary, spacing=40)
            self.add_widget(columns(look, left, middle(look, stack(look, *below, spacing=20))))
        else:
            self.add_widget(columns(look, self._upper(art, body), stack(look, summary, *below, spacing=28)))
        self.show(body)

    def _codes(self, body: Ending) -> BoxLayout:
        """The pick-up code and the receipt's page, each on a card; side by side where there are both."""
        look = self._look
        both = bool(body.receipt_url and body.pickup_code)
        cards = BoxLayout(size_hint_y=None, spacing=look.px(theme.GAP))
        cards.bind(minimum_height=cards.setter("height"))
        if body.pickup_code:
            cards.add_widget(self._card(body, body.pickup_code, look.say("end.pickup_code"), both))
        if body.receipt_url:
            words = look.say("end.receipt", number=body.receipt)
            cards.add_widget(self._card(body, body.receipt_url, words, both))
        if both:
            return cards
        cards.size_hint_x = None
        cards.bind(minimum_width=cards.setter("width"))
        return centred(cards)

    def _card(self, body: Ending, code: str, words: str, narrow: bool) -> Panel:
        look = self._look
        side = 300 if look.landscape or narrow or len(body.units) > 2 else 400
        card = Panel(look, raised=True, orientation="vertical", size_hint_y=None)
        if not narrow:
            card.size_hint_x, card.width = None, look.px(side + 340)
        card.padding = look.px(20)
        card.bind(minimum_height=card.setter("height"))
        said = Text(
            look, words, theme.TEXT_SMALL, colour=theme.MUTED, lines=2 if narrow else 1, steady=True,
            halign="center",
        )  # fmt: skip
        card.add_widget(centred(QrCode(look, code, side)))
        card.add_widget(said)
        return card

    def _upper(self, art: Gallery, body: Ending) -> BoxLayout:
        """On a standing glass: the picture above the words, where there is room for it."""
        if len(body.units) > 1 and body.paid:
            return middle(self._look, self._head, self._points)
        upper = BoxLayout(orientation="vertical", spacing=self._look.px(48))
        upper.add_widget(PictureTile(self._look, art, body.summary.picture, radius=56, share=0.8))
        upper.add_widget(self._head)
        upper.add_widget(self._points)
        return upper

    def show(self, body: Ending) -> None:
        """The amount given back may come late; the seconds count down."""
        look = self._look
        self._head.title.say(look.say(f"end.{body.kind}_title", amount=body.refunded))
        late = body.paid and body.kind in ("cancelled", "expired")
        other = body.kind == "thanks" and not body.vended
        coded = body.kind == "arranged" and body.pickup_code
        hint = "end.late_hint" if late else "end.thanks_other" if other else f"end.{body.kind}_hint"
        hint = "end.arranged_code_hint" if coded else hint
        self._head.hint.say(look.say(hint))
        self._points.say(look.say("end.points", points=body.points) if body.points else "")
        self._leaving.say(look.say("end.leaving", seconds=body.left_s))
        words = {"can": "end.print", "asked": "end.printing", "done": "end.printed"}
        if body.printing:
            self._print.words.say(look.say(words[body.printing]))
            self._print.disabled = body.printing != "can"
        if body.paid:
            self._units.show(body.units)
