"""Secrets of headquarters: making them, hashing what the database may know of them, comparing them.

Codes and tokens are long and random, so a plain SHA-256 is enough to keep; the words themselves are shown once.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from pathlib import Path
from typing import Final, NamedTuple

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

# Without I, L, O and U: nothing in a code can be misread or misspelt into another one (Crockford's base 32).
_LETTERS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_MISREAD: Final = str.maketrans({"I": "1", "L": "1", "O": "0", "-": None, " ": None})
FILE_NAME: Final = "credentials.json"
PASSWORD_VARIABLE: Final = "POPSHOP_HQ_PASSWORD"


class Credentials(msgspec.Struct, frozen=True, kw_only=True):
    """What one headquarters keeps secret: the people's password, and the keys that sign their sessions and codes."""

    admin_password: str
    session_key: str
    code_key: str = ""
    """Raw Ed25519 private key (hex): what stores believe of members, coupons and payments while they are offline."""


class CodeKey(NamedTuple):
    """What signs codes: `id` names it to those who know its public half."""

    id: str
    private: bytes
    public: bytes


def code_key(credentials: Credentials) -> CodeKey:
    """Headquarters' key for codes."""
    private = bytes.fromhex(credentials.code_key)
    public = Ed25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()
    return CodeKey(f"hq-{hashlib.sha256(public).hexdigest()[:8]}", private, public)


def load_or_make(folder: Path) -> Credentials:
    """Read DATA/credentials.json, made at the first run and readable by its owner only."""
    path = folder / FILE_NAME
    try:
        made = msgspec.json.decode(path.read_bytes(), type=Credentials)
        if made.code_key:
            return made
    except FileNotFoundError:
        made = Credentials(admin_password=secrets.token_urlsafe(15), session_key=secrets.token_hex(32))
    # A file of before there were codes keeps its password.
    made = msgspec.structs.replace(made, code_key=secrets.token_hex(32))
    fresh = path.with_suffix(".new")
    with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(msgspec.json.format(msgspec.json.encode(made)))
        os.fsync(file.fileno())
    fresh.rename(path)
    return made


def make_code() -> str:
    """A one-time code for a person to carry: XXXX-XXXX-XXXX, 60 bits."""
    letters = [secrets.choice(_LETTERS) for _ in range(12)]
    return "-".join("".join(letters[at : at + 4]) for at in (0, 4, 8))


def make_token() -> str:
    """A store's bearer secret, 256 bits."""
    return secrets.token_urlsafe(32)


def make_member() -> str:
    """A member's random key, 96 bits: it says nothing of the person."""
    return f"m-{secrets.token_hex(12)}"


def make_receipt() -> str:
    """A signed receipt's random id, 80 bits."""
    return f"R{secrets.token_hex(10)}"


def hash_code(code: str) -> bytes:
    """What is kept of a code; case, hyphens and letters that look alike do not matter."""
    return hashlib.sha256(code.strip().upper().translate(_MISREAD).encode()).digest()


def hash_token(token: str) -> bytes:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).digest()


def same(given: str, expected: str) -> bool:
    """Compare two secrets without telling by the time taken where they differ."""
    return hmac.compare_digest(given.encode(), expected.encode())


def sign(key: str, text: str) -> str:
    """A signature (hex) over `text`, for a cookie."""
    return hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest()
