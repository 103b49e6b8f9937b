"""The agent's one MQTT connection: device messages in as commands, acknowledgements and instructions out.

A message is acknowledged to the broker (`manual_ack`) and to its device only after the brain's COMMIT. One that
could not be written for want of room gets the broker's acknowledgement, not the device's: a device keeps its
report until it has ours, and a broker that waits for us on too many would bring nothing any more.
The callbacks here parse and queue; they never touch the database.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import paho.mqtt.client as mqtt
import structlog
from paho.mqtt.enums import CallbackAPIVersion

from edge_agent.domain import commands
from edge_agent.services.brain import Answer, Brain
from edge_agent.services.inbox import InboxFull
from hardware import messages, topics

log = structlog.get_logger(__name__)

INBOX_PATIENCE_S = 30.0
"""How long the link waits for room before it lets a message go (the device sends a report again)."""


PRESENCE: Final[tuple[topics.Leaf, ...]] = ("describe", "state")


@dataclass(frozen=True, slots=True)
class BrokerAddress:
    """Where the broker is, and as whom the agent signs in."""

    host: str
    port: int
    user: str
    password: str


class MqttLink:
    """Owns the connection. `start` and `stop` are the owner's; everything else is safe from any thread."""

    def __init__(self, broker: BrokerAddress, store: str, brain: Brain) -> None:
        self._store = store
        self._brain = brain
        self._broker = broker
        self._acks: dict[tuple[str, str], int] = {}
        self._to_ack: list[int] = []
        self._presence_lost = False
        """A birth or a state could not be written. They are retained: asking anew brings them again."""
        self._on_connected: list[Callable[[], None]] = []
        self._on_report: list[Callable[[commands.DeviceReported], None]] = []
        self._client = mqtt.Client(
            CallbackAPIVersion.VERSION2, client_id=f"agent-{store}", clean_session=False, manual_ack=True
        )
        self._client.username_pw_set(broker.user, broker.password)
        self._client.reconnect_delay_set(min_delay=1, max_delay=10)
        self._client.max_queued_messages_set(0)
        self._client.max_inflight_messages_set(1000)
        self._client.on_connect = self._connected
        self._client.on_disconnect = self._disconnected
        self._client.on_socket_open = no_delay
        self._client.on_message = self._message
        brain.on_commit(self.flush)

    @property
    def connected(self) -> bool:
        """Whether the broker is there now."""
        return self._client.is_connected()

    def on_connected(self, listener: Callable[[], None]) -> None:
        """Have `listener` called after each (re)connection; it must only wake somebody."""
        self._on_connected.append(listener)

    def on_report(self, listener: Callable[[commands.DeviceReported], None]) -> None:
        """Have `listener` called, on the writer's thread, with each report that is in the books; it must only queue."""
        self._on_report.append(listener)

    def start(self) -> None:
        """Connect in the background, and stay connected."""
        self._client.connect_async(self._broker.host, self._broker.port, keepalive=30)
        self._client.loop_start()

    def stop(self) -> None:
        """Say goodbye and end the connection's thread."""
        self._client.disconnect()
        self._client.loop_stop()

    def command(self, device: str, command: messages.Command) -> bool:
        """Hand an instruction to the broker. False while disconnected: nothing was sent, try again later."""
        if not self._client.is_connected():
            return False
        topic = topics.topic(self._store, device, "command")
        return self._client.publish(topic, messages.encode(command), qos=1).rc == mqtt.MQTT_ERR_SUCCESS

    # ── on the connection's thread ──────────────────────────────────────────────────────────────────

    def _connected(self, client: mqtt.Client, _: Any, flags: Any, code: Any, __: Any) -> None:
        if code.is_failure:
            log.error("broker_refused", reason=str(code))
            return
        log.info("broker_connected", session_kept=flags.session_present)
        # What the old connection still owed a PUBACK for comes again from the broker by itself.
        client.subscribe([(topics.every_device(self._store, leaf), 1) for leaf in topics.FROM_DEVICE])
        for listener in self._on_connected:
            listener()

    def _disconnected(self, client: mqtt.Client, _: Any, flags: Any, code: Any, __: Any) -> None:
        log.warning("broker_lost", reason=str(code))

    def _message(self, client: mqtt.Client, _: Any, message: mqtt.MQTTMessage) -> None:
        topic = topics.parse(message.topic)
        if topic is None or topic.store != self._store:
            client.ack(message.mid, message.qos)
            return
        command = to_command(topic, bytes(message.payload), message.topic)
        mid = message.mid if message.qos else 0
        try:
            self._brain.submit(command, _Done(self, mid, command), timeout_s=INBOX_PATIENCE_S)
        except InboxFull:
            log.error("inbox_full", topic=message.topic)
            self._presence_lost = self._presence_lost or topic.leaf != "report"
            client.ack(mid, message.qos)

    # ── on the writer's thread, after COMMIT ────────────────────────────────────────────────────────

    def committed(self, mid: int, command: commands.Command, answer: Answer) -> None:
        """Note what may be acknowledged; `flush` sends it. `mid` is 0 for a message of QoS 0."""
        if mid:
            self._to_ack.append(mid)
        if answer.refusal is not None:
            is_report = isinstance(command, (commands.DeviceReported, commands.UnreadableReport))
            self._presence_lost = self._presence_lost or (
                answer.refusal.code == "disk_full" and not is_report
            )
        elif answer.upto and isinstance(command, commands.DeviceReported):
            self._acks[command.device, command.boot] = answer.upto
            if answer.upto == command.seq:
                for listener in self._on_report:
                    listener(command)

    def flush(self) -> None:
        """Acknowledge to the broker and, once per boot, to the device."""
        mids, self._to_ack = self._to_ack, []
        acks, self._acks = self._acks, {}
        for mid in mids:
            self._client.ack(mid, 1)
        for (device, boot), upto in acks.items():
            ack = messages.encode(messages.Ack(boot=boot, upto=upto))
            # A lost one costs a repetition, which the device makes anyway; with QoS 1 a broker writes each to its disk.
            self._client.publish(topics.topic(self._store, device, "ack"), ack, qos=0)
        if self._presence_lost and not self._brain.storage_full and self._client.is_connected():
            self._presence_lost = False
            self._client.subscribe([(topics.every_device(self._store, leaf), 1) for leaf in PRESENCE])


class _Done:
    """Carries a message's id to the moment after COMMIT."""

    __slots__ = ("_command", "_link", "_mid")

    def __init__(self, link: MqttLink, mid: int, command: commands.Command) -> None:
        self._link, self._mid, self._command = link, mid, command

    def __call__(self, answer: Answer) -> None:
        self._link.committed(self._mid, self._command, answer)


def to_command(topic: topics.Topic, body: bytes, where: str) -> commands.Command:
    """What a device's message asks of the brain. Bytes we cannot read become a command as well."""
    try:
        if topic.leaf == "report":
            r = messages.parse_report(body)
            cause = f"{topic.device}/{r.boot}-{r.seq}"
            return commands.DeviceReported(cause, topic.device, r.boot, r.seq, r.at, r.report, r.error, body)
        if topic.leaf == "describe":
            return commands.DeviceIntroduced("", topic.device, messages.parse_describe(body))
        return commands.DevicePresence("", topic.device, messages.parse_state(body))
    except messages.MessageError as error:
        if topic.leaf == "report":
            return commands.UnreadableReport("", topic.device, where, str(error), body)
        return commands.UnreadablePresence("", topic.device, where, str(error), body)


def no_delay(client: mqtt.Client, _: Any, sock: Any) -> None:
    """Send at once: for `on_socket_open`."""
    # Without it Nagle and delayed acknowledgements add some 40 ms to every small message.
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
