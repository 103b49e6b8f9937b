"""What arrives over HTTP from a store, made safe to hold: sizes are limited before and after unpacking."""

from __future__ import annotations

import zlib
from typing import Final

import msgspec
import zstandard

from cloud_sync.protocol.envelope import UNREADABLE
from cloud_sync.protocol.session import MAX_SYNC_BYTES, JoinRequest, SalvageRequest, SyncRequest

MAX_JOIN_BYTES: Final = 4_096
_ZSTD_WINDOW_BYTES: Final = 64 * 1024 * 1024

_sync = msgspec.json.Decoder(SyncRequest)
_salvage = msgspec.json.Decoder(SalvageRequest)
_join = msgspec.json.Decoder(JoinRequest)


class WireError(ValueError):
    """The bytes cannot be taken. `status` is HTTP's, `code` is for programs, the text for people."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message


def too_large(limit: int) -> WireError:
    """Over the limit, packed or unpacked."""
    return WireError(413, "too_large", f"more than {limit} bytes: send fewer events at once")


def unpack(body: bytes, encoding: str) -> bytes:
    """Undo a Content-Encoding (gzip, zstd or none) up to MAX_SYNC_BYTES. Raises WireError."""
    try:
        if encoding in ("", "identity"):
            unpacked = body
        elif encoding == "gzip":
            unpacked = _gunzip(body)
        elif encoding == "zstd":
            reader = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW_BYTES).stream_reader(body)
            unpacked = reader.read(MAX_SYNC_BYTES + 1)
        else:
            raise WireError(415, "unknown_encoding", f"content encoding {encoding[:40]!r}: use gzip or zstd")
    except (zlib.error, zstandard.ZstdError, EOFError) as error:
        raise WireError(400, "malformed", f"the body is not {encoding}: {error}") from None
    if len(unpacked) > MAX_SYNC_BYTES:
        raise too_large(MAX_SYNC_BYTES)
    return unpacked


def _gunzip(body: bytes) -> bytes:
    unpacker = zlib.decompressobj(wbits=31)
    unpacked = unpacker.decompress(body, MAX_SYNC_BYTES + 1)
    if not unpacker.eof and len(unpacked) <= MAX_SYNC_BYTES:
        raise EOFError("it ends in the middle")
    return unpacked


def read_sync(body: bytes, encoding: str) -> SyncRequest:
    """Read a sync request. Raises WireError."""
    unpacked = unpack(body, encoding)
    try:
        return _sync.decode(unpacked)
    except UNREADABLE as error:
        raise WireError(400, "malformed", f"not a sync request: {error}") from None


def read_salvage(body: bytes, encoding: str) -> SalvageRequest:
    """Read a salvage request. Raises WireError."""
    unpacked = unpack(body, encoding)
    try:
        return _salvage.decode(unpacked)
    except UNREADABLE as error:
        raise WireError(400, "malformed", f"not a salvage request: {error}") from None


def read_join(body: bytes) -> JoinRequest:
    """Read a join request. Raises WireError."""
    try:
        return _join.decode(body)
    except UNREADABLE as error:
        raise WireError(400, "malformed", f"not a join request: {error}") from None
