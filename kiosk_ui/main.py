"""The kiosk's window, wired: events go through `step`, requests to the agent's link, views to the stage.

Nothing is decided here. `window.prepare` must have run before this is imported.
"""

from __future__ import annotations

import signal
import time
import uuid
from collections import deque
from pathlib import Path
from typing import Any, Final

from kivy.app import App
from kivy.clock import Clock
from kivy.core.window import Window

from kiosk_ui import fonts, gallery
from kiosk_ui.agent_client import Agent
from kiosk_ui.agent_link import AgentLink
from kiosk_ui.events import Event, Ticked, Touched
from kiosk_ui.gallery import Gallery
from kiosk_ui.shop import Language
from kiosk_ui.showing import show
from kiosk_ui.stage import Stage
from kiosk_ui.state import State, Timings
from kiosk_ui.view_state import step

TICK_S: Final = 0.5


class KioskApp(App):
    """One kiosk window on one agent."""

    title = "popshop kiosk"

    def __init__(
        self,
        agent: Agent,
        language: Language,
        pay_method: str,
        font_cache: Path,
        scanner: str = "",
        timings: Timings | None = None,
    ) -> None:
        super().__init__()
        now_s = time.monotonic()
        self.state = State(
            device=agent.device,
            session=uuid.uuid4().hex,
            default_language=language,
            language=language,
            pay_method=pay_method,
            scanner=scanner,
            timings=timings or Timings(),
            lost_since_s=now_s,
            touched_at_s=now_s,
        )
        self._fonts = fonts.find(font_cache)
        self._inbox: deque[Event] = deque()
        self.link = AgentLink(agent, self._from_link)

    def build(self) -> Stage:
        """Make the stage and begin to listen."""
        gallery.register_fonts(self._fonts)
        self.stage = Stage(Gallery(self._fonts.bold), self.handle)
        self._show()
        Window.bind(on_touch_up=self._touched)
        Clock.schedule_interval(self._tick, TICK_S)
        self.link.start()
        return self.stage

    def on_stop(self) -> None:
        """End the link's threads."""
        self.link.close()

    def handle(self, *events: Event) -> None:
        """Let events happen, one after the other, and show what came of them."""
        for event in events:
            self.state, requests = step(self.state, event, time.monotonic())
            for request in requests:
                self.link.submit(request)
        self._show()

    def _show(self) -> None:
        self.stage.show(show(self.state, time.monotonic()))

    def _from_link(self, event: Event) -> None:
        """Called from the link's threads."""
        self._inbox.append(event)
        Clock.schedule_once(self._take_in)

    def _take_in(self, _elapsed_s: float) -> None:
        events = [self._inbox.popleft() for _ in range(len(self._inbox))]
        if events:
            self.handle(*events)

    def _tick(self, _elapsed_s: float) -> None:
        if self.link.failure is not None:
            raise RuntimeError("the kiosk's line to the agent broke") from self.link.failure
        self.handle(Ticked())

    def _touched(self, *_: Any) -> None:
        """After the finger left and whatever it lifted from has had its say."""
        Clock.schedule_once(lambda _elapsed_s: self.handle(Touched()))


def run(app: KioskApp) -> None:
    """Show the window until it is closed or the process is asked to end."""

    def end(*_: object) -> None:
        Clock.schedule_once(lambda _elapsed_s: app.stop())

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    app.run()
