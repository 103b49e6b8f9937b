"""A small disk of its own for one store: a file with a file system in it, mounted where we may. And filling it up."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

SIZE_MB: Final = 192
LEAVE_BYTES: Final = 32 * 1024
"""What the ballast leaves: no page of a journal's next batch fits for long."""


class SmallDisk:
    """A context: mounted inside, gone afterwards."""

    def __init__(self, image: Path, mounted_at: Path) -> None:
        self._image = image
        self._at = mounted_at
        self._ballast = mounted_at / "ballast"

    def __enter__(self) -> SmallDisk:
        """Raises OSError when the file system cannot be made or mounted here."""
        with self._image.open("wb") as file:
            file.truncate(SIZE_MB * 1024 * 1024)
        self._at.mkdir(parents=True, exist_ok=True)
        _run("mkfs.ext4", "-q", "-F", "-m", "0", str(self._image))
        _run("mount", "-o", "loop", str(self._image), str(self._at))
        return self

    def fill(self) -> None:
        """Take nearly all the room that is left."""
        free = shutil.disk_usage(self._at).free - LEAVE_BYTES
        if free <= 0:
            return
        with self._ballast.open("wb") as file:
            try:
                os.posix_fallocate(file.fileno(), 0, free)
            except OSError:
                # The store took some of it meanwhile: then it is full already.
                return

    def make_room(self) -> None:
        """Give the room back."""
        self._ballast.unlink(missing_ok=True)

    def __exit__(self, *_: object) -> None:
        # Lazily: a reader of ours that still looks must not leave the mount behind.
        _run("umount", "-l", str(self._at))
        self._image.unlink(missing_ok=True)


def why_not() -> str:
    """Why a disk of its own cannot be had here; empty when it can be tried."""
    if sys.platform != "linux" or os.geteuid() != 0:
        return "mounting a file system needs root on Linux"
    missing = [name for name in ("mkfs.ext4", "mount", "umount") if shutil.which(name) is None]
    return f"{missing[0]} is not installed" if missing else ""


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise OSError(f"{command[0]}: {done.stderr.strip()[-200:]}")
