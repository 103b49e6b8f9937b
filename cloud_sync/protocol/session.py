"""What a store and headquarters say to each other: joining, and the one round trip of a sync."""

from __future__ import annotations

from typing import Final

import msgspec

from cloud_sync.protocol.identifiers import Stream

SYNC_PATH: Final = "/v1/sync"
JOIN_PATH: Final = "/v1/join"
SALVAGE_PATH: Final = "/v1/salvage"
MAX_EVENTS_PER_SYNC: Final = 5_000
MAX_SYNC_BYTES: Final = 32 * 1024 * 1024
"""Decompressed size that headquarters takes in one request."""


class JoinRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A store shows its one-time code (the part before `@`).

    `epoch` is the highest one its disk knows (0 for a new store), so that no epoch is ever minted twice, even by a
    headquarters that was restored. `machine` is the mark of the machine it will run on from now on.
    """

    code: str
    epoch: int = 0
    machine: str = ""


class JoinReply(msgspec.Struct, frozen=True, kw_only=True):
    """Who the store is from now on. `token` is its bearer secret."""

    store: str
    name: str
    timezone: str
    currency: str
    epoch: int
    token: str


class SyncRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A store's next rows of one stream, and where it believes headquarters stands.

    `acked` / `hash_at_acked` (hex): the last row the store knows headquarters has, and its chain hash.
    `last_seq`: the last row the store has at all, so that headquarters can show expected against received.
    `events`: rows `acked + 1 …` as the journal's own bytes.
    `epoch` is usually the store's own; after a join it may be an earlier one, whose rows extend what headquarters has.
    `down_seq`: the last down row of the store's own epoch that it applied.
    """

    store: str
    epoch: int
    stream: Stream
    last_seq: int
    acked: int
    hash_at_acked: str
    events: list[msgspec.Raw]
    down_seq: int = 0
    sent_at: str = ""
    """The store's clock (RFC 3339), for the offset to headquarters' clock."""
    machine: str = ""
    """The mark of the machine the store runs on: two agents with one identity have two."""
    incarnation: int = 0
    """The newest incarnation of headquarters the store has heard of."""
    code_key: str = ""
    """What the store signs its own codes with: a raw Ed25519 public key (hex)."""


class SyncReply(msgspec.Struct, frozen=True, kw_only=True):
    """Where headquarters stands now: the watermark and the chain hash (hex) at it, and its next down rows."""

    acked: int
    hash: str
    down: list[msgspec.Raw] = []
    """Rows `down_seq + 1 …` of the store's own epoch, in order (see `instructions`)."""
    at: str = ""
    """Headquarters' clock (RFC 3339)."""
    incarnation: int = 0
    """Goes up when headquarters is restored from a backup; answers of an earlier one are not believed."""


class SalvageRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Rows of an earlier epoch that cannot extend what headquarters has: it keeps them aside for a person.

    They are rows `from_seq …` of that epoch on this store's disk.
    """

    store: str
    epoch: int
    stream: Stream
    from_seq: int
    events: list[msgspec.Raw]


class SalvageReply(msgspec.Struct, frozen=True, kw_only=True):
    """How many of the rows headquarters had already, and how many it keeps aside now."""

    known: int
    kept: int


class Fence(msgspec.Struct, frozen=True, kw_only=True):
    """409: this store's log and headquarters' copy cannot be one chain. The store does nothing but join.

    `reason`: stale_epoch (headquarters knows no such epoch), behind (headquarters has rows the store lacks), forked
    (hashes differ), cloned (another machine runs this store) or retired.
    """

    reason: str
    message: str
    acked: int
    hash: str
