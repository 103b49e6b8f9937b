"""What a device tells, a line each, for a person or a program. A code that a shopper showed is never printed whole."""

from __future__ import annotations

import sys
from typing import Any, Final

import msgspec
from rich.markup import escape

from cloud_sync.protocol.codes.masking import masked
from hardware.device_events import DeviceEvent
from popshop import console

_COLOURS: Final = {
    "report": "bold",
    "command": "cyan",
    "refused": "yellow",
    "offline": "red",
    "online": "green",
    "power_cut": "red",
    "broken": "bold red",
}


def print_json(event: DeviceEvent) -> None:
    """One JSON document per line."""
    sys.stdout.write(msgspec.json.encode(msgspec.structs.replace(event, detail=_fit(event))).decode() + "\n")
    sys.stdout.flush()


def print_line(event: DeviceEvent) -> None:
    """One line for a person."""
    detail = "  ".join(f"{name}={value}" for name, value in _fit(event).items() if value not in ("", [], {}))
    colour = _COLOURS.get(event.what, "dim")
    console.out.print(
        f"[dim]{event.at[11:23]}[/] [bold]{event.device}[/] [{colour}]{event.what:9}[/] {escape(detail)}",
        soft_wrap=True,
    )


def _fit(event: DeviceEvent) -> dict[str, Any]:
    """The particulars, with a payment code and the like masked."""
    detail = event.detail
    return detail | {"text": masked(detail["text"])} if detail.get("type") == "code_scanned" else detail
