"""What an answer of headquarters means to a store: said by `upstream`, carried out by whoever runs the link."""

from __future__ import annotations

from dataclasses import dataclass

from cloud_sync.protocol.identifiers import Stream


@dataclass(frozen=True, slots=True)
class Online:
    """Headquarters gave an answer that can be used; `at` is its clock (RFC 3339, empty when it does not say)."""

    at: str = ""


@dataclass(frozen=True, slots=True)
class Advanced:
    """Headquarters has a stream of an epoch up to `acked`, proved by the hash (hex)."""

    epoch: int
    stream: Stream
    acked: int
    hash: str


@dataclass(frozen=True, slots=True)
class StepBack:
    """Headquarters lacks rows it once had (it was restored): it is refilled from behind `acked`."""

    epoch: int
    stream: Stream
    acked: int
    hash: str


@dataclass(frozen=True, slots=True)
class Settled:
    """Nothing of an earlier epoch's stream waits any more."""

    epoch: int
    stream: Stream


@dataclass(frozen=True, slots=True)
class HeardOf:
    """Headquarters' incarnation is newer than the store knew."""

    incarnation: int


@dataclass(frozen=True, slots=True)
class Confirmed:
    """Headquarters takes this very machine's ledger on: the store need not doubt its disk any more."""


@dataclass(frozen=True, slots=True)
class Down:
    """Rows of headquarters' log for this store's own epoch, to be applied in order before anything else is sent."""

    rows: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class FencedOff:
    """The store can do nothing but join again. `reason` is a code, `detail` headquarters' sentence."""

    reason: str
    detail: str


@dataclass(frozen=True, slots=True)
class IgnoredOlderIncarnation:
    """The answer is of a headquarters that was replaced by a restored one: nothing in it counts."""

    incarnation: int


@dataclass(frozen=True, slots=True)
class Trouble:
    """Try again later. `reason` is a code for screens, `detail` says more, in English."""

    reason: str
    detail: str


Outcome = (
    Online
    | Advanced
    | StepBack
    | Settled
    | HeardOf
    | Confirmed
    | Down
    | FencedOff
    | IgnoredOlderIncarnation
    | Trouble
)
