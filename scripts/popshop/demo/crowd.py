"""Carries out everybody's steps in the order of their time, in one thread. Nobody is lost while the agent
or headquarters is away: the same step is tried again with the same key."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from typing import Any, Final, Protocol

from popshop.demo.steps import Step, Visit, Wait

TRY_AGAIN_S: Final = 0.5


class Away(Exception):
    """Who was asked (the agent, headquarters) does not answer; it may have done what was asked."""


class Hands(Protocol):
    """Carries out one step. Raises Away."""

    def do(self, step: Step) -> Any: ...


class Crowd:
    """Visits under way, and a gate through which shoppers come. Times are monotonic seconds."""

    def __init__(self, hands: Hands, clock: Callable[[], float], speed: float) -> None:
        self._hands = hands
        self._clock = clock
        self._speed = speed
        self._queue: list[tuple[float, int, Visit, Step | None]] = []
        self._number = 0

    def __len__(self) -> int:
        return len(self._queue)

    def join(self, visit: Visit, after_s: float = 0.0) -> None:
        """Let somebody in, now or some played seconds from now."""
        self._put(self._clock() + after_s / self._speed, visit, None)

    def clear(self) -> None:
        """Send everybody home."""
        self._queue.clear()

    def turn(self, until_s: float) -> None:
        """Do what is due, at most until then."""
        while self._queue and self._queue[0][0] <= self._clock() < until_s:
            _, _, visit, step = heapq.heappop(self._queue)
            self._advance(visit, step)

    def next_due_s(self) -> float:
        """When somebody does something next; far away for nobody."""
        return self._queue[0][0] if self._queue else float("inf")

    def _advance(self, visit: Visit, step: Step | None) -> None:
        """Carry out the step and all that follow it at once, up to the next wait."""
        answer: Any = None
        while True:
            if step is not None:
                try:
                    answer = self._hands.do(step)
                except Away:
                    self._put(self._clock() + TRY_AGAIN_S, visit, step)
                    return
            try:
                step = visit.send(answer)
            except StopIteration:
                return
            if isinstance(step, Wait):
                pause_s = step.seconds if step.real else step.seconds / self._speed
                self._put(self._clock() + pause_s, visit, None)
                return

    def _put(self, at_s: float, visit: Visit, step: Step | None) -> None:
        self._number += 1
        heapq.heappush(self._queue, (at_s, self._number, visit, step))
