"""What a check says, and the port through which it looks at the computer."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Literal, Protocol

import msgspec

Level = Literal["ok", "warning", "problem"]


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the doctor's report. A problem keeps a shop from running, a warning only a part of it."""

    check: str
    level: Level
    found: str
    advice: str = ""
    """What to do; empty when all is well."""


class Unhealthy(Exception):
    """A trial run of a part failed; the text says how."""


class Computer(Protocol):
    """What a check may ask. Trials raise Unhealthy, files and wires raise OSError."""

    def python_version(self) -> tuple[int, int, int]:
        """The running interpreter's version."""

    def is_installed(self, module: str) -> bool:
        """Tell whether a Python module can be imported, without importing it."""

    def environment(self, name: str) -> str:
        """An environment variable, empty when unset."""

    def now(self) -> datetime:
        """The computer's clock, aware UTC."""

    def newest_change(self, folder: Path) -> datetime | None:
        """When the newest file under the folder was written; None without files."""

    def is_clock_synchronised(self) -> bool | None:
        """What the system says about network time; None when it does not say."""

    def taken_ports(self, ports: Iterable[int]) -> list[int]:
        """The ports of 127.0.0.1 on which nobody else could listen now."""

    def free_bytes(self, folder: Path) -> int:
        """Free space where the folder is, or will be."""

    def try_writing(self, folder: Path) -> None:
        """Create and remove a file there."""

    def try_sqlite(self, folder: Path) -> tuple[str, str]:
        """SQLite's version, and the journal mode that it really uses there when asked for WAL."""

    def try_broker(self) -> str:
        """Start the embedded broker, speak MQTT to it, stop it. Returns its version."""

    def try_postgres(self, dsn: str) -> str:
        """The version of the server at that address or, with an empty one, of the wheel's programs."""

    def try_font(self) -> str:
        """The name of the Chinese font that the kiosk would use."""

    def cameras(self) -> list[tuple[str, bool]]:
        """Camera devices, and whether we may read each."""

    def scanner_wires(self) -> list[tuple[str, bool, str]]:
        """Input devices and serial lines, whether we may read and write each, and the group that may."""

    def program(self, *names: str) -> str | None:
        """The first of these programs that is on the path."""

    def has_library(self, name: str) -> bool:
        """Tell whether the dynamic loader knows a library."""
