"""Who may use the store's broker: the agent and one user per device, in a file only its owner can read."""

from __future__ import annotations

import json
import os
import re
import secrets
from pathlib import Path
from typing import Final, NamedTuple

AGENT_USER: Final = "_agent"
"""No device can be called that: names start with a letter or digit."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,62}")


class Credentials(NamedTuple):
    """What a client logs in with."""

    user: str
    password: str


def check_name(what: str, name: str) -> str:
    """Return the name. Raises ValueError when it cannot be a topic level (it could widen a user's rights)."""
    if _NAME.fullmatch(name) is None:
        raise ValueError(
            f"{what} {name[:80]!r}: use 1–63 letters, digits and hyphens, not starting with a hyphen"
        )
    return name


def write_private(path: Path, text: str) -> None:
    """Replace a file in one step, readable by its owner only."""
    beside = path.with_name(path.name + ".new")
    with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)


def new_salt() -> bytes:
    """Twelve bytes that no other password's hash has."""
    return secrets.token_bytes(12)


class BrokerUsers:
    """Users and passwords in `path`. A user is made when first asked for and keeps its password."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._passwords: dict[str, str] = json.loads(path.read_text("utf-8")) if path.exists() else {}

    def add(self, user: str) -> bool:
        """Make the user unless it is there; tell whether it was made. On disk when this returns."""
        if user in self._passwords:
            return False
        passwords = {**self._passwords, user: secrets.token_urlsafe(24)}
        write_private(self._path, json.dumps(passwords, indent=1))
        self._passwords = passwords
        return True

    def credentials(self, user: str) -> Credentials:
        """A user's credentials. Raises KeyError when there is none."""
        return Credentials(user, self._passwords[user])

    def all(self) -> list[Credentials]:
        """Everybody, the agent too."""
        return [Credentials(*entry) for entry in self._passwords.items()]

    def devices(self) -> list[Credentials]:
        """Every user but the agent."""
        return [entry for entry in self.all() if entry.user != AGENT_USER]
