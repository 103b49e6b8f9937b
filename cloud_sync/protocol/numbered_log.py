"""The one rule for every link: sender numbers rows, receiver keeps a watermark.

At or below the watermark → skip; next → apply; beyond → refuse. Rows of a journal are also chained:
each row's hash covers the hash before it, so two logs that differ anywhere differ from there on.
"""

from __future__ import annotations

import enum
from hashlib import sha256
from typing import Final

GENESIS: Final = bytes(32)
"""The hash before the first row of a chain."""


class Verdict(enum.Enum):
    """What a receiver does with a numbered row."""

    SKIP = "skip"
    APPLY = "apply"
    GAP = "gap"


def judge(watermark: int, seq: int) -> Verdict:
    """Compare a row's number with the receiver's watermark (0 before the first row)."""
    if seq <= watermark:
        return Verdict.SKIP
    return Verdict.APPLY if seq == watermark + 1 else Verdict.GAP


def row_hash(previous: bytes, seq: int, body: bytes | memoryview) -> bytes:
    """SHA-256 over previous hash (32 bytes) ‖ seq (8 bytes, big endian) ‖ body as written."""
    digest = sha256(previous)
    digest.update(seq.to_bytes(8, "big"))
    digest.update(body)
    return digest.digest()
