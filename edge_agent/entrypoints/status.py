"""How the store stands beside its journal: whether it sells, and what headquarters still lacks."""

from __future__ import annotations

from typing import Any

from cloud_sync.protocol.envelope import parse_time
from edge_agent.adapters.hq_link import HqLink
from edge_agent.adapters.identity import Identity
from edge_agent.adapters.sqlite_store.queries import Queries
from edge_agent.domain.refusals import Refusal, sentences
from edge_agent.services.brain import Brain
from edge_agent.services.ports import Clock


class Status:
    """The `store` and `sync` entities of the feed, and the health answer."""

    def __init__(
        self, identity: Identity, queries: Queries, brain: Brain, clock: Clock, hq_link: HqLink | None
    ) -> None:
        self._identity = identity
        self._queries = queries
        self._brain = brain
        self._clock = clock
        self._hq_link = hq_link

    def store(self) -> dict[str, Any]:
        """Who we are, whether we sell, and why not."""
        i = self._identity
        notice = None
        if self._brain.storage_full:
            _, zh, en = sentences(Refusal("disk_full"))
            notice = {"code": "disk_full", "message_zh": zh, "message_en": en}
        return {
            "id": i.store,
            "name": i.name,
            "timezone": i.timezone,
            "currency": i.currency,
            "selling": notice is None,
            "notice": notice,
        }

    def sync(self) -> dict[str, Any]:
        """What waits for headquarters, how old it is, and how the link stands."""
        waiting = self._queries.waiting()
        oldest = parse_time(waiting["oldest_at"])
        age_s = 0 if oldest is None else max(0, int((self._clock.now() - oldest).total_seconds()))
        link = None if self._hq_link is None else self._hq_link.status
        return {
            "state": "unjoined" if link is None else link.state,
            "waiting": waiting["rows"],
            "oldest_waiting_s": age_s,
            "last_ok_at": "" if link is None else link.last_ok_at,
            "message": "" if link is None else link.message,
            "clock_offset_ms": None if link is None else link.clock_offset_ms,
        }

    def changes(self) -> list[dict[str, Any]]:
        """Both, as changes of the feed."""
        return [
            {"kind": "store", "key": self._identity.store, "value": self.store()},
            {"kind": "sync", "key": "hq", "value": self.sync()},
        ]

    def health(self) -> dict[str, Any]:
        """For monitors: whether the store sells, and where its journal stands."""
        store, sync = self.store(), self.sync()
        return {
            "store": store["id"],
            "status": "selling" if store["selling"] else store["notice"]["code"],
            "ledger_seq": self._queries.last_seq("ledger"),
            "interactions_seq": self._queries.last_seq("interactions"),
            "inbox": self._brain.waiting,
            "sync": sync,
        }
