"""The link to headquarters over HTTP. What is said and believed is decided in `protocol.upstream`; here it travels.

Headquarters being away, slow or wrong never stops the store: the link keeps its place and tries again later.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import msgspec
import requests
import structlog
import zstandard

from cloud_sync.protocol.envelope import parse_time, rfc3339
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
from cloud_sync.protocol.upstream import FENCED, Asked, Upstream, path_of
from cloud_sync.protocol.upstream import Answer as HqAnswer
from edge_agent.adapters.sqlite_store.queries import Queries
from edge_agent.domain import commands
from edge_agent.services.brain import Answer, Brain
from edge_agent.services.ports import Clock

log = structlog.get_logger(__name__)

MAX_REPLY_BYTES = 8 * 1024 * 1024
TIMEOUT_S = (3.05, 30.0)
"""Connect, and between two pieces of the answer."""
ANSWER_WITHIN_S = 60.0
"""For the whole answer: one that comes byte by byte must not hold the link for ever."""
PAUSE_FIRST_S, PAUSE_MOST_S = 0.5, 15.0
"""Between two tries. Until one succeeds phones cannot pay at headquarters: nobody should wait long once the line is
back, and a thousand stores that try so often are no burden."""


class HqTrouble(Exception):
    """Headquarters gave no answer we can use. `reason` is a code for screens, the text says what happened."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


@dataclass(frozen=True, slots=True)
class HqAddress:
    """Where headquarters is, this store's secret, and the mark of the machine that it runs on."""

    url: str
    store: str
    token: str
    machine: str
    code_key: str = ""
    """The public half (hex) of what the store signs its codes with."""


@dataclass(frozen=True, slots=True)
class SyncStatus:
    """How the link stands, for the screens. `state`: online, offline, fenced."""

    state: str = "offline"
    reason: str = ""
    """A code, empty while all is well: what a screen has a sentence for."""
    message: str = ""
    """More about it in English, for whoever mends it."""
    last_ok_at: str = ""
    clock_offset_ms: int | None = None
    """Headquarters' clock minus the store's."""


class HqLink:
    """`step` drains what waits; it is called now and then."""

    def __init__(
        self,
        hq: HqAddress,
        queries: Queries,
        brain: Brain,
        clock: Clock,
        jitter: Callable[[], float],
        session: requests.Session,
    ) -> None:
        self._hq = hq
        self._queries = queries
        self._brain = brain
        self._clock = clock
        self._jitter = jitter
        self._session = session
        self._upstream = Upstream(hq.store, hq.machine, queries, hq.code_key)
        self._retry_at_s = 0.0
        self._failures = 0
        self._compress = "zstd"
        self._applying = False
        """Whether down rows were handed in that the store's books do not show yet."""
        self._odd_row = ""
        """What is wrong with one of headquarters' latest rows."""
        self.status = SyncStatus()

    def step(self) -> None:
        """Send until nothing waits, or until something goes wrong; then back off, with jitter."""
        if self._stands_fenced() or self._clock.monotonic() < self._retry_at_s:
            return
        try:
            while not self._applying and (asked := self._next()) is not None:
                if not self._round_trip(asked):
                    return
        except HqTrouble as trouble:
            self._failures += 1
            pause_s = min(PAUSE_MOST_S, PAUSE_FIRST_S * 2 ** min(self._failures, 7)) * (0.5 + self._jitter())
            self._retry_at_s = self._clock.monotonic() + pause_s
            self.status = replace(self.status, state="offline", reason=trouble.reason, message=trouble.detail)
            log.warning("hq_trouble", reason=trouble.detail, again_in_s=round(pause_s, 1))

    def _stands_fenced(self) -> bool:
        """Whether there is nothing to do but to join again; the books are told until they say so themselves."""
        standing = self._queries.standing()
        fence = self._upstream.fence
        if standing["state"] == FENCED:
            if self.status.state != "fenced":
                self.status = replace(self.status, state="fenced", reason=str(standing["reason"]), message="")
            return True
        if fence is not None:
            self._brain.submit(commands.StandingChanged("", FENCED, fence.reason))
        return fence is not None

    def _next(self) -> Asked | None:
        return self._upstream.next(self._clock.monotonic(), rfc3339(self._clock.now()))

    def _round_trip(self, asked: Asked) -> bool:
        """One request and its answer; False when the rest waits for the next step. Raises HqTrouble."""
        sent_at = self._clock.now()
        answer = self._post(asked)
        outcomes = self._upstream.heard(asked, answer, self._clock.monotonic())
        for outcome in outcomes:
            self._take(outcome, sent_at)
        # Somebody who sets us back and forth must not keep the link busy for ever.
        return not any(isinstance(outcome, StepBack | FencedOff) for outcome in outcomes)

    def _take(self, outcome: Outcome, sent_at: datetime) -> None:
        match outcome:
            case Trouble():
                raise HqTrouble(outcome.reason, outcome.detail)
            case IgnoredOlderIncarnation():
                raise HqTrouble(
                    "older_incarnation", f"an answer of headquarters' incarnation {outcome.incarnation}"
                )
            case Online():
                self._online(outcome, sent_at)
            case FencedOff():
                self.status = replace(
                    self.status, state="fenced", reason=outcome.reason, message=outcome.detail
                )
                log.error("hq_fence", reason=outcome.reason, message=outcome.detail)
            case _:
                pass
        to_write = commands_of(outcome, self._clock.now())
        if isinstance(outcome, Down):
            self._apply(to_write)
        else:
            for command in to_write:
                self._brain.submit(command)

    def _online(self, answered: Online, sent_at: datetime) -> None:
        self._failures = 0
        now = self._clock.now()
        theirs = parse_time(answered.at)
        offset_ms = self.status.clock_offset_ms
        if theirs is not None:
            middle = sent_at + (now - sent_at) / 2
            offset_ms = round((theirs - middle).total_seconds() * 1000)
        reason = "down_row" if self._odd_row else ""
        self.status = SyncStatus("online", reason, self._odd_row, rfc3339(now), offset_ms)

    def _apply(self, rows: Sequence[commands.Command]) -> None:
        """Hand in headquarters' rows. Nothing is sent before they are in the books, or refused."""
        self._applying, self._odd_row = True, ""
        try:
            for row in rows[:-1]:
                self._brain.submit(row, self._applied)
            self._brain.submit(rows[-1], self._last_applied)
        except BaseException:
            self._applying = False
            raise

    def _applied(self, answer: Answer) -> None:
        if answer.refusal is not None and answer.refusal.code != "disk_full":
            self._odd_row = answer.refusal.detail or answer.refusal.code

    def _last_applied(self, answer: Answer) -> None:
        self._applied(answer)
        self._applying = False

    # ── HTTP ────────────────────────────────────────────────────────────────────────────────────────

    def _post(self, asked: Asked) -> HqAnswer:
        body = msgspec.json.encode(asked)
        headers = {
            "Authorization": f"Bearer {self._hq.token}",
            "Content-Type": "application/json",
            "Content-Encoding": self._compress,
        }
        packed = zstandard.compress(body, 1) if self._compress == "zstd" else gzip.compress(body, 1)
        try:
            # A redirect is not followed: the store's rows and its secret go where it joined, nowhere else.
            with self._session.post(
                self._hq.url + path_of(asked),
                data=packed,
                headers=headers,
                timeout=TIMEOUT_S,
                stream=True,
                allow_redirects=False,
            ) as response:
                answer = HqAnswer(response.status_code, self._read(response))
        except (requests.RequestException, OSError, ValueError) as error:
            raise HqTrouble("no_answer", f"no answer: {type(error).__name__}") from None
        if answer.status == 415 and self._compress == "zstd":
            self._compress = "gzip"
            raise HqTrouble("refused", "zstd is not taken there; gzip from now on")
        return answer

    def _read(self, response: requests.Response) -> bytes:
        """The answer, up to MAX_REPLY_BYTES. Raises HqTrouble when it is longer or takes too long."""
        content = bytearray()
        give_up_s = self._clock.monotonic() + ANSWER_WITHIN_S
        for piece in response.iter_content(64 * 1024):
            content += piece
            if len(content) > MAX_REPLY_BYTES:
                raise HqTrouble("nonsense", f"an answer of more than {MAX_REPLY_BYTES} bytes")
            if self._clock.monotonic() > give_up_s:
                raise HqTrouble("no_answer", f"an answer that takes longer than {ANSWER_WITHIN_S:.0f} s")
        return bytes(content)


def commands_of(outcome: Outcome, at: datetime) -> list[commands.Command]:
    """What an outcome has the store write down, in this order; nothing for one that is not for its books."""
    match outcome:
        case Advanced() | StepBack():
            o = outcome
            return [commands.SyncAdvanced("", o.epoch, o.stream, o.acked, o.hash, at)]
        case Settled():
            return [commands.EpochSettled("", outcome.epoch, outcome.stream)]
        case HeardOf():
            return [commands.HeardOfHq("", outcome.incarnation)]
        case Confirmed():
            return [commands.StandingChanged("", "ok")]
        case FencedOff():
            return [commands.StandingChanged("", FENCED, outcome.reason)]
        case Down():
            return [commands.ApplyDown("", row) for row in outcome.rows]
        case _:
            return []
