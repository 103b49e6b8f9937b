"""`popshop device mdb`: an existing vending machine on its MDB bus, as a device of the store."""

from __future__ import annotations

import os
import signal
import sqlite3
import time
import tty
from collections import deque
from collections.abc import Callable
from contextlib import ExitStack
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Final

import typer

from cloud_sync.protocol.envelope import rfc3339
from hardware.device import Device
from hardware.device_events import DeviceEvent
from hardware.runner import DeviceRunner, random_boot_mark, system_clock
from hardware.vending.driver import MdbVending
from hardware.vending.mdb.dialects import DIALECTS
from hardware.vending.mdb.port import Happening, LineFound, LineLost
from hardware.vending.mdb.serial_shell import FilePort, Port, SerialShell, serial_port
from hardware.vending.mdb.settings import Settings, SettingsError, read_settings
from hardware.vending.mdb.talkers import ReaderTalker, Trace, VmcTalker
from hardware.vending.mdb.vmc_simulator import EagerShopper, Vmc, VmcPlan
from popshop import console
from popshop.commands._device_lines import print_json, print_line
from popshop.console import UserError
from popshop.shop.addresses import BROKER_VARIABLE, read_broker

SIMULATED: Final = "sim:"
LOOK_EVERY_S: Final = 0.2
MOST_UNSHOWN: Final = 10_000


def mdb(
    store: Annotated[str, typer.Option(help="The store it stands in.")],
    device: Annotated[str, typer.Option(help="Its name; also its user at the broker.")],
    broker: Annotated[str, typer.Option(envvar=BROKER_VARIABLE, help="mqtt://user:password@host:port")],
    port: Annotated[
        str, typer.Option(help="The adapter's serial port, or sim: for a simulated machine and shopper.")
    ],
    settings: Annotated[
        Path, typer.Option(help="The machine's selections and prices (JSON), see docs/mdb.md.", exists=True)
    ],
    dialect: Annotated[
        str, typer.Option(help=f"What the adapter speaks: {', '.join(DIALECTS)}.")
    ] = "nine-bit",
    baud: Annotated[int, typer.Option(min=0, help="The port's speed; 0: the dialect's usual one.")] = 0,
    data: Annotated[Path, typer.Option(help="Folder for its memory.")] = Path("popshop-devices"),
    trace: Annotated[bool, typer.Option("--trace", help="Show the conversation on the bus.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document per line and event.")] = False,
) -> None:
    """Sell through an existing machine: we are the cashless device on its MDB bus, until Ctrl-C.

    An adapter that is unplugged comes back by itself.
    """
    try:
        machine = read_settings(settings.read_bytes())
    except (OSError, SettingsError) as error:
        raise UserError(f"{settings}: {error}") from None
    if dialect not in DIALECTS:
        raise UserError(f"unknown dialect {dialect!r}: use one of {', '.join(DIALECTS)}")
    listener = print_json if as_json else print_line
    with ExitStack() as stack:
        open_port = _opener(stack, machine, port, baud or DIALECTS[dialect].baud)
        heard: deque[DeviceEvent] = deque(maxlen=MOST_UNSHOWN)
        tracer = _tracer(heard, device) if trace else None
        # The line and the device know each other; the line begins to talk when both are there.
        tell = _telling(heard, device, lambda news: shell.put(news))
        talker = ReaderTalker(machine.profile(), DIALECTS[dialect](), tell, tracer)
        line = SerialShell(open_port, talker)
        try:
            shell = Device(
                store,
                device,
                MdbVending(machine),
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
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        try:
            with DeviceRunner([shell]) as runner, line:
                while runner.alive and line.alive:
                    time.sleep(LOOK_EVERY_S)
                    while heard:
                        listener(heard.popleft())
        except KeyboardInterrupt:
            for event in heard:
                listener(event)
            console.err.print("stopped", style="dim")


def _opener(stack: ExitStack, machine: Settings, port: str, baud: int) -> Callable[[], Port]:
    """What opens the adapter's port; for `sim:`, a terminal pair with a simulated machine at its other end."""
    if find_spec("serial") is None:
        raise UserError("this needs what is not installed: scripts/setup, or pip install 'popshop[devices]'")
    if port != SIMULATED:
        return lambda: serial_port(port, baud)
    machine_end, our_end = os.openpty()
    stack.callback(os.close, machine_end)
    stack.callback(os.close, our_end)
    tty.setraw(our_end)
    profile = machine.profile()
    prices = {one.item_number: profile.units(one.price_minor) or 0 for one in machine.slots}
    vmc = Vmc(VmcPlan(prices=prices, address=machine.address))
    simulated = SerialShell(lambda: FilePort(machine_end), VmcTalker(vmc, EagerShopper(prices)), "vmc")
    stack.enter_context(simulated)
    path = os.ttyname(our_end)
    return lambda: serial_port(path, baud)


def _telling(
    heard: deque[DeviceEvent], device: str, put: Callable[[Happening], None]
) -> Callable[[Happening], None]:
    """Hand on what happens on the bus, and show why there is no line: presence has no room for the reason."""
    shown = ""

    def tell(news: Happening) -> None:
        nonlocal shown
        reason = news.reason if isinstance(news, LineLost) else "found" if isinstance(news, LineFound) else ""
        if reason and reason != shown:
            shown = reason
            heard.append(
                DeviceEvent(rfc3339(system_clock()), device, "bus", {"who": "adapter", "said": reason})
            )
        put(news)

    return tell


def _tracer(heard: deque[DeviceEvent], device: str) -> Trace:
    """Keep what is said for whoever shows it: the line itself has 5 ms to answer, and no time to print."""

    def trace(who: str, text: str) -> None:
        heard.append(DeviceEvent(rfc3339(system_clock()), device, "bus", {"who": who, "said": text}))

    return trace
