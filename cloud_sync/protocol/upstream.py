"""A store's side of the link to headquarters, without I/O: what to send next, and what an answer means.

The HTTP link and the simulation run this same code. It takes headquarters' word for nothing that the store's own rows
can prove: a watermark counts only with the chain hash that the store has there. Each rule is a function of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple, Protocol, TypeVar

import msgspec

from cloud_sync.protocol.envelope import UNREADABLE
from cloud_sync.protocol.identifiers import INTERACTIONS, LEDGER, STREAMS, Stream
from cloud_sync.protocol.instructions import MAX_DOWN_PER_REPLY
from cloud_sync.protocol.outcomes import (
    Advanced,
    Confirmed,
    Down,
    FencedOff,
    HeardOf,
    IgnoredOlderIncarnation,
    Online,
    Outcome,
    Settled,
    StepBack,
    Trouble,
)
from cloud_sync.protocol.session import (
    MAX_EVENTS_PER_SYNC,
    SALVAGE_PATH,
    SYNC_PATH,
    Fence,
    SalvageReply,
    SalvageRequest,
    SyncReply,
    SyncRequest,
)

MAX_BATCH_BYTES: Final = 8 * 1024 * 1024
"""Of rows in one request, before packing."""
GREET_EVERY_S: Final[dict[Stream, float]] = {LEDGER: 5.0, INTERACTIONS: 30.0}
"""With nothing to send, headquarters still hears this often that the store is there. With the ledger's greeting come
grants, recalls and what online buyers reserved."""
GREET_RESTORED_AFTER_S: Final = 1.0
"""A headquarters that was restored waits to hear that the store knows of it; not at once, lest the two never stop."""

FENCED: Final = "fenced"
UNPROVEN: Final = "unproven"
"""Standings of a store (see `Position.standing`)."""

UNKNOWN_TOKEN: Final = "unknown_token"
"""The fence that comes as 401: headquarters does not know this store's secret."""


class Position(Protocol):
    """Where the store stands, as of its committed rows. `epoch` None means the store's own."""

    def epoch(self) -> int: ...
    def unsettled(self) -> list[tuple[int, Stream]]: ...
    def last_seq(self, stream: Stream, epoch: int | None = None) -> int: ...
    def bodies(
        self, stream: Stream, after: int, most: int, most_bytes: int | None = None, epoch: int | None = None
    ) -> list[bytes]: ...
    def hash_at(self, stream: Stream, seq: int, epoch: int | None = None) -> str: ...
    def acked(self, stream: Stream, epoch: int | None = None) -> tuple[int, str]: ...
    def down_seq(self) -> int: ...
    def incarnation(self) -> int: ...
    def standing(self) -> Mapping[str, Any]: ...


Asked = SyncRequest | SalvageRequest


class Answer(NamedTuple):
    """What came back: an HTTP status and the body, unpacked."""

    status: int
    body: bytes


class Refused(msgspec.Struct, frozen=True):
    """What headquarters says with an error. With 400 and code `gap` it stands further back than the store thought."""

    code: str
    message: str
    acked: int = 0
    hash: str = ""


# ── the rules ───────────────────────────────────────────────────────────────────────────────────────


def answers_the_newest(asked: Asked, newest: Asked | None) -> bool:
    """Only the newest request's answer counts, once: a late or doubled one speaks of a time that is over."""
    return asked is newest


def of_an_older_incarnation(incarnation: int, known: int) -> bool:
    """A headquarters that was restored since may have forgotten what this answer grants."""
    return incarnation < known


def proves_our_row(chain_hash: str, own_hash: str) -> bool:
    """Whoever names the hash that we have at a row has our rows up to there. `own_hash` is empty where we have none."""
    return chain_hash == own_hash != ""


def moves_on(asked: SyncRequest, acked: int) -> bool:
    """A 200 never stands behind what was known, and takes at least one row of those that were sent."""
    return acked > asked.acked if asked.events else acked >= asked.acked


def lacks_rows_it_had(asked: SyncRequest, refused: Refused) -> bool:
    """Only a refusal for a gap before our place says that headquarters was set back."""
    return refused.code == "gap" and refused.acked < asked.acked


def is_our_own_epoch(epoch: int, own: int) -> bool:
    """Down rows and proofs come with our own epoch only; an earlier one is history."""
    return epoch == own


def fences_the_store(epoch: int, own: int, reason: str) -> bool:
    """A fence is for the store, but for an earlier epoch's log that does not fit: that log is salvaged instead."""
    return is_our_own_epoch(epoch, own) or reason not in ("forked", "behind", "stale_epoch")


def salvage_from(reason: str, acked: int) -> int:
    """The first row to be kept aside. In a fork nothing is common for certain, not even what was acknowledged."""
    return 1 if reason == "forked" else acked + 1


def keeps_all(asked: SalvageRequest, reply: SalvageReply) -> bool:
    """Every row that was sent is known there already, or kept aside now."""
    return reply.known >= 0 and reply.kept >= 0 and reply.known + reply.kept == len(asked.events)


# ── the machine ─────────────────────────────────────────────────────────────────────────────────────


class Log(NamedTuple):
    """One stream of one epoch."""

    epoch: int
    stream: Stream


T = TypeVar("T")


class Upstream:
    """Call `next`, send what it gives to `path_of` it, and give the answer to `heard`; one request at a time.

    A request without an answer is simply followed by the next call of `next`. The outcomes go into the store's books
    in their order, down rows before the next request; what the books do not show yet is remembered here.
    """

    def __init__(self, store: str, machine: str, position: Position, code_key: str = "") -> None:
        """`machine` is the mark of the machine this runs on, `code_key` what the store signs codes with."""
        self._store = store
        self._machine = machine
        self._position = position
        self._code_key = code_key
        self._newest: Asked | None = None
        self._believed: dict[Log, tuple[int, str]] = {}
        self._settled: set[Log] = set()
        self._salvage: dict[Log, int] = {}
        self._incarnation = 0
        self._greet_at_s: dict[Stream, float] = {}
        self._ledger_had_its_turn = False
        self.fence: FencedOff | None = None
        """Why nothing is sent any more; None while all is well, or when the books say so already."""

    def next(self, now_s: float, sent_at: str = "") -> Asked | None:
        """What to send now; None while nothing waits. `now_s` is a monotonic clock, `sent_at` the wall's."""
        self._newest = None
        if self.fence is not None or self._position.standing()["state"] == FENCED:
            return None
        log = self._next_log(now_s)
        if log is None:
            self._ledger_had_its_turn = False
            return None
        if log in self._salvage:
            self._newest = self._salvage_request(log)
        else:
            self._newest = self._sync_request(log, sent_at)
        return self._newest

    def heard(self, asked: Asked, answer: Answer, now_s: float) -> list[Outcome]:
        """What the answer to a request means."""
        if not answers_the_newest(asked, self._newest):
            return []
        self._newest = None
        if answer.status == 401:
            return self._unauthorised(answer)
        if answer.status == 409:
            return self._fenced(asked, answer)
        if answer.status != 200:
            return self._refused(asked, answer)
        if isinstance(asked, SalvageRequest):
            return self._salvaged(asked, answer)
        return self._taken(asked, answer, now_s)

    # ── what to send ────────────────────────────────────────────────────────────────────────────────

    def _next_log(self, now_s: float) -> Log | None:
        """Earlier epochs first; then our own, the ledger drained before each batch of interactions."""
        for epoch, stream in self._position.unsettled():
            if Log(epoch, stream) not in self._settled:
                return Log(epoch, stream)
        epoch = self._position.epoch()
        streams = (INTERACTIONS, LEDGER) if self._ledger_had_its_turn else STREAMS
        for stream in streams:
            log = Log(epoch, stream)
            if self._waits(log) or now_s >= self._greet_at_s.get(stream, now_s):
                self._ledger_had_its_turn = False
                return log
        return None

    def _waits(self, log: Log) -> bool:
        return self._position.last_seq(log.stream, log.epoch) > self._belief(log)[0]

    def _belief(self, log: Log) -> tuple[int, str]:
        return self._believed.get(log) or self._position.acked(log.stream, log.epoch)

    def _sync_request(self, log: Log, sent_at: str) -> SyncRequest:
        position = self._position
        acked, hash_at_acked = self._belief(log)
        # Before the rows: what is said to be applied then has its fact among them.
        down_seq = position.down_seq()
        last_seq = position.last_seq(log.stream, log.epoch)
        bodies = position.bodies(log.stream, acked, MAX_EVENTS_PER_SYNC, MAX_BATCH_BYTES, log.epoch)
        return SyncRequest(
            store=self._store,
            epoch=log.epoch,
            stream=log.stream,
            # The store goes on selling between the two questions: what is sent counts as what there is.
            last_seq=max(last_seq, acked + len(bodies)),
            acked=acked,
            hash_at_acked=hash_at_acked,
            events=[msgspec.Raw(body) for body in bodies],
            down_seq=down_seq,
            sent_at=sent_at,
            machine=self._machine,
            incarnation=self._known_incarnation(),
            code_key=self._code_key,
        )

    def _salvage_request(self, log: Log) -> SalvageRequest:
        start = self._salvage[log]
        bodies = self._position.bodies(log.stream, start - 1, MAX_EVENTS_PER_SYNC, MAX_BATCH_BYTES, log.epoch)
        return SalvageRequest(
            store=self._store,
            epoch=log.epoch,
            stream=log.stream,
            from_seq=start,
            events=[msgspec.Raw(body) for body in bodies],
        )

    def _known_incarnation(self) -> int:
        return max(self._incarnation, self._position.incarnation())

    # ── what an answer means ────────────────────────────────────────────────────────────────────────

    def _taken(self, asked: SyncRequest, answer: Answer, now_s: float) -> list[Outcome]:
        reply = _read(answer, SyncReply)
        if isinstance(reply, Trouble):
            return [reply]
        if of_an_older_incarnation(reply.incarnation, self._known_incarnation()):
            return [IgnoredOlderIncarnation(reply.incarnation)]
        log = Log(asked.epoch, asked.stream)
        lie = self._unproved(log, reply.acked, reply.hash)
        if lie is not None:
            return [lie]
        if not moves_on(asked, reply.acked):
            return [
                Trouble("stays", f"{log.stream}: headquarters answers 200 and stays at row {reply.acked}")
            ]
        outcomes: list[Outcome] = [Online(reply.at)]
        self._remember_incarnation(reply.incarnation)
        if reply.incarnation > self._position.incarnation():
            outcomes.append(HeardOf(reply.incarnation))
        if self._position.acked(log.stream, log.epoch) != (reply.acked, reply.hash):
            outcomes.append(Advanced(log.epoch, log.stream, reply.acked, reply.hash))
        self._believed[log] = (reply.acked, reply.hash)
        if is_our_own_epoch(log.epoch, self._position.epoch()):
            return outcomes + self._of_our_own(asked, reply, now_s)
        return outcomes + (self._settle(log) if reply.acked == asked.last_seq else [])

    def _remember_incarnation(self, incarnation: int) -> None:
        if incarnation > self._known_incarnation():
            # Restored from a backup, headquarters may lack what was settled: `unsettled` names it once more.
            self._settled.clear()
            self._salvage.clear()
        self._incarnation = max(self._incarnation, incarnation)

    def _of_our_own(self, asked: SyncRequest, reply: SyncReply, now_s: float) -> list[Outcome]:
        news = reply.incarnation != asked.incarnation
        self._greet_at_s[asked.stream] = now_s + (
            GREET_RESTORED_AFTER_S if news else GREET_EVERY_S[asked.stream]
        )
        self._ledger_had_its_turn = asked.stream == LEDGER and reply.acked == asked.last_seq
        outcomes: list[Outcome] = []
        if asked.stream == LEDGER and self._position.standing()["state"] == UNPROVEN:
            outcomes.append(Confirmed())
        if reply.down:
            outcomes.append(Down(tuple(bytes(row) for row in reply.down[:MAX_DOWN_PER_REPLY])))
        return outcomes

    def _unproved(self, log: Log, acked: int, chain_hash: str) -> Trouble | None:
        own_hash = self._position.hash_at(log.stream, acked, log.epoch)
        if proves_our_row(chain_hash, own_hash):
            return None
        which = "is not ours" if own_hash else "cannot be: we have no such row"
        return Trouble("not_ours", f"{log.stream}: headquarters' hash at row {acked} {which}")

    def _refused(self, asked: Asked, answer: Answer) -> list[Outcome]:
        refused = _read(answer, Refused)
        if isinstance(refused, Trouble):
            said = answer.body[:200].decode(errors="replace")
            return [Trouble("refused", f"HTTP {answer.status}: {said}")]
        if answer.status == 400 and isinstance(asked, SyncRequest) and lacks_rows_it_had(asked, refused):
            return self._step_back(asked, refused)
        reason = "refilling" if refused.code == "refilling" else "refused"
        return [Trouble(reason, f"{refused.code}: {refused.message}"[:500])]

    def _step_back(self, asked: SyncRequest, refused: Refused) -> list[Outcome]:
        log = Log(asked.epoch, asked.stream)
        lie = self._unproved(log, refused.acked, refused.hash)
        if lie is not None:
            return [lie]
        self._believed[log] = (refused.acked, refused.hash)
        return [StepBack(log.epoch, log.stream, refused.acked, refused.hash)]

    def _unauthorised(self, answer: Answer) -> list[Outcome]:
        refused = _read(answer, Refused)
        if isinstance(refused, Trouble) or refused.code != "unauthorized":
            return [Trouble("refused", "HTTP 401, but not from headquarters")]
        return self._off(UNKNOWN_TOKEN, refused.message)

    def _fenced(self, asked: Asked, answer: Answer) -> list[Outcome]:
        fence = _read(answer, Fence)
        if isinstance(fence, Trouble):
            return [fence]
        if fences_the_store(asked.epoch, self._position.epoch(), fence.reason):
            return self._off(fence.reason, fence.message)
        if isinstance(asked, SalvageRequest):
            return [Trouble("refused", f"{fence.reason}: {fence.message}"[:500])]
        log = Log(asked.epoch, asked.stream)
        self._salvage[log] = salvage_from(fence.reason, asked.acked)
        return self._settle_when_salvaged(log)

    def _off(self, reason: str, detail: str) -> list[Outcome]:
        self.fence = FencedOff(reason[:40], detail[:500])
        return [self.fence]

    def _salvaged(self, asked: SalvageRequest, answer: Answer) -> list[Outcome]:
        reply = _read(answer, SalvageReply)
        if isinstance(reply, Trouble):
            return [reply]
        if not keeps_all(asked, reply):
            kept = f"{reply.known} known and {reply.kept} kept of {len(asked.events)} rows"
            return [Trouble("stays", f"{asked.stream} of epoch {asked.epoch}: {kept}")]
        log = Log(asked.epoch, asked.stream)
        self._salvage[log] = asked.from_seq + len(asked.events)
        return [Online(), *self._settle_when_salvaged(log)]

    def _settle_when_salvaged(self, log: Log) -> list[Outcome]:
        done = self._salvage[log] > self._position.last_seq(log.stream, log.epoch)
        return self._settle(log) if done else []

    def _settle(self, log: Log) -> list[Outcome]:
        self._settled.add(log)
        self._salvage.pop(log, None)
        return [Settled(log.epoch, log.stream)]


def path_of(asked: Asked) -> str:
    """Where a request goes, after headquarters' address."""
    return SYNC_PATH if isinstance(asked, SyncRequest) else SALVAGE_PATH


def _read(answer: Answer, shape: type[T]) -> T | Trouble:
    try:
        return msgspec.json.decode(answer.body, type=shape)
    except UNREADABLE as error:
        return Trouble("nonsense", f"HTTP {answer.status} with an answer that makes no sense: {error}"[:500])
