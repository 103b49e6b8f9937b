"""RFID: which tagged unit is in somebody's hands, from a reader that hears tags many times a second. Pure.

An EPC is an SGTIN-96 (GS1 EPC Tag Data Standard 2.1, §14.6.1) or stands in a table. One heard once is a stray echo.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec

from cloud_sync.protocol.codes.gtins import gtin14
from hardware.messages import ItemSensed

SGTIN_96: Final = 0x30
COMPANY_BITS: Final = (40, 37, 34, 30, 27, 24, 20)
"""By partition 0 to 6; the company prefix has 12 to 6 digits then."""
HEARD_TIMES: Final = 2
HEARD_WITHIN_S: Final = 1.0
GONE_AFTER_S: Final = 3.0
MOST_TAGS: Final = 1_000


def sgtin_gtin14(epc: str) -> str:
    """The GTIN-14 that an SGTIN-96 in hex belongs to. Raises ValueError with what is wrong."""
    if len(epc) != 24:
        raise ValueError(f"an SGTIN-96 has 24 hex digits, this has {len(epc)}")
    bits = int(epc, 16)
    if bits >> 88 != SGTIN_96:
        raise ValueError("not an SGTIN-96: its header is not 30")
    partition = bits >> 82 & 0b111
    if partition >= len(COMPANY_BITS):
        raise ValueError("not an SGTIN-96: partition 7 is not in use")
    company_bits = COMPANY_BITS[partition]
    company_digits, item_digits = 12 - partition, 1 + partition
    company = bits >> 82 - company_bits & (1 << company_bits) - 1
    item = bits >> 38 & (1 << 44 - company_bits) - 1
    if company >= 10**company_digits or item >= 10**item_digits:
        raise ValueError("not an SGTIN-96: its numbers are too large for its partition")
    reference = f"{item:0{item_digits}d}"
    # The reference begins with the indicator digit, which a GTIN-14 has in front of the company's prefix.
    body = f"{reference[0]}{company:0{company_digits}d}{reference[1:]}"
    # The check digit makes the sum a multiple of ten, with threes and ones in turn from the left.
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(body))
    return gtin14(f"{body}{-total % 10}")


class _Heard(msgspec.Struct):
    first_s: float
    last_s: float
    times: int = 1
    told: bool = False


class Tags:
    """What the reader hears now. `table` has SKUs by EPC (hex, capitals) and by GTIN-14."""

    def __init__(self, table: Mapping[str, str]) -> None:
        self._table = table
        self._heard: dict[str, _Heard] = {}

    def heard(self, now_s: float, epc: str) -> ItemSensed | None:
        """A tag spoke. Says so once, until it has been gone for a while; an unknown one has no item."""
        epc = epc.strip().upper()
        known = self._heard.get(epc)
        if known is None or now_s - known.last_s > GONE_AFTER_S:
            self._forget(now_s)
            self._heard[epc] = _Heard(now_s, now_s)
            return None
        if not known.told and now_s - known.first_s > HEARD_WITHIN_S:
            known.first_s, known.times = now_s, 0
        known.last_s = now_s
        known.times += 1
        if known.told or known.times < HEARD_TIMES:
            return None
        known.told = True
        return ItemSensed(item=self._item(epc), tag=epc)

    def _item(self, epc: str) -> str:
        if epc in self._table:
            return self._table[epc]
        try:
            return self._table.get(sgtin_gtin14(epc), "")
        except ValueError:
            return ""

    def _forget(self, now_s: float) -> None:
        """Let tags go that are gone, and the oldest when too many are there."""
        self._heard = {
            epc: heard for epc, heard in self._heard.items() if now_s - heard.last_s <= GONE_AFTER_S
        }
        while len(self._heard) >= MOST_TAGS:
            del self._heard[next(iter(self._heard))]
