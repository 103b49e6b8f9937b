"""What a controller and its cashless device agreed on while setting up. Pure. MDB/ICP 4.3 §7.4.2, §7.4.18."""

from __future__ import annotations

import msgspec

from hardware.vending.mdb.codes import Option
from hardware.vending.mdb.port import Wire
from hardware.vending.mdb.profile import Profile


class Terms(msgspec.Struct, frozen=True):
    """As after power-up, unless told otherwise."""

    configured: bool = False
    level: int = 1
    wide: bool = False
    """Amounts have 32 bits."""
    always_idle: bool = False
    """Selections come without a session of ours."""
    may_sell: bool = False
    """The controller enabled us last, not disabled."""


def terms_at_power_up(profile: Profile, wire: Wire) -> Terms:
    """Nothing is agreed, unless the adapter did that for us: it passes on changes only, so we may sell until told."""
    if not wire.sets_up:
        return Terms()
    return Terms(configured=True, level=profile.level, may_sell=True)


def configured(terms: Terms, profile: Profile, level: int) -> Terms:
    """The controller said its level: the lower one holds for both."""
    return msgspec.structs.replace(terms, configured=True, level=max(1, min(level, profile.level)))


def with_options(terms: Terms, profile: Profile, bits: int) -> Terms:
    """The controller chose among the optional features; what we did not offer is not agreed."""
    agreed = bits & profile.options
    return msgspec.structs.replace(
        terms, wide=bool(agreed & Option.MONEY_32_BIT), always_idle=bool(agreed & Option.ALWAYS_IDLE)
    )
