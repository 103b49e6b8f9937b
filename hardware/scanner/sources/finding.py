"""What this computer has to scan with, each as the address to give: cameras, USB scanners, serial lines. Only looks."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

import msgspec

CAMERA_NAMES: Final = Path("/sys/class/video4linux")


class FoundSource(msgspec.Struct, frozen=True, kw_only=True):
    """Something that may be used: `source` is what to write, `remark` what keeps it from working as it is."""

    source: str
    name: str
    remark: str = ""


def find_cameras() -> list[FoundSource]:
    """Cameras by their lasting names, where the system gives them one."""
    lasting = {path.resolve(): path for path in sorted(Path("/dev/v4l/by-id").glob("*"), reverse=True)}
    return [
        FoundSource(
            source=f"camera:{lasting.get(path, path)}",
            name=_camera_says(path, "name"),
            remark="" if os.access(path, os.R_OK | os.W_OK) else "no right to use it: group video",
        )
        for path in sorted(Path("/dev").glob("video*"))
        # A camera's second device carries data about its pictures, not pictures.
        if _camera_says(path, "index") in ("", "0")
    ]


def find_scanners() -> list[FoundSource]:
    """Keyboards that are plainly scanners, then those that may be. Needs evdev."""
    from hardware.scanner.sources.hid import INPUT_FOLDER, find_keyboards

    keyboards = sorted(find_keyboards(), key=lambda keyboard: not keyboard.is_scanner)
    models = [keyboard.usb_id for keyboard in keyboards]
    lasting = {str(path.resolve()): path for path in INPUT_FOLDER.glob("by-id/*-event-kbd")}
    found = []
    for keyboard in keyboards:
        alike = models.count(keyboard.usb_id) > 1
        which = lasting.get(keyboard.path, keyboard.path) if alike else keyboard.usb_id
        remark = "" if keyboard.is_scanner else "perhaps a person's keyboard: it will be grabbed"
        found.append(FoundSource(source=f"hid:{which}", name=keyboard.name, remark=remark))
    denied = [path for path in INPUT_FOLDER.glob("event*") if not os.access(path, os.R_OK | os.W_OK)]
    if denied:
        remark = f"no right to look at {len(denied)} input devices: group input"
        found.append(FoundSource(source="hid:auto", name="?", remark=remark))
    return found


def find_serial_lines() -> list[FoundSource]:
    """Serial lines by their lasting names, where the system gives them one. Needs pyserial."""
    from serial.tools import list_ports

    return [
        FoundSource(
            source=f"serial:{line.device}",
            name=line.description if line.description != "n/a" else "",
            remark="" if os.access(line.device, os.R_OK | os.W_OK) else "no right to use it: group dialout",
        )
        for line in sorted(list_ports.comports(include_links=True), key=lambda line: line.device)
    ]


def _camera_says(path: Path, what: str) -> str:
    try:
        return (CAMERA_NAMES / path.name / what).read_text("utf-8", "replace").strip()
    except OSError:
        return ""
