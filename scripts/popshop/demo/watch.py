"""Looks after the processes: whatever was killed is started again a little later, and said."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import requests

from hardware.broker_process import BrokerError
from popshop.console import UserError
from popshop.demo.crowd import Away
from popshop.demo.floor import counts_of
from popshop.demo.opening import Clock, OpenShop

START_AGAIN_S: Final = 5.0
"""Long enough to see on every screen that something is missing."""

Say = Callable[[str], None]


class Watch:
    """`turn` now and then."""

    def __init__(self, opened: OpenShop, clock: Clock, say: Say) -> None:
        self._opened = opened
        self._clock = clock
        self._say = say
        self._gone_since_s: dict[str, float] = {}
        self._kiosk_told = opened.kiosk_window is None

    def turn(self) -> None:
        """See who is gone, and start again whoever has been for a while."""
        gone = self._gone()
        now_s = self._clock()
        for name in list(self._gone_since_s):
            if name not in gone:
                del self._gone_since_s[name]
        for name, start in gone.items():
            if name not in self._gone_since_s:
                self._gone_since_s[name] = now_s
                self._say(f"{name} is gone; it starts again in {START_AGAIN_S:.0f} s")
            elif now_s - self._gone_since_s[name] >= START_AGAIN_S:
                self._start(name, start)
        self._look_at_kiosk()

    def _gone(self) -> dict[str, Callable[[], None]]:
        shop = self._opened.shop
        gone: dict[str, Callable[[], None]] = {}
        if not shop.hq_alive:
            gone["headquarters"] = shop.start_hq
        if shop.broker.pid is None:
            gone["the broker"] = shop.broker.restart
        if not shop.agent_alive:
            gone["the store's agent"] = shop.start_agent
        for device in self._opened.floor.dead():
            gone[device] = lambda device=device: self._switch_on(device)  # type: ignore[misc]
        return gone

    def _start(self, name: str, start: Callable[[], None]) -> None:
        try:
            start()
            self._say(f"{name} runs again")
        except (UserError, BrokerError, requests.RequestException, Away) as error:
            self._gone_since_s[name] = self._clock()
            self._say(f"{name} does not start: {error or type(error).__name__}")

    def _switch_on(self, device: str) -> None:
        """A machine knows from its own memory what it has said, but not what its slots hold: the book does."""
        self._opened.floor.switch_on(device, counts_of(self._opened.hands.look(), device))

    def _look_at_kiosk(self) -> None:
        window = self._opened.kiosk_window
        if window is None or self._kiosk_told or window.alive:
            return
        self._kiosk_told = True
        log = self._opened.shop.folder / "kiosk.log"
        words = log.read_text(errors="replace").strip().splitlines()[-1:]
        self._say(f"the kiosk's window is closed{': ' + words[0] if words else ''}. The shop goes on.")
