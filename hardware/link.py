"""One MQTT connection of a device, from connect to its end. Every attempt gets a new one, so that paho
keeps nothing across: what must not be lost is in the outbox.

Driven from outside (a selector): no thread, no callback ever leaves this file.
"""

from __future__ import annotations

import contextlib
import socket
from typing import Final

import msgspec
import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

KEEP_ALIVE_S: Final = 15
CONNECT_TIMEOUT_S: Final = 5.0
GOODBYE_TIMEOUT_S: Final = 0.2
READ_BYTES: Final = 65_536
READ_BURST: Final = 64
"""Packets read at once: enough for a group commit, not so many that one device starves the others."""


class BrokerAddress(msgspec.Struct, frozen=True, kw_only=True):
    """Where the broker is and who we are there."""

    host: str
    port: int
    user: str
    password: str


class Message(msgspec.Struct, frozen=True):
    """What arrived. `mid` is to be acknowledged once it is safe (0: it was sent with QoS 0)."""

    topic: str
    body: bytes
    mid: int


class Link:
    """A connection with client id, last will and subscriptions fixed. `open` raises OSError."""

    def __init__(
        self,
        address: BrokerAddress,
        client_id: str,
        will: tuple[str, bytes],
        subscriptions: list[str],
    ) -> None:
        self._address = address
        self._subscriptions = subscriptions
        self._received: list[Message] = []
        self.subscribed = False
        """Whether the connection is complete: logged in, and commands and acks can come."""
        self.refusal = ""
        """Why the broker will not have us, empty while it will."""
        client = paho.Client(
            CallbackAPIVersion.VERSION2, client_id=client_id, clean_session=False, manual_ack=True
        )
        client.username_pw_set(address.user, address.password)
        client.will_set(will[0], will[1], qos=1, retain=True)
        client.max_inflight_messages_set(0)
        client.connect_timeout = CONNECT_TIMEOUT_S
        client.on_socket_open = _no_delay
        client.on_connect = self._on_connect
        client.on_subscribe = self._on_subscribe
        client.on_message = self._on_message
        self._client = client

    def open(self) -> None:
        """Connect; the broker's answer comes by `read`."""
        self._client.connect(self._address.host, self._address.port, KEEP_ALIVE_S)

    @property
    def socket(self) -> socket.socket | None:
        """What to wait on; None once the connection is gone."""
        found = self._client.socket()
        return found if isinstance(found, socket.socket) else None

    @property
    def wants_write(self) -> bool:
        """Whether bytes wait for the socket."""
        return self._client.want_write()

    def read(self) -> list[Message]:
        """Take what has arrived. `socket` is None afterwards when the connection ended."""
        for _ in range(READ_BURST):
            self._client.loop_read()
            if not _has_more(self.socket):
                break
        received, self._received = self._received, []
        return received

    def write(self) -> None:
        """Send what waits."""
        self._client.loop_write()

    def keep_alive(self) -> None:
        """Ping when it is time; drops the connection when the broker has gone silent."""
        self._client.loop_misc()

    def publish(self, topic: str, body: bytes, *, retain: bool = False) -> bool:
        """Hand a message over, QoS 1. False when there is no connection to hand it to."""
        info = self._client.publish(topic, body, qos=1, retain=retain)
        return info.rc == paho.MQTT_ERR_SUCCESS

    def acknowledge(self, message: Message) -> None:
        """Tell the broker that it need not bring this again."""
        if message.mid:
            self._client.ack(message.mid, 1)

    def close(self) -> None:
        """Say good-bye: no last will. Returns when the broker has heard it, or does not listen any more."""
        found = self.socket
        # A socket closed with something unread in it takes along what was just sent, so it is kept until it is empty.
        kept = found.dup() if found is not None else None
        self._client.disconnect()
        self._client.loop_write()
        self.drop()
        if kept is not None:
            with kept, contextlib.suppress(OSError):
                kept.settimeout(GOODBYE_TIMEOUT_S)
                kept.shutdown(socket.SHUT_WR)
                while kept.recv(READ_BYTES):
                    pass

    def drop(self) -> None:
        """Hang up without a word, as a power cut does."""
        found = self.socket
        if found is not None:
            found.close()

    def _on_connect(
        self,
        client: paho.Client,
        _userdata: object,
        _flags: paho.ConnectFlags,
        reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        if reason.is_failure:
            self.refusal = str(reason)
            return
        client.subscribe([(topic, 1) for topic in self._subscriptions])

    def _on_subscribe(
        self,
        _client: paho.Client,
        _userdata: object,
        _mid: int,
        reasons: list[ReasonCode],
        _properties: Properties | None,
    ) -> None:
        if any(reason.is_failure for reason in reasons):
            self.refusal = f"no right to subscribe to {', '.join(self._subscriptions)}"
        else:
            self.subscribed = True

    def _on_message(self, _client: paho.Client, _userdata: object, message: paho.MQTTMessage) -> None:
        self._received.append(Message(message.topic, bytes(message.payload), message.mid))


def _no_delay(_client: paho.Client, _userdata: object, found: object) -> None:
    if isinstance(found, socket.socket):
        found.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def _has_more(found: socket.socket | None) -> bool:
    if found is None:
        return False
    try:
        return bool(found.recv(1, socket.MSG_PEEK))
    except OSError:
        return False
