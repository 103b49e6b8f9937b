"""The secret that receipts' tokens are made with: made at the first run beside the store's file, never sent anywhere.

With it whoever knows a receipt's number could find its page, so only the owner of the folder may read it.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Final

FILE: Final = "receipts.key"
SECRET_BYTES: Final = 32


def load_or_make(folder: Path, file: str = FILE) -> bytes:
    """Read the secret in a file of the folder, or make it (owner-readable only) at the first run."""
    path = folder / file
    if path.exists():
        return bytes.fromhex(path.read_text("ascii").strip())
    secret = secrets.token_bytes(SECRET_BYTES)
    new = path.with_suffix(".new")
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
        out.write(secret.hex() + "\n")
        out.flush()
        os.fsync(out.fileno())
    new.replace(path)
    return secret
