"""Who may call: tokens made at the first run, kept beside the store's file, compared in constant time."""

from __future__ import annotations

import hmac
import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Role = Literal["kiosk", "staff"]


@dataclass(frozen=True, slots=True)
class Access:
    """The store's secrets. `staff_pin` opens the tablet's pages."""

    kiosk_token: str
    staff_token: str
    staff_pin: str
    session_secret: str

    def role(self, token: str) -> Role | None:
        """Whose token this is."""
        if hmac.compare_digest(token.encode(), self.staff_token.encode()):
            return "staff"
        return "kiosk" if hmac.compare_digest(token.encode(), self.kiosk_token.encode()) else None

    def pin_fits(self, pin: str) -> bool:
        """Whether a typed PIN is the staff's."""
        return hmac.compare_digest(pin.strip().encode(), self.staff_pin.encode())


def load_or_make(folder: Path) -> Access:
    """Read `credentials.json`, or make it (owner-readable only) at the first run."""
    path = folder / "credentials.json"
    if path.exists():
        return Access(**json.loads(path.read_text()))
    access = Access(
        kiosk_token=secrets.token_urlsafe(24),
        staff_token=secrets.token_urlsafe(24),
        staff_pin=f"{secrets.randbelow(10**6):06d}",
        session_secret=secrets.token_urlsafe(24),
    )
    new = path.with_suffix(".new")
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump({name: getattr(access, name) for name in access.__slots__}, file, indent=2)
    new.replace(path)
    return access
