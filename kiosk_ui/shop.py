"""What the kiosk knows of the shop: the agent's snapshot with the changes after it applied.

Pure. The shapes are those of docs/agent-api.md; fields and kinds the kiosk has no use for are ignored.
"""

from __future__ import annotations

import dataclasses
from typing import Any, Final, Literal

import msgspec

Language = Literal["zh", "en"]

OVER: Final = ("completed", "part_refunded", "refunded", "cancelled", "expired")
"""Order states after which nothing happens any more."""


class ContractError(ValueError):
    """The agent said something the contract does not have; the text says what."""


class Notice(msgspec.Struct, frozen=True):
    """A sentence for everybody in the store, such as a full disk."""

    code: str
    message_zh: str
    message_en: str


class Store(msgspec.Struct, frozen=True):
    """The store the kiosk stands in."""

    id: str = ""
    name: str = ""
    currency: str = "CNY"
    selling: bool = True
    notice: Notice | None = None


class Item(msgspec.Struct, frozen=True):
    """A product. `available` counts units that can be bought now."""

    sku: str
    name_zh: str
    price_minor: int
    currency: str
    name_en: str = ""
    brand: str = ""
    category: str = ""
    available: int = 0
    sellable: bool = True


class Consent(msgspec.Struct, frozen=True):
    """What a brand asks one to agree to, and which version of it this is."""

    version: str
    text_zh: str
    text_en: str


class Campaign(msgspec.Struct, frozen=True):
    """Samples that a brand gives away, once per member or visit. `available` counts what can be had now."""

    campaign: str
    per: str
    name_zh: str = ""
    name_en: str = ""
    brand: str = ""
    skus: tuple[str, ...] = ()
    open: bool = False
    available: int = 0
    consent: Consent | None = None


class Line(msgspec.Struct, frozen=True):
    """One line of an order."""

    line: int
    sku: str
    qty: int
    price_minor: int
    name_zh: str = ""
    name_en: str = ""
    device: str = ""
    slot: str = ""


class Payment(msgspec.Struct, frozen=True):
    """The order's payment. `pay_url` is what the shopper's phone opens."""

    id: str
    method: str
    state: str
    amount_minor: int = 0
    pay_url: str = ""


class Vend(msgspec.Struct, frozen=True):
    """One unit on its way out of a machine. `case` is the number staff know an unknown outcome by."""

    id: str
    line: int
    sku: str
    device: str
    slot: str
    state: str
    code: str | None = None
    case: str | None = None


class Order(msgspec.Struct, frozen=True):
    """An order as the agent tells it."""

    id: str
    state: str
    device: str
    currency: str
    total_minor: int
    paid_minor: int = 0
    refunded_minor: int = 0
    placed_at: str = ""
    expires_at: str = ""
    lines: tuple[Line, ...] = ()
    payment: Payment | None = None
    vends: tuple[Vend, ...] = ()

    @property
    def over(self) -> bool:
        """Nothing happens to the order any more."""
        return self.state in OVER

    @property
    def settled(self) -> bool:
        """Every unit's fate is known: nothing will come out of a machine any more."""
        return bool(self.vends) and all(vend.state in ("dispensed", "failed") for vend in self.vends)

    @property
    def cases(self) -> tuple[str, ...]:
        """Numbers of the vends whose outcome a person has to settle."""
        return tuple(vend.case or vend.id for vend in self.vends if vend.state == "unknown")


@dataclasses.dataclass(frozen=True)
class Change:
    """One entity's whole new value (None when it is gone)."""

    kind: str
    key: str
    value: Store | Item | Order | Campaign | None


@dataclasses.dataclass(frozen=True)
class FeedMessage:
    """One message of the feed. `reset` asks for a new snapshot."""

    seq: int
    changes: tuple[Change, ...]
    reset: bool


class Refusal(msgspec.Struct, frozen=True):
    """The agent says no, in both languages."""

    code: str
    message_zh: str
    message_en: str


class _Snapshot(msgspec.Struct, frozen=True):
    seq: int
    entities: dict[str, dict[str, msgspec.Raw]]


class _Change(msgspec.Struct, frozen=True):
    kind: str
    key: str
    value: msgspec.Raw


class _FeedMessage(msgspec.Struct, frozen=True):
    seq: int = 0
    changes: tuple[_Change, ...] = ()
    reset: bool = False


_SHAPES: Final[dict[str, Any]] = {
    "store": Store | None,
    "item": Item | None,
    "order": Order | None,
    "campaign": Campaign | None,
}


@dataclasses.dataclass(frozen=True)
class Shop:
    """The agent's entities at `seq`, as far as a kiosk needs them."""

    seq: int = 0
    store: Store = dataclasses.field(default_factory=Store)
    items: dict[str, Item] = dataclasses.field(default_factory=dict)
    orders: dict[str, Order] = dataclasses.field(default_factory=dict)
    campaigns: dict[str, Campaign] = dataclasses.field(default_factory=dict)

    def with_changes(self, seq: int, changes: tuple[Change, ...]) -> Shop:
        """The shop after these changes."""
        store, items, orders = self.store, dict(self.items), dict(self.orders)
        campaigns = dict(self.campaigns)
        for change in changes:
            match change.kind, change.value:
                case "store", Store() as value:
                    store = value
                case "item", Item() as value:
                    items[change.key] = value
                case "item", None:
                    items.pop(change.key, None)
                case "order", Order() as value:
                    orders[change.key] = value
                case "order", None:
                    orders.pop(change.key, None)
                case "campaign", Campaign() as value:
                    campaigns[change.key] = value
        return Shop(max(seq, self.seq), store, items, orders, campaigns)

    def with_order(self, order: Order) -> Shop:
        """The shop with an order that came as an answer, ahead of the feed."""
        return dataclasses.replace(self, orders={**self.orders, order.id: order})


def _read(body: bytes | msgspec.Raw, shape: Any) -> Any:
    try:
        return msgspec.json.decode(body, type=shape)
    except (msgspec.DecodeError, msgspec.ValidationError, UnicodeDecodeError) as error:
        raise ContractError(f"the agent's answer is not what docs/agent-api.md says: {error}") from None


def _read_change(kind: str, key: str, value: msgspec.Raw) -> Change:
    return Change(kind, key, _read(value, _SHAPES[kind]) if kind in _SHAPES else None)


def read_snapshot(body: bytes) -> Shop:
    """Read `GET /api/snapshot`. Raises ContractError."""
    snapshot: _Snapshot = _read(body, _Snapshot)
    changes = (
        _read_change(kind, key, value)
        for kind, entities in snapshot.entities.items()
        for key, value in entities.items()
    )
    return Shop().with_changes(snapshot.seq, tuple(changes))


def read_feed(body: bytes | str) -> FeedMessage:
    """Read one feed message. Raises ContractError."""
    message: _FeedMessage = _read(body.encode() if isinstance(body, str) else body, _FeedMessage)
    changes = tuple(_read_change(change.kind, change.key, change.value) for change in message.changes)
    return FeedMessage(message.seq, changes, message.reset)


def read_order(body: bytes) -> Order:
    """Read an order that came as an answer. Raises ContractError."""
    order: Order = _read(body, Order)
    return order


def read_refusal(body: bytes) -> Refusal:
    """Read why the agent said no. Raises ContractError."""
    refusal: Refusal = _read(body, Refusal)
    return refusal
