"""What a store asks headquarters when the warehouse is to send units to a shopper (the endless aisle).

The person travels in the request and stands in one erasable table at headquarters; no fact and no row carries it.
"""

from __future__ import annotations

from typing import Final

import msgspec

STORE_RESERVATIONS_PATH: Final = "/v1/store/reservations"


class WarehouseAsked(msgspec.Struct, frozen=True, kw_only=True):
    """Units of the pool for a shopper; `id` is the store's own name for it, and asking again is safe."""

    id: str
    sku: str
    qty: int
    name: str
    phone: str
    address: str


class WarehouseTold(msgspec.Struct, frozen=True, kw_only=True):
    """As headquarters has it: reserved, confirmed, cancelled or expired; `sent` once the carrier has it."""

    state: str
    confirmed: bool = False
    sent: bool = False
    document: str = ""
