"""What a store and headquarters say to each other: joining, and the one round trip of a sync."""

from __future__ import annotations

from typing import Final

import msgspec

from cloud_sync.protocol.identifiers import Stream

SYNC_PATH: Final = "/v1/sync"
JOIN_PATH: Final = "/v1/join"
MAX_EVENTS_PER_SYNC: Final = 5_000
MAX_SYNC_BYTES: Final = 32 * 1024 * 1024
"""Decompressed size that headquarters takes in one request."""


class JoinRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A new store shows its one-time code (the part before `@`)."""

    code: str


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


class SyncReply(msgspec.Struct, frozen=True, kw_only=True):
    """Where headquarters stands now: the watermark and the chain hash (hex) at it."""

    acked: int
    hash: str
    down: list[msgspec.Raw] = []
    at: str = ""
    """Headquarters' clock (RFC 3339)."""


class Fence(msgspec.Struct, frozen=True, kw_only=True):
    """409: this store's log and headquarters' copy cannot be one chain. Nothing moves until a person looks.

    `reason`: stale_epoch, behind (headquarters has rows the store lacks), forked (hashes differ).
    """

    reason: str
    message: str
    acked: int
    hash: str
