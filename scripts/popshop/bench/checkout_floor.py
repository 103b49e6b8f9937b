"""Kiosks and machines of the checkout bench, as a process of its own: `python -m popshop.bench.checkout_floor`.

A kiosk orders, waits for the address at which to pay, has the shopper press the button there, and turns to the next
shopper when the money is in. A machine here is a connection that answers a vend at once and notes when it came: what
is measured is the agent, not a motor.
"""

from __future__ import annotations

import http.client
import sys
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

import msgspec
import paho.mqtt.client as mqtt
from websockets.sync.client import connect

from cloud_sync.protocol.envelope import rfc3339
from hardware import messages, topics
from hardware.runner import system_clock
from popshop.bench.load import signed_in
from popshop.clock import steady_s

SLOT: Final = "1"
PATIENCE_S: Final = 60.0
_decoder: Final = msgspec.json.Decoder()


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """What the process is told, as a line of JSON on stdin; a later `go N PACE` line is one round of checkouts."""

    store: str
    port: int
    agent: str
    kiosk_token: str
    logins: list[tuple[str, str]]
    """Machine and password; kiosk number n sells what is in machine number n."""


class Round(msgspec.Struct, frozen=True, kw_only=True):
    """What it says of a round: when each order's vend command came (store's format of time), and what took how long."""

    took_s: float
    came_at: dict[str, str]
    checkout_ms: list[float]
    """From the tap on Buy to the money's being in."""


class Answering:
    """A machine that does at once what it is told."""

    def __init__(self, job: Job, number: int) -> None:
        self._name, password = job.logins[number]
        self._store = job.store
        self._seq = 0
        self.came_at: dict[str, str] = {}
        self.boot = f"boot-{self._name}"
        self._client = signed_in(self._name, password, self._name)
        self._client.on_message = self._do
        self._client.connect("127.0.0.1", job.port)
        self._client.subscribe(topics.topic(job.store, self._name, "command"), qos=1)
        self._client.loop_start()
        born = messages.Describe(
            kind="vending",
            model="bench",
            serial=self._name,
            firmware="1",
            boot=self.boot,
            capabilities={"drop_sensor": True},
        )
        self._say("describe", messages.encode(born))
        self._say("state", messages.encode(messages.State(status="ready", boot=self.boot)))
        self._report(messages.Booted())

    def close(self) -> None:
        """Leave the broker."""
        self._client.disconnect()
        self._client.loop_stop()

    def _say(self, leaf: topics.Leaf, body: bytes) -> None:
        self._client.publish(
            topics.topic(self._store, self._name, leaf), body, qos=1, retain=leaf != "report"
        )

    def _report(self, report: messages.Report) -> None:
        self._seq += 1
        at = rfc3339(system_clock())
        self._say("report", messages.build_report(self._store, self._name, self.boot, self._seq, at, report))

    def _do(self, client: mqtt.Client, _: Any, message: mqtt.MQTTMessage) -> None:
        at = rfc3339(system_clock())
        command = messages.parse_command(bytes(message.payload))
        if command.id in self.came_at:
            return
        self.came_at[command.id] = at
        self._report(messages.VendStarted(command_id=command.id, slot=SLOT))
        self._report(messages.VendSucceeded(command_id=command.id, slot=SLOT, drop_confirmed=True))


class Watching:
    """One screen's feed: what the newest state of each order is."""

    def __init__(self, job: Job) -> None:
        self._changed = threading.Condition()
        self._orders: dict[str, dict[str, Any]] = {}
        address = urlsplit(job.agent)
        self._socket = connect(f"ws://{address.netloc}/api/feed?token={job.kiosk_token}&after=0")
        self._thread = ThreadPoolExecutor(1)
        self._thread.submit(self._follow)

    def close(self) -> None:
        """Leave the feed."""
        self._socket.close()
        self._thread.shutdown()

    def _follow(self) -> None:
        for body in self._socket:
            changes = _decoder.decode(body).get("changes", ())
            orders = {c["key"]: c["value"] for c in changes if c["kind"] == "order" and c["value"]}
            if orders:
                with self._changed:
                    self._orders.update(orders)
                    self._changed.notify_all()

    def wait(self, order: str, ready: Callable[[Any], Any]) -> dict[str, Any]:
        """The order, once it is as wanted. Raises RuntimeError when it does not come to that."""
        with self._changed:
            found = self._changed.wait_for(
                lambda: ready(self._orders.get(order)) and self._orders[order], timeout=PATIENCE_S
            )
        if not found:
            raise RuntimeError(f"order {order} stands still: {self._orders.get(order)}")
        return dict(found)


class Kiosk:
    """One kiosk and the shoppers before it, one after the other."""

    def __init__(self, job: Job, number: int) -> None:
        self._name = f"kiosk-{number}"
        self._number, self._of = number, len(job.logins)
        self._sku = f"sku-{number}"
        self._address = urlsplit(job.agent)
        self._headers = {"Authorization": f"Bearer {job.kiosk_token}", "Content-Type": "application/json"}
        self._line = http.client.HTTPConnection(self._address.netloc, timeout=PATIENCE_S)
        self._feed = Watching(job)
        self._served = 0
        self.took_ms: list[float] = []

    def close(self) -> None:
        """Go dark."""
        self._line.close()
        self._feed.close()

    def serve(self, shoppers: int, pace_s: float) -> list[str]:
        """Check out so many shoppers; returns their orders. At a pace, kiosks do not tap all in the same moment."""
        time.sleep(pace_s * self._number / self._of)
        return [self._check_out(pace_s) for _ in range(shoppers)]

    def _check_out(self, pace_s: float) -> str:
        self._served += 1
        began_s = steady_s()
        body = {
            "channel": "kiosk",
            "device": self._name,
            "lines": [{"sku": self._sku, "qty": 1}],
            "pay": "sandbox",
        }
        key = {"Idempotency-Key": f"{self._name}-{self._served}"}
        answer = self._post("/api/orders", msgspec.json.encode(body), self._headers | key)
        order: str = _decoder.decode(answer)["id"]
        waiting = self._feed.wait(order, lambda o: o and o["payment"] and o["payment"].get("pay_url"))
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        path = urlsplit(waiting["payment"]["pay_url"]).path
        self._post(path, urlencode({"answer": "pay"}).encode(), form)
        self._feed.wait(order, lambda o: o and o["payment"]["state"] == "paid")
        self.took_ms.append((steady_s() - began_s) * 1000)
        if pace_s:
            time.sleep(max(0.0, pace_s - (steady_s() - began_s)))
        return order

    def finished(self, orders: Sequence[str]) -> None:
        """Wait until the last goods are out."""
        for order in orders:
            self._feed.wait(order, lambda o: o and o["state"] == "completed")

    def _post(self, path: str, body: bytes, headers: dict[str, str]) -> bytes:
        try:
            response = self._asked(path, body, headers)
        except (BrokenPipeError, ConnectionResetError, http.client.RemoteDisconnected):
            # An idle connection that the agent let go. Everything that is sent may be sent twice: it has its key.
            self._line.close()
            response = self._asked(path, body, headers)
        content = response.read()
        if response.status >= 400:
            raise RuntimeError(f"{path}: {response.status} {content[:300]!r}")
        return content

    def _asked(self, path: str, body: bytes, headers: dict[str, str]) -> http.client.HTTPResponse:
        self._line.request("POST", path, body, headers)
        return self._line.getresponse()


def run(job: Job) -> None:
    """Open, then one round a line, until the lines end."""
    machines = [Answering(job, number) for number in range(len(job.logins))]
    kiosks = [Kiosk(job, number) for number in range(len(job.logins))]
    _tell(b"ready")
    with ThreadPoolExecutor(len(kiosks)) as people:
        for line in sys.stdin:
            _, shoppers, pace = line.split()
            serve = partial(Kiosk.serve, shoppers=int(shoppers), pace_s=float(pace))
            for each in kiosks:
                each.took_ms.clear()
            for machine in machines:
                machine.came_at.clear()
            began_s = steady_s()
            served = list(people.map(serve, kiosks))
            list(people.map(Kiosk.finished, kiosks, served))
            seen = Round(
                took_s=steady_s() - began_s,
                came_at={key: at for machine in machines for key, at in machine.came_at.items()},
                checkout_ms=[ms for kiosk in kiosks for ms in kiosk.took_ms],
            )
            _tell(msgspec.json.encode(seen))
    for kiosk in kiosks:
        kiosk.close()
    for machine in machines:
        machine.close()


def _tell(line: bytes) -> None:
    sys.stdout.buffer.write(line + b"\n")
    sys.stdout.flush()


if __name__ == "__main__":
    run(msgspec.json.decode(sys.stdin.readline(), type=Job))
