"""One product, large: how many, what it costs, and the button to buy."""

from __future__ import annotations

from kivy.uix.boxlayout import BoxLayout
from kivy.uix.widget import Widget

from kiosk_ui import theme
from kiosk_ui.events import Bought, CartAdded, QuantityChosen
from kiosk_ui.gallery import Gallery
from kiosk_ui.screens.common import columns, savings_words
from kiosk_ui.theme import Look
from kiosk_ui.views import Product
from kiosk_ui.widgets import Panel, PictureTile, Stepper, Text, WideButton, gap, stack


class ProductScreen(BoxLayout):
    """A product to decide on."""

    def __init__(self, look: Look, art: Gallery, body: Product) -> None:
        super().__init__()
        self._look = look
        card = body.card
        self._tile = PictureTile(look, art, card.picture, radius=56, share=0.78)
        self._stock = Text(look, "", theme.TEXT, colour=theme.WARN, lines=1, halign="right")
        price_size = theme.TITLE if look.landscape else theme.DISPLAY
        self._price = Text(look, card.price, price_size, colour=theme.ACCENT, bold=True, lines=1)
        self._message = Text(look, "", theme.TEXT, colour=theme.ACCENT)
        self._stepper = Stepper(look, ("less", "more"), 112, 404, theme.TITLE)
        self._total = Text(look, body.total, theme.TITLE, bold=True, lines=1, halign="right")
        height = 128 if look.landscape else 144
        self._buy = WideButton(look, "buy", look.say("product.buy"), Bought(), height=height)
        self._add = WideButton(look, "add", look.say("product.add"), CartAdded(), kind="quiet", height=height)
        self._savings = Text(look, "", theme.TEXT_SMALL, colour=theme.GOOD, lines=1, halign="right")
        brand = Text(look, card.brand, theme.TEXT, colour=theme.MUTED, lines=1)
        top = BoxLayout(size_hint_y=None, height=brand.height)
        top.add_widget(brand)
        top.add_widget(self._stock)
        name_size = 48 if look.landscape else theme.TITLE
        name = Text(look, card.name, name_size, bold=True, lines=2 if look.landscape else 0)
        words = stack(look, top, name, self._price, spacing=6)
        panel = Panel(
            look,
            raised=True,
            orientation="vertical",
            radius=48,
            padding=look.px(32 if look.landscape else 40),
            spacing=look.px(12 if look.landscape else 20),
        )
        if not look.landscape:
            panel.size_hint_y = None
            panel.bind(minimum_height=panel.setter("height"))
        air = [Widget()] if look.landscape else []
        for child in (
            words,
            *air,
            self._message,
            self._amounts(),
            self._savings,
            self._buttons(),
            self._collect_hint(body.way),
        ):
            panel.add_widget(child)
        self.add_widget(columns(look, self._tile, panel))
        self.show(body, "")

    def _amounts(self) -> BoxLayout:
        look = self._look
        row = BoxLayout(size_hint_y=None, height=look.px(132))
        row.add_widget(self._stepper)
        label = Text(look, look.say("product.total"), theme.TEXT_SMALL, colour=theme.MUTED, halign="right")
        row.add_widget(stack(look, label, self._total, pos_hint={"center_y": 0.5}))
        self._stepper.pos_hint = {"center_y": 0.5}
        return row

    def _buttons(self) -> BoxLayout:
        row = BoxLayout(size_hint_y=None, height=self._buy.height, spacing=self._look.px(theme.GAP))
        self._add.size_hint_x = 0.8
        for child in (self._add, self._buy):
            row.add_widget(child)
        return row

    def _collect_hint(self, way: str) -> Widget:
        words = self._look.say("product.collect" if way in ("vend", "sample") else f"product.way.{way}")
        hint = Text(self._look, words, theme.TEXT_SMALL, colour=theme.MUTED, halign="center")
        return stack(self._look, gap(self._look, 4), hint)

    def show(self, body: Product, message: str) -> None:
        """Newest price, stock, quantity and what the agent said."""
        look, card = self._look, body.card
        self._price.say(card.price)
        self._total.say(body.total)
        self._tile.fade(card.sold_out)
        self._stock.say(look.say("card.left", n=card.left) if card.left is not None else "")
        self._message.say(look.say("product.unreachable") if body.unreachable else message)
        locked = body.placing or card.sold_out
        self._stepper.show(body.qty, body.most, QuantityChosen, locked=locked)
        self._savings.say("   ".join(savings_words(look, body.savings, body.was, body.tax)))
        self._add.disabled = not body.can_add
        self._add.opacity = 1 if body.can_add else 0.35
        if body.placing:
            self._buy.words.say(look.say("product.placing"))
        else:
            self._buy.words.say(look.say("product.sold_out" if card.sold_out else "product.buy"))
        self._buy.allow(body.can_buy)
