"""Carries out steps for the crowd: the agent's and headquarters' HTTP APIs, phone pages, the devices.

Each call is one try.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import requests

from popshop.demo.crowd import Away
from popshop.demo.floor import Floor
from popshop.demo.office import Office
from popshop.demo.steps import JSON, Ask, Call, Look, Press, Refused, Step, Tell
from popshop.shop.client import AgentRefused, StaffClient

LOOK_AGAIN_S: Final = 2.0
"""Everybody in the store looks at the same screens; they are read anew when they are older than this."""
PAGE_TIMEOUT_S: Final = 10.0


class ShopHands:
    """Fills `popshop.demo.crowd.Hands`."""

    def __init__(
        self,
        kiosk: StaffClient,
        staff: StaffClient,
        floor: Floor,
        office: Office,
        clock: Callable[[], float],
    ) -> None:
        """`kiosk` and `staff` differ by their token; neither waits for an agent that is away."""
        self._kiosk = kiosk
        self._staff = staff
        self._floor = floor
        self._office = office
        self._clock = clock
        self._phone = requests.Session()
        self._seen: JSON = {}
        self._seen_at_s = float("-inf")

    def close(self) -> None:
        """Let go of the phone's connection."""
        self._phone.close()

    def look(self, *, fresh: bool = False) -> JSON:
        """The snapshot's entities, at most LOOK_AGAIN_S old. Raises Away."""
        if fresh or self._clock() - self._seen_at_s > LOOK_AGAIN_S:
            self._seen = self._call(Call("/api/snapshot"))["entities"]
            self._seen_at_s = self._clock()
        return self._seen

    def do(self, step: Step) -> Any:
        """Carry out a step. Raises Away."""
        match step:
            case Look():
                return self.look()
            case Call():
                return self._call(step)
            case Ask():
                return self._office.ask(step)
            case Press(url=url, form=form):
                return self._press(url, form)
            case Tell(device=device, line=line):
                self._floor.tell(device, line)
        return None

    def _call(self, step: Call) -> Any:
        client = self._staff if step.staff else self._kiosk
        try:
            return client.get(step.path) if step.body is None else client.post(step.path, step.body, step.key)
        except AgentRefused as refusal:
            if refusal.code == "busy":
                raise Away from refusal
            return Refused(refusal.code)
        except requests.RequestException as error:
            raise Away from error

    def _press(self, url: str, form: dict[str, str]) -> str:
        try:
            answer = self._phone.post(url, data=form, timeout=PAGE_TIMEOUT_S)
        except requests.RequestException as error:
            raise Away from error
        if answer.status_code >= 500:
            raise Away
        return answer.text
