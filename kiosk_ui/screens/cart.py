"""The cart: every line with its quantity and the way it comes, what is taken off, and the button to pay."""

from __future__ import annotations

from functools import partial

from kivy.uix.boxlayout import BoxLayout
from kivy.uix.scrollview import ScrollView
from kivy.uix.stacklayout import StackLayout
from kivy.uix.widget import Widget

from kiosk_ui import theme
from kiosk_ui.events import (
    CartCounted,
    CartTidied,
    CartUndone,
    CheckedOut,
    CouponDropped,
    Event,
    PointsToggled,
    WayChosen,
    WentBack,
)
from kiosk_ui.gallery import Gallery
from kiosk_ui.screens.common import Headline, middle, savings_words
from kiosk_ui.theme import Colour, Look
from kiosk_ui.views import Basket, CartCoupon, CartRow
from kiosk_ui.widgets import Panel, PictureTile, Stepper, Text, WideButton, stack


class CartLine(Panel):
    """One line: picture, name, price; how it comes; less and more."""

    def __init__(self, look: Look, art: Gallery, row: CartRow, locked: bool) -> None:
        super().__init__(look, raised=True, size_hint_y=None, height=look.px(276))
        self.padding = look.px(20)
        self.spacing = look.px(24)
        self._look = look
        tile = PictureTile(
            look,
            art,
            row.picture,
            radius=24,
            size_hint=(None, 1),
            width=look.px(130 if look.landscape else 190),
        )
        tile.fade(row.left == 0)
        self.add_widget(tile)
        words = BoxLayout(orientation="vertical")
        words.add_widget(self._top(row))
        words.add_widget(Widget())
        words.add_widget(self._foot(row, locked))
        self.add_widget(words)

    def _top(self, row: CartRow) -> BoxLayout:
        look = self._look
        name = Text(look, row.name, theme.TEXT, bold=True, lines=2, steady=True)
        price = Text(
            look, row.price, theme.TEXT_LARGE, colour=theme.ACCENT, bold=True, lines=1, halign="right"
        )
        was = Text(
            look, row.was, theme.TEXT_SMALL, colour=theme.MUTED, lines=1, halign="right", strikethrough=True
        )
        top = BoxLayout(size_hint_y=None, height=name.height, spacing=look.px(16))
        top.add_widget(name)
        top.add_widget(stack(look, price, was, size_hint_x=None, width=look.px(210), pos_hint={"top": 1}))
        return top

    def _foot(self, row: CartRow, locked: bool) -> BoxLayout:
        look = self._look
        foot = BoxLayout(size_hint_y=None, height=look.px(theme.TOUCH), spacing=look.px(16))
        foot.add_widget(self._way(row, locked))
        if row.left == 0:
            away = WideButton(
                look, f"remove:{row.index}", look.say("cart.remove"), CartCounted(row.index, 0), kind="quiet",
                height=theme.TOUCH,
            )  # fmt: skip
            away.size_hint_x, away.width = None, look.px(260)
            away.disabled = locked
            foot.add_widget(away)
            return foot
        names = (f"less:{row.index}", f"more:{row.index}")
        stepper = Stepper(look, names, theme.TOUCH, 312, theme.TEXT_LARGE)
        stepper.show(row.qty, row.most, partial(CartCounted, row.index), locked=locked, removes=True)
        foot.add_widget(stepper)
        return foot

    def _way(self, row: CartRow, locked: bool) -> Widget:
        """How it comes; where there are several ways, a tap goes to the next."""
        look = self._look
        if row.left is not None:
            gone = "cart.away" if row.away else "cart.sold_out"
            words = look.say("cart.fewer", n=row.left) if row.left else look.say(gone)
            warning = Text(look, words, theme.TEXT, colour=theme.ACCENT, bold=True, lines=1)
            warning.pos_hint = {"center_y": 0.5}
            return warning
        words = look.say(f"way.{row.way}") if row.way else ""
        if len(row.ways) < 2:
            way = Text(look, words, theme.TEXT_SMALL, colour=theme.MUTED, lines=2)
            way.pos_hint = {"center_y": 0.5}
            return way
        following = (
            row.ways[(row.ways.index(row.way) + 1) % len(row.ways)] if row.way in row.ways else row.ways[0]
        )
        chip = WideButton(
            look, f"way:{row.index}", look.say("cart.way", way=words), WayChosen(row.index, following), kind="quiet",
            height=theme.TOUCH,
        )  # fmt: skip
        chip.words.font_size = look.px(theme.TEXT_SMALL)
        chip.words.height = look.px(theme.TEXT_SMALL * 1.6)
        chip.disabled = locked
        return chip


class CartScreen(BoxLayout):
    """Everything the shopper is about to buy."""

    def __init__(self, look: Look, art: Gallery, body: Basket) -> None:
        super().__init__()
        self._look, self._art = look, art
        edge = look.px(theme.EDGE)
        self._list = stack(
            look,
            spacing=theme.GAP,
            padding=(edge, look.px(12), edge / 2 if look.landscape else edge, look.px(40)),
        )
        self._scroll = ScrollView(do_scroll_x=False, bar_width=look.px(8))
        self._scroll.add_widget(self._list)
        self._foot = Panel(look, raised=True, orientation="vertical", radius=48, size_hint_y=None)
        self._foot.padding = look.px(32)
        self._foot.spacing = look.px(16)
        self._foot.bind(minimum_height=self._foot.setter("height"))
        self._chips = StackLayout(size_hint_y=None, spacing=look.px(16))
        self._chips.bind(minimum_height=self._chips.setter("height"))
        self.orientation = "horizontal" if look.landscape else "vertical"
        if look.landscape:
            self._scroll.size_hint_x = 1.5
        foot = BoxLayout(padding=(0 if look.landscape else edge, 0, edge, edge))
        if look.landscape:
            foot.add_widget(middle(look, self._foot))
        else:
            foot.size_hint_y = None
            foot.add_widget(self._foot)
            self._foot.bind(height=lambda _, high: setattr(foot, "height", high + edge))
        self.add_widget(self._scroll)
        self.add_widget(foot)
        self._shown: tuple[Basket, str] | None = None
        self.show(body, "")

    def show(self, body: Basket, message: str) -> None:
        """The newest lines and prices; the place in the list is left alone."""
        if (body, message) == self._shown:
            return
        before, self._shown = self._shown, (body, message)
        if before is None or (before[0].rows, before[0].undo, before[0].placing) != (
            body.rows,
            body.undo,
            body.placing,
        ):
            self._show_lines(body)
        self._show_foot(body, message)

    def _show_lines(self, body: Basket) -> None:
        look = self._look
        self._list.clear_widgets()
        for row in body.rows:
            self._list.add_widget(CartLine(look, self._art, row, body.placing))
        if body.undo:
            self._list.add_widget(self._undo(body.undo))
        if not body.rows:
            hint = look.say("cart.empty_hint")
            head = Headline(look, "cart", theme.MUTED, theme.HAIR, look.say("cart.empty"), hint)
            self._list.add_widget(Widget(size_hint_y=None, height=look.px(80)))
            self._list.add_widget(head)

    def _undo(self, name: str) -> Panel:
        look = self._look
        strip = Panel(look, theme.HAIR, size_hint_y=None, height=look.px(theme.TOUCH + 24))
        strip.padding = (look.px(32), look.px(12), look.px(12), look.px(12))
        words = Text(look, look.say("cart.removed", name=name), theme.TEXT_SMALL, colour=theme.MUTED, lines=1)
        words.pos_hint = {"center_y": 0.5}
        back = WideButton(look, "undo", look.say("cart.undo"), CartUndone(), kind="chip", height=theme.TOUCH)
        back.size_hint_x, back.width = None, look.px(220)
        strip.add_widget(words)
        strip.add_widget(back)
        return strip

    def _show_foot(self, body: Basket, message: str) -> None:
        look = self._look
        self._foot.clear_widgets()
        if not body.rows:
            self._foot.add_widget(WideButton(look, "done", look.say("end.next"), WentBack()))
            return
        self._show_chips(body)
        for words in savings_words(look, body.savings, body.was, body.tax):
            self._foot.add_widget(
                Text(look, words, theme.TEXT_SMALL, colour=theme.GOOD, lines=1, halign="right")
            )
        label = Text(look, look.say("cart.total", n=body.units), theme.TEXT, colour=theme.MUTED, lines=1)
        total = Text(look, body.total, theme.TITLE, bold=True, lines=1, halign="right")
        label.pos_hint = {"center_y": 0.5}
        row = BoxLayout(size_hint_y=None, height=total.height)
        row.add_widget(label)
        row.add_widget(total)
        self._foot.add_widget(row)
        said = look.say("product.unreachable") if body.unreachable else message
        short = "cart.short_away" if body.away else "cart.short"
        said = look.say(short) if body.short and not said else said
        if said:
            self._foot.add_widget(Text(look, said, theme.TEXT, colour=theme.ACCENT))
        self._foot.add_widget(self._button(body))

    def _button(self, body: Basket) -> WideButton:
        look = self._look
        if body.short and not body.placing:
            return WideButton(look, "tidy", look.say("cart.tidy"), CartTidied())
        words = look.say("product.placing" if body.placing else "sample.take" if body.free else "cart.pay")
        pay = WideButton(look, "check_out", words, CheckedOut())
        pay.allow(body.can_check_out)
        return pay

    def _show_chips(self, body: Basket) -> None:
        """Coupons, and a member's points: a tap takes a coupon out, and turns points on or off."""
        self._chips.clear_widgets()
        member = body.member
        if member is not None and member.here:
            words = self._look.say("cart.points_on" if body.use_points else "cart.points", points=member.here)
            self._chip("points", words, PointsToggled(), good=body.use_points)
        for number, coupon in enumerate(body.coupons):
            self._chip(
                f"coupon:{number}", self._coupon_words(coupon), CouponDropped(coupon.coupon), coupon.ok
            )
        if self._chips.children:
            self._foot.add_widget(self._chips)

    def _coupon_words(self, coupon: CartCoupon) -> str:
        if coupon.ok:
            return self._look.say("cart.coupon") + "  ×"
        known = coupon.why if coupon.why in _COUPON_REASONS else "coupon_other"
        return self._look.say(f"cart.{known}") + "  ×"

    def _chip(self, name: str, words: str, event: Event, good: bool) -> None:
        chip = WideButton(self._look, name, words, event, kind="quiet", height=theme.TOUCH)
        ground, ink = _GOOD if good else _PLAIN
        chip.ground_colour.rgba = ground
        chip.words.color = ink
        size = theme.TEXT_SMALL if self._look.landscape else theme.TEXT
        chip.words.font_size = self._look.px(size)
        chip.size_hint_x = None
        chip.width = self._look.px(90 + size * theme.ems(words))
        self._chips.add_widget(chip)


_COUPON_REASONS = frozenset({"coupon_spent", "coupon_expired", "coupon_invalid", "coupon_elsewhere"})
_GOOD: tuple[Colour, Colour] = (theme.GOOD_PALE, theme.GOOD)
_PLAIN: tuple[Colour, Colour] = (theme.HAIR, theme.INK)
