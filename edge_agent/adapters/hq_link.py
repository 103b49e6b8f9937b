"""The link to headquarters: sends each stream's rows after the watermark, ledger first, until nothing waits.

Headquarters being away, slow or wrong never stops the store: the link keeps its place and tries again later.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import msgspec
import requests
import structlog
import zstandard

from cloud_sync.protocol.envelope import UNREADABLE, parse_time, rfc3339
from cloud_sync.protocol.identifiers import STREAMS, Stream
from cloud_sync.protocol.session import MAX_EVENTS_PER_SYNC, SYNC_PATH, Fence, SyncReply, SyncRequest
from edge_agent.adapters.sqlite_store.queries import Queries
from edge_agent.domain.commands import SyncAdvanced
from edge_agent.services.brain import Brain
from edge_agent.services.ports import Clock

log = structlog.get_logger(__name__)

MAX_BATCH_BYTES = 8 * 1024 * 1024
MAX_REPLY_BYTES = 8 * 1024 * 1024
TIMEOUT_S = (3.05, 30.0)
"""Connect, and between two pieces of the answer."""
ANSWER_WITHIN_S = 60.0
"""For the whole answer: one that comes byte by byte must not hold the link for ever."""
GREET_EVERY_S = 30.0
"""With nothing to send, headquarters still hears this often that the store is there, and the store of it."""


class HqTrouble(Exception):
    """Headquarters gave no answer we can use; the text says what happened."""


class Refused(msgspec.Struct, frozen=True):
    """What headquarters says with 400. With code `gap` it stands further back than we thought."""

    code: str
    message: str
    acked: int = 0
    hash: str = ""


@dataclass(frozen=True, slots=True)
class HqAddress:
    """Where headquarters is, and this store's secret."""

    url: str
    store: str
    epoch: int
    token: str


@dataclass(frozen=True, slots=True)
class SyncStatus:
    """How the link stands, for the screens. `state`: online, offline, fenced."""

    state: str = "offline"
    message: str = ""
    last_ok_at: str = ""
    clock_offset_ms: int | None = None
    """Headquarters' clock minus the store's."""


class HqLink:
    """`step` drains what waits; it is called after commits and now and then."""

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
        self._acked: dict[Stream, tuple[int, str]] = {}
        self._retry_at_s = 0.0
        self._failures = 0
        self._greet_at_s: dict[Stream, float] = {}
        self._compress = "zstd"
        self.status = SyncStatus()

    def step(self) -> None:
        """Send until nothing waits, or until something goes wrong; then back off (0.5 s to 60 s, with jitter)."""
        if self._clock.monotonic() < self._retry_at_s or self.status.state == "fenced":
            return
        try:
            more = True
            while more:
                # The ledger goes first again after every batch of interactions.
                waits = [self._round_trip(stream) for stream in STREAMS]
                more = any(waits)
            self._failures = 0
        except HqTrouble as trouble:
            self._failures += 1
            pause_s = min(60.0, 0.5 * 2 ** min(self._failures, 7)) * (0.5 + self._jitter())
            self._retry_at_s = self._clock.monotonic() + pause_s
            if self.status.state != "fenced":
                self.status = replace(self.status, state="offline", message=str(trouble))
            log.warning("hq_trouble", reason=str(trouble), again_in_s=round(pause_s, 1))

    def _round_trip(self, stream: Stream) -> bool:
        """One request; True when more waits. Now and then it is only a greeting."""
        acked, hash_at_acked = self._acked.get(stream) or self._queries.acked(stream)
        last_seq = self._queries.last_seq(stream)
        if last_seq <= acked and self._clock.monotonic() < self._greet_at_s.get(stream, 0.0):
            return False
        bodies = self._queries.bodies(stream, acked, MAX_EVENTS_PER_SYNC, MAX_BATCH_BYTES)
        # The store goes on selling between the two questions: what is sent counts as what there is.
        last_seq = max(last_seq, acked + len(bodies))
        sent_at = self._clock.now()
        request = SyncRequest(
            store=self._hq.store,
            epoch=self._hq.epoch,
            stream=stream,
            last_seq=last_seq,
            acked=acked,
            hash_at_acked=hash_at_acked,
            events=[msgspec.Raw(body) for body in bodies],
            sent_at=rfc3339(sent_at),
        )
        reply = self._post(request, last_seq)
        if bodies and reply.acked <= acked:
            raise HqTrouble(f"{stream}: headquarters answers 200 and stays at row {reply.acked}")
        self._believe(stream, reply.acked, reply.hash, last_seq)
        now = self._clock.now()
        self.status = replace(self.status, state="online", message="", last_ok_at=rfc3339(now))
        self._greet_at_s[stream] = self._clock.monotonic() + GREET_EVERY_S
        self._offset(reply, sent_at)
        return last_seq > reply.acked

    def _post(self, request: SyncRequest, last_seq: int) -> SyncReply:
        body = msgspec.json.encode(request)
        headers = {
            "Authorization": f"Bearer {self._hq.token}",
            "Content-Type": "application/json",
            "Content-Encoding": self._compress,
        }
        packed = zstandard.compress(body, 1) if self._compress == "zstd" else gzip.compress(body, 1)
        try:
            # A redirect is not followed: the store's rows and its secret go where it joined, nowhere else.
            with self._session.post(
                self._hq.url + SYNC_PATH,
                data=packed,
                headers=headers,
                timeout=TIMEOUT_S,
                stream=True,
                allow_redirects=False,
            ) as response:
                content = self._read(response)
                status = response.status_code
        except (requests.RequestException, OSError, ValueError) as error:
            raise HqTrouble(f"no answer: {type(error).__name__}") from None
        if status == 415 and self._compress == "zstd":
            self._compress = "gzip"
            raise HqTrouble("zstd is not taken there; gzip from now on")
        if status == 409:
            self._fenced(content)
        if status == 400:
            self._step_back(request, _decode(content, Refused), last_seq)
        if status != 200:
            raise HqTrouble(f"HTTP {status}: {content[:200].decode(errors='replace')}")
        reply: SyncReply = _decode(content, SyncReply)
        return reply

    def _read(self, response: requests.Response) -> bytes:
        """The answer, up to MAX_REPLY_BYTES. Raises HqTrouble when it is longer or takes too long."""
        content = bytearray()
        give_up_s = self._clock.monotonic() + ANSWER_WITHIN_S
        for piece in response.iter_content(64 * 1024):
            content += piece
            if len(content) > MAX_REPLY_BYTES:
                raise HqTrouble(f"an answer of more than {MAX_REPLY_BYTES} bytes")
            if self._clock.monotonic() > give_up_s:
                raise HqTrouble(f"an answer that takes longer than {ANSWER_WITHIN_S:.0f} s")
        return bytes(content)

    def _step_back(self, request: SyncRequest, refused: Refused, last_seq: int) -> None:
        """Headquarters lacks rows it once had (it was restored from a backup): fill it up from there."""
        if refused.code == "gap" and refused.acked < request.acked:
            self._believe(request.stream, refused.acked, refused.hash, last_seq)
        raise HqTrouble(f"{refused.code}: {refused.message}")

    def _fenced(self, content: bytes) -> None:
        fence: Fence = _decode(content, Fence)
        self.status = replace(self.status, state="fenced", message=f"{fence.reason}: {fence.message}")
        log.error("hq_fence", reason=fence.reason, message=fence.message, acked=fence.acked)
        raise HqTrouble(f"fenced: {fence.reason}")

    def _believe(self, stream: Stream, acked: int, chain_hash: str, last_seq: int) -> None:
        """Take headquarters' watermark only with the hash that our own row there has."""
        if not 0 <= acked <= last_seq:
            raise HqTrouble(f"{stream}: headquarters claims row {acked}, we have {last_seq}")
        if chain_hash != self._queries.hash_at(stream, acked):
            raise HqTrouble(f"{stream}: headquarters' hash at row {acked} is not ours")
        known = self._acked.get(stream) or self._queries.acked(stream)
        if known != (acked, chain_hash):
            self._brain.submit(SyncAdvanced("", stream, acked, chain_hash, self._clock.now()))
        self._acked[stream] = (acked, chain_hash)

    def _offset(self, reply: SyncReply, sent_at: datetime) -> None:
        theirs = parse_time(reply.at)
        if theirs is not None:
            middle = sent_at + (self._clock.now() - sent_at) / 2
            offset_ms = round((theirs - middle).total_seconds() * 1000)
            self.status = replace(self.status, clock_offset_ms=offset_ms)


def _decode(content: bytes, shape: Any) -> Any:
    try:
        return msgspec.json.decode(content, type=shape)
    except UNREADABLE as error:
        raise HqTrouble(f"an answer that makes no sense: {error}") from None
