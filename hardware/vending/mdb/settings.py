"""What whoever connects a machine writes down: its selections, its money. Pure.

The machine knows items by number and asks a price; the shop knows slots. Both stand here, and must agree with what is
set in the machine itself: a selection at another price is denied, never guessed.
"""

from __future__ import annotations

from typing import Final

import msgspec

from hardware.vending.mdb.codes import ADDRESSES, UNDEFINED_ITEM
from hardware.vending.mdb.profile import CURRENCIES, Profile

MAX_SLOTS: Final = 1_000
MOST_UNITS: Final = 0xFFFE
"""The highest amount of a controller with 16-bit money; 0xFFFF means that it is not known."""


class SettingsError(ValueError):
    """The settings contradict themselves; the text says where."""


class Selection(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One slot: the number the machine has for it, and what the machine asks."""

    slot: str
    item_number: int
    price_minor: int
    capacity: int
    par_level: int = 0
    item: str = ""
    """Its SKU, for whoever reads the file."""


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A machine on an MDB bus."""

    slots: list[Selection]
    kind: str = "vending"
    model: str = "MDB machine"
    serial: str = ""
    currency: str = "CNY"
    address: int = 0x10
    level: int = 3
    scale: int = 1
    decimals: int = 2
    always_idle: bool = True
    drop_sensor: bool = False
    """The machine says VEND SUCCESS only when its own sensor saw the unit fall."""
    queue_limit: int = 4
    """Vends that may wait for their shoppers; one more is refused as busy."""

    def profile(self) -> Profile:
        """How our reader introduces itself."""
        return Profile(
            address=self.address,
            level=self.level,
            currency=self.currency,
            scale=self.scale,
            decimals=self.decimals,
            always_idle=self.always_idle,
            serial=self.serial,
        )


def read_settings(body: bytes) -> Settings:
    """Read a settings file (JSON). Raises SettingsError."""
    try:
        settings = msgspec.json.decode(body, type=Settings)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise SettingsError(str(error)) from None
    for name, value, allowed in (
        ("kind", settings.kind, ("vending", "sampling")),
        ("currency", settings.currency, CURRENCIES),
        ("address", settings.address, ADDRESSES),
        ("level", settings.level, (1, 2, 3)),
        ("scale", settings.scale, range(1, 256)),
        ("decimals", settings.decimals, range(7)),
        ("queue_limit", settings.queue_limit, range(1, 101)),
    ):
        if value not in allowed:
            known = f"{allowed.start} to {allowed.stop - 1}" if isinstance(allowed, range) else list(allowed)
            raise SettingsError(f"{name} is {value!r}: use one of {known}")
    _check_slots(settings)
    return settings


def _check_slots(settings: Settings) -> None:
    slots = settings.slots
    if not 0 < len(slots) <= MAX_SLOTS:
        raise SettingsError(f"slots: {len(slots)}, must be 1 to {MAX_SLOTS}")
    columns: tuple[tuple[str, list[str | int]], ...] = (
        ("slot", [one.slot for one in slots]),
        ("item_number", [one.item_number for one in slots]),
    )
    for name, values in columns:
        twice = next((value for value in values if values.count(value) > 1), None)
        if twice is not None:
            raise SettingsError(f"{name} {twice!r} stands there twice")
    profile = settings.profile()
    if not profile.exact:
        raise SettingsError(
            f"decimals {settings.decimals}: finer than {settings.currency} at scale {settings.scale}"
        )
    for one in slots:
        units = profile.units(one.price_minor)
        if units is None or not 0 <= units <= MOST_UNITS:
            raise SettingsError(
                f"slot {one.slot!r}: price_minor {one.price_minor} cannot be said on the bus"
                f" with scale {settings.scale} and {settings.decimals} decimals"
            )
        if not 0 <= one.item_number < UNDEFINED_ITEM or one.capacity < 0 or not one.slot:
            raise SettingsError(
                f"slot {one.slot!r}: item_number must be 0 to {UNDEFINED_ITEM - 1}, capacity 0 or more"
            )
