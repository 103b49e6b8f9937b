"""Lets the drawn troubles strike when their time comes, and starts again what they ended."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final, TypeVar

from popshop.clock import steady_s
from popshop.shop.line import Line, Weather
from popshop.soak.parts import Headquarters, Part, Postgres
from popshop.soak.shop import Store
from popshop.soak.small_disk import SmallDisk
from popshop.soak.troubles import Trouble

WORKERS: Final = 12
WAIT_FOR_PART_S: Final = 90.0

T = TypeVar("T")
Say = Callable[[str], None]


class Conductor:
    """`play` strikes all troubles; `heal` ends every one of them."""

    def __init__(
        self,
        hq: Headquarters,
        stores: Sequence[Store],
        disk: tuple[Store, SmallDisk] | None,
        say: Say,
    ) -> None:
        postgres = Postgres(hq, hq.logs)
        self._parts: dict[str, list[Part]] = {
            "hq": [hq],
            "postgres": [postgres],
            "agent": [store.agent for store in stores],
            "broker": [store.broker for store in stores],
            "device": [device for store in stores for device in (store.machine, store.shelf)],
        }
        # Headquarters and its PostgreSQL come and go together, so they share a lock.
        locks = {part.name: threading.Lock() for parts in self._parts.values() for part in parts}
        locks[postgres.name] = locks[hq.name]
        self._locks = locks
        self._lines = [line for store in stores for line in (store.hq_line, store.device_line)]
        self._stores = stores
        self._disk = disk
        self._say = say
        self._pool = ThreadPoolExecutor(WORKERS, "trouble")
        self._under_way: list[Future[None]] = []
        self.kills: Counter[str] = Counter()
        self.weather: Counter[str] = Counter()
        self.clock_steps = 0
        self.disks_filled = 0

    def play(self, troubles: Sequence[Trouble], seconds: float, over: threading.Event) -> None:
        """Strike every trouble at its time; returns when the time is up. Raises what could not be undone."""
        begun_s = steady_s()
        for trouble in troubles:
            over.wait(max(0.0, trouble.at_s - (steady_s() - begun_s)))
            self._look_for_failures()
            self._under_way.append(self._pool.submit(self._strike, trouble, over))
        over.wait(max(0.0, seconds - (steady_s() - begun_s)))

    def _look_for_failures(self) -> None:
        for work in [work for work in self._under_way if work.done()]:
            self._under_way.remove(work)
            work.result()

    def heal(self) -> None:
        """Wait until every trouble is over: everything runs, all lines are clear, the clocks are right."""
        for work in self._under_way:
            work.result()
        self._under_way.clear()
        for line in self._lines:
            line.set(Weather.CLEAR)
        for store in self._stores:
            store.agent.step_clock(0)

    def close(self) -> None:
        """Let go of the workers."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    # ── the troubles ────────────────────────────────────────────────────────────────────────────────

    def _strike(self, trouble: Trouble, over: threading.Event) -> None:
        match trouble.what:
            case "line":
                self._change_weather(trouble, over)
            case "clock":
                self._step_clock(trouble, over)
            case "disk":
                self._fill_disk(trouble, over)
            case kind:
                self._kill(pick(self._parts[kind], trouble.roll), trouble.lasts_s, over)

    def _kill(self, part: Part, down_s: float, over: threading.Event) -> None:
        lock = self._locks[part.name]
        # It may be down or starting still from the last time.
        if not lock.acquire(timeout=WAIT_FOR_PART_S):
            return
        try:
            if part.kill():
                self.kills[part.kind] += 1
                self._say(f"kill -9 {part.name}, away for {down_s:.1f} s")
                over.wait(down_s)
                part.start()
        finally:
            lock.release()

    def _change_weather(self, trouble: Trouble, over: threading.Event) -> None:
        line: Line = pick(self._lines, trouble.roll)
        if trouble.weather is None:
            line.break_off()
            return
        self.weather[trouble.weather.value] += 1
        line.set(trouble.weather)
        over.wait(trouble.lasts_s)
        line.set(Weather.CLEAR)

    def _step_clock(self, trouble: Trouble, over: threading.Event) -> None:
        agent = pick(self._stores, trouble.roll).agent
        self._say(f"the clock of {agent.name} is {trouble.size:+.0f} s off for {trouble.lasts_s:.1f} s")
        agent.step_clock(trouble.size)
        over.wait(trouble.lasts_s)
        agent.step_clock(0)
        self.clock_steps += 1

    def _fill_disk(self, trouble: Trouble, over: threading.Event) -> None:
        if self._disk is None:
            return
        store, disk = self._disk
        # An agent that starts on a full disk cannot even write where it answers: that is another trouble.
        with self._locks[store.agent.name]:
            self._say(f"the disk of {store.name} is full for {trouble.lasts_s:.1f} s")
            disk.fill()
            over.wait(trouble.lasts_s)
            disk.make_room()
        self.disks_filled += 1


def pick(things: Sequence[T], roll: float) -> T:
    """The one a roll between 0 and 1 falls on."""
    return things[min(int(roll * len(things)), len(things) - 1)]
