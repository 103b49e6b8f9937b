"""The doctor's eyes on the real computer: looks, tries, leaves nothing behind. Reads the system clock."""

from __future__ import annotations

import ctypes.util
import importlib.util
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from popshop.doctor import trials

LOOK_TIMEOUT_S: Final = 10
SCANNER_WIRES: Final = (("input/event*", "input"), ("ttyACM*", "dialout"), ("ttyUSB*", "dialout"))


class ThisComputer:
    """See `popshop.doctor.findings.Computer`."""

    def python_version(self) -> tuple[int, int, int]:
        return sys.version_info[:3]

    def is_installed(self, module: str) -> bool:
        return importlib.util.find_spec(module) is not None

    def environment(self, name: str) -> str:
        return os.environ.get(name, "")

    def now(self) -> datetime:
        return datetime.now(UTC)

    def newest_change(self, folder: Path) -> datetime | None:
        """Looks at the shop's databases only: they are written all day, and they are few."""
        databases = (path for pattern in ("**/*.db*", "**/*.sqlite*") for path in folder.glob(pattern))
        times = [path.stat().st_mtime for path in databases]
        return datetime.fromtimestamp(max(times), UTC) if times else None

    def is_clock_synchronised(self) -> bool | None:
        answer = _ask("timedatectl", "show", "--property=NTPSynchronized", "--value")
        return {"yes": True, "no": False}.get(answer)

    def taken_ports(self, ports: Iterable[int]) -> list[int]:
        return [port for port in ports if not _can_listen(port)]

    def free_bytes(self, folder: Path) -> int:
        return shutil.disk_usage(_nearest(folder)).free

    def try_writing(self, folder: Path) -> None:
        with tempfile.NamedTemporaryFile(dir=_nearest(folder), prefix=".popshop-doctor-") as file:
            file.write(b"well")
            file.flush()
            os.fsync(file.fileno())

    def try_sqlite(self, folder: Path) -> tuple[str, str]:
        with tempfile.TemporaryDirectory(dir=_nearest(folder), prefix=".popshop-doctor-") as scratch:
            try:
                with closing(sqlite3.connect(Path(scratch) / "trial.sqlite")) as database:
                    (mode,) = database.execute("PRAGMA journal_mode = WAL").fetchone()
                    database.execute("CREATE TABLE trial (id INTEGER PRIMARY KEY)")
            except sqlite3.Error as error:
                raise OSError(f"SQLite cannot work in {folder}: {error}") from error
        return sqlite3.sqlite_version, mode

    def try_broker(self) -> str:
        return trials.broker()

    def try_postgres(self, dsn: str) -> str:
        return trials.postgres_server(dsn) if dsn else trials.postgres_wheel()

    def try_font(self) -> str:
        return trials.chinese_font()

    def cameras(self) -> list[tuple[str, bool]]:
        return [(str(path), os.access(path, os.R_OK)) for path in sorted(Path("/dev").glob("video*"))]

    def scanner_wires(self) -> list[tuple[str, bool, str]]:
        return [
            (str(path), os.access(path, os.R_OK | os.W_OK), group)
            for pattern, group in SCANNER_WIRES
            for path in sorted(Path("/dev").glob(pattern))
        ]

    def program(self, *names: str) -> str | None:
        return next((path for name in names if (path := shutil.which(name))), None)

    def has_library(self, name: str) -> bool:
        return ctypes.util.find_library(name) is not None


def _nearest(folder: Path) -> Path:
    """The folder itself or, while it is not there yet, the nearest one above it that is."""
    return next(place for place in (folder, *folder.parents) if place.is_dir())


def _can_listen(port: int) -> bool:
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _ask(*command: str) -> str:
    """What a program prints, without the line's end; empty when it is not there, fails or hangs."""
    try:
        answer = subprocess.run(command, capture_output=True, text=True, timeout=LOOK_TIMEOUT_S, check=True)
    except (OSError, subprocess.SubprocessError):
        return ""
    return answer.stdout.strip()
