"""MQTT 3.1.1 packets out of a stream of bytes, as far as the kit looks at them. Pure.

Reads along on a connection that is not ours: it never answers, and what it cannot read it says so once.
"""

from __future__ import annotations

from typing import Final

import msgspec

CONNECT: Final = 1
PUBLISH: Final = 3
SUBSCRIBE: Final = 8
DISCONNECT: Final = 14
MAX_PACKET_BYTES: Final = 4 * 1024**2
"""More than any broker of ours takes."""


class PacketError(ValueError):
    """These bytes are not MQTT 3.1.1."""


class Connect(msgspec.Struct, frozen=True, kw_only=True):
    """How a device logs in (MQTT 3.1.1 §3.1). `will_topic` is empty without a last will."""

    client_id: str
    clean_session: bool
    keep_alive_s: int
    will_topic: str = ""
    will_body: bytes = b""
    will_qos: int = 0
    will_retained: bool = False


class Publish(msgspec.Struct, frozen=True, kw_only=True):
    """A message on the wire (MQTT 3.1.1 §3.3)."""

    topic: str
    body: bytes
    qos: int
    retained: bool


class Subscribe(msgspec.Struct, frozen=True):
    """What a device wants to hear, and with which QoS (MQTT 3.1.1 §3.8)."""

    topics: tuple[tuple[str, int], ...]


class Disconnect(msgspec.Struct, frozen=True):
    """A good-bye: the broker does not publish the last will."""


Packet = Connect | Publish | Subscribe | Disconnect


class PacketReader:
    """One direction of one connection."""

    def __init__(self) -> None:
        self._waiting = bytearray()

    def feed(self, piece: bytes) -> list[Packet]:
        """The packets that are complete now, those of other kinds left out. Raises PacketError."""
        self._waiting += piece
        packets: list[Packet] = []
        while (found := self._next()) is not None:
            head, body = found
            try:
                packet = _read(head, body)
            except (IndexError, UnicodeDecodeError) as error:
                raise PacketError(f"packet of type {head >> 4} breaks off or is no UTF-8") from error
            if packet is not None:
                packets.append(packet)
        return packets

    def _next(self) -> tuple[int, bytes] | None:
        """First byte and contents of the next complete packet (§2.2: the length takes one to four bytes)."""
        length = shift = 0
        for place in range(1, len(self._waiting)):
            byte = self._waiting[place]
            length |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                break
            if place == 4:
                raise PacketError("a length of more than four bytes")
        else:
            return None
        if length > MAX_PACKET_BYTES:
            raise PacketError(f"a packet of {length} bytes")
        end = place + 1 + length
        if len(self._waiting) < end:
            return None
        packet = self._waiting[0], bytes(self._waiting[place + 1 : end])
        del self._waiting[:end]
        return packet


class _Cursor:
    def __init__(self, body: bytes) -> None:
        self._body, self._at = body, 0

    @property
    def has_more(self) -> bool:
        return self._at < len(self._body)

    def take(self, count: int) -> bytes:
        piece = self._body[self._at : self._at + count]
        if len(piece) < count:
            raise IndexError(count)
        self._at += count
        return piece

    def number(self, count: int) -> int:
        return int.from_bytes(self.take(count), "big")

    def field(self) -> bytes:
        return self.take(self.number(2))

    def rest(self) -> bytes:
        return self._body[self._at :]


def _read(head: int, body: bytes) -> Packet | None:
    kind, flags, cursor = head >> 4, head & 0x0F, _Cursor(body)
    if kind == CONNECT:
        return _read_connect(cursor)
    if kind == PUBLISH:
        topic, qos = cursor.field().decode(), flags >> 1 & 3
        if qos:
            cursor.number(2)
        return Publish(topic=topic, body=cursor.rest(), qos=qos, retained=bool(flags & 1))
    if kind == SUBSCRIBE:
        cursor.number(2)
        topics = []
        while cursor.has_more:
            topics.append((cursor.field().decode(), cursor.number(1)))
        return Subscribe(tuple(topics))
    return Disconnect() if kind == DISCONNECT else None


def _read_connect(cursor: _Cursor) -> Connect:
    name, level = cursor.field(), cursor.number(1)
    if (name, level) != (b"MQTT", 4):
        raise PacketError(f"protocol {name[:20]!r} level {level}, not MQTT 3.1.1 (level 4)")
    flags, keep_alive_s = cursor.number(1), cursor.number(2)
    client_id = cursor.field().decode()
    will = (cursor.field().decode(), cursor.field()) if flags & 0x04 else ("", b"")
    return Connect(
        client_id=client_id,
        clean_session=bool(flags & 0x02),
        keep_alive_s=keep_alive_s,
        will_topic=will[0],
        will_body=will[1],
        will_qos=flags >> 3 & 3,
        will_retained=bool(flags & 0x20),
    )
