"""Payment codes (付款码) that phones showed: in memory, from the scan until the provider was told, and never written.

A code pays once. The same code for another order is refused for as long as a phone could still show it.
"""

from __future__ import annotations

import threading
from hashlib import sha256
from itertools import count
from typing import Final

REMEMBERED_S: Final = 600.0
"""Alipay and WeChat show a code for a minute or two."""
MOST: Final = 10_000
"""Codes remembered at a time: more than a store sells to in ten minutes."""


class CodeUsed(Exception):
    """This code was scanned for another order."""


class PayCodes:
    """Codes by order until `take`. Safe from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._tickets = count(1)
        self._waiting: dict[int, tuple[str, str]] = {}
        self._used: dict[bytes, tuple[str, float]] = {}

    def offer(self, order: str, code: str, now_s: float) -> int:
        """Keep a code for an order's next payment; answers the ticket to `drop` it by. Raises CodeUsed."""
        mark = sha256(code.encode()).digest()
        with self._lock:
            while self._used and (
                len(self._used) >= MOST or next(iter(self._used.values()))[1] + REMEMBERED_S < now_s
            ):
                del self._used[next(iter(self._used))]
            if self._used.get(mark, (order, 0.0))[0] != order:
                raise CodeUsed
            self._used.setdefault(mark, (order, now_s))
            ticket = next(self._tickets)
            self._waiting[ticket] = (order, code)
            return ticket

    def drop(self, ticket: int) -> None:
        """The payment was refused: nobody will ask for its code."""
        with self._lock:
            self._waiting.pop(ticket, None)

    def take(self, order: str) -> str:
        """The code shown last for an order's payment, once; empty when there is none, as after a crash.

        Earlier ones go with it: a kiosk that asks again after a crash offers the code of a payment that has ended.
        """
        with self._lock:
            mine = [ticket for ticket, (whose, _) in self._waiting.items() if whose == order]
            codes = [self._waiting.pop(ticket)[1] for ticket in mine]
            return codes[-1] if codes else ""
