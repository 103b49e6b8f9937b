"""`popshop device shelf`: a cloud shelf of weighing plates, on a serial line or from a recording."""

from __future__ import annotations

import signal
import sqlite3
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Final

import typer

from cloud_sync.protocol.envelope import rfc3339
from hardware.behaviour import Input, Say
from hardware.device import Device
from hardware.device_events import DeviceEvent, Listener
from hardware.runner import DeviceRunner, random_boot_mark, system_clock
from hardware.shelf.driver import ShelfDriver
from hardware.shelf.planogram import Planogram, read_planogram
from hardware.shelf.port import Weighed
from hardware.shelf.serial_line import SerialLine
from hardware.shelf.wire import Lines
from popshop import console
from popshop.clock import steady_s
from popshop.commands._device_lines import print_json, print_line
from popshop.console import UserError
from popshop.shop.addresses import BROKER_VARIABLE, read_broker

LOOK_EVERY_S: Final = 0.2
LONGEST_PAUSE_S: Final = 5.0
CHUNK_BYTES: Final = 2_048
"""Of a recording at a time: about half a second of twelve plates."""


def shelf(
    planogram: Annotated[
        Path, typer.Option(help="What lies on which plate (JSON), see docs/shelf.md.", exists=True)
    ],
    port: Annotated[str, typer.Option(help="The serial port of the plates' controller.")] = "",
    source: Annotated[
        Path | None, typer.Option(help="A recording instead: lines t,plate,grams or JSON.", exists=True)
    ] = None,
    store: Annotated[str, typer.Option(help="The store it stands in.")] = "",
    device: Annotated[str, typer.Option(help="Its name; also its user at the broker.")] = "shelf",
    broker: Annotated[
        str,
        typer.Option(
            envvar=BROKER_VARIABLE,
            help="mqtt://user:password@host:port; left out: only print what was found.",
        ),
    ] = "",
    baud: Annotated[int, typer.Option(min=300, help="The port's speed.")] = 115_200,
    speed: Annotated[float, typer.Option(min=0, help="Of a recording, times real time; 0: at once.")] = 0.0,
    data: Annotated[Path, typer.Option(help="Folder for its memory.")] = Path("popshop-devices"),
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document per line and event.")] = False,
) -> None:
    """Weigh what shoppers take and put back, until Ctrl-C or the recording's end.

    A controller that is unplugged comes back by itself.
    """
    if bool(port) == (source is not None):
        raise UserError("say where the weights come from: --port or --source, one of them")
    if source is None and find_spec("serial") is None:
        raise UserError("this needs what is not installed: scripts/setup, or pip install 'popshop[devices]'")
    if broker and not store:
        raise UserError("a shelf at a broker stands in a store: say --store")
    try:
        plan = read_planogram(planogram.read_bytes())
    except (OSError, ValueError) as error:
        raise UserError(f"{planogram}: {error}") from None
    listener = print_json if as_json else print_line
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        if broker:
            _as_device(plan, port, baud, source, speed, (store, device, broker, data), listener)
        else:
            _only_print(plan, port, baud, source, speed, device, listener)
    except KeyboardInterrupt:
        console.err.print("stopped", style="dim")


def _as_device(
    plan: Planogram,
    port: str,
    baud: int,
    source: Path | None,
    speed: float,
    where: tuple[str, str, str, Path],
    listener: Listener,
) -> None:
    store, device, broker, data = where
    # The line and the device know each other; the line begins to talk when both are there.
    line = SerialLine(port, baud, lambda happened: shell.put(happened))
    try:
        shell = Device(
            store,
            device,
            ShelfDriver(plan.plates, tags=plan.tags, serial=device),
            data,
            read_broker(broker),
            clock=system_clock,
            new_boot_mark=random_boot_mark,
            listener=listener,
            act=line.give,
        )
    except ValueError as error:
        raise UserError(str(error)) from None
    except sqlite3.OperationalError as error:
        raise UserError(f"{data / device}.sqlite: {error}. Does this device already run?") from None
    with DeviceRunner([shell]) as runner:
        if source is not None:
            for happened in _recorded(source, speed):
                shell.put(happened)
            # What is not taken yet waits in the device's own memory, and goes with the next start.
            while runner.alive:
                time.sleep(LOOK_EVERY_S)
            return
        with line:
            while runner.alive and line.alive:
                time.sleep(LOOK_EVERY_S)


def _only_print(
    plan: Planogram, port: str, baud: int, source: Path | None, speed: float, device: str, listener: Listener
) -> None:
    """Weigh without a store: say what would be reported."""
    driver = ShelfDriver(plan.plates, tags=plan.tags, serial=device)
    driver.start(steady_s())
    seen = 0

    def happen(happened: Input) -> None:
        nonlocal seen
        for output in driver.update(steady_s(), [happened]).outputs:
            if isinstance(output, Say):
                seen += 1
                detail = {name: getattr(output.report, name) for name in output.report.__struct_fields__} | {
                    "seq": seen,
                    "type": output.report.NAME,
                }
                listener(DeviceEvent(rfc3339(system_clock()), device, "report", detail))

    if source is not None:
        for happened in _recorded(source, speed):
            happen(happened)
        return
    with SerialLine(port, baud, happen) as line:
        while line.alive:
            time.sleep(LOOK_EVERY_S)


def _recorded(source: Path, speed: float) -> Iterator[Input]:
    """What a recording says, at its own pace times `speed`, or at once. Tells how much of it could not be read."""
    lines = Lines()
    begin_s: float | None = None
    started_s = steady_s()
    with source.open("rb") as file:
        while chunk := file.readlines(CHUNK_BYTES):
            for happened in lines.take(chunk):
                if speed and isinstance(happened, Weighed):
                    at_s = happened.samples[0][0]
                    begin_s = at_s if begin_s is None else begin_s
                    ahead_s = (at_s - begin_s) / speed - (steady_s() - started_s)
                    time.sleep(min(max(ahead_s, 0.0), LONGEST_PAUSE_S))
                yield happened
    if lines.unreadable:
        console.show_warning(f"{source}: {lines.unreadable} lines could not be read and were left out")
