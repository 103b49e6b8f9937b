"""What can stand on the screen, as plain values that the screens only have to draw.

Amounts are already written for a person; words are keys of `i18n`, except where the agent sent them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from kiosk_ui.shop import Language


@dataclass(frozen=True)
class Picture:
    """What an illustration is drawn from: the shape, what its colours follow from, and the word on it."""

    category: str
    seed: str
    word: str = ""


@dataclass(frozen=True)
class Card:
    """One product in the grid."""

    sku: str
    name: str
    brand: str
    price: str
    left: int | None
    """Set when few are left."""
    sold_out: bool
    picture: Picture
    sent: bool = False
    """The warehouse sends it: the store has none."""


@dataclass(frozen=True)
class Attract:
    """Nobody is here: the shop window."""

    cards: tuple[Card, ...]


@dataclass(frozen=True)
class Home:
    """The grid. `cases` are orders of this kiosk that staff are looking into: (order, case number).

    `samples` are campaigns that give one away now: (campaign, name); `games` can be played: (game, kind, name).
    """

    categories: tuple[str, ...]
    category: str
    cards: tuple[Card, ...]
    cases: tuple[tuple[str, str], ...] = ()
    samples: tuple[tuple[str, str], ...] = ()
    games: tuple[tuple[str, str, str], ...] = ()
    cart_units: int = 0
    cart_total: str = ""
    members: bool = False
    """Whether there is anything for members here."""
    member: Member | None = None
    offline: tuple[str, ...] | None = None
    """The store has no line: the ways to pay that still work."""


@dataclass(frozen=True)
class Member:
    """Who is here, as far as a kiosk knows: no name, no number."""

    tier: str
    here: int
    """Points that can be spent in this store now."""
    points: int


@dataclass(frozen=True)
class Product:
    """One product, large. `most` is 0 when it is sold out.

    `was` is what it cost without `savings`: (kind, amount); both empty where nothing is taken off.
    """

    card: Card
    qty: int
    most: int
    total: str
    can_buy: bool
    placing: bool
    unreachable: bool
    was: str = ""
    savings: tuple[tuple[str, str], ...] = ()
    tax: str = ""
    way: str = "vend"
    can_add: bool = False
    away: bool = False
    """Only the warehouse has it, and cannot be asked now."""


@dataclass(frozen=True)
class CartRow:
    """One line of the cart. `left` is set where there is less of it than is wanted (0: sold out meanwhile)."""

    index: int
    name: str
    picture: Picture
    qty: int
    most: int
    price: str
    was: str
    ways: tuple[str, ...]
    way: str
    left: int | None
    away: bool = False
    """It is the warehouse's, which cannot be asked now."""


@dataclass(frozen=True)
class CartCoupon:
    """A coupon in the cart; `why` is a refusal's code where it does not count."""

    coupon: str
    ok: bool
    why: str


@dataclass(frozen=True)
class Basket:
    """The cart. `undo` is the name of what was taken out last; `points` can be used where there are some.

    `away`: something is the warehouse's, which cannot be asked now. `free`: there is nothing but a free sample.
    """

    rows: tuple[CartRow, ...]
    units: int
    total: str
    was: str
    tax: str
    savings: tuple[tuple[str, str], ...]
    coupons: tuple[CartCoupon, ...]
    member: Member | None
    use_points: bool
    undo: str
    short: bool
    away: bool
    free: bool
    can_check_out: bool
    placing: bool
    unreachable: bool


@dataclass(frozen=True)
class MemberPage:
    """Log in by a code, join by phone, or see one's points. `join_url` is headquarters' page with the consent."""

    member: Member | None
    join_url: str
    scanner: bool
    asking: bool


Won = Literal["", "sku", "coupon", "points", "nothing"]


@dataclass(frozen=True)
class Play:
    """A game. `prize` is empty until it is drawn, `won` says of what kind it is."""

    game: str
    kind: Literal["scratch", "wheel"]
    name: str
    fields: tuple[str, ...]
    drawing: bool
    unreachable: bool
    won: Won
    prize: str
    field: int
    """Where the wheel stops."""
    coupon: str
    points: int


@dataclass(frozen=True)
class Sample:
    """A sample, large. `consent` is what the brand asks one to agree to, empty where it asks nothing."""

    campaign: str
    name: str
    brand: str
    picture: Picture
    consent: str
    can_take: bool
    taking: bool
    unreachable: bool
    can_add: bool = False
    """It can go into the cart, with what is bought."""
    added: bool = False
    """There is a sample in the cart already, and an order has one at most."""
    at_once: bool = True
    """It can be had at once, without a cart."""


AddressStep = Literal["preparing", "scan", "typing", "void", "unreachable"]


@dataclass(frozen=True)
class AddressPage:
    """The order waits for an address, which is typed on the shopper's phone."""

    step: AddressStep
    url: str
    left_s: int | None
    limit_s: int


@dataclass(frozen=True)
class Summary:
    """The order in one line. `more` counts its other products."""

    order: str
    name: str
    qty: int
    total: str
    picture: Picture
    more: int = 0


PayStep = Literal[
    "choose", "preparing", "scan", "signed", "counter", "asking", "failed", "cancelling", "unreachable"
]


@dataclass(frozen=True)
class Pay:
    """How to pay, and how long there is for it. `methods` are those to choose from now."""

    summary: Summary
    step: PayStep
    method: str
    methods: tuple[str, ...]
    scanner: bool
    """A payment code, or a receipt, can be held in front of a scanner here."""
    offline: bool
    """The store has no line to headquarters."""
    pay_url: str
    left_s: int | None
    limit_s: int
    can_cancel: bool


@dataclass(frozen=True)
class Unit:
    """One unit on its way out, or a line that is handed over: `way` and `state` say how far it is.

    By a machine: waiting, requested, dispensing, dispensed, failed or unknown; else requested, done, failed, reversed.
    """

    number: int
    name: str
    device: str
    slot: str
    state: str
    way: str = "vend"
    qty: int = 1


@dataclass(frozen=True)
class Dispensing:
    """The goods are on their way. `refunding`: no more of them, and money is on its way back.

    `can_leave`: the shopper may go on while staff bring the rest.
    """

    summary: Summary
    units: tuple[Unit, ...]
    refunding: bool
    can_leave: bool = False


@dataclass(frozen=True)
class Case:
    """Nobody knows whether a unit dropped: staff decide, by this number."""

    summary: Summary
    units: tuple[Unit, ...]
    cases: tuple[str, ...]


EndKind = Literal["thanks", "arranged", "not_out", "money_back", "part_money_back", "cancelled", "expired"]


@dataclass(frozen=True)
class Ending:
    """How the order ended. `refunded` is the amount given back, empty when none was."""

    kind: EndKind
    summary: Summary
    units: tuple[Unit, ...]
    refunded: str
    paid: bool
    left_s: int
    vended: bool = True
    receipt: int = 0
    receipt_url: str = ""
    printing: Literal["", "can", "asked", "done"] = ""
    points: int = 0
    pickup_code: str = ""
    """To be shown at the counter; empty where nothing waits there."""


CollectKind = Literal["ready", "handed", "collected", "refunded", "unpaid", "cancelled", "nothing"]


@dataclass(frozen=True)
class Collect:
    """Somebody showed an order's code. `at`: when it was collected, by the store's clock; empty where it was not."""

    kind: CollectKind
    summary: Summary
    units: tuple[Unit, ...]
    at: str


@dataclass(frozen=True)
class Closed:
    """The kiosk cannot sell: starting, offline, or the store is not selling. `message` is the agent's own.

    `paused`: the store may not sell until staff and headquarters have settled something.
    """

    reason: Literal["starting", "offline", "not_selling", "paused"]
    message: str
    detail: str


Body = (
    Attract
    | Home
    | Product
    | Basket
    | MemberPage
    | Collect
    | AddressPage
    | Play
    | Sample
    | Pay
    | Dispensing
    | Case
    | Ending
    | Closed
)


@dataclass(frozen=True)
class View:
    """One picture: the frame that never changes, and what stands in it."""

    language: Language
    store: str
    body: Body
    can_go_back: bool
    link_lost: bool
    """Shown as a strip while an order is followed."""
    message: str
    """Why the agent said no, in the shopper's language."""
