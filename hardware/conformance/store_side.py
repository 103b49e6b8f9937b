"""The store's side of the contract: hears the device, acknowledges as a store does (or holds it back), commands.

One paho connection with its own thread; its callbacks only write down and answer. Knows nothing of checks.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from typing import Any, Final

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from cloud_sync.protocol.numbered_log import Verdict, judge
from hardware.conformance.rows import Row, read_row, shown
from hardware.conformance.tape import Received, Tape
from hardware.link import BrokerAddress
from hardware.messages import Ack, encode
from hardware.topics import FROM_DEVICE, Leaf, parse, topic

CONNECT_TIMEOUT_S: Final = 10.0


class NoBroker(RuntimeError):
    """The broker cannot be reached or does not want us; the text says why."""


class OtherStore(RuntimeError):
    """Somebody else acknowledges the device's reports: nothing that is found would say anything about the device."""


class StoreSide:
    """Speaks with one device of one store. A context. Raises NoBroker when it cannot begin."""

    def __init__(
        self, address: BrokerAddress, store: str, device: str, tape: Tape, *, name: str = "check"
    ) -> None:
        """`name` tells this client from others that speak with the device."""
        self._address = address
        self._store, self._device = store, device
        self._tape = tape
        self._lock = threading.Lock()
        self._holding = False
        self._watermarks: dict[str, int] = {}
        self._highest: dict[str, int] = {}
        self._acks: set[bytes] = set()
        self._stranger = b""
        self._client = self._new_client(name)
        self._client.on_message = self._on_message

    def __enter__(self) -> StoreSide:
        heard: tuple[Leaf, ...] = (*FROM_DEVICE, "ack")
        _begin(self._client, self._address, [(self._topic(leaf), 1) for leaf in heard])
        return self

    def __exit__(self, *_: object) -> None:
        _end(self._client)

    def send(self, leaf: Leaf, body: bytes) -> None:
        """Publish an ack (QoS 0, as the store does) or a command (QoS 1), or whatever the device is to survive."""
        if leaf == "ack":
            self._acks.add(body)
        self._client.publish(self._topic(leaf), body, qos=int(leaf == "command"))

    def be_alone(self) -> None:
        """Raises OtherStore when acks were heard that are not ours."""
        if self._stranger:
            raise OtherStore(
                f"somebody else acknowledges {self._device}'s reports ({shown(self._stranger)}):"
                " stop the store's agent, or check the device at a broker of the kit's own"
            )

    def ack(self, boot: str, upto: int) -> None:
        """Say that the store has this boot's reports up to there."""
        self.send("ack", encode(Ack(boot=boot, upto=upto)))

    def hold_acks(self) -> None:
        """Say nothing from now on."""
        with self._lock:
            self._holding = True

    def catch_up(self) -> None:
        """Acknowledge everything that came, holes or not, and go on as a store does."""
        with self._lock:
            self._holding = False
            self._watermarks.update(self._highest)
            upto = dict(self._watermarks)
        for boot, highest in upto.items():
            self.ack(boot, highest)

    def retained(
        self, enough: Callable[[dict[Leaf, Received]], bool], timeout_s: float
    ) -> dict[Leaf, Received]:
        """What the broker keeps of the device, asked anew, until it is `enough` or time is up."""
        kept: dict[Leaf, Received] = {}
        complete = threading.Event()

        def note(_client: paho.Client, _userdata: object, message: paho.MQTTMessage) -> None:
            found = self._received(message)
            if found is not None and found.retained:
                kept[found.leaf] = found
                if enough(kept):
                    complete.set()

        client = self._new_client("look")
        client.on_message = note
        _begin(client, self._address, [(self._topic(leaf), 1) for leaf in FROM_DEVICE])
        complete.wait(timeout_s)
        _end(client)
        return kept

    def _on_message(self, _client: paho.Client, _userdata: object, message: paho.MQTTMessage) -> None:
        found = self._received(message)
        if found is None:
            body = bytes(message.payload)
            if message.topic == self._topic("ack") and body not in self._acks:
                self._stranger = body
            return
        self._tape.add(found)
        if found.row is not None:
            self._answer(found.row)

    def _received(self, message: paho.MQTTMessage) -> Received | None:
        where = parse(message.topic)
        if where is None or where.device != self._device or where.leaf not in FROM_DEVICE:
            return None
        body = bytes(message.payload)
        return Received(
            at_s=self._tape.now_s(),
            leaf=where.leaf,
            body=body,
            qos=message.qos,
            retained=message.retain,
            row=read_row(body) if where.leaf == "report" else None,
        )

    def _answer(self, row: Row) -> None:
        """As the numbered log says: skip, apply or wait. A boot that began before we listened starts where it is."""
        with self._lock:
            self._highest[row.boot] = max(row.seq, self._highest.get(row.boot, 0))
            if self._holding:
                return
            watermark = self._watermarks.setdefault(row.boot, row.seq - 1)
            verdict = judge(watermark, row.seq)
            if verdict is Verdict.GAP:
                return
            if verdict is Verdict.APPLY:
                watermark = self._watermarks[row.boot] = row.seq
        self.ack(row.boot, watermark)

    def _topic(self, leaf: Leaf) -> str:
        return topic(self._store, self._device, leaf)

    def _new_client(self, purpose: str) -> paho.Client:
        client = paho.Client(
            CallbackAPIVersion.VERSION2, client_id=f"popshop-{purpose}-{self._device}", clean_session=True
        )
        client.username_pw_set(self._address.user, self._address.password)
        client.max_inflight_messages_set(0)
        client.max_queued_messages_set(0)
        client.on_socket_open = _no_delay
        return client


def _begin(client: paho.Client, address: BrokerAddress, subscriptions: list[tuple[str, int]]) -> None:
    """Connect and subscribe; on every reconnection too. Raises NoBroker."""
    ready = threading.Event()
    refusal: list[str] = []

    def connected(client: paho.Client, _: Any, __: Any, reason: Any, ___: Any) -> None:
        if reason.is_failure:
            refusal.append(str(reason))
            ready.set()
            return
        client.subscribe(subscriptions)

    def subscribed(_: Any, __: Any, ___: Any, reasons: list[Any], ____: Any) -> None:
        if any(reason.is_failure for reason in reasons):
            refusal.append("this user may not listen to the device: use the agent's user")
        ready.set()

    client.on_connect, client.on_subscribe = connected, subscribed
    where = f"{address.host}:{address.port}"
    try:
        client.connect(address.host, address.port, keepalive=30)
    except OSError as error:
        raise NoBroker(f"no broker at {where}: {error}") from None
    client.loop_start()
    if not ready.wait(CONNECT_TIMEOUT_S):
        refusal.append("it does not answer")
    if refusal:
        _end(client)
        raise NoBroker(f"the broker at {where} does not let us in as {address.user!r}: {refusal[0]}")


def _end(client: paho.Client) -> None:
    client.disconnect()
    client.loop_stop()


def _no_delay(_client: paho.Client, _userdata: object, found: object) -> None:
    if isinstance(found, socket.socket):
        found.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
