"""Who is at which screen as a member, in memory only: nothing of it outlasts the visit, the agent, or STAYS."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from cloud_sync.protocol.envelope import rfc3339
from edge_agent.adapters.sqlite_store.queries import Queries
from edge_agent.domain.member_words import SERVICES

STAYS: Final = timedelta(minutes=10)
"""After that nobody is taken to be there still, whatever became of the screen that should have said so."""
MOST_DEVICES: Final = 500
MOST_GREETED: Final = 6
"""At a time; staff can come forward to no more, and those who came last stand there still."""


class _Here(NamedTuple):
    member: str
    visit: str
    since: datetime


class MemberDesk:
    """The `member` entities of the feed, one per device. Any thread may ask."""

    def __init__(self, queries: Queries, now: Callable[[], datetime]) -> None:
        self._queries = queries
        self._now = now
        self._here: dict[str, _Here | None] = {}

    def arrived(self, device: str, visit: str, member: str) -> None:
        """A member showed their code at a device."""
        if device not in self._here and len(self._here) >= MOST_DEVICES:
            self._here.pop(next(iter(self._here)))
        self._here[device] = _Here(member, visit, self._now())

    def left(self, device: str) -> None:
        """The visit at that device is over."""
        if device in self._here:
            self._here[device] = None

    def entity(self, device: str) -> dict[str, Any] | None:
        """Who is there, and what they have; None when nobody is."""
        here = self._here.get(device)
        if here is None or self._now() - here.since > STAYS:
            return None
        known = self._queries.member(here.member)
        if known is None:
            return None
        zh, en = SERVICES[known["tier"]]
        more = {"device": device, "visit": here.visit, "since": rfc3339(here.since)}
        return known | more | {"service_zh": zh, "service_en": en}

    def to_greet(self) -> list[dict[str, Any]]:
        """Whose tier asks something of staff, the newest first: where, since when and what, and never who."""
        here = sorted(
            ((one.since, device) for device, one in list(self._here.items()) if one is not None), reverse=True
        )
        found: list[dict[str, Any]] = []
        for _, device in here:
            one = self.entity(device)
            if one is not None and one["service_en"] and len(found) < MOST_GREETED:
                found.append({k: one[k] for k in ("device", "since", "tier", "service_zh", "service_en")})
        return found

    def changes(self) -> list[dict[str, Any]]:
        """As entities of the feed; a device whose member left has none."""
        return [
            {"kind": "member", "key": device, "value": self.entity(device)} for device in list(self._here)
        ]
