"""The newest scan of each device, in memory only and for STAYS: what a screen makes use of by its id.

Texts of payment codes and of people are in here until they are used or too old; they are never written, told or logged.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any, Final

from cloud_sync.protocol.codes.masking import masked
from cloud_sync.protocol.codes.meaning import meaning_of
from cloud_sync.protocol.envelope import rfc3339
from edge_agent.adapters.sqlite_store.queries import Queries

STAYS: Final = timedelta(seconds=120)
MOST_DEVICES: Final = 500
_PRODUCTS: Final = frozenset({"gtin", "gs1", "digital_link"})


@dataclass(frozen=True, slots=True)
class Scan:
    """One thing that was held in front of a scanner. `meaning`: product, or as `codes.meaning` names it."""

    id: str
    device: str
    meaning: str
    at: datetime
    text: str = field(repr=False)
    sku: str = ""
    wallet: str = ""


class ScanDesk:
    """Any thread may put scans in and take them out."""

    def __init__(self, queries: Queries, now: Callable[[], datetime], mark: str) -> None:
        """`mark` is random, so that ids of this run are none of another."""
        self._queries = queries
        self._now = now
        self._mark = mark
        self._numbers = count(1)
        self._lock = threading.Lock()
        self._scans: dict[str, Scan] = {}
        self._listeners: list[Callable[[], None]] = []

    def on_scan(self, listener: Callable[[], None]) -> None:
        """Have `listener` called after each scan; it must only wake somebody."""
        self._listeners.append(listener)

    def seen(self, device: str, text: str, symbology: str = "") -> Scan:
        """Keep what a device read; the scan before it is forgotten."""
        meant = meaning_of(text, symbology)
        is_product = meant.meaning in _PRODUCTS
        sku = self._queries.sku_of_gtin(meant.gtin14) if meant.gtin14 else ""
        scan = Scan(
            f"{self._mark}-{next(self._numbers)}",
            device,
            "product" if is_product else meant.meaning,
            self._now(),
            text,
            sku,
            meant.wallet,
        )
        with self._lock:
            self._scans.pop(device, None)
            if len(self._scans) >= MOST_DEVICES:
                self._scans.pop(next(iter(self._scans)))
            self._scans[device] = scan
        for listener in self._listeners:
            listener()
        return scan

    def find(self, scan: str) -> Scan | None:
        """A scan that is not too old."""
        with self._lock:
            found = next((each for each in self._scans.values() if each.id == scan), None)
        return found if found is not None and self._now() - found.at <= STAYS else None

    def forget(self, scan: Scan) -> None:
        """It was used: its text goes."""
        with self._lock:
            if self._scans.get(scan.device) == scan:
                del self._scans[scan.device]

    def orders_shown(self) -> list[Scan]:
        """Pick-up codes that were shown and are not too old, the newest first."""
        oldest = self._now() - STAYS
        with self._lock:
            found = [each for each in self._scans.values() if each.meaning == "order" and each.at >= oldest]
        return sorted(found, key=lambda each: each.at, reverse=True)

    def changes(self) -> list[dict[str, Any]]:
        """As entities of the feed, one per device; masked."""
        oldest = self._now() - STAYS
        with self._lock:
            scans = [each for each in self._scans.values() if each.at >= oldest]
        return [{"kind": "scan", "key": each.device, "value": told(each)} for each in scans]


def told(scan: Scan) -> dict[str, Any]:
    """A scan as screens may see it."""
    return {
        "id": scan.id,
        "device": scan.device,
        "meaning": scan.meaning,
        "masked": masked(scan.text),
        "sku": scan.sku,
        "wallet": scan.wallet,
        "at": rfc3339(scan.at),
    }
