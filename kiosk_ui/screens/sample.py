"""A sample that a brand gives away: what it asks one to agree to, and to take it or not."""

from __future__ import annotations

from kivy.uix.boxlayout import BoxLayout
from kivy.uix.scrollview import ScrollView
from kivy.uix.widget import Widget

from kiosk_ui import theme
from kiosk_ui.events import SampleAdded, SampleTaken, WentBack
from kiosk_ui.gallery import Gallery
from kiosk_ui.screens.common import columns
from kiosk_ui.theme import Look
from kiosk_ui.views import Sample
from kiosk_ui.widgets import Panel, PictureTile, Text, WideButton, stack


class SampleScreen(BoxLayout):
    """One campaign to decide on."""

    def __init__(self, look: Look, art: Gallery, body: Sample) -> None:
        super().__init__()
        self._look = look
        tile = PictureTile(look, art, body.picture, radius=56, share=0.78)
        self._message = Text(look, "", theme.TEXT, colour=theme.ACCENT)
        height = 112 if look.landscape else 144
        self._take = WideButton(look, "take", "", SampleTaken(), height=height)
        self._add = WideButton(look, "add", "", SampleAdded(), kind="quiet", height=height)
        no_words = look.say("sample.decline" if body.consent else "sample.not_now")
        self._no = WideButton(look, "done", no_words, WentBack(), kind="quiet", height=height)
        name_size = 48 if look.landscape else theme.TITLE
        words = stack(
            look,
            Text(look, body.brand, theme.TEXT, colour=theme.MUTED, lines=1),
            Text(look, body.name, name_size, bold=True, lines=2),
            spacing=6,
        )
        panel = Panel(
            look,
            raised=True,
            orientation="vertical",
            radius=48,
            padding=look.px(32 if look.landscape else 40),
            spacing=look.px(12 if look.landscape else 24),
        )
        if not look.landscape and body.consent:
            panel.size_hint_y = 1.8
        elif not look.landscape:
            panel.size_hint_y = None
            panel.bind(minimum_height=panel.setter("height"))
        air = [Widget()] if look.landscape and not body.consent else []
        taking = BoxLayout(size_hint_y=None, height=self._take.height, spacing=look.px(theme.GAP))
        for button in [self._add, self._take] if body.at_once else [self._add]:
            if look.landscape:
                button.words.font_size = look.px(theme.TEXT)
            taking.add_widget(button)
        for child in (words, self._terms(body), *air, self._message, taking, self._no):
            panel.add_widget(child)
        self.add_widget(columns(look, tile, panel))
        self.show(body, "")

    def _terms(self, body: Sample) -> Widget:
        """What is asked, to be read to its end however long it is."""
        look = self._look
        if not body.consent:
            return stack(look, Text(look, look.say("sample.once"), theme.TEXT, colour=theme.MUTED))
        terms = ScrollView(do_scroll_x=False, bar_width=look.px(8))
        asked = look.say("sample.asks")
        terms.add_widget(
            stack(
                look,
                Text(look, asked, theme.TEXT_SMALL, colour=theme.MUTED),
                Text(look, body.consent, theme.TEXT),
                spacing=8,
            )
        )
        return terms

    def show(self, body: Sample, message: str) -> None:
        """Whether it is on its way, and what the agent said."""
        look = self._look
        self._message.say(look.say("sample.unreachable") if body.unreachable else message)
        adding = "sample.add_agree" if body.consent else "sample.add"
        self._add.words.say(look.say("sample.added" if body.added else adding))
        self._add.disabled = not body.can_add
        self._add.opacity = 1 if body.can_add else 0.35
        words = "sample.taking" if body.taking else "sample.agree" if body.consent else "sample.take"
        self._take.words.say(look.say(words))
        self._take.allow(body.can_take)
        self._no.disabled = body.taking
