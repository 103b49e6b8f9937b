"""A part of a large floor, as a process of its own: `python -m popshop.bench.fleet_floor`.

Simulated scanners and machines in the shell that every device runs in. Something happens to each so many times a
second; a report counts as arrived when the agent's `ack` for it is there, for only then may a device forget it.
"""

from __future__ import annotations

import sys
import time
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from typing import Final

import msgspec

from hardware.behaviour import Behaviour, Input
from hardware.device import Device
from hardware.device_events import DeviceEvent
from hardware.link import BrokerAddress
from hardware.runner import DeviceRunner, random_boot_mark, system_clock
from hardware.scanner.port import CodeHeldUp
from hardware.scanner.simulator import ScannerSimulator
from hardware.vending.port import Slot, SlotFilled
from hardware.vending.simulator import VendingSimulator
from popshop.clock import steady_s

SLOTS: Final = 10
SLOT_CAPACITY: Final = 1_000
BEFORE_BUSINESS: Final = 1
"""Reports of a device that nobody made happen: `booted`."""
TICK_S: Final = 0.005
SETTLE_S: Final = 20.0
"""How long the last acks may take."""


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """What one process is told, as a line of JSON on stdin; another line is the sign to begin."""

    store: str
    host: str
    port: int
    logins: list[tuple[str, str]]
    """Device and password."""
    per_s: float
    seconds: float
    folder: str


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """What it says at its end: reports per device, the milliseconds each took, how many have no answer."""

    sent: dict[str, int]
    took_ms: list[float]
    waiting: int


class Post:
    """One device, with the moments at which something happened to it and the agent has not said that it knows."""

    def __init__(self, number: int, order: Order) -> None:
        self.name, password = order.logins[number]
        self.sent = 0
        self.took_ms: list[float] = []
        self._is_scanner = self.name.startswith("scanner")
        self._since_s: deque[float] = deque()
        self._taken = BEFORE_BUSINESS
        self.online = False
        address = BrokerAddress(host=order.host, port=order.port, user=self.name, password=password)
        self.shell = Device(
            order.store,
            self.name,
            self._behaviour(),
            Path(order.folder),
            address,
            clock=system_clock,
            new_boot_mark=random_boot_mark,
            listener=self._hear,
        )

    def _behaviour(self) -> Behaviour:
        if self._is_scanner:
            return ScannerSimulator(serial=self.name)
        slots = [Slot(slot=f"{n}", capacity=SLOT_CAPACITY, count=0) for n in range(SLOTS)]
        return VendingSimulator(slots, rng=Random(self.name))

    def happen(self) -> None:
        """One more thing that is worth a report."""
        self.sent += 1
        happening: Input = (
            CodeHeldUp("QR Code", f"{self.name}/{self.sent}")
            if self._is_scanner
            else SlotFilled(f"{self.sent % SLOTS}", self.sent % SLOT_CAPACITY)
        )
        self._since_s.append(steady_s())
        self.shell.put(happening)

    def _hear(self, event: DeviceEvent) -> None:
        if event.what == "online":
            self.online = True
        if event.what != "taken":
            return
        now_s, upto = steady_s(), int(event.detail["upto"])
        for _ in range(max(0, upto - self._taken)):
            self.took_ms.append((now_s - self._since_s.popleft()) * 1000)
        self._taken = max(self._taken, upto)

    @property
    def waiting(self) -> int:
        """Reports without the agent's word."""
        return len(self._since_s)


def run(order: Order) -> Result:
    """Run the devices, and have something happen to each of them at an even pace, one after the other."""
    posts = [Post(number, order) for number in range(len(order.logins))]
    with DeviceRunner([post.shell for post in posts]) as runner:
        _wait(posts, runner, lambda post: post.online)
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        sys.stdin.readline()
        _pace(posts, order)
        _wait(posts, runner, lambda post: not post.waiting)
    return Result(
        sent={post.name: post.sent for post in posts},
        took_ms=[round(took, 2) for post in posts for took in post.took_ms],
        waiting=sum(post.waiting for post in posts),
    )


def _pace(posts: Sequence[Post], order: Order) -> None:
    began_s = steady_s()
    planned = round(order.seconds * order.per_s) * len(posts)
    done = 0
    while done < planned:
        due = min(planned, int((steady_s() - began_s) * order.per_s * len(posts)))
        for number in range(done, due):
            posts[number % len(posts)].happen()
        done = due
        time.sleep(TICK_S)


def _wait(posts: Sequence[Post], runner: DeviceRunner, done: Callable[[Post], bool]) -> None:
    give_up_s = steady_s() + SETTLE_S
    while not all(done(post) for post in posts) and steady_s() < give_up_s and runner.alive:
        time.sleep(0.05)


if __name__ == "__main__":
    result = run(msgspec.json.decode(sys.stdin.readline(), type=Order))
    sys.stdout.write(msgspec.json.encode(result).decode() + "\n")
