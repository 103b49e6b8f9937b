"""A machine on an MDB bus for tests: a real pty as its cable, that can be pulled out, and a simulated controller."""

from __future__ import annotations

import os
import tty
from collections.abc import Callable
from pathlib import Path

from hardware.behaviour import Input
from hardware.vending.mdb.dialects import NineBit
from hardware.vending.mdb.serial_shell import FilePort, SerialShell, serial_port
from hardware.vending.mdb.settings import Selection, Settings
from hardware.vending.mdb.talkers import ReaderTalker, VmcTalker
from hardware.vending.mdb.vmc_simulator import Vmc, VmcInput, VmcPlan

SETTINGS = Settings(
    slots=[
        Selection(slot="1", item_number=11, price_minor=500, capacity=99, item="A"),
        Selection(slot="2", item_number=12, price_minor=700, capacity=99, item="B"),
    ]
)
PRICES = {11: 500, 12: 700}


class _MachineEnd(FilePort):
    """The controller's end of the pty; pulling the plug closes it for good."""

    def __init__(self, cable: Cable) -> None:
        machine_end, adapter_end = os.openpty()
        tty.setraw(adapter_end)
        super().__init__(machine_end)
        self._cable = cable
        self._adapter_end = adapter_end
        cable.path.unlink(missing_ok=True)
        cable.path.symlink_to(os.ttyname(adapter_end))

    def read(self, size: int, /) -> bytes:
        self._cable.check()
        return super().read(size)

    def write(self, data: bytes, /) -> int:
        self._cable.check()
        return super().write(data)

    def close(self) -> None:
        self._cable.path.unlink(missing_ok=True)
        os.close(self._adapter_end)
        os.close(self.fileno())


class Cable:
    """The cable between adapter and computer, as a device file that comes and goes."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "ttyMDB"
        self.plugged = True

    def check(self) -> None:
        if not self.plugged:
            raise OSError("unplugged")

    def open(self) -> _MachineEnd:
        self.check()
        return _MachineEnd(self)


class MachineOnACable:
    """A running controller, and the line of our reader to it. `with` starts both."""

    def __init__(
        self, folder: Path, plan: VmcPlan | None = None, trace: Callable[[str, str], None] | None = None
    ) -> None:
        self.cable = Cable(folder)
        self.vmc = Vmc(plan or VmcPlan(prices=PRICES))
        self.heard: Callable[[Input], None] = lambda happening: None
        self._machine = SerialShell(self.cable.open, VmcTalker(self.vmc), "vmc")
        talker = ReaderTalker(SETTINGS.profile(), NineBit(), lambda happening: self.heard(happening), trace)
        self.line = SerialShell(lambda: serial_port(str(self.cable.path), 115_200), talker)

    def happen(self, *inputs: VmcInput) -> None:
        for one in inputs:
            self._machine.give(one)

    def __enter__(self) -> MachineOnACable:
        self._machine.start()
        self.line.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.line.stop()
        self._machine.stop()
