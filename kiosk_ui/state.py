"""Everything the kiosk remembers, and the questions one can ask of it. Pure."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from typing import Final

from kiosk_ui.events import CancelOrder, PlaceOrder, Request, RequestPayment, TakeSample
from kiosk_ui.shop import Campaign, Item, Language, Order, Refusal, Shop

MAX_QUANTITY: Final = 5
"""Units of one product in one order: what a person can carry from the tray."""


PAUSES: Final = frozenset({"must_join", "unproven", "not_counted_in"})
"""Codes with which the store says that it may not sell just now: nothing a shopper can do about."""


@dataclass(frozen=True)
class Timings:
    """How long the kiosk waits, in seconds."""

    idle_s: float = 60
    thanks_s: float = 15
    money_back_s: float = 45
    notice_s: float = 10
    case_s: float = 120
    asking_s: float = 300
    lost_grace_s: float = 3


@dataclass(frozen=True)
class State:
    """What the kiosk remembers. `session` is unique per run and makes the keys of its requests unique."""

    device: str
    session: str
    default_language: Language = "zh"
    language: Language = "zh"
    pay_method: str = "sandbox"
    timings: Timings = field(default_factory=Timings)
    shop: Shop | None = None
    lost_since_s: float | None = 0.0
    lost_reason: str = ""
    touched_at_s: float = 0.0
    awake: bool = False
    category: str = ""
    sku: str = ""
    campaign: str = ""
    qty: int = 1
    order: str = ""
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
    visits: int = 0
    """How many visits are over; one is when nobody has touched the glass for a while."""

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
    def samples(self) -> tuple[Campaign, ...]:
        """Campaigns that give this visit a sample now. Those per member need to know one, which a kiosk does not."""
        found = self.shop.campaigns.values() if self.shop is not None else ()
        on = (each for each in found if each.open and each.available > 0 and each.per == "visit")
        return tuple(sorted(on, key=lambda each: each.campaign))

    @property
    def chosen_campaign(self) -> Campaign | None:
        """The campaign on the screen. It stays there when the last sample goes meanwhile: the agent then says so."""
        return self.shop.campaigns.get(self.campaign) if self.shop is not None else None

    @property
    def can_take(self) -> bool:
        """Whether the sample's button does anything."""
        selling = self.shop is not None and self.shop.store.selling and self.lost_since_s is None
        found = self.chosen_campaign
        free = found is not None and found.open and found.available > 0
        return selling and free and not self.order and not self.waits_for(TakeSample)

    def waits_for(self, kind: type[Request]) -> bool:
        """Whether a request of this kind is under way."""
        return any(isinstance(request, kind) for request in self.waiting)

    @property
    def most_units(self) -> int:
        """How many units of the chosen product can go into one order (0: sold out)."""
        item = self.item
        return max(0, min(item.available, MAX_QUANTITY)) if item is not None and item.sellable else 0

    @property
    def can_buy(self) -> bool:
        """Whether the buy button does anything."""
        selling = self.shop is not None and self.shop.store.selling and self.lost_since_s is None
        return selling and not self.order and self.most_units >= self.qty and not self.waits_for(PlaceOrder)

    @property
    def can_cancel(self) -> bool:
        """Only before the money can be ours, and not while the provider has to be asked whether it is."""
        order = self.current_order
        if order is None or order.state not in ("open", "awaiting_payment") or self.waits_for(CancelOrder):
            return False
        return order.payment is None or order.payment.state not in ("unknown", "paid")

    @property
    def stays_s(self) -> float | None:
        """How long the order stays on the screen now; None while the shopper has something to wait for."""
        order = self.current_order
        if order is None:
            return None
        if order.state == "completed":
            return self.timings.thanks_s
        if order.state in ("refunded", "part_refunded"):
            return self.timings.money_back_s
        if order.state in ("cancelled", "expired"):
            return self.timings.notice_s
        if order.cases or order.settled:
            return self.timings.case_s
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
        return replace(self, waiting=(*self.waiting, request), unsent=None, refusal=None), (request,)

    def asking_for_money(self, order: Order) -> tuple[State, tuple[Request, ...]]:
        """Request the order's payment; an order of nothing is paid by no method."""
        state, key = self.with_key("pay")
        return state.sending(RequestPayment(key, order.id, self.pay_method if order.total_minor else "none"))

    def at_home(self) -> State:
        """Back at the grid, nothing chosen. An order being placed is let go when it comes."""
        return replace(
            self,
            sku="",
            campaign="",
            qty=1,
            order="",
            quiet_since_s=None,
            unsent=None,
            refusal=None,
            waiting=tuple(request for request in self.waiting if not isinstance(request, PlaceOrder)),
        )


Step = tuple[State, tuple[Request, ...]]
