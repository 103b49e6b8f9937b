"""A machine on an MDB bus for tests: a real pty as its cable, that can be pulled out, and a simulated controller."""

from __future__ import annotations

import os
import tty
from collections.abc import Callable, Sequence
from pathlib import Path

from hardware.behaviour import CommandGiven, Condition, Input, Say, Update
from hardware.messages import Command, Report
from hardware.vending.driver import MdbVending
from hardware.vending.mdb import port
from hardware.vending.mdb.dialects import NineBit
from hardware.vending.mdb.reader import Reader
from hardware.vending.mdb.serial_shell import FilePort, SerialShell, serial_port
from hardware.vending.mdb.settings import Selection, Settings
from hardware.vending.mdb.talkers import ReaderTalker, VmcTalker
from hardware.vending.mdb.vmc_simulator import HeardReader, Vmc, VmcInput, VmcPlan

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
        self,
        folder: Path,
        plan: VmcPlan | None = None,
        shopper: Callable[[Vmc], Sequence[VmcInput]] | None = None,
    ) -> None:
        self.cable = Cable(folder)
        self.vmc = Vmc(plan or VmcPlan(prices=PRICES))
        self.heard: Callable[[Input], None] = lambda happening: None
        self._machine = SerialShell(self.cable.open, VmcTalker(self.vmc, shopper), "vmc")
        talker = ReaderTalker(SETTINGS.profile(), NineBit(), lambda happening: self.heard(happening))
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


class Together:
    """Driver, reader and a simulated controller without a line between them: hours of selling in milliseconds."""

    def __init__(
        self,
        plan: VmcPlan | None = None,
        settings: Settings = SETTINGS,
        driver: type[MdbVending] = MdbVending,
    ) -> None:
        self.now_s = 1_000.0
        self.driver = driver(settings)
        self.reader = Reader(settings.profile())
        self.vmc = Vmc(plan or VmcPlan(prices=PRICES))
        self.reports: list[Report] = []
        self.condition = Condition()
        self.deaf_driver = False
        """What the reader tells waits, as in a device whose disk is slow."""
        self._told: list[Input] = []
        self._orders: list[port.ReaderInput] = []
        self._to_vmc: list[VmcInput] = []
        self.line_lost = False
        self._see(self.driver.start(self.now_s))
        self.run(1.0)

    def run(self, seconds: float, *inputs: Input | VmcInput) -> list[Report]:
        """Let these things happen and time pass; what was reported."""
        before = len(self.reports)
        self._told += [one for one in inputs if isinstance(one, Input)]
        self._to_vmc += [one for one in inputs if not isinstance(one, Input)]
        end_s = self.now_s + seconds
        while self.now_s < end_s:
            self._turn()
            self.now_s += 0.01
        return self.reports[before:]

    def _turn(self) -> None:
        said = self.vmc.update(self.now_s, self._to_vmc)
        self._to_vmc = []
        heard: list[port.ReaderInput] = [port.Heard(words) for words in said.send]
        turn = self.reader.update(self.now_s, [*heard, *self._orders])
        self._orders = []
        self._to_vmc += [HeardReader(words) for words in turn.send]
        self._told += turn.happened
        if not self.deaf_driver:
            told, self._told = self._told, []
            self._see(self.driver.update(self.now_s, told))

    def _see(self, update: Update) -> None:
        for output in update.outputs:
            match output:
                case Say(report=report):
                    self.reports.append(report)
                case Condition():
                    self.condition = output
                case port.Order():
                    self._orders.append(output)
                    if isinstance(output, port.TellState):
                        self._told.append(port.LineLost("") if self.line_lost else port.LineFound())

    def restart(self) -> None:
        """The device's shell begins a new boot; the reader on its line goes on."""
        self._told.clear()
        self._see(self.driver.start(self.now_s))

    def lose_line(self) -> None:
        """The adapter is pulled out."""
        self._orders.append(port.LineGone())
        self._told.append(port.LineLost("unplugged"))
        self.line_lost = True

    def find_line(self) -> None:
        """The adapter is back."""
        self._told.append(port.LineFound())
        self.line_lost = False


def vend(command_id: str, slot: str = "1", *, until_s: float) -> CommandGiven:
    """A paid line of an order; `until_s` is monotonic."""
    return CommandGiven(Command(id=command_id, kind="vend", expires_at="", slot=slot), until_s)


def simple(kind: str) -> CommandGiven:
    """A command without particulars."""
    return CommandGiven(Command(id=kind, kind=kind, expires_at=""), 1e9)
