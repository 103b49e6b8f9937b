"""One agent per store file: a lock the operating system lets go of when its holder dies."""

from __future__ import annotations

import fcntl
import json
import os
import socket
from pathlib import Path
from typing import IO


class StoreInUse(Exception):
    """Another agent holds the store; the text says who."""


def hold(path: Path, since: str) -> IO[str]:
    """Lock the store's folder for this process; keep the returned file open. Raises StoreInUse."""
    file = path.open("a+")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.seek(0)
        holder = _who(file.read())
        file.close()
        raise StoreInUse(
            f"another agent already runs on {path.parent}: {holder}. Stop it first, or use another folder."
        ) from None
    file.seek(0)
    file.truncate()
    json.dump({"pid": os.getpid(), "host": socket.gethostname(), "since": since}, file)
    file.flush()
    return file


def _who(text: str) -> str:
    try:
        holder = json.loads(text)
        return f"process {holder['pid']} on {holder['host']}, since {holder['since']}"
    except (ValueError, KeyError, TypeError):
        return "its process could not be named"
