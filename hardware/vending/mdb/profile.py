"""What a cashless device says of itself, and its money. Pure. MDB/ICP 4.3 §7.4.2, §7.4.17."""

from __future__ import annotations

from typing import Final

import msgspec

from hardware.vending.mdb.codes import Option

CURRENCIES: Final[dict[str, tuple[int, int]]] = {
    "AUD": (36, 2),
    "CHF": (756, 2),
    "CNY": (156, 2),
    "EUR": (978, 2),
    "GBP": (826, 2),
    "HKD": (344, 2),
    "JPY": (392, 0),
    "KRW": (410, 0),
    "MOP": (446, 2),
    "MYR": (458, 2),
    "SGD": (702, 2),
    "THB": (764, 2),
    "TWD": (901, 2),
    "USD": (840, 2),
}
"""ISO 4217: numeric code, decimals of the minor unit."""

UNKNOWN_MEDIA: Final = b"\xff\xff\xff\xff"


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """A cashless device. Real amount = units · scale · 10^-decimals."""

    address: int = 0x10
    level: int = 3
    currency: str = "CNY"
    scale: int = 1
    decimals: int = 2
    always_idle: bool = True
    max_response_s: int = 10
    """Within this a selection is approved or denied."""
    maker: str = "POP"
    serial: str = ""
    model: str = "popshop"
    version: int = 100

    @property
    def options(self) -> int:
        """The optional features we offer."""
        return Option.MONEY_32_BIT | (Option.ALWAYS_IDLE if self.always_idle else 0)

    @property
    def currency_bcd(self) -> bytes:
        """The currency as four digits, the first saying that three of ISO 4217 follow."""
        return bytes.fromhex(f"1{CURRENCIES[self.currency][0]:03}")

    def units(self, minor: int) -> int | None:
        """An amount of minor units on the bus; None where the scale cannot say it."""
        per_unit, per_minor = self._rate
        whole, rest = divmod(minor * per_minor, per_unit)
        return None if rest else whole

    def minor(self, units: int) -> int:
        """An amount on the bus in minor units."""
        per_unit, per_minor = self._rate
        return units * per_unit // per_minor

    @property
    def exact(self) -> bool:
        """Whether every amount on the bus is a whole number of minor units."""
        per_unit, per_minor = self._rate
        return per_unit % per_minor == 0

    @property
    def _rate(self) -> tuple[int, int]:
        """So many of the one are so many of the other: units · first = minor · second."""
        finer = self.decimals - CURRENCIES[self.currency][1]
        return self.scale * int(10 ** max(0, -finer)), int(10 ** max(0, finer))


def reader_config(profile: Profile, level: int) -> bytes:
    """What follows READER CONFIG: level, currency, scale, decimals, response time, and that we take cash sales."""
    options = 0x09  # we can give money back ourselves; CASH SALE is understood
    money = bytes([profile.scale, profile.decimals])
    return bytes([level]) + profile.currency_bcd + money + bytes([profile.max_response_s, options])


def session_funds(profile: Profile, units: int, level: int, wide: bool) -> bytes:
    """What follows BEGIN SESSION, by level: funds, and from level 2 on a payment medium of no particular kind."""
    if level < 2:
        return units.to_bytes(2, "big")
    media = UNKNOWN_MEDIA + b"\x00" + b"\x00\x00"
    if wide:
        return units.to_bytes(4, "big") + media + b"en" + profile.currency_bcd + b"\x00"
    return units.to_bytes(2, "big") + media


def peripheral_id(profile: Profile, level: int) -> bytes:
    """What follows PERIPHERAL ID; a level 3 device adds its optional features."""
    names = f"{profile.maker:3.3}{profile.serial:>12.12}{profile.model:12.12}".encode("ascii", "replace")
    features = profile.options.to_bytes(4, "big") if level >= 3 else b""
    return names + bytes.fromhex(f"{profile.version % 10_000:04}") + features
