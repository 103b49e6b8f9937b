"""`popshop device`: run a simulated device and see what it says; configure a broker for real ones.

What concerns real hardware stands beside it: `_device_check`, `_device_mdb`, `_device_shelf`, `_device_scanner`; what
reads files, pictures and codes: `_device_dex`, `_device_scan`, `_device_code`.
"""

from __future__ import annotations

import os
import select
import signal
import sqlite3
import sys
from collections.abc import Mapping
from pathlib import Path
from random import Random
from typing import Annotated, Any, Final, Literal, cast

import msgspec
import typer

from hardware.behaviour import Behaviour, Input
from hardware.broker_users import AGENT_USER, BrokerUsers, check_name
from hardware.device import Device
from hardware.footfall.port import Habits as People
from hardware.footfall.port import PersonPassed
from hardware.footfall.simulator import FootfallSimulator
from hardware.mosquitto import mosquitto_config
from hardware.runner import DeviceRunner, random_boot_mark, system_clock
from hardware.scanner.port import CodeHeldUp
from hardware.scanner.simulator import ScannerSimulator
from hardware.shelf.port import Habits, Plate, ShopperCame
from hardware.shelf.simulator import ShelfSimulator
from hardware.vending.faults import FAULT_KINDS, FaultKind, FaultOrdered, FaultPlan, parse_fault
from hardware.vending.port import CashPaid, DoorMoved, Machine, Slot, SlotFilled
from hardware.vending.simulator import VendingSimulator
from popshop import console
from popshop.commands import (
    _device_check,
    _device_code,
    _device_dex,
    _device_mdb,
    _device_printer,
    _device_scan,
    _device_scanner,
    _device_shelf,
)
from popshop.commands._device_lines import print_json, print_line
from popshop.shop.addresses import BROKER_VARIABLE, read_broker

app = typer.Typer(
    help="Devices: simulated ones, real ones, what they read, and a broker for them.", no_args_is_help=True
)
for command in (
    _device_check.check,
    _device_mdb.mdb,
    _device_shelf.shelf,
    _device_scanner.scanner,
    _device_scan.scan,
    _device_code.code,
    _device_dex.dex,
    _device_printer.printer,
):
    app.command()(command)

Kind = Literal["vending", "sampling", "shelf", "scanner", "footfall"]

HAPPENINGS: Final = (
    "cash SLOT · door open · door closed · fill SLOT COUNT · fault KIND[@SLOT]"
    " · shopper · scan SYMBOLOGY TEXT · person in · person out"
)


@app.command()
def simulate(
    kind: Annotated[Kind, typer.Option(help="What kind of device.")],
    store: Annotated[str, typer.Option(help="The store it stands in.")],
    device: Annotated[str, typer.Option(help="Its name; also its user at the broker.")],
    broker: Annotated[str, typer.Option(envvar=BROKER_VARIABLE, help="mqtt://user:password@host:port")],
    data: Annotated[Path, typer.Option(help="Folder for its memory.")] = Path("popshop-devices"),
    slots: Annotated[
        Path | None, typer.Option(help="JSON list of its slots (or a shelf's plates).", exists=True)
    ] = None,
    fault: Annotated[
        list[str] | None,
        typer.Option(help=f"Have this happen at the next vend: {', '.join(FAULT_KINDS)}[@SLOT]."),
    ] = None,
    chance: Annotated[list[str] | None, typer.Option(help="KIND=0.02: chance of a fault per vend.")] = None,
    seed: Annotated[int, typer.Option(help="Same seed, same luck.")] = 1,
    motor_ms: Annotated[int, typer.Option(min=0, help="How long a vend takes.")] = 3_000,
    shoppers_every_s: Annotated[float, typer.Option(min=0, help="At a shelf or a door; 0: none.")] = 20.0,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document per line and event.")] = False,
) -> None:
    """Run one device until Ctrl-C. Lines on standard input make things happen:

    cash SLOT, door open, door closed, fill SLOT COUNT, fault KIND[@SLOT], shopper, scan SYMBOLOGY TEXT, person in.
    """
    rng = Random(seed)
    try:
        behaviour: Behaviour
        if kind == "shelf":
            plates = _read(slots, list[Plate]) if slots else _some_plates()
            behaviour = ShelfSimulator(
                plates, rng=rng, habits=Habits(arrive_every_s=shoppers_every_s), serial=device
            )
        elif kind == "scanner":
            behaviour = ScannerSimulator(serial=device)
        elif kind == "footfall":
            people = People(arrive_every_s=shoppers_every_s)
            behaviour = FootfallSimulator(rng=rng, clock=system_clock, habits=people, serial=device)
        else:
            behaviour = VendingSimulator(
                _read(slots, list[Slot]) if slots else _some_slots(),
                rng=rng,
                machine=Machine(kind=kind, serial=device, motor_ms=motor_ms, audits=True),
                faults=FaultPlan(rng, _chances(chance or []), map(parse_fault, fault or [])),
            )
        address = read_broker(broker)
        shell = Device(
            store,
            device,
            behaviour,
            data,
            address,
            clock=system_clock,
            new_boot_mark=random_boot_mark,
            listener=print_json if as_json else print_line,
        )
    except (ValueError, msgspec.DecodeError) as error:
        raise console.UserError(str(error)) from None
    except sqlite3.OperationalError as error:
        raise console.UserError(f"{data / device}.sqlite: {error}. Does this device already run?") from None
    _run(shell)


@app.command()
def mosquitto(
    store: Annotated[str, typer.Option(help="The store whose broker it is.")],
    folder: Annotated[Path, typer.Option(help="Where to write; Mosquitto keeps its data there too.")],
    device: Annotated[
        list[str] | None, typer.Option(help="A device that may log in; give it once per device.")
    ] = None,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "0.0.0.0",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 1883,
    run_as: Annotated[
        str, typer.Option(help="The user Mosquitto runs as; must own the folder.")
    ] = "mosquitto",
    as_json: Annotated[bool, typer.Option("--json", help="Print files and credentials as JSON.")] = False,
) -> None:
    """Write the configuration of a Mosquitto broker for production, and print who may log in.

    Run it again to add devices: passwords stay as they are. Then: mosquitto -c FOLDER/mosquitto.conf
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder = folder.resolve()
    users = BrokerUsers(folder / "users.json")
    try:
        check_name("store", store)
        for name in (AGENT_USER, *(check_name("device", name) for name in device or [])):
            users.add(name)
    except ValueError as error:
        raise console.UserError(str(error)) from None
    files = mosquitto_config(folder, store, users, host=host, port=port, run_as=run_as)
    if as_json:
        console.print_json({"files": [str(path) for path in files], "users": dict(users.all())})
        return
    console.out.print(console.table(["user", "password"], users.all()))
    console.out.print(f"\nWritten: {', '.join(map(str, files))}", soft_wrap=True)


def _run(shell: Device) -> None:
    """Run the device, feeding it what is typed, until a signal comes."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    typed = sys.stdin.fileno()
    watched, unfinished = [typed], b""
    try:
        with DeviceRunner([shell]) as runner:
            while runner.alive:
                if not select.select(watched, [], [], 1.0)[0]:
                    continue
                # Not sys.stdin: lines in its buffer would wait, unseen by select.
                arrived = os.read(typed, 65_536)
                watched = [typed] if arrived else []
                *lines, unfinished = (unfinished + arrived).split(b"\n")
                for line in lines:
                    _happen(shell, line.decode(errors="replace"))
    except KeyboardInterrupt:
        console.err.print("stopped", style="dim")
    except BrokenPipeError:
        # Whoever read our lines has seen enough. Python must not try to flush them at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _happen(shell: Device, line: str) -> None:
    try:
        shell.put(read_happening(line))
    except ValueError as error:
        console.show_warning(str(error))


def read_happening(line: str) -> Input:
    """What a typed line lets happen. Raises ValueError with what can be typed."""
    match line.split():
        case ["cash", slot]:
            return CashPaid(slot)
        case ["door", "open" | "closed" as word]:
            return DoorMoved(word == "open")
        case ["fill", slot, count] if count.isascii() and count.isdigit():
            return SlotFilled(slot, int(count))
        case ["fault", text]:
            return FaultOrdered(parse_fault(text))
        case ["shopper"]:
            return ShopperCame()
        case ["person", "in" | "out" as word]:
            return PersonPassed(word == "in")
        case ["scan", symbology, *text] if text:
            return CodeHeldUp(symbology, " ".join(text))
    raise ValueError(f"cannot read {line.strip()[:60]!r}; type one of: {HAPPENINGS}")


def _chances(texts: list[str]) -> Mapping[FaultKind, float]:
    found: dict[FaultKind, float] = {}
    for text in texts:
        kind, _, number = text.partition("=")
        if kind not in FAULT_KINDS:
            raise ValueError(f"unknown fault {kind!r}: use one of {', '.join(FAULT_KINDS)}, as in jam=0.02")
        found[cast("FaultKind", kind)] = float(number)
    return found


def _read(path: Path, what: Any) -> Any:
    return msgspec.json.decode(path.read_bytes(), type=what)


def _some_slots() -> list[Slot]:
    return [
        Slot(slot=f"1-{number:02}", capacity=8, count=8, par_level=6, price_minor=300 + number * 50)
        for number in range(1, 11)
    ]


def _some_plates() -> list[Plate]:
    return [
        Plate(plate=f"p{number}", item=f"ITEM-{number}", weight_g=120.0, label=f"l{number}")
        for number in range(1, 5)
    ]
