"""A backlog of device reports in a broker, so that a contender's drain is measured and nothing else.

The reports wait in the contender's persistent session: while it works, only the broker and it are awake.
"""

from __future__ import annotations

import threading
from typing import Final

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from cloud_sync.protocol.envelope import rfc3339
from edge_agent.domain.commands import ListedItem, PlannedSlot
from hardware import messages, topics
from hardware.broker import EmbeddedBroker
from hardware.runner import system_clock

DEVICES: Final = 10
SLOTS: Final = 20
IN_FLIGHT: Final = 2_000
TIMEOUT_S: Final = 300.0


def report(number: int) -> messages.Report:
    """A floor's mix: four interactions to one cash sale."""
    if number % 5 == 0:
        return messages.CashSale(slot=str(number % SLOTS), price_minor=350, currency="CNY")
    return messages.ItemPickedUp(plate=f"p{number % 7}", item=f"sku-{number % SLOTS}", weight_g=212.5)


def planogram() -> tuple[tuple[ListedItem, ...], tuple[PlannedSlot, ...]]:
    """What the reports speak of: items, and a slot for each in every device."""
    items = tuple(
        ListedItem(f"sku-{n}", f"商品 {n}", f"Item {n}", 350, brand=f"brand-{n % 3}") for n in range(SLOTS)
    )
    slots = tuple(
        PlannedSlot(f"bench-{d}", str(n), f"sku-{n}", 10_000, 10_000, 10_000)
        for d in range(DEVICES)
        for n in range(SLOTS)
    )
    return items, slots


def signed_in(user: str, password: str, client_id: str) -> mqtt.Client:
    """A client with a persistent session, not connected yet."""
    made = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=client_id, clean_session=False)
    made.username_pw_set(user, password)
    made.max_inflight_messages_set(IN_FLIGHT)
    return made


def open_session(broker: EmbeddedBroker, client_id: str, topic: str) -> None:
    """Leave a persistent session behind, so that what is published from now on waits for that client."""
    subscribed = threading.Event()
    visitor = signed_in(*broker.agent_credentials(), client_id)
    visitor.on_subscribe = lambda *_: subscribed.set()
    visitor.connect("127.0.0.1", broker.port)
    visitor.loop_start()
    visitor.subscribe(topic, qos=1)
    if not subscribed.wait(15):
        raise RuntimeError("the broker did not take the subscription")
    visitor.disconnect()
    visitor.loop_stop()


def publish(broker: EmbeddedBroker, store: str, boot: str, count: int) -> None:
    """Put `count` reports of ten devices into the broker; returns when it has all of them."""
    sender = signed_in(*broker.agent_credentials(), "bench-sender")
    done = threading.Event()
    left = count

    def published(*_: object) -> None:
        nonlocal left
        left -= 1
        if not left:
            done.set()

    sender.on_publish = published
    sender.connect("127.0.0.1", broker.port)
    sender.loop_start()
    at = rfc3339(system_clock())
    for number in range(count):
        device, seq = f"bench-{number % DEVICES}", number // DEVICES + 1
        body = messages.build_report(store, device, boot, seq, at, report(number))
        sender.publish(topics.topic(store, device, "report"), body, qos=1)
    if not done.wait(TIMEOUT_S):
        raise RuntimeError(f"the broker took only {count - left} of {count} reports")
    sender.disconnect()
    sender.loop_stop()
