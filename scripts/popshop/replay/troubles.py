"""Bad luck on purpose, at seeded moments of a replay: the agent killed, headquarters away, the broker restarted."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Final

from popshop.shop.local import LocalShop

POLL_S: Final = 0.05
SHORTEST_LIFE_S: Final = 1.0
"""Between two troubles, so that each strikes a shop that sells."""


@dataclass(frozen=True)
class Plan:
    """How often what happens."""

    agent_kills: int = 5
    broker_restarts: int = 1
    hq_away_s: float = 30.0


class Troubles:
    """Strikes when the replay has come as far as the dice said. Runs beside it; `join` waits for the last."""

    def __init__(
        self, shop: LocalShop, plan: Plan, rows: int, progress: Callable[[], int], rng: Random
    ) -> None:
        self._shop = shop
        self._plan = plan
        self._progress = progress
        deeds: list[Callable[[], None]] = [self._kill_agent] * plan.agent_kills
        deeds += [self._restart_broker] * plan.broker_restarts
        if plan.hq_away_s:
            deeds.append(self._leave_hq)
        rng.shuffle(deeds)
        moments = sorted(rng.uniform(0.05, 0.85) * rows for _ in deeds)
        self._schedule = list(zip(moments, deeds, strict=True))
        self.struck: list[str] = []
        self._failure: BaseException | None = None
        self._over = threading.Event()
        self._hq_away: threading.Thread | None = None
        self._thread = threading.Thread(target=self._run, name="troubles", daemon=True)

    def start(self) -> None:
        """Begin to watch the replay."""
        self._thread.start()

    def join(self) -> None:
        """Wait until all has struck and everything runs again. Raises what went wrong in doing so."""
        self._over.set()
        self._thread.join()
        if self._hq_away is not None:
            self._hq_away.join()
        if self._failure is not None:
            raise self._failure

    def _run(self) -> None:
        try:
            for moment, deed in self._schedule:
                while self._progress() < moment and not self._over.is_set():
                    time.sleep(POLL_S)
                deed()
                time.sleep(SHORTEST_LIFE_S)
        except BaseException as error:
            self._failure = error

    def _kill_agent(self) -> None:
        self._shop.kill_agent()
        self._shop.start_agent()
        self.struck.append("agent killed")

    def _restart_broker(self) -> None:
        self._shop.broker.restart()
        self.struck.append("broker restarted")

    def _leave_hq(self) -> None:
        self._hq_away = threading.Thread(target=self._hq_leaves_and_returns, name="hq-away", daemon=True)
        self._hq_away.start()

    def _hq_leaves_and_returns(self) -> None:
        try:
            self._shop.stop_hq()
            time.sleep(self._plan.hq_away_s)
            self._shop.start_hq()
            self.struck.append(f"headquarters away for {self._plan.hq_away_s:g} s")
        except BaseException as error:
            self._failure = error
