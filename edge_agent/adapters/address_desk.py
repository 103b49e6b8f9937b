"""Addresses that shoppers type on their own phones for a screen of the store: in memory only, and not for long.

A screen asks for a page, a phone fills it in once, an order takes it along. Nothing here is written, told or logged.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, Final, Literal

from edge_agent.adapters.contacts import Contact
from edge_agent.services.ports import Clock

LASTS: Final = timedelta(seconds=300)
"""From when it was asked for: time to find one's phone and to type. Then the page is void, what it was told gone."""
MOST: Final = 500
"""Screens at a time; the one that asked longest ago is forgotten first."""

State = Literal["waiting", "opened", "given"]


@dataclass(frozen=True, slots=True)
class Asked:
    """One address: asked for by a screen, under a name that screens may know and a secret that the phone's page has."""

    id: str
    device: str
    until_s: float
    secret: str = field(repr=False)
    contact: Contact | None = field(default=None, repr=False)
    opened: bool = False

    @property
    def state(self) -> State:
        """How far it is."""
        return "given" if self.contact is not None else "opened" if self.opened else "waiting"

    def told(self) -> dict[str, Any]:
        """As screens may see it."""
        return {"id": self.id, "device": self.device, "state": self.state}


class AddressDesk:
    """Any thread may call it. `new_key` makes random texts that nobody can guess."""

    def __init__(self, clock: Clock, new_key: Callable[[], str]) -> None:
        self._clock = clock
        self._new_key = new_key
        self._lock = threading.Lock()
        self._asked: dict[str, Asked] = {}

    def ask(self, device: str) -> Asked:
        """A new page for a screen; the one that it asked for before is void, with what was typed there."""
        until_s = self._clock.monotonic() + LASTS.total_seconds()
        new = Asked(self._new_key(), device, until_s, self._new_key())
        with self._lock:
            self._asked.pop(device, None)
            if len(self._asked) >= MOST:
                self._asked.pop(next(iter(self._asked)))
            self._asked[device] = new
        return new

    def opened(self, secret: str) -> Asked | None:
        """The page that a phone opens; None when it is void."""
        return self._change(secret, lambda asked: replace(asked, opened=True))

    def give(self, secret: str, contact: Contact) -> bool:
        """What somebody typed. False when the page is void, or has been told an address already."""
        given = self._change(
            secret, lambda asked: replace(asked, contact=contact) if asked.contact is None else asked
        )
        return given is not None and given.contact is contact

    def of(self, name: str) -> Contact | None:
        """The address by the name that the screen knows; None when it is not there, or not any more."""
        found = self._found(lambda asked: asked.id == name)
        return None if found is None else found.contact

    def forget(self, name: str) -> None:
        """The screen does not need it any more."""
        with self._lock:
            for device in [device for device, asked in self._asked.items() if asked.id == name]:
                del self._asked[device]

    def changes(self) -> list[dict[str, Any]]:
        """As entities of the feed, one per screen: how far each is, and nothing of the address."""
        return [{"kind": "address", "key": asked.device, "value": asked.told()} for asked in self._fresh()]

    def _change(self, secret: str, change: Callable[[Asked], Asked]) -> Asked | None:
        found = self._found(lambda asked: asked.secret == secret)
        if found is None:
            return None
        with self._lock:
            now = self._asked.get(found.device)
            if now is None or now.secret != secret:
                return None
            self._asked[found.device] = changed = change(now)
        return changed

    def _found(self, fits: Callable[[Asked], bool]) -> Asked | None:
        return next((asked for asked in self._fresh() if fits(asked)), None)

    def _fresh(self) -> list[Asked]:
        """All that are not void; those that are go, with what they were told."""
        now_s = self._clock.monotonic()
        with self._lock:
            self._asked = {device: asked for device, asked in self._asked.items() if asked.until_s > now_s}
            return list(self._asked.values())
