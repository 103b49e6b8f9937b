"""A scanner's sources together: started, told to draw attention, stopped in order. It owns their threads."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import TracebackType

from hardware.behaviour import Act, Input
from hardware.scanner.port import DrawAttention
from hardware.scanner.sources.back_off import BackOffLimits
from hardware.scanner.sources.source import Clock, Source
from hardware.scanner.sources.supervisor import Supervisor


class ScannerService:
    """Runs sources until stopped: `with ScannerService(sources, device.put, clock): …`."""

    def __init__(
        self,
        sources: Sequence[Source],
        put: Callable[[Input], None],
        clock: Clock,
        limits: BackOffLimits | None = None,
    ) -> None:
        """`put` takes what happens; it is called from the sources' threads and must not wait."""
        self._supervisors = [Supervisor(source, put, clock, limits) for source in sources]

    def start(self) -> None:
        """Begin with all of them."""
        for supervisor in self._supervisors:
            supervisor.start()

    def stop(self) -> None:
        """End all at once, then wait for each."""
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

    def __enter__(self) -> ScannerService:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
