"""Pure: how much one phone, and all of them together, may ask for; whoever asks for more waits."""

from __future__ import annotations

import ipaddress
from collections import OrderedDict
from typing import Final, NamedTuple

REMEMBERED: Final = 2_000
"""Phones; the one that asked longest ago is forgotten first, and starts afresh."""

MAX_ADDRESS_CHARS: Final = 45
"""As long as an IPv6 address gets (RFC 4291 §2.2)."""


class Allowance(NamedTuple):
    """So many at once, and one more every `every_s` seconds."""

    at_once: int
    every_s: float


class _Left(NamedTuple):
    tokens: float
    at_s: float


class Guard:
    """A bucket per phone, and one for all. `now_s` is a monotonic clock."""

    def __init__(self, one: Allowance, everybody: Allowance) -> None:
        self._one = one
        self._everybody = everybody
        self._phones: OrderedDict[str, _Left] = OrderedDict()
        self._all = _Left(everybody.at_once, 0.0)

    def may(self, phone: str, now_s: float) -> bool:
        """Whether the phone at this address may ask now; if so it is counted."""
        phone = network_of(phone)
        own = _refilled(self._phones.pop(phone, _Left(self._one.at_once, now_s)), self._one, now_s)
        self._all = _refilled(self._all, self._everybody, now_s)
        allowed = own.tokens >= 1 and self._all.tokens >= 1
        if allowed:
            own = own._replace(tokens=own.tokens - 1)
            self._all = self._all._replace(tokens=self._all.tokens - 1)
        self._phones[phone] = own
        if len(self._phones) > REMEMBERED:
            self._phones.popitem(last=False)
        return allowed

    def forget(self, phone: str) -> None:
        """Whoever showed who they are starts afresh."""
        self._phones.pop(network_of(phone), None)


def phone_of(peer: str, forwarded: str) -> str:
    """Who asks: the other end of the line, or whom a proxy on this computer asks for.

    `forwarded` is X-Forwarded-For, of which only what the proxy itself wrote, the last part, is believed, and nothing
    at all of a peer on another computer.
    """
    try:
        ours = ipaddress.ip_address(peer).is_loopback
    except ValueError:
        ours = False
    return forwarded.rpartition(",")[2].strip()[:MAX_ADDRESS_CHARS] or peer if ours else peer


def network_of(address: str) -> str:
    """Whom an address belongs to: itself, or of IPv6 its /64, of which any phone may take any (RFC 4291 §2.5.4)."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if found.version == 4:
        return address
    within = found.ipv4_mapped
    return str(within or ipaddress.ip_network((int(found) >> 64 << 64, 64)))


def _refilled(left: _Left, allowance: Allowance, now_s: float) -> _Left:
    more = max(0.0, now_s - left.at_s) / allowance.every_s
    return _Left(min(float(allowance.at_once), left.tokens + more), now_s)
