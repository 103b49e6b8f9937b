"""What the kiosk knows of the shop: the agent's snapshot with the changes after it applied.

Pure. The shapes are those of docs/agent-api.md; fields and kinds the kiosk has no use for are ignored.
"""

from __future__ import annotations

import dataclasses
from typing import Any, Final, Literal

import msgspec

from kiosk_ui.orders import Order

Language = Literal["zh", "en"]


class ContractError(ValueError):
    """The agent said something the contract does not have; the text says what."""


class Notice(msgspec.Struct, frozen=True):
    """A sentence for everybody in the store, such as a full disk."""

    code: str
    message_zh: str
    message_en: str


class Method(msgspec.Struct, frozen=True):
    """A way to pay, and whether it can be used just now."""

    method: str
    usable: bool = True


class Store(msgspec.Struct, frozen=True):
    """The store the kiosk stands in. `payment_methods` is None where the agent does not tell."""

    id: str = ""
    name: str = ""
    currency: str = "CNY"
    selling: bool = True
    notice: Notice | None = None
    payment_methods: tuple[Method, ...] | None = None
    phone_url: str = ""
    """Where a shopper's phone finds headquarters' pages; empty: there are none."""
    printer: bool = False
    """Whether receipts can be printed here."""
    timezone: str = "UTC"
    """By whose clock times are told."""


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
    price_version: int = 0
    ways: tuple[str, ...] = ()
    """How it can reach the shopper, the store's own choice first; empty where the agent does not tell."""


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


class Device(msgspec.Struct, frozen=True):
    """A device of the store."""

    id: str
    kind: str = ""


class Sync(msgspec.Struct, frozen=True):
    """How the store stands with headquarters: online, offline, fenced or unjoined."""

    state: str = ""


class Scan(msgspec.Struct, frozen=True):
    """Something was held in front of a scanner. `meaning` says what it is; the agent alone knows the whole text."""

    id: str
    device: str
    meaning: str
    sku: str = ""


class Member(msgspec.Struct, frozen=True):
    """Who is at a screen: no name, no number. `points_here` can be spent in this store now."""

    tier: str
    points_here: int = 0
    points_total: int = 0
    visit: str = ""


class AddressState(msgspec.Struct, frozen=True):
    """How far the address is that a screen asked a phone for: waiting, opened or given. Nothing of the address."""

    id: str
    state: str = "waiting"


class Prize(msgspec.Struct, frozen=True):
    """A field of a wheel."""

    prize: str
    kind: str = ""
    name_zh: str = ""
    name_en: str = ""


class Game(msgspec.Struct, frozen=True):
    """A scratch card or a wheel, once per visit or member."""

    game: str
    kind: str
    per: str = "visit"
    name_zh: str = ""
    name_en: str = ""
    open: bool = True
    prizes: tuple[Prize, ...] = ()


@dataclasses.dataclass(frozen=True)
class Change:
    """One entity's whole new value (None when it is gone)."""

    kind: str
    key: str
    value: Store | Item | Order | Campaign | Device | Sync | Scan | Member | AddressState | Game | None


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
    "device": Device | None,
    "sync": Sync | None,
    "scan": Scan | None,
    "member": Member | None,
    "address": AddressState | None,
    "game": Game | None,
}


@dataclasses.dataclass(frozen=True)
class Shop:
    """The agent's entities at `seq`, as far as a kiosk needs them."""

    seq: int = 0
    store: Store = dataclasses.field(default_factory=Store)
    items: dict[str, Item] = dataclasses.field(default_factory=dict)
    orders: dict[str, Order] = dataclasses.field(default_factory=dict)
    campaigns: dict[str, Campaign] = dataclasses.field(default_factory=dict)
    games: dict[str, Game] = dataclasses.field(default_factory=dict)
    devices: dict[str, Device] = dataclasses.field(default_factory=dict)
    sync: Sync = dataclasses.field(default_factory=Sync)

    def with_changes(self, seq: int, changes: tuple[Change, ...]) -> Shop:
        """The shop after these changes."""
        tables: dict[str, dict[str, Any]] = {
            "item": dict(self.items),
            "order": dict(self.orders),
            "campaign": dict(self.campaigns),
            "game": dict(self.games),
            "device": dict(self.devices),
        }
        store, sync = self.store, self.sync
        for change in changes:
            if isinstance(change.value, Store):
                store = change.value
            elif isinstance(change.value, Sync):
                sync = change.value
            elif change.kind in tables and change.value is not None:
                tables[change.kind][change.key] = change.value
            elif change.kind in tables:
                tables[change.kind].pop(change.key, None)
        items, orders, campaigns, games, devices = tables.values()
        return Shop(max(seq, self.seq), store, items, orders, campaigns, games, devices, sync)

    def with_order(self, order: Order) -> Shop:
        """The shop with an order that came as an answer, ahead of the feed."""
        return dataclasses.replace(self, orders={**self.orders, order.id: order})


def read(body: bytes | msgspec.Raw, shape: Any) -> Any:
    """Read JSON as a shape. Raises ContractError."""
    try:
        return msgspec.json.decode(body, type=shape)
    except (msgspec.DecodeError, msgspec.ValidationError, UnicodeDecodeError) as error:
        raise ContractError(f"the agent's answer is not what docs/agent-api.md says: {error}") from None


def _read_change(kind: str, key: str, value: msgspec.Raw) -> Change:
    return Change(kind, key, read(value, _SHAPES[kind]) if kind in _SHAPES else None)


def read_snapshot(body: bytes) -> Shop:
    """Read `GET /api/snapshot`. Raises ContractError."""
    snapshot: _Snapshot = read(body, _Snapshot)
    changes = (
        _read_change(kind, key, value)
        for kind, entities in snapshot.entities.items()
        for key, value in entities.items()
    )
    return Shop().with_changes(snapshot.seq, tuple(changes))


def read_feed(body: bytes | str) -> FeedMessage:
    """Read one feed message. Raises ContractError."""
    message: _FeedMessage = read(body.encode() if isinstance(body, str) else body, _FeedMessage)
    changes = tuple(_read_change(change.kind, change.key, change.value) for change in message.changes)
    return FeedMessage(message.seq, changes, message.reset)


def read_order(body: bytes) -> Order:
    """Read an order that came as an answer. Raises ContractError."""
    order: Order = read(body, Order)
    return order


def read_refusal(body: bytes) -> Refusal:
    """Read why the agent said no. Raises ContractError."""
    refusal: Refusal = read(body, Refusal)
    return refusal
