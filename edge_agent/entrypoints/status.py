"""How the store stands beside its journal: whether it sells, and what headquarters still lacks."""

from __future__ import annotations

from typing import Any, Final

from cloud_sync.protocol.envelope import parse_time
from cloud_sync.protocol.upstream import FENCED, UNPROVEN
from edge_agent.adapters.hq_link import HqLink
from edge_agent.adapters.identity import Identity
from edge_agent.adapters.sqlite_store.queries import Queries
from edge_agent.domain.refusals import Refusal, sentences
from edge_agent.services.brain import Brain
from edge_agent.services.ports import Clock

NOTICES: Final = {FENCED: "must_join", UNPROVEN: "unproven"}
"""What shoppers and staff are told of a store that may not sell, by its standing."""

# code: (Chinese, English). Why the link is not as it should be; of a fenced one the notice tells.
REASONS: Final[dict[str, tuple[str, str]]] = {
    "no_answer": ("总部没有应答，稍后重试。", "Headquarters does not answer. It is tried again."),
    "refused": ("总部拒绝了本次请求，稍后重试。", "Headquarters refuses the request. It is tried again."),
    "refilling": (
        "总部正在恢复数据，请稍候。",
        "Headquarters is being refilled after a restore. Please wait.",
    ),
    "nonsense": (
        "应答无法识别，请检查网络或总部地址。",
        "The answer makes no sense. Check the network, and headquarters' address.",
    ),
    "not_ours": (
        "总部的记录与本店不一致，请联系总部。",
        "Headquarters speaks of rows that are not this store's. Call headquarters.",
    ),
    "stays": ("总部没有接收数据，请联系总部。", "Headquarters does not take our rows. Call headquarters."),
    "older_incarnation": (
        "应答来自已被替换的总部，请联系总部。",
        "The answer is of a headquarters that was replaced. Call headquarters.",
    ),
    "down_row": (
        "总部的一条指令无法识别，请联系总部。",
        "An instruction of headquarters cannot be read. Call headquarters.",
    ),
}


class Status:
    """The `store` and `sync` entities of the feed, and the health answer."""

    def __init__(
        self,
        identity: Identity,
        queries: Queries,
        brain: Brain,
        clock: Clock,
        hq_link: HqLink | None,
        *,
        prints: bool,
    ) -> None:
        """`prints`: there is a receipt printer."""
        self._identity = identity
        self._queries = queries
        self._brain = brain
        self._clock = clock
        self._hq_link = hq_link
        self._prints = prints

    def store(self) -> dict[str, Any]:
        """Who we are, whether we sell, and why not."""
        i = self._identity
        standing = self._queries.standing()
        code = "disk_full" if self._brain.storage_full else NOTICES.get(standing["state"], "")
        notice = None
        if code:
            _, zh, en = sentences(Refusal(code))
            notice = {"code": code, "message_zh": zh, "message_en": en}
        return {
            "id": i.store,
            "name": i.name,
            "timezone": i.timezone,
            "currency": i.currency,
            "selling": notice is None,
            "notice": notice,
            "standing": {"state": standing["state"], "reason": standing["reason"]},
            "payment_methods": self._queries.payment_methods(),
            "phone_url": self._queries.reader().store_rules().phone_url,
            "printer": self._prints,
        }

    def sync(self) -> dict[str, Any]:
        """What waits for headquarters, how old it is, and how the link stands."""
        waiting = self._queries.waiting()
        oldest = parse_time(waiting["oldest_at"])
        age_s = 0 if oldest is None else max(0, int((self._clock.now() - oldest).total_seconds()))
        link = None if self._hq_link is None else self._hq_link.status
        zh, en = REASONS.get(link.reason, ("", "")) if link is not None else ("", "")
        return {
            "state": "unjoined" if link is None else link.state,
            "waiting": waiting["rows"],
            "oldest_waiting_s": age_s,
            "last_ok_at": "" if link is None else link.last_ok_at,
            "reason": "" if link is None else link.reason,
            "message": "" if link is None else link.message,
            "message_zh": zh,
            "message_en": en,
            "clock_offset_ms": None if link is None else link.clock_offset_ms,
        }

    def changes(self) -> list[dict[str, Any]]:
        """Both, and campaigns, promotions and games, which begin and end with time: as changes of the feed."""
        return [
            {"kind": "store", "key": self._identity.store, "value": self.store()},
            {"kind": "sync", "key": "hq", "value": self.sync()},
            *(
                {"kind": "campaign", "key": row["campaign"], "value": row}
                for row in self._queries.campaigns(self._clock.now())
            ),
            *(
                {"kind": "promotion", "key": row["promotion"], "value": row}
                for row in self._queries.promotions(self._clock.now())
            ),
            *(
                {"kind": "game", "key": row["game"], "value": row}
                for row in self._queries.games(self._clock.now())
            ),
        ]

    def health(self) -> dict[str, Any]:
        """For monitors: whether the store sells, and where its journal stands."""
        store, sync = self.store(), self.sync()
        return {
            "store": store["id"],
            "status": "selling" if store["selling"] else store["notice"]["code"],
            "standing": store["standing"],
            "ledger_seq": self._queries.last_seq("ledger"),
            "interactions_seq": self._queries.last_seq("interactions"),
            "inbox": self._brain.waiting,
            "sync": sync,
        }
