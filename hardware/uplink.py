"""A device's way to the broker: connect, back off, connect again. One `Link` at a time.

No clock and no thread: `step` is told the time. Nothing is queued: `publish` says False when it cannot.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from typing import Final

import msgspec

from hardware.link import BrokerAddress, Link, Message

RECONNECT_FIRST_S: Final = 0.2
RECONNECT_MOST_S: Final = 5.0
KEEP_ALIVE_CHECK_S: Final = 5.0


class Arrived(msgspec.Struct, frozen=True):
    """What a step brought: messages, that the connection came up, or why it went down."""

    messages: list[Message]
    came_up: bool = False
    went_down: str = ""


class Uplink:
    """`last_will` gives topic and body for the next connection; `client_id` is fixed, the session is kept."""

    def __init__(
        self,
        address: BrokerAddress,
        client_id: str,
        subscriptions: list[str],
        last_will: Callable[[], tuple[str, bytes]],
    ) -> None:
        self.address = address
        self.link: Link | None = None
        self.up = False
        self._client_id = client_id
        self._subscriptions = subscriptions
        self._last_will = last_will
        self._connect_at_s = 0.0
        self._keep_alive_at_s = 0.0
        self._back_off_s = RECONNECT_FIRST_S

    def wake_s(self) -> float:
        """When `step` is due even if nothing comes."""
        return self._connect_at_s if self.link is None else self._keep_alive_at_s

    def step(self, now_s: float, readable: bool) -> Arrived:
        """Connect, read, write, ping: whatever the connection needs now."""
        if self.link is None:
            return self._connect(now_s) if now_s >= self._connect_at_s else Arrived([])
        link = self.link
        messages = link.read() if readable else []
        if link.wants_write:
            link.write()
        if now_s >= self._keep_alive_at_s:
            link.keep_alive()
            self._keep_alive_at_s = now_s + KEEP_ALIVE_CHECK_S
        if link.refusal or link.socket is None:
            return self._lost(now_s, link.refusal or "connection lost", messages)
        came_up = link.subscribed and not self.up
        if came_up:
            self.up = True
            self._back_off_s = RECONNECT_FIRST_S
        return Arrived(messages, came_up)

    def publish(self, topic: str, body: bytes, *, retain: bool = False) -> bool:
        """Hand a message over, QoS 1. False when there is no connection to hand it to."""
        return self.up and self.link is not None and self.link.publish(topic, body, retain=retain)

    def acknowledge(self, message: Message) -> None:
        """Tell the broker that it need not bring this again (it will, when the connection is gone)."""
        if self.link is not None:
            self.link.acknowledge(message)

    def close(self) -> None:
        """Leave in good order: no last will."""
        if self.link is not None:
            self.link.close()
        self._forget()

    def drop(self) -> None:
        """Hang up without a word, as a power cut does."""
        if self.link is not None:
            self.link.drop()
        self._forget()

    def _forget(self) -> None:
        self.link = None
        self.up = False
        self._connect_at_s = 0.0

    def _connect(self, now_s: float) -> Arrived:
        link = Link(self.address, self._client_id, self._last_will(), self._subscriptions)
        self._keep_alive_at_s = now_s + KEEP_ALIVE_CHECK_S
        try:
            link.open()
        except OSError as error:
            return self._lost(now_s, str(error), [])
        self.link = link
        return Arrived([])

    def _lost(self, now_s: float, reason: str, messages: list[Message]) -> Arrived:
        self.drop()
        # Devices of one shop come back one after the other, not all at the same instant.
        spread = 0.75 + zlib.crc32(self._client_id.encode()) % 1000 / 2000
        self._connect_at_s = now_s + self._back_off_s * spread
        self._back_off_s = min(RECONNECT_MOST_S, self._back_off_s * 2)
        return Arrived(messages, went_down=reason)
