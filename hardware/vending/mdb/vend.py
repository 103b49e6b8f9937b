"""The selection that is under way on the bus. Pure. MDB/ICP 4.3 §7.2.5."""

from __future__ import annotations

from typing import Literal

import msgspec

from hardware.vending.mdb.requests import VendRequest


class Vend(msgspec.Struct):
    """From its request to its outcome. Once the yes is `sent`, only the machine knows what falls."""

    request: int
    asked: VendRequest
    due_s: float
    """When it is to be decided; after the yes, when its outcome is to be known."""
    phase: Literal["asked", "answering", "sent"] = "asked"
    approve_until_s: float = 0.0
