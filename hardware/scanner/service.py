"""A scanner's sources together: started, told to draw attention, stopped in order. It owns their threads."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from hardware.behaviour import Act, Input
from hardware.scanner.port import DrawAttention
from hardware.scanner.sources.back_off import BackOffLimits
from hardware.scanner.sources.source import Clock, Source
from hardware.scanner.sources.supervisor import Supervisor


class ScannerService:
    """Runs sources: `with service.running(device.put): …`."""

    def __init__(self, sources: Sequence[Source], clock: Clock, limits: BackOffLimits | None = None) -> None:
        """`clock` gives monotonic seconds."""
        self._supervisors = [Supervisor(source, clock, limits) for source in sources]

    @contextmanager
    def running(self, put: Callable[[Input], None]) -> Iterator[None]:
        """Run all sources; `put` is called from their threads with what happens and must not wait.

        At the end all are asked to stop at once, then waited for. Once only.
        """
        for supervisor in self._supervisors:
            supervisor.start(put)
        try:
            yield
        finally:
            for supervisor in self._supervisors:
                supervisor.stop()
            for supervisor in self._supervisors:
                supervisor.join()

    @property
    def alive(self) -> bool:
        """Whether anything may still come from any source."""
        return any(supervisor.alive for supervisor in self._supervisors)

    def act(self, act: Act) -> None:
        """Carry out what the driver wants; for `hardware.device.Device`. Neither waits nor raises."""
        if isinstance(act, DrawAttention):
            for supervisor in self._supervisors:
                supervisor.draw_attention()
