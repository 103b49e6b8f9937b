"""A shelf's controller on a real serial line: what it says, what it is told, and when it is pulled out."""

from __future__ import annotations

import os
import queue
import select
import tty
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from hardware.behaviour import Input, Say
from hardware.messages import ItemPickedUp
from hardware.shelf.driver import ShelfDriver
from hardware.shelf.port import Light, Plate, ShopperCame, Weighed, WireBack, WireLost
from hardware.shelf.serial_line import SerialLine

pytest.importorskip("serial", reason="needs the devices extra")

WITHIN_S = 20.0


class Controller:
    """The other end: a terminal whose name stays the same when it is plugged in again."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.plug_in()

    def plug_in(self) -> None:
        self.end, self._line = os.openpty()
        tty.setraw(self._line)
        self._path.unlink(missing_ok=True)
        self._path.symlink_to(os.ttyname(self._line))

    def pull_out(self) -> None:
        self._path.unlink()
        os.close(self.end)
        os.close(self._line)

    def say(self, text: str) -> None:
        left = text.encode()
        while left:
            left = left[os.write(self.end, left) :]

    def hear(self) -> bytes:
        assert select.select([self.end], [], [], WITHIN_S)[0], "the shelf was told nothing"
        return os.read(self.end, 4_096)


@pytest.fixture
def controller(tmp_path: Path) -> Iterator[Controller]:
    there = Controller(tmp_path / "ttyUSB0")
    yield there
    there.pull_out()


def test_weights_from_a_line_become_a_pick_up_and_the_line_comes_back_after_it_was_pulled_out(
    controller: Controller, tmp_path: Path
) -> None:
    happened: queue.Queue[Input] = queue.Queue()
    shelf = ShelfDriver([Plate(plate="p1", item="TEA", weight_g=120.0)])
    shelf.start(0.0)

    def told_of(count: int) -> list[ItemPickedUp]:
        """Hand on what comes until so many samples were weighed."""
        picked, weighed = [], 0
        while weighed < count:
            given = happened.get(timeout=WITHIN_S)
            assert isinstance(given, Weighed)
            weighed += len(given.samples)
            reports = [out.report for out in shelf.update(0.0, [given]).outputs if isinstance(out, Say)]
            picked += [report for report in reports if isinstance(report, ItemPickedUp)]
        return picked

    with SerialLine(str(tmp_path / "ttyUSB0"), 115_200, happened.put) as line:
        assert happened.get(timeout=WITHIN_S) == WireBack()
        controller.say("".join(f"{number / 60:.4f},p1,{900 + number % 2}\n" for number in range(60)))
        controller.say("half a line is no line\n")
        controller.say("".join(f"{1 + number / 60:.4f},p1,{780 + number % 2}\n" for number in range(30)))
        assert [(one.item, one.count) for one in told_of(90)] == [("TEA", 1)]

        line.give(Light("p1"))
        assert msgspec.json.decode(controller.hear()) == {"light": "p1"}

        controller.pull_out()
        assert happened.get(timeout=WITHIN_S) == WireLost()
        controller.plug_in()
        while (given := happened.get(timeout=WITHIN_S)) == WireLost():
            """It tries again until somebody answers."""
        assert given == WireBack()
        controller.say('{"person": true}\n')
        assert happened.get(timeout=WITHIN_S) == ShopperCame()
