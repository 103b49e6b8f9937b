"""Facts about what headquarters lays down for a store: keys to trust, limits of paying offline, addresses."""

from __future__ import annotations

from typing import Final

import msgspec

from cloud_sync.protocol.fact import Fact

NO_TOTAL: Final = -1
"""As `total_minor`: as many payments as come."""


class OfflineLimit(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Of one way of paying while headquarters cannot be reached, in minor units. 0: not at all."""

    payment_minor: int = 0
    """One payment at most."""
    total_minor: int = 0
    """All payments since headquarters was last heard of; or NO_TOTAL."""


class StoreRules(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Everything headquarters lays down for one store, whole: the newest version counts."""

    version: int
    code_keys: dict[str, str] = msgspec.field(default_factory=dict)
    """Raw Ed25519 public keys (hex) by key id, whose codes the store believes."""
    offline_limits: dict[str, OfflineLimit] = msgspec.field(default_factory=dict)
    """By payment method; one that is not named has the store's own conservative limit."""
    phone_url: str = ""
    """Where a shopper's phone finds headquarters' pages (payment, receipt, membership)."""
    tax: str = "inclusive"
    country: str = "CN"
    """ISO 3166-1: which fiscal fields a receipt carries."""
    fiscal: dict[str, str] = msgspec.field(default_factory=dict)
    """Their values, such as the taxpayer's number."""
    points_per_major: int = 1
    """Points for each whole unit of the currency that a member pays."""
    point_value_minor: int = 0
    """What a point is worth when it is spent; 0: points cannot be spent."""


class RulesReceived(Fact, frozen=True, kw_only=True):
    """The store keeps to these rules from here on."""

    TYPE = "popshop.rules.received.v1"
    down_seq: int
    rules: StoreRules
