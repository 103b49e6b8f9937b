"""A store's disk and headquarters in a few lines each, for tests of what they say to each other."""

from __future__ import annotations

from typing import Any

import msgspec

from cloud_sync.protocol import instructions
from cloud_sync.protocol.identifiers import Stream
from cloud_sync.protocol.numbered_log import GENESIS, row_hash
from cloud_sync.protocol.outcomes import (
    Advanced,
    Confirmed,
    Down,
    FencedOff,
    HeardOf,
    Outcome,
    Settled,
    StepBack,
    Trouble,
)
from cloud_sync.protocol.session import Fence, SalvageReply, SalvageRequest, SyncReply, SyncRequest
from cloud_sync.protocol.upstream import Answer, Asked, Refused, Upstream

EARLIER, OWN = 3, 5
"""Epochs; headquarters gave another store's code a wrong try in between."""


def chain(rows: list[bytes]) -> str:
    digest = GENESIS
    for seq, body in enumerate(rows, 1):
        digest = row_hash(digest, seq, body)
    return digest.hex()


class Disk:
    """A store's file, as the link sees it: rows per epoch and stream, and what it knows of headquarters."""

    def __init__(self) -> None:
        self.rows: dict[tuple[int, str], list[bytes]] = {}
        self.known: dict[tuple[int, str], tuple[int, str]] = {}
        self.earlier: list[tuple[int, Stream]] = []
        self.open: list[tuple[int, Stream]] = []
        self.down: list[bytes] = []
        self.heard_of = 0
        self.state, self.reason = "ok", ""

    def write(self, stream: Stream = "ledger", epoch: int = OWN, mark: str = "") -> None:
        rows = self.rows.setdefault((epoch, stream), [])
        rows.append(msgspec.json.encode([epoch, stream, len(rows) + 1, mark]))

    def leave_open(self, stream: Stream, rows: int) -> None:
        """An earlier epoch's stream that is not settled."""
        for _ in range(rows):
            self.write(stream, EARLIER)
        self.earlier.append((EARLIER, stream))
        self.open.append((EARLIER, stream))

    def epoch(self) -> int:
        return OWN

    def unsettled(self) -> list[tuple[int, Stream]]:
        return list(self.open)

    def last_seq(self, stream: Stream, epoch: int | None = None) -> int:
        return len(self.rows.get((epoch or OWN, stream), []))

    def bodies(
        self, stream: Stream, after: int, most: int, most_bytes: int | None = None, epoch: int | None = None
    ) -> list[bytes]:
        return self.rows.get((epoch or OWN, stream), [])[after : after + min(most, 2)]

    def hash_at(self, stream: Stream, seq: int, epoch: int | None = None) -> str:
        rows = self.rows.get((epoch or OWN, stream), [])
        return chain(rows[:seq]) if 0 <= seq <= len(rows) else ""

    def acked(self, stream: Stream, epoch: int | None = None) -> tuple[int, str]:
        return self.known.get((epoch or OWN, stream), (0, GENESIS.hex()))

    def down_seq(self) -> int:
        return len(self.down)

    def incarnation(self) -> int:
        return self.heard_of

    def standing(self) -> dict[str, str]:
        return {"state": self.state, "reason": self.reason}

    def take(self, outcome: Outcome) -> None:
        """Put an outcome into the books."""
        match outcome:
            case Advanced() | StepBack():
                self.known[outcome.epoch, outcome.stream] = (outcome.acked, outcome.hash)
            case Settled():
                self.open = [log for log in self.open if log != (outcome.epoch, outcome.stream)]
            case HeardOf() if outcome.incarnation > self.heard_of:
                self.heard_of = outcome.incarnation
                self.open = list(self.earlier)
            case Confirmed():
                self.state = "ok"
            case FencedOff():
                self.state, self.reason = "fenced", outcome.reason
            case Down():
                for body in outcome.rows:
                    if instructions.read_row(body).seq == len(self.down) + 1:
                        self.down.append(body)
            case _:
                pass


class Hq:
    """Headquarters' rules in a few lines: rows per epoch and stream, a down log, an incarnation."""

    def __init__(self) -> None:
        self.rows: dict[tuple[int, str], list[bytes]] = {}
        self.aside: dict[tuple[int, str], list[bytes]] = {}
        self.down: list[bytes] = []
        self.incarnation = 0

    def copy(self) -> Hq:
        twin = Hq()
        twin.rows = {log: list(rows) for log, rows in self.rows.items()}
        twin.aside = {log: list(rows) for log, rows in self.aside.items()}
        twin.down, twin.incarnation = list(self.down), self.incarnation
        return twin

    def grant(self) -> None:
        grant = instructions.Grant(grant=f"g{len(self.down)}", sku="A", qty=1)
        self.down.append(instructions.write(len(self.down) + 1, OWN, "", grant))

    def answer(self, asked: Asked) -> Answer:
        if isinstance(asked, SalvageRequest):
            return self._salvage(asked)
        log = (asked.epoch, asked.stream)
        rows = list(self.rows.get(log, []))
        if asked.last_seq < len(rows):
            return self._fence("behind", rows)
        if asked.acked > len(rows):
            refused = Refused("gap", "send from further back", len(rows), chain(rows))
            return Answer(400, msgspec.json.encode(refused))
        offered = [bytes(row) for row in asked.events]
        common = rows[asked.acked : asked.acked + len(offered)]
        if asked.hash_at_acked != chain(rows[: asked.acked]) or common != offered[: len(common)]:
            return self._fence("forked", rows)
        rows += offered[len(common) :]
        if rows:
            self.rows[log] = rows
        down = [msgspec.Raw(row) for row in self.down[asked.down_seq :]] if asked.epoch == OWN else []
        return says(len(rows), chain(rows), down=down, incarnation=self.incarnation)

    def _salvage(self, asked: SalvageRequest) -> Answer:
        rows = self.rows.get((asked.epoch, asked.stream), [])
        offered = [bytes(row) for row in asked.events]
        known = [row for seq, row in enumerate(offered, asked.from_seq) if rows[seq - 1 : seq] == [row]]
        aside = self.aside.setdefault((asked.epoch, asked.stream), [])
        aside += [row for row in offered if row not in known and row not in aside]
        reply = SalvageReply(known=len(known), kept=len(offered) - len(known))
        return Answer(200, msgspec.json.encode(reply))

    @staticmethod
    def _fence(reason: str, rows: list[bytes]) -> Answer:
        return fence(reason, len(rows), chain(rows))


def says(acked: int, chain_hash: str, **more: Any) -> Answer:
    return Answer(200, msgspec.json.encode(SyncReply(acked=acked, hash=chain_hash, **more)))


def fence(reason: str, acked: int = 0, chain_hash: str = "") -> Answer:
    told = Fence(reason=reason, message=f"it is {reason}", acked=acked, hash=chain_hash)
    return Answer(409, msgspec.json.encode(told))


class Link:
    """A store's link in a test's hands; every outcome goes into the books at once."""

    def __init__(self, rows: int = 3, machine: str = "m1") -> None:
        self.disk = Disk()
        for _ in range(rows):
            self.disk.write()
        self.up = Upstream("pop-1", machine, self.disk)
        self.now_s = 1_000.0

    def ask(self) -> SyncRequest:
        asked = self.up.next(self.now_s)
        assert isinstance(asked, SyncRequest)
        return asked

    def hear(self, asked: Asked, answer: Answer) -> list[Outcome]:
        outcomes = self.up.heard(asked, answer, self.now_s)
        for outcome in outcomes:
            self.disk.take(outcome)
        return outcomes

    def drain(self, hq: Hq, most: int = 200) -> list[Asked]:
        """Talk until nothing waits."""
        said: list[Asked] = []
        while (asked := self.up.next(self.now_s)) is not None:
            said.append(asked)
            self.hear(asked, hq.answer(asked))
            assert len(said) < most, "it talks without end"
        return said


def words(outcomes: list[Outcome]) -> list[str]:
    return [
        outcome.reason if isinstance(outcome, Trouble) else type(outcome).__name__ for outcome in outcomes
    ]
