"""What shoppers hold that came from this shelf: units they took, each with the very weight that left. Pure."""

from __future__ import annotations

import msgspec

MAX_HELD = 200
HELD_FOR_S = 900.0
"""Whoever took something longer ago has paid for it, or carries it elsewhere."""

PART_SPREAD = 0.02


class Held(msgspec.Struct, frozen=True):
    """Units of one SKU that left together, and the weight that left, known with a variance in g²."""

    at_s: float
    item: str
    count: int
    weight_g: float
    variance: float


class Hands:
    """Newest last."""

    def __init__(self) -> None:
        self._held: list[Held] = []

    def take(self, held: Held) -> None:
        """Units left the shelf."""
        self._held = [*self._held[-(MAX_HELD - 1) :], held]

    def now(self, at_s: float) -> list[Held]:
        """What may come back."""
        self._held = [held for held in self._held if at_s - held.at_s <= HELD_FOR_S]
        return self._held

    def give_back(self, item: str, count: int, used: Held | None) -> None:
        """Units came back: those of `used` first, then the newest of their SKU."""
        order = [held for held in reversed(self._held) if held.item == item and held is not used]
        for held in [used, *order] if used is not None else order:
            if count <= 0:
                return
            back = min(count, held.count)
            count -= back
            place = next(index for index, one in enumerate(self._held) if one is held)
            if back == held.count:
                del self._held[place]
            else:
                left = held.count - back
                share = left / held.count
                # Which of them came back nobody knows: what is left weighs about its share.
                unsure = held.variance + (PART_SPREAD * held.weight_g * share) ** 2
                rest = Held(held.at_s, item, left, held.weight_g * share, unsure)
                self._held[place] = rest
