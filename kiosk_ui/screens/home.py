"""The grid: categories to filter by, and every product as a card."""

from __future__ import annotations

from kivy.uix.boxlayout import BoxLayout
from kivy.uix.floatlayout import FloatLayout
from kivy.uix.gridlayout import GridLayout
from kivy.uix.scrollview import ScrollView
from kivy.uix.widget import Widget

from kiosk_ui import theme
from kiosk_ui.events import (
    CampaignChosen,
    CartOpened,
    CategoryChosen,
    Event,
    GameOpened,
    MemberOpened,
    OrderOpened,
    ProductChosen,
)
from kiosk_ui.gallery import Gallery
from kiosk_ui.screens.common import method_key
from kiosk_ui.theme import Colour, Look
from kiosk_ui.views import Card, Home
from kiosk_ui.widgets import Panel, PictureTile, Tap, Text, WideButton, stack


class Badge(Panel):
    """A small word on a card."""

    def __init__(self, look: Look, words: str, strong: bool) -> None:
        ground, ink = (theme.INK, theme.ON_ACCENT) if strong else (theme.CARD, theme.WARN)
        super().__init__(look, ground, radius=26, size_hint=(None, None), height=look.px(54))
        self.words = Text(look, words, theme.TEXT_SMALL, colour=ink, lines=1, halign="center")
        self.words.pos_hint = {"center_y": 0.5}
        self.add_widget(self.words)
        self.width = look.px(36 + 31 * theme.ems(words))


class ProductCard(FloatLayout):
    """One product: picture, brand, name, price, and what is left."""

    def __init__(self, look: Look, art: Gallery, card: Card, height: float) -> None:
        super().__init__(size_hint_y=None, height=height)
        self._look = look
        self._tap = Tap(
            look,
            f"item:{card.sku}",
            ProductChosen(card.sku),
            raised=True,
            orientation="vertical",
            padding=look.px(16),
            spacing=look.px(6),
        )
        self._tile = PictureTile(look, art, card.picture, radius=24)
        self._name = Text(look, card.name, theme.TEXT, lines=2, steady=True, bold=True)
        self._price = Text(look, card.price, theme.TEXT_LARGE, bold=True, lines=1)
        self._brand = Text(look, card.brand, theme.TEXT_SMALL, colour=theme.MUTED, lines=1, halign="right")
        inset = (look.px(12), look.px(10), look.px(12), look.px(4))
        foot = BoxLayout(size_hint_y=None, height=self._price.height)
        foot.add_widget(self._price)
        foot.add_widget(self._brand)
        words = stack(look, self._name, foot, padding=inset, spacing=4)
        self._tap.add_widget(self._tile)
        self._tap.add_widget(words)
        self.add_widget(self._tap)
        self._badge: Badge | None = None
        self._shown: Card | None = None
        self.bind(pos=self._place, size=self._place)
        self.show(card)

    def show(self, card: Card) -> None:
        """The card's newest price and stock."""
        if card == self._shown:
            return
        self._shown = card
        self._name.say(card.name)
        self._price.say(card.price)
        self._price.color = theme.MUTED if card.sold_out else theme.ACCENT
        self._tile.fade(card.sold_out)
        words = ""
        if card.sold_out:
            words = self._look.say("card.sold_out")
        elif card.sent:
            words = self._look.say("card.sent")
        elif card.left is not None:
            words = self._look.say("card.left", n=card.left)
        if self._badge is not None:
            self.remove_widget(self._badge)
            self._badge = None
        if words:
            self._badge = Badge(self._look, words, strong=card.sold_out)
            self.add_widget(self._badge)
        self._place()

    def _place(self, *_: object) -> None:
        self._tap.pos, self._tap.size = self.pos, self.size
        if self._badge is not None:
            inset = self._look.px(32)
            self._badge.pos = (self.x + inset, self.top - inset - self._badge.height)


class HomeScreen(BoxLayout):
    """Everything the store sells."""

    def __init__(self, look: Look, art: Gallery, body: Home) -> None:
        super().__init__(orientation="vertical", spacing=look.px(theme.GAP))
        self._look, self._art = look, art
        edge = look.px(theme.EDGE)
        # With a member's points beside it there is less room for the title.
        title_size = 52 if look.landscape else 46 if body.member is not None else 56
        title = Text(look, look.say("home.title"), title_size, bold=True, lines=1)
        title.pos_hint = {"center_y": 0.5}
        self._head = BoxLayout(size_hint_y=None, height=look.px(theme.TOUCH), padding=(edge, 0, edge, 0))
        self._head.spacing = look.px(theme.GAP)
        self._head.add_widget(title)
        self._member: WideButton | None = None
        self._chips = BoxLayout(size_hint=(None, None), spacing=look.px(16), padding=(edge, 0, edge, 0))
        self._chips.height = look.px(theme.TOUCH)
        self._chips.bind(minimum_width=self._chips.setter("width"))
        chips = ScrollView(do_scroll_y=False, bar_width=0, size_hint_y=None, height=self._chips.height)
        chips.add_widget(self._chips)
        self._grid = GridLayout(
            cols=4 if look.landscape else 2,
            spacing=look.px(32),
            padding=(edge, look.px(12), edge, look.px(72)),
            size_hint_y=None,
        )
        self._grid.bind(minimum_height=self._grid.setter("height"))
        self._scroll = ScrollView(do_scroll_x=False, bar_width=0)
        self._scroll.add_widget(self._grid)
        self._offers = GridLayout(cols=2 if look.landscape else 1, spacing=look.px(12), size_hint_y=None)
        self._offers.bind(minimum_height=self._offers.setter("height"))
        self._strips = stack(look, spacing=12, padding=(edge, 0, edge, 0))
        self._cart = WideButton(look, "cart", "", CartOpened())
        self._foot = stack(look, padding=(edge, 0, edge, look.px(28)))
        for child in (self._head, chips, self._strips, self._scroll, self._foot):
            self.add_widget(child)
        self._chip_row = chips
        self._shown: Home | None = None
        self._said = ""
        self._cards: dict[str, ProductCard] = {}
        self.show(body, "")

    def show(self, body: Home, message: str) -> None:
        """Update what changed; fingers and the place in the list are left alone."""
        before, self._shown = self._shown, body
        if before is None or (before.members, before.member) != (body.members, body.member):
            self._show_member(body)
        if before is None or (before.cart_units, before.cart_total) != (body.cart_units, body.cart_total):
            self._show_cart(body)
        if before is None or (before.categories, before.category) != (body.categories, body.category):
            self._show_chips(body)
        strips = (body.cases, body.samples, body.games, body.offline, message)
        if (
            before is None
            or (before.cases, before.samples, before.games, before.offline, self._said) != strips
        ):
            self._said = message
            self._show_strips(body, message)
        for card in body.cards:
            if card.sku in self._cards:
                self._cards[card.sku].show(card)
        if before is None or [c.sku for c in before.cards] != [c.sku for c in body.cards]:
            self._show_cards(body, keep_place=before is not None and before.category == body.category)

    def _show_chips(self, body: Home) -> None:
        self._chips.clear_widgets()
        self._chip_row.height = self._chips.height if body.categories else 0
        self._chip_row.opacity = 1 if body.categories else 0
        for category in ("", *body.categories) if body.categories else ():
            words = self._look.category(category) if category else self._look.say("home.all")
            kind = "chip_on" if category == body.category else "chip"
            chip = WideButton(
                self._look,
                f"category:{category}",
                words,
                CategoryChosen(category),
                kind=kind,
                height=theme.TOUCH,
            )
            chip.size_hint_x = None
            chip.width = self._look.px(max(150, 76 + theme.TEXT * theme.ems(words)))
            self._chips.add_widget(chip)

    def _show_member(self, body: Home) -> None:
        """Beside the title: the way to log in, or who is here."""
        look = self._look
        if self._member is not None:
            self._head.remove_widget(self._member)
            self._member = None
        if not body.members and body.member is None:
            return
        words = look.say("home.member")
        if body.member is not None:
            words = look.say("home.member_here", tier=body.member.tier, points=body.member.points)
        self._member = WideButton(look, "member", words, MemberOpened(), kind="chip", height=theme.TOUCH)
        self._member.size_hint_x = None
        self._member.width = look.px(max(180, 76 + theme.TEXT * theme.ems(words)))
        self._head.add_widget(self._member)

    def _show_cart(self, body: Home) -> None:
        """At the foot, while there is something in it."""
        self._foot.clear_widgets()
        if body.cart_units:
            self._cart.words.say(self._look.say("home.cart", n=body.cart_units, total=body.cart_total))
            self._foot.add_widget(self._cart)
        self._foot.opacity = 1 if body.cart_units else 0

    def _show_strips(self, body: Home, message: str) -> None:
        """What waits for somebody, what is given away or can be played, one line each."""
        look = self._look
        self._strips.clear_widgets()
        self._offers.clear_widgets()
        if message:
            self._strips.add_widget(Text(look, message, theme.TEXT, colour=theme.ACCENT))
        if body.offline is not None:
            ways = " · ".join(look.say(method_key(method)) for method in body.offline)
            words = look.say("home.offline", ways=ways) if ways else look.say("home.offline_none")
            self._strips.add_widget(Text(look, words, theme.TEXT_SMALL, colour=theme.WARN))
        if body.samples or body.games or body.cases:
            self._strips.add_widget(self._offers)
        for campaign, name in body.samples:
            words = look.say("home.sample", name=name)
            self._strip(
                f"sample:{campaign}", words, CampaignChosen(campaign), theme.ACCENT, theme.ACCENT_PALE
            )
        for game, kind, name in body.games:
            words = look.say(f"home.game_{kind}", name=name)
            self._strip(f"game:{game}", words, GameOpened(game), theme.ACCENT, theme.ACCENT_PALE)
        for order, case in body.cases:
            words = look.say("home.case", case=case)
            self._strip(f"case:{order}", words, OrderOpened(order), theme.WARN, theme.WARN_PALE)

    def _strip(self, name: str, words: str, event: Event, ink: Colour, ground: Colour) -> None:
        strip = WideButton(self._look, name, words, event, kind="quiet", height=theme.TOUCH)
        strip.ground_colour.rgba = ground
        strip.words.color = ink
        self._offers.add_widget(strip)

    def _show_cards(self, body: Home, keep_place: bool) -> None:
        """Put the cards in their order. A card once made is kept for as long as the screen is."""
        place = self._scroll.scroll_y if keep_place else 1.0
        height = self._look.px(600 if not self._look.landscape else 392)
        self._grid.clear_widgets()
        for card in body.cards:
            if card.sku not in self._cards:
                self._cards[card.sku] = ProductCard(self._look, self._art, card, height)
            self._grid.add_widget(self._cards[card.sku])
        if not body.cards:
            words = Text(self._look, self._look.say("home.empty"), theme.TEXT, colour=theme.MUTED)
            self._grid.add_widget(words)
        for _ in range(-len(body.cards) % self._grid.cols):
            self._grid.add_widget(Widget(size_hint_y=None, height=height))
        self._scroll.scroll_y = place
