"""`popshop device scanner`: a scanner with several sources, for a store."""

from __future__ import annotations

import signal
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Final

import msgspec
import typer

from cloud_sync.protocol.envelope import rfc3339
from hardware.behaviour import Input
from hardware.device import Device
from hardware.device_events import DeviceEvent, Listener
from hardware.runner import DeviceRunner, random_boot_mark, system_clock
from hardware.scanner.driver import ScannerDriver
from hardware.scanner.port import CodeUnreadable, SourceChanged
from hardware.scanner.service import ScannerService
from hardware.scanner.sources import addresses, finding
from hardware.scanner.sources.source import Source
from popshop import console
from popshop.clock import steady_s
from popshop.commands._device_lines import print_json, print_line
from popshop.console import UserError
from popshop.shop.addresses import BROKER_VARIABLE, read_broker

MOST_SOURCES: Final = 16
LOOK_EVERY_S: Final = 0.2


def scanner(
    store: Annotated[str, typer.Option(help="The store it stands in.")] = "",
    device: Annotated[str, typer.Option(help="Its name; also its user at the broker.")] = "",
    broker: Annotated[str, typer.Option(envvar=BROKER_VARIABLE, help="mqtt://user:password@host:port")] = "",
    source: Annotated[
        list[str] | None, typer.Option(help=f"Give it once per source: {addresses.HOW}", show_default=False)
    ] = None,
    data: Annotated[Path, typer.Option(help="Folder for its memory.")] = Path("popshop-devices"),
    show_found: Annotated[bool, typer.Option("--list", help="Show what this computer has, and end.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document per line and event.")] = False,
) -> None:
    """A scanner for a store: cameras, USB, serial and network scanners together, until Ctrl-C.

    What is unplugged comes back by itself. It ends by itself when all its sources are films and have ended.
    """
    if show_found:
        _show_found(as_json)
        return
    for option, value in (
        ("--store", store),
        ("--device", device),
        ("--broker", broker),
        ("--source", source),
    ):
        if not value:
            raise UserError(
                f"{option} is missing. To see what this computer has: popshop device scanner --list"
            )
    sources = _sources(source or [])
    listener = print_json if as_json else print_line
    service = ScannerService(sources, steady_s)
    driver = ScannerDriver([each.name for each in sources], serial=device)
    try:
        shell = Device(
            store,
            device,
            driver,
            data,
            read_broker(broker),
            clock=system_clock,
            new_boot_mark=random_boot_mark,
            listener=listener,
            act=service.act,
        )
    except sqlite3.OperationalError as error:
        raise UserError(f"{data / device}.sqlite: {error}. Does this device already run?") from None
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with DeviceRunner([shell]) as runner, service.running(_telling(listener, shell)):
            while runner.alive and service.alive:
                time.sleep(LOOK_EVERY_S)
    except KeyboardInterrupt:
        console.err.print("stopped", style="dim")


def _sources(texts: list[str]) -> list[Source]:
    if len(texts) > MOST_SOURCES:
        raise UserError(f"{len(texts)} sources: one scanner has {MOST_SOURCES} at most, start another one")
    sources = []
    for text in texts:
        try:
            sources.append(addresses.read_source(text, _eyes))
        except addresses.AddressError as error:
            raise UserError(str(error)) from None
        except addresses.MissingExtra as error:
            raise _missing(error.extra) from None
    names = [each.name for each in sources]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise UserError(f"--source {twice} is given twice")
    return sources


def _eyes() -> Any:
    """A pipeline for one camera; its libraries are loaded when a camera is opened."""
    from hardware.scanner.vision.pipeline import Pipeline
    from hardware.scanner.vision.settings import Settings

    return Pipeline(Settings())


def _missing(extra: str) -> UserError:
    return UserError(f"this needs what is not installed: scripts/setup, or pip install 'popshop[{extra}]'")


def _telling(listener: Listener, shell: Device) -> Callable[[Input], None]:
    """Hand on what sources say to the device, and show how they are: presence has no room for the reason."""
    shown: dict[str, SourceChanged] = {}

    def put(happening: Input) -> None:
        is_news = isinstance(happening, CodeUnreadable) or (
            isinstance(happening, SourceChanged) and shown.get(happening.source) != happening
        )
        if isinstance(happening, SourceChanged):
            shown[happening.source] = happening
        if is_news:
            detail = msgspec.to_builtins(happening)
            listener(DeviceEvent(rfc3339(system_clock()), shell.device, "source", detail))
        shell.put(happening)

    return put


def _show_found(as_json: bool) -> None:
    try:
        found = {
            "cameras": finding.find_cameras(),
            "usb_scanners": finding.find_scanners(),
            "serial_lines": finding.find_serial_lines(),
        }
    except ModuleNotFoundError:
        raise _missing("devices") from None
    if as_json:
        console.print_json(found)
        return
    rows = [
        (kind.replace("_", " "), each.source, each.name, each.remark)
        for kind in found
        for each in found[kind]
    ]
    if not rows:
        console.out.print("This computer has no camera, no USB scanner and no serial line that we may see.")
        return
    console.out.print(console.table(["what", "--source", "name", "remark"], rows))
