"""Everything the kiosk remembers, and the questions one can ask of it. Pure."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from typing import Final

from kiosk_ui.answers import Drawn, Pickup, Quote
from kiosk_ui.cart import MAX_LINES, SAMPLE, Cart, most_of, wish_of
from kiosk_ui.orders import Order
from kiosk_ui.requests import (
    AskPrice,
    Basket,
    CancelOrder,
    PlaceOrder,
    Request,
    RequestPayment,
    TakeSample,
    UseScan,
    Wish,
)
from kiosk_ui.shop import Campaign, Game, Item, Language, Member, Refusal, Shop

PAUSES: Final = frozenset({"must_join", "unproven", "not_counted_in"})
"""Codes with which the store says that it may not sell just now: nothing a shopper can do about."""
BY_PHONE: Final = ("sandbox", "alipay", "wechat", "signed")
"""Ways to pay with a phone alone."""
_RANK: Final = {method: rank for rank, method in enumerate((*BY_PHONE, "counter", "card"))}
"""In which order ways to pay are offered: what needs nobody first."""


@dataclass(frozen=True)
class Timings:
    """How long the kiosk waits, in seconds."""

    idle_s: float = 60
    thanks_s: float = 30
    money_back_s: float = 45
    notice_s: float = 10
    case_s: float = 120
    counter_s: float = 60
    asking_s: float = 300
    lost_grace_s: float = 3


@dataclass(frozen=True)
class Address:
    """Where the shopper's phone types an address, and how far it is. The address itself never comes here."""

    id: str
    url: str
    until_s: float
    limit_s: float
    opened: bool = False
    given: bool = False
    void: bool = False
    """Its time is over."""


@dataclass(frozen=True)
class State:
    """What the kiosk remembers. `session` is unique per run and makes the keys of its requests unique."""

    device: str
    session: str
    default_language: Language = "zh"
    language: Language = "zh"
    pay_method: str = "sandbox"
    scanner: str = ""
    """The scanner beside this kiosk; empty: the only one of the store, if there is only one."""
    timings: Timings = field(default_factory=Timings)
    shop: Shop | None = None
    lost_since_s: float | None = 0.0
    lost_reason: str = ""
    touched_at_s: float = 0.0
    awake: bool = False
    category: str = ""
    sku: str = ""
    campaign: str = ""
    game: str = ""
    page: str = ""
    """cart, member or pickup, where neither a product nor anything else is chosen."""
    qty: int = 1
    cart: Cart = field(default_factory=Cart)
    coupons: tuple[str, ...] = ()
    member: Member | None = None
    use_points: bool = False
    pickup: Pickup | None = None
    """The order that somebody showed a code of, and how its pick-up stood then."""
    drawn: Drawn | None = None
    played: tuple[str, ...] = ()
    """Games this visit has played."""
    asked: Basket | None = None
    """The basket whose price was asked for last."""
    quote: tuple[Basket, Quote] | None = None
    quotes: bool = True
    """Whether the agent tells prices of baskets at all."""
    last_scan: str = ""
    printed: str = ""
    """The receipt that was sent to the printer."""
    order: str = ""
    whole: bool = False
    """The order, or what an address is asked for, is the cart's: paid, the cart is empty."""
    addressing: bool = False
    """The order waits for an address that the shopper types on their phone."""
    address: Address | None = None
    choosing: bool = False
    """After a payment that did not work, the shopper may choose another way."""
    order_since_s: float = 0.0
    """When this kiosk first saw the order: its time limit runs from here, whatever the agent's clock says."""
    quiet_since_s: float | None = None
    """Since when there is nothing left to wait for on the order's screen."""
    waiting: tuple[Request, ...] = ()
    """Requests sent and not answered yet."""
    unsent: Request | None = None
    """A request nobody answered in time; trying again sends this very one."""
    refusal: Refusal | None = None
    serial: int = 0
    hint: str = ""
    """The key of a word of the kiosk's own about what was just done; the next touch takes it away."""
    visits: int = 0
    """How many visits are over; one is when nobody has touched the glass for a while."""
    logins: int = 0
    """How often somebody came or left by a member's code, so that each has a key of their own."""

    @property
    def current_order(self) -> Order | None:
        """The order on the screen."""
        return self.shop.orders.get(self.order) if self.shop is not None else None

    @property
    def paused_by(self) -> str:
        """The code by which the store pauses selling, as it says itself or has just told this shopper; '' for none."""
        notice = self.shop.store.notice if self.shop is not None else None
        codes = [said.code for said in (notice, self.refusal) if said is not None]
        return next((code for code in codes if code in PAUSES), "")

    @property
    def item(self) -> Item | None:
        """The chosen product."""
        return self.shop.items.get(self.sku) if self.shop is not None else None

    @property
    def visit(self) -> str:
        """The random key of this visit: another for the next, and nothing of it leads to a person."""
        return hashlib.sha256(f"{self.session}:{self.visits}".encode()).hexdigest()[:32]

    @property
    def login(self) -> str:
        """The key under which a member is here: another for everybody who shows a code."""
        return hashlib.sha256(f"{self.session}:{self.visits}:{self.logins}".encode()).hexdigest()[:32]

    @property
    def samples(self) -> tuple[Campaign, ...]:
        """Campaigns that give whoever is here a sample now; those once per member, to members."""
        found = self.shop.campaigns.values() if self.shop is not None else ()
        known = {"visit"} if self.member is None else {"visit", "member"}
        taken = self.cart.sample.campaign if self.cart.sample is not None else ""
        on = (x for x in found if x.open and x.available > 0 and x.per in known and x.campaign != taken)
        return tuple(sorted(on, key=lambda each: each.campaign))

    @property
    def chosen_campaign(self) -> Campaign | None:
        """The campaign on the screen. It stays there when the last sample goes meanwhile: the agent then says so."""
        return self.shop.campaigns.get(self.campaign) if self.shop is not None else None

    @property
    def games(self) -> tuple[Game, ...]:
        """Games this shopper may still play in this visit."""
        found = self.shop.games.values() if self.shop is not None else ()
        on = (each for each in found if each.open and each.game not in self.played)
        mine = (each for each in on if each.per == "visit" or self.member is not None)
        return tuple(sorted(mine, key=lambda each: each.game))

    @property
    def chosen_game(self) -> Game | None:
        """The game on the screen."""
        return self.shop.games.get(self.game) if self.shop is not None else None

    @property
    def scanners(self) -> tuple[str, ...]:
        """Where a scan that is meant for this kiosk may come from."""
        if self.scanner:
            return (self.scanner, self.device)
        found = self.shop.devices.values() if self.shop is not None else ()
        readers = [each.id for each in found if each.kind == "scanner"]
        return (*(readers if len(readers) == 1 else ()), self.device)

    @property
    def has_scanner(self) -> bool:
        """Whether a shopper can hold something in front of a scanner here."""
        return bool(self.scanner) or len(self.scanners) > 1

    @property
    def basket(self) -> Basket | None:
        """What stands on the screen to be bought; None where nothing does."""
        if self.order or self.shop is None:
            return None
        if self.sku:
            lines: tuple[Wish, ...] = (self.wish,) if self.most_units >= self.qty else ()
        elif self.page == "cart":
            lines = self.cart.tidied(self.shop).lines
        else:
            lines = ()
        if not lines:
            return None
        points = self.member.points_here if self.member is not None and self.use_points else 0
        visit = self.login if self.member is not None else ""
        return Basket(lines, self.coupons, points, visit, self._claimant(self.shop, lines))

    def _claimant(self, shop: Shop, lines: tuple[Wish, ...]) -> str:
        """Whose sample it is: this visit's, or (told by the agent, which alone knows them) the member's."""
        given = (shop.campaigns.get(line.campaign) for line in lines if line.campaign)
        return self.visit if any(each is not None and each.per == "visit" for each in given) else ""

    @property
    def wish(self) -> Wish:
        """Units of the chosen product, by the way that there is."""
        return Wish(self.sku, self.qty) if self.shop is None else wish_of(self.shop, self.sku, self.qty)

    @property
    def price(self) -> Quote | None:
        """What the agent said the basket on the screen costs."""
        return self.quote[1] if self.quote is not None and self.quote[0] == self.basket else None

    @property
    def pay_methods(self) -> tuple[str, ...]:
        """Ways to pay that can be used now. Offline-proof payment stands in for paying online, never beside it."""
        told = self.shop.store.payment_methods if self.shop is not None else None
        if told is None:
            return (self.pay_method,)
        known = [each.method for each in told if each.usable and each.method != "none"]
        usable = sorted(known, key=lambda method: (_RANK.get(method, len(_RANK)), method))
        online = [method for method in usable if method in BY_PHONE and method != "signed"]
        return tuple(method for method in usable if method != "signed" or not online)

    @property
    def can_take(self) -> bool:
        """Whether the sample's button does anything."""
        found = self.chosen_campaign
        free = found is not None and found.open and found.available > 0 and found.per == "visit"
        return self.selling and free and not self.order and not self.waits_for(TakeSample)

    @property
    def sample_wish(self) -> Wish | None:
        """The sample on the screen as a line of the cart; None where it cannot be one: an order has one at most."""
        found = self.chosen_campaign
        if found is None or not found.skus or self.cart.sample is not None or self.waits_for(TakeSample):
            return None
        if not (found.open and found.available > 0) or len(self.cart.lines) >= MAX_LINES:
            return None
        agreed = found.consent.version if found.consent is not None else ""
        return Wish(found.skus[0], 1, SAMPLE, found.campaign, agreed)

    def waits_for(self, kind: type[Request]) -> bool:
        """Whether a request of this kind is under way."""
        return any(isinstance(request, kind) for request in self.waiting)

    @property
    def selling(self) -> bool:
        """Whether the store sells, as far as this kiosk hears."""
        return self.shop is not None and self.shop.store.selling and self.lost_since_s is None

    @property
    def most_units(self) -> int:
        """How many units of the chosen product can go into one order (0: sold out)."""
        return most_of(self.shop, self.wish) if self.shop is not None else 0

    @property
    def can_buy(self) -> bool:
        """Whether the buy button does anything."""
        free = self.selling and not self.order and not self.waits_for(PlaceOrder)
        return free and self.most_units >= self.qty

    @property
    def can_check_out(self) -> bool:
        """Whether the cart can be paid as it stands."""
        free = self.selling and not self.order and not self.waits_for(PlaceOrder)
        return free and self.shop is not None and bool(self.cart.lines) and not self.cart.short(self.shop)

    @property
    def can_cancel(self) -> bool:
        """Only before the money can be ours, and not while the provider has to be asked whether it is."""
        order = self.current_order
        if order is None or order.state not in ("open", "awaiting_payment") or self.waits_for(CancelOrder):
            return False
        return order.payment is None or order.payment.state not in ("unknown", "paid")

    @property
    def chooses_method(self) -> bool:
        """Whether the shopper has to say how they want to pay."""
        order = self.current_order
        if order is None or order.state not in ("open", "awaiting_payment") or not order.total_minor:
            return False
        if len(self.pay_methods) == 1 or self.waits_for(RequestPayment) or self.unsent is not None:
            return False
        return order.payment is None or (self.choosing and order.payment.state == "closed")

    @property
    def stays_s(self) -> float | None:
        """How long the order stays on the screen now; None while the shopper has something to wait for."""
        order = self.current_order
        if order is None:
            return None
        if order.state == "completed" or order.arranged:
            return self.timings.thanks_s
        if order.state in ("refunded", "part_refunded"):
            return self.timings.money_back_s
        if order.state in ("cancelled", "expired"):
            return self.timings.notice_s
        if order.cases or order.settled:
            return self.timings.case_s
        if order.at_counter:
            return self.timings.counter_s
        if order.payment is not None and order.payment.state == "unknown":
            return self.timings.asking_s
        return None

    def left_s(self, now_s: float) -> float:
        """How long until the next shopper gets the screen. A touch starts the wait anew."""
        quiet_since_s = now_s if self.quiet_since_s is None else self.quiet_since_s
        return max(0.0, (self.stays_s or 0.0) - (now_s - max(quiet_since_s, self.touched_at_s)))

    def with_key(self, what: str) -> tuple[State, str]:
        """A new idempotency key."""
        serial = self.serial + 1
        return replace(self, serial=serial), f"{self.device}-{self.session}-{serial}-{what}"

    def sending(self, request: Request) -> tuple[State, tuple[Request, ...]]:
        """The state while this request is under way."""
        return replace(self, waiting=(*self.waiting, request), unsent=None, refusal=None, hint=""), (request,)

    def asking_for_money(self, order: Order, method: str = "") -> tuple[State, tuple[Request, ...]]:
        """Request the order's payment; an order of nothing is paid by no method."""
        state, key = self.with_key("pay")
        method = (method or self.pay_methods[0]) if order.total_minor else "none"
        return state.sending(RequestPayment(key, order.id, method))

    def at_home(self) -> State:
        """Back at the grid, nothing chosen. An order being placed is let go when it comes."""
        return replace(
            self,
            sku="",
            campaign="",
            game="",
            page="",
            qty=1,
            order="",
            whole=False,
            addressing=False,
            address=None,
            choosing=False,
            drawn=None,
            pickup=None,
            printed="",
            cart=replace(self.cart, removed=None),
            quiet_since_s=None,
            unsent=None,
            refusal=None,
            hint="",
            waiting=tuple(request for request in self.waiting if not isinstance(request, PlaceOrder)),
        )

    def forgotten(self) -> State:
        """Nothing of who was here is left: cart, coupons, member, points. The visit goes on until nobody is there."""
        waiting = tuple(r for r in self.waiting if not isinstance(r, UseScan | AskPrice))
        return replace(
            self.at_home(),
            cart=Cart(),
            coupons=(),
            member=None,
            use_points=False,
            asked=None,
            quote=None,
            waiting=waiting,
            logins=self.logins + 1,
        )


Step = tuple[State, tuple[Request, ...]]
