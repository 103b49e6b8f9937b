"""What the machine's controller asks of a cashless device, as values. Pure. MDB/ICP 4.3 §7.4.

Amounts are in the bus's own units (see `profile`), 16 or 32 bits wide as agreed.
"""

from __future__ import annotations

import msgspec

from hardware.vending.mdb.codes import ADDRESS_MASK, Command


class Request(msgspec.Struct, frozen=True):
    """One command to us."""


class Reset(Request, frozen=True):
    """Drop everything; be as after power-up (§7.4.1)."""


class SetupConfig(Request, frozen=True):
    """The controller's level and display (§7.4.2)."""

    level: int


class SetupPrices(Request, frozen=True):
    """The highest and the lowest price in the machine (§7.4.3)."""

    highest: int
    lowest: int


class Poll(Request, frozen=True):
    """Anything to say? (§7.4.4)"""


class VendRequest(Request, frozen=True):
    """Somebody pressed a selection (§7.4.8)."""

    price: int
    item: int


class VendCancel(Request, frozen=True):
    """The selection is taken back before we answered (§7.4.8)."""


class VendSuccess(Request, frozen=True):
    """It was dispensed, as far as the machine can tell (§7.4.8)."""

    item: int


class VendFailure(Request, frozen=True):
    """It was not dispensed: the refund is ours (§7.4.8)."""


class SessionComplete(Request, frozen=True):
    """The session is over (§7.4.8)."""


class CashSale(Request, frozen=True):
    """The machine sold for cash, or by another reader (§7.4.8). `currency` is 0 where it was not said."""

    price: int
    item: int
    currency: int = 0


class ReaderEnable(Request, frozen=True):
    """Sessions may begin (§7.4.13)."""


class ReaderDisable(Request, frozen=True):
    """No session may begin; one that is under way goes on (§7.4.12)."""


class ReaderCancel(Request, frozen=True):
    """Stop looking for a payment (§7.4.14)."""


class Revalue(Request, frozen=True):
    """Put money back on the card: we have none (§7.4.15)."""


class RequestId(Request, frozen=True):
    """Who are you? The controller says who it is (§7.4.17)."""

    maker: str
    serial: str
    model: str


class EnableOptions(Request, frozen=True):
    """Of our optional features, these shall hold (§7.4.18)."""

    bits: int


class PassedOver(Request, frozen=True):
    """A command without a consequence here: diagnostics, file transport, time and date, whatever is not known."""

    command: int
    sub: int


def read_request(data: bytes, wide: bool) -> Request:
    """A block as what it asks; a length that does not fit its code makes it one to pass over."""
    command = data[0] & ~ADDRESS_MASK & 0xFF
    sub = data[1] if len(data) > 1 else 0
    body = data[2:]
    match command, sub:
        case Command.RESET, _:
            return Reset()
        case Command.POLL, _:
            return Poll()
        case Command.SETUP, 0x00 if len(body) == 4:
            return SetupConfig(body[0])
        case Command.SETUP, 0x01 if len(body) == (10 if wide else 4):
            half = 4 if wide else 2
            return SetupPrices(_number(body[:half]), _number(body[half : half * 2]))
        case Command.VEND, _:
            return _read_vend(sub, body, wide)
        case Command.READER, 0x00:
            return ReaderDisable()
        case Command.READER, 0x01:
            return ReaderEnable()
        case Command.READER, 0x02:
            return ReaderCancel()
        case Command.REVALUE, 0x00 | 0x01:
            return Revalue()
        case Command.EXPANSION, 0x00 if len(body) == 29:
            return RequestId(_text(body[:3]), _text(body[3:15]), _text(body[15:27]))
        case Command.EXPANSION, 0x04 if len(body) == 4:
            return EnableOptions(_number(body))
    return PassedOver(command, sub)


def _read_vend(sub: int, body: bytes, wide: bool) -> Request:
    money = 4 if wide else 2
    match sub:
        case 0x00 if len(body) == money + 2:
            return VendRequest(_number(body[:money]), _number(body[money:]))
        case 0x01:
            return VendCancel()
        case 0x02 if len(body) == 2:
            return VendSuccess(_number(body))
        case 0x03:
            return VendFailure()
        case 0x04:
            return SessionComplete()
        case 0x05 if len(body) == (8 if wide else 4):
            item = body[money : money + 2]
            return CashSale(_number(body[:money]), _number(item), _bcd(body[6:8]) if wide else 0)
    return PassedOver(Command.VEND, sub)


def _number(data: bytes) -> int:
    return int.from_bytes(data, "big")


def _bcd(data: bytes) -> int:
    """A currency as the standard writes one: four digits, of which the first says that three of ISO 4217 follow."""
    digits = data.hex()
    return int(digits[1:]) if digits.isdecimal() else 0


def _text(data: bytes) -> str:
    return "".join(chr(byte) if 32 <= byte < 127 else " " for byte in data).strip()
