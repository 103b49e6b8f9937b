"""Bookkeeping of the link to headquarters: kept in the same file by the same writer, but no facts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from edge_agent.domain.command import Command


@dataclass(frozen=True, slots=True)
class SyncAdvanced(Command):
    """Headquarters has a stream of an epoch up to `acked` (less than before, if it was restored)."""

    epoch: int
    stream: str
    acked: int
    hash_at_acked: str
    at: datetime


@dataclass(frozen=True, slots=True)
class EpochSettled(Command):
    """Nothing of an earlier epoch's stream waits any more: headquarters has it all, or keeps the rest aside."""

    epoch: int
    stream: str


@dataclass(frozen=True, slots=True)
class HeardOfHq(Command):
    """Headquarters' incarnation, from an answer; it only goes up."""

    incarnation: int


@dataclass(frozen=True, slots=True)
class StandingChanged(Command):
    """Whether this store may sell: `ok`, `unproven` (nobody has confirmed that this disk is the latest) or `fenced`.

    `reason` is a code (restored, no_witness, cloned, forked, behind, stale_epoch, retired, unknown_token).
    """

    state: str
    reason: str = ""
