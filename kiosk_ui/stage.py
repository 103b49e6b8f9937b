"""The frame around every screen: store, way back, languages; and which screen stands in it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from kivy.animation import Animation
from kivy.clock import Clock
from kivy.graphics import Color, Rectangle
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.widget import Widget

from kiosk_ui import theme
from kiosk_ui.events import Event, LanguageChosen, WentBack
from kiosk_ui.gallery import Gallery
from kiosk_ui.i18n import TABLES
from kiosk_ui.screens.address import AddressScreen
from kiosk_ui.screens.attract import AttractScreen
from kiosk_ui.screens.cart import CartScreen
from kiosk_ui.screens.closed import ClosedScreen
from kiosk_ui.screens.collect import CollectScreen
from kiosk_ui.screens.ending import EndingScreen
from kiosk_ui.screens.game import GameScreen
from kiosk_ui.screens.handover import CaseScreen, DispensingScreen
from kiosk_ui.screens.home import HomeScreen
from kiosk_ui.screens.member import MemberScreen
from kiosk_ui.screens.pay import PayScreen
from kiosk_ui.screens.product import ProductScreen
from kiosk_ui.screens.sample import SampleScreen
from kiosk_ui.theme import Look
from kiosk_ui.views import (
    AddressPage,
    Attract,
    Basket,
    Case,
    Closed,
    Collect,
    Dispensing,
    Ending,
    Home,
    MemberPage,
    Pay,
    Play,
    Product,
    Sample,
    View,
)
from kiosk_ui.widgets import Panel, Sign, Tap, Text

SCREENS: Final[dict[type, Callable[..., Any]]] = {
    Attract: AttractScreen,
    Home: HomeScreen,
    Product: ProductScreen,
    Basket: CartScreen,
    MemberPage: MemberScreen,
    Collect: CollectScreen,
    AddressPage: AddressScreen,
    Play: GameScreen,
    Sample: SampleScreen,
    Pay: PayScreen,
    Dispensing: DispensingScreen,
    Case: CaseScreen,
    Ending: EndingScreen,
    Closed: ClosedScreen,
}

SPOKEN: Final = (Home, Product, Basket, MemberPage, Play, Sample, Pay)
"""Screens on which the agent may say no."""


class Header(BoxLayout):
    """The store's name, the way back, and the languages."""

    def __init__(self, look: Look, view: View) -> None:
        edge = look.px(theme.EDGE)
        super().__init__(
            size_hint_y=None, height=look.px(168 if not look.landscape else 136), spacing=edge / 2
        )
        self.padding = (edge, 0, edge, 0)
        if view.can_go_back:
            side = look.px(theme.TOUCH)
            back = Tap(
                look, "back", WentBack(), radius=47, raised=True, size_hint=(None, None), size=(side, side)
            )
            back.padding = look.px(22)
            back.pos_hint = {"center_y": 0.5}
            back.add_widget(Sign(look, "back", theme.TOUCH - 44))
            self.add_widget(back)
        store = Text(look, view.store, theme.TEXT_LARGE, bold=True, lines=1)
        store.pos_hint = {"center_y": 0.5}
        self.add_widget(store)
        self.add_widget(self._languages(look))

    def _languages(self, look: Look) -> Panel:
        pill = Panel(look, theme.HAIR, radius=(theme.TOUCH + 12) / 2 - 1, size_hint=(None, None))
        pill.padding = look.px(6)
        pill.size = (look.px(12 + 2 * 140), look.px(12 + theme.TOUCH))
        pill.pos_hint = {"center_y": 0.5}
        for language in TABLES:
            chosen = language == look.language
            ground, ink = (theme.CARD, theme.INK) if chosen else (theme.HAIR, theme.MUTED)
            tap = Tap(
                look, f"language:{language}", LanguageChosen(language), ground, radius=theme.TOUCH / 2 - 1
            )
            words = Text(look, look.say(f"language.{language}"), theme.TEXT, colour=ink, bold=chosen, lines=1)
            words.halign = "center"
            words.pos_hint = {"center_y": 0.5}
            tap.add_widget(words)
            pill.add_widget(tap)
        return pill


class Stage(BoxLayout):
    """Shows a view. Rebuilds only what the new view needs built anew."""

    def __init__(self, art: Gallery, act: Callable[[Event], None]) -> None:
        super().__init__(orientation="vertical")
        self._art, self._act = art, act
        self._view: View | None = None
        self._look: Look | None = None
        self.screen: Any = None
        self._changed_at_s = Clock.get_time()
        with self.canvas.before:
            Color(*theme.PAPER)
            self._paper = Rectangle()
        self.bind(pos=self._place, size=self._place)

    @property
    def settling(self) -> bool:
        """The screen has just changed: a finger coming down now was meant for the one before."""
        return bool(Clock.get_time() - self._changed_at_s < theme.SETTLE_S)

    def on_touch_down(self, touch: Any) -> bool:
        """Pass a touch on, unless the screen changed under the finger (the second tap of an impatient one)."""
        if self.settling and self.screen.collide_point(*touch.pos):
            return True
        return bool(super().on_touch_down(touch))

    def _place(self, *_: object) -> None:
        self._paper.pos, self._paper.size = self.pos, self.size
        if self._view is not None:
            view, self._view = self._view, None
            self.show(view)

    def show(self, view: View) -> None:
        """Put the view on the glass."""
        if view == self._view or self.width < 200:
            self._view = view
            return
        look = Look(self.width, self.height, view.language, self._act)
        before, self._view = self._view, view
        if before is None or look != self._look or _frame_of(before) != _frame_of(view):
            self._look = look
            self._build(look, view, fade=before is not None and type(before.body) is not type(view.body))
        elif isinstance(view.body, SPOKEN):
            self.screen.show(view.body, view.message)
        else:
            self.screen.show(view.body)

    def _build(self, look: Look, view: View, fade: bool) -> None:
        self.clear_widgets()
        self.add_widget(Header(look, view))
        if view.link_lost and not isinstance(view.body, Closed):
            self.add_widget(_strip(look))
        self.screen = SCREENS[type(view.body)](look, self._art, view.body)
        if isinstance(view.body, SPOKEN):
            self.screen.show(view.body, view.message)
        self.add_widget(self.screen)
        if fade:
            self._changed_at_s = Clock.get_time()
            self.screen.opacity = 0
            Animation(opacity=1, duration=theme.FADE_S).start(self.screen)


def _frame_of(view: View) -> tuple[object, ...]:
    """What a screen cannot change in place."""
    body = view.body
    subject: object = None
    match body:
        case Home():
            subject = body.member is not None
        case Product():
            subject = (body.card.sku, body.card.name, body.way)
        case Play():
            subject = (body.game, body.fields)
        case Sample():
            subject = (body.campaign, body.name, body.consent, body.at_once)
        case Pay() | Case() | Collect():
            subject = body.summary
        case Dispensing():
            subject = (body.summary, body.can_leave)
        case Ending():
            codes = (body.pickup_code, body.receipt_url)
            subject = (body.summary, body.kind, body.paid, codes, bool(body.printing))
        case Closed():
            subject = body.reason
    return type(body), subject, view.language, view.store, view.can_go_back, view.link_lost


def _strip(look: Look) -> Widget:
    """The line is down while an order is followed."""
    strip = Panel(look, theme.WARN_PALE, radius=1, size_hint_y=None, height=look.px(84))
    words = Text(look, look.say("strip.lost"), theme.TEXT_SMALL, colour=theme.WARN, lines=1, halign="center")
    words.pos_hint = {"center_y": 0.5}
    strip.add_widget(words)
    return strip
