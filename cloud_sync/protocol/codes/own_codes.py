"""Codes that popshop makes itself: of members, coupons, orders, receipts, enrolments and staff. Signed, so that a
store can judge them while the network is down. Private keys and the time are handed in.

`PS1.<kind>.<content>.<signature>`: version 1; one letter; msgpack in base 32 (RFC 4648, unpadded); Ed25519 (RFC 8032)
in base 32. All of it stands in QR's alphanumeric set, and survives keyboards, addresses and a pressed Caps Lock.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final, Literal

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from cloud_sync.protocol.codes.errors import CodeError
from cloud_sync.protocol.identifiers import is_name

Kind = Literal["member", "coupon", "order", "receipt", "enrolment", "staff"]
Signature = Literal["", "valid", "invalid", "unchecked"]

LETTERS: Final[dict[str, Kind]] = {
    "M": "member", "C": "coupon", "O": "order", "R": "receipt", "E": "enrolment", "S": "staff",
}  # fmt: skip
MAX_CHARS: Final = 600
MAX_ID_CHARS: Final = 64
LAST_SECOND: Final = 253_402_300_799
"""31 December 9999, the last that a date can be."""

_NEEDED: Final[dict[Kind, tuple[str, ...]]] = {
    "member": ("expires_at",),
    "coupon": ("expires_at",),
    "order": ("store",),
    "receipt": ("store", "order", "currency"),
    "enrolment": ("expires_at",),
    "staff": ("expires_at",),
}
"""What a kind cannot be without, besides its id: what stands for a person or for money does not live for ever."""

_HEAD: Final = re.compile(r"PS(\d{1,3})\.", re.IGNORECASE)
_SHAPE: Final = re.compile(r"PS1\.([A-Z])\.([A-Z2-7]+)\.([A-Z2-7]+)")
_ID: Final = re.compile(rf"[!-~]{{1,{MAX_ID_CHARS}}}")
_CURRENCY: Final = re.compile("[A-Z]{3}")
_TIER: Final = re.compile("[A-Z0-9]{0,8}")
_UNREADABLE: Final = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


class Content(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """What a code says, in the order of its bytes. New fields go to the end: older readers pass over them."""

    key: str
    """Who signed: the id of a public key."""
    id: str
    """What the code names. A member's and a staff member's is a random key that is changed, never a name."""
    store: str = ""
    """Where it is good; empty: wherever the key is known."""
    expires_at: int = 0
    """Seconds since 1970, UTC; 0: never."""
    order: str = ""
    amount_minor: int = 0
    currency: str = ""
    tier: str = ""
    """Of a member, when the code was made: what a store goes by that knows nothing newer."""


@dataclass(frozen=True)
class OwnCode:
    """A code that could be read; only `verify` says whether it is genuine."""

    kind: Kind
    content: Content
    signed: bytes = field(repr=False)
    signature: bytes = field(repr=False)


def looks_like(text: str) -> bool:
    """Tell whether a text wants to be one of ours, of whatever version."""
    return _HEAD.match(text) is not None


def mint(kind: Kind, content: Content, private_key: bytes) -> str:
    """A new code, signed with a raw Ed25519 private key (32 bytes). Raises CodeError for content nobody would read."""
    _check(kind, content)
    letter = next(letter for letter, named in LETTERS.items() if named == kind)
    packed = msgspec.msgpack.encode(content)
    signature = Ed25519PrivateKey.from_private_bytes(private_key).sign(_signed(letter, packed))
    return f"PS1.{letter}.{_base32(packed)}.{_base32(signature)}"


def read(text: str) -> OwnCode:
    """Take a code apart, its signature unchecked. Raises CodeError."""
    head = _HEAD.match(text)
    if head is not None and int(head[1]) != 1:
        raise CodeError(f"a popshop code of version {int(head[1])}; this program reads version 1")
    found = _SHAPE.fullmatch(text.upper()) if text.isascii() and len(text) <= MAX_CHARS else None
    if found is None or found[1] not in LETTERS:
        raise CodeError("a popshop code that was not read whole, or is none")
    packed, signature = _from_base32(found[2]), _from_base32(found[3])
    try:
        content = msgspec.msgpack.decode(packed, type=Content)
    except _UNREADABLE:
        raise CodeError("a popshop code whose content cannot be read") from None
    kind = LETTERS[found[1]]
    _check(kind, content)
    return OwnCode(kind, content, _signed(found[1], packed), signature)


def check_signature(code: OwnCode, keys: Mapping[str, bytes] | None) -> tuple[Signature, str]:
    """Whether a key (raw Ed25519 public key by id) vouches for a code, and why not. `None`: nobody can check here."""
    if keys is None:
        return "unchecked", ""
    key = keys.get(code.content.key)
    if key is None:
        return "invalid", "signed with a key that is not known here"
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(code.signature, code.signed)
    except (InvalidSignature, ValueError):
        return "invalid", "the signature does not fit"
    return "valid", ""


def why_not_good(content: Content, *, store: str = "", now: datetime | None = None) -> str:
    """Why a genuine code is not good in this store at this time (aware); empty when it is."""
    if now is not None and content.expires_at and now.timestamp() >= content.expires_at:
        return f"expired at {datetime.fromtimestamp(content.expires_at, UTC):%Y-%m-%d %H:%M} UTC"
    if store and content.store and store != content.store:
        return "good in another store only"
    return ""


def _check(kind: Kind, content: Content) -> None:
    right = (
        is_name(content.key)
        and _ID.fullmatch(content.id) is not None
        and (not content.store or is_name(content.store))
        and (not content.order or _ID.fullmatch(content.order) is not None)
        and (not content.currency or _CURRENCY.fullmatch(content.currency) is not None)
        and _TIER.fullmatch(content.tier) is not None
        and 0 <= content.expires_at <= LAST_SECOND
        and 0 <= content.amount_minor < 2**53
    )
    if not right:
        raise CodeError(f"a popshop {kind} code with content that cannot be")
    missing = [name for name in _NEEDED[kind] if not getattr(content, name)]
    if missing:
        raise CodeError(f"a popshop {kind} code without {' and '.join(missing)}")


def _signed(letter: str, packed: bytes) -> bytes:
    # The kind and the version are signed too: no coupon can be made a receipt, and no other use of the key a code.
    return f"popshop code PS1.{letter}.".encode() + packed


def _base32(raw: bytes) -> str:
    return base64.b32encode(raw).decode().rstrip("=")


def _from_base32(text: str) -> bytes:
    try:
        raw = base64.b32decode(text + "=" * (-len(text) % 8))
    except binascii.Error:
        raise CodeError("a popshop code that was not read whole, or is none") from None
    if _base32(raw) != text:
        # Spare bits at the end: two texts for one code.
        raise CodeError("a popshop code that nobody minted: its last letter cannot be")
    return raw
