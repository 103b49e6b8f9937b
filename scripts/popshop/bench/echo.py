"""The other end of a bare publish-and-answer, as a process of its own: `python -m popshop.bench.echo`."""

from __future__ import annotations

import sys
import threading
from typing import Any

import paho.mqtt.client as mqtt

from edge_agent.adapters.mqtt_link import no_delay
from popshop.bench.load import signed_in

ASK = "popshop/1/bench/echo/command"
ANSWER = "popshop/1/bench/echo/report"


def connect(port: int, user: str, password: str, client_id: str, topic: str, on_message: Any) -> mqtt.Client:
    """A client that hears one topic (QoS 1) and sends without delay."""
    ready = threading.Event()
    client = signed_in(user, password, client_id)
    client.on_socket_open = no_delay
    client.on_message = on_message
    client.on_subscribe = lambda *_: ready.set()
    client.connect("127.0.0.1", port)
    client.loop_start()
    client.subscribe(topic, qos=1)
    if not ready.wait(15):
        raise RuntimeError("the broker did not take the subscription")
    return client


def main(port: str, user: str, password: str) -> None:
    """Answer every message with its own bytes until stdin closes."""

    def answer(client: mqtt.Client, _: Any, message: mqtt.MQTTMessage) -> None:
        client.publish(ANSWER, message.payload, qos=1)

    client = connect(int(port), user, password, "bench-echo", ASK, answer)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.read()
    client.disconnect()
    client.loop_stop()


if __name__ == "__main__":
    main(*sys.argv[1:])
