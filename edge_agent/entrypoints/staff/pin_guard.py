"""Pure: slows down whoever guesses the PIN, one browser by itself and all of them together."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

FREE_TRIES: Final = 5
FREE_TRIES_OVERALL: Final = 20
FIRST_WAIT_S: Final = 30.0
LONGEST_WAIT_S: Final = 900.0
OVERALL_WAIT_S: Final = 30.0
"""Kept short: a stranger who guesses may delay the staff, not shut them out."""
CLIENTS_REMEMBERED: Final = 1_000


@dataclass(frozen=True)
class _Tries:
    wrong: int = 0
    wait_until_s: float = 0.0


class PinGuard:
    """Counts wrong PINs. `now_s` is a monotonic clock."""

    def __init__(self) -> None:
        self._clients: OrderedDict[str, _Tries] = OrderedDict()
        self._overall = _Tries()

    def wait_s(self, client: str, now_s: float) -> float:
        """How long this client must wait before a PIN of its is even looked at; 0 when it need not."""
        until_s = max(self._clients.get(client, _Tries()).wait_until_s, self._overall.wait_until_s)
        return max(0.0, until_s - now_s)

    def wrong(self, client: str, now_s: float) -> None:
        """A wrong PIN: after the free tries each one doubles the wait."""
        tries = self._clients.pop(client, _Tries()).wrong + 1
        over = tries - FREE_TRIES
        wait_s = 0.0 if over < 0 else min(LONGEST_WAIT_S, FIRST_WAIT_S * 2 ** min(over, 10))
        self._clients[client] = _Tries(tries, now_s + wait_s)
        if len(self._clients) > CLIENTS_REMEMBERED:
            self._clients.popitem(last=False)
        all_tries = self._overall.wrong + 1
        pause_s = OVERALL_WAIT_S if all_tries >= FREE_TRIES_OVERALL else 0.0
        self._overall = _Tries(all_tries, now_s + pause_s)

    def right(self, client: str) -> None:
        """The PIN: this client starts afresh, and so does the count of all."""
        self._clients.pop(client, None)
        self._overall = _Tries()
