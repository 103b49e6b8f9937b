"""The key that the store signs codes of its own with (coupons, orders): made at the first run beside the store's file.

The private half never leaves the folder; the public half tells who signed.
"""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from edge_agent.adapters import receipt_secret
from edge_agent.services.rules import CodeKey

FILE: Final = "codes.key"


def load_or_make(folder: Path) -> CodeKey:
    """Read the key, or make it (owner-readable only) at the first run."""
    return from_private(receipt_secret.load_or_make(folder, FILE))


def from_private(private: bytes) -> CodeKey:
    """The key of a raw Ed25519 private key (32 bytes), named after its public half."""
    public = Ed25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()
    return CodeKey(f"s{sha256(public).hexdigest()[:12]}", private, public)
