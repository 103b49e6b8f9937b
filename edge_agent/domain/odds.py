"""Fair draws that anybody can work out again: which prize the draw of a number falls on. Pure, seeded.

The seed's hash is published before the first draw and the seed itself after the last, so that nobody could choose
either afterwards.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from typing import Final

from cloud_sync.protocol.promotion_facts import Prize

NOTHING: Final = "nothing"
_SPAN: Final = 2**256


def make_seed(secret: bytes, game: str) -> str:
    """The seed of a game (hex), which nobody can tell without the store's secret."""
    return hmac.digest(secret, f"popshop game seed {game}".encode(), "sha256").hex()


def seed_hash(seed: str) -> str:
    """What commits to a seed: SHA-256 of its bytes, hex."""
    return hashlib.sha256(bytes.fromhex(seed)).hexdigest()


def number_below(seed: str, message: str, below: int) -> int:
    """A number from 0 to below `below`, each as likely: HMAC-SHA256 of the message, and of `message|1`, `message|2` …
    while the result lies in the last, incomplete part of the span.
    """
    usable = _SPAN - _SPAN % below
    tries = 0
    while True:
        text = f"{message}|{tries}" if tries else message
        value = int.from_bytes(hmac.digest(bytes.fromhex(seed), text.encode(), "sha256"), "big")
        if value < usable:
            return value % below
        tries += 1


def still_in(prizes: Sequence[Prize], drawn: Mapping[str, int]) -> list[Prize]:
    """The prizes that can still be drawn: one that is gone drops out, and the others keep their odds among them."""
    return [x for x in prizes if x.weight and (x.kind == NOTHING or drawn.get(x.prize, 0) < x.stock)]


def draw(seed: str, game: str, number: int, prizes: Sequence[Prize]) -> Prize:
    """The prize that the draw of a number (from 1) falls on; `prizes` are those that are still in, in their order."""
    left = number_below(seed, f"{game}|{number}", sum(prize.weight for prize in prizes))
    for prize in prizes:
        if left < prize.weight:
            return prize
        left -= prize.weight
    raise AssertionError("a number below the sum of the weights lies within one of them")
