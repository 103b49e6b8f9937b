"""Members: hold a code in front of the scanner, join by phone, or see one's points. Nobody has to."""

from __future__ import annotations

from kivy.uix.boxlayout import BoxLayout
from kivy.uix.widget import Widget

from kiosk_ui import theme
from kiosk_ui.events import LoggedOut, WentBack
from kiosk_ui.gallery import Gallery
from kiosk_ui.screens.common import Headline, columns, middle
from kiosk_ui.theme import Look
from kiosk_ui.views import MemberPage
from kiosk_ui.widgets import Panel, QrCode, Text, WideButton, centred, gap, stack


class MemberScreen(BoxLayout):
    """Who is here, or how to say so."""

    def __init__(self, look: Look, _art: Gallery, body: MemberPage) -> None:
        super().__init__()
        self._look = look
        self._message = Text(look, "", theme.TEXT, colour=theme.ACCENT, halign="center")
        self._shown: MemberPage | None = None
        self.show(body, "")

    def show(self, body: MemberPage, message: str) -> None:
        """Somebody came, or left."""
        self._message.say(message)
        if body == self._shown:
            return
        self._shown = body
        self.clear_widgets()
        if self._message.parent is not None:
            self._message.parent.remove_widget(self._message)
        left, right = self._welcome(body) if body.member is not None else self._log_in(body)
        self.add_widget(columns(self._look, left, right))

    def _welcome(self, body: MemberPage) -> tuple[Widget, Widget]:
        look, member = self._look, body.member
        assert member is not None
        head = Headline(look, "check", theme.GOOD, theme.GOOD_PALE, look.say("member.welcome"), "")
        head.hint.say(look.say("member.tier", tier=member.tier))
        points = look.say("member.points", points=member.points)
        words = Text(look, points, theme.DISPLAY, colour=theme.ACCENT, bold=True, halign="center")
        hint = Text(look, look.say("member.points_hint"), theme.TEXT, colour=theme.MUTED, halign="center")
        buttons = stack(
            look,
            WideButton(look, "done", look.say("member.shop"), WentBack()),
            WideButton(look, "log_out", look.say("member.log_out"), LoggedOut(), kind="quiet"),
            spacing=theme.GAP,
        )
        if look.landscape:
            return middle(look, head, words), middle(look, hint, self._message, buttons, spacing=40)
        return middle(look, head, words, hint, spacing=48), stack(look, self._message, buttons, spacing=24)

    def _log_in(self, body: MemberPage) -> tuple[Widget, Widget]:
        look = self._look
        line = look.say("member.asking" if body.asking else "member.show")
        sign = "dots" if body.asking else "reader"
        head = Headline(look, sign, theme.ACCENT, theme.ACCENT_PALE, look.say("member.title"), "")
        head.hint.say(line if body.scanner else "")
        skip = WideButton(look, "done", look.say("member.shop"), WentBack(), kind="quiet")
        upper = middle(look, head, self._message, spacing=32)
        if look.landscape:
            return upper, middle(look, self._join(body), skip, spacing=28)
        return upper, stack(look, self._join(body), skip, spacing=32)

    def _join(self, body: MemberPage) -> Widget:
        """The way to headquarters' page, where the consent is read and given."""
        look = self._look
        if not body.join_url:
            return Text(look, look.say("member.no_page"), theme.TEXT, colour=theme.MUTED, halign="center")
        card = Panel(
            look, raised=True, radius=48, orientation="vertical", size_hint_y=None, padding=look.px(40)
        )
        card.bind(minimum_height=card.setter("height"))
        title = Text(look, look.say("member.join"), theme.TEXT_LARGE, bold=True, halign="center")
        hint = Text(look, look.say("member.join_hint"), theme.TEXT_SMALL, colour=theme.MUTED, halign="center")
        side = 360 if look.landscape else 520
        for child in (title, gap(look, 8), centred(QrCode(look, body.join_url, side)), gap(look, 8), hint):
            card.add_widget(child)
        return card
