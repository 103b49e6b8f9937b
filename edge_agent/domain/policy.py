"""The numbers a store's rules depend on, each with its unit in its name."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Policy:
    """Defaults suit a store with a mall's Wi-Fi and machines whose motors take some seconds."""

    order_ttl_s: int = 300
    """How long units are held for an order that is not paid."""
    vend_timeout_ms: int = 30_000
    """Without an answer for this long (per vend queued at the machine) an outcome is unknown."""
    vend_command_ttl_ms: int = 20_000
    """A machine refuses a vend command that reaches it later than this."""
    failures_to_block: int = 2
    """Failed vends in a row that take a slot out of sale."""
    device_clock_window_days: int = 35
    """A device's time is believed for a sale when it is at most this far behind the store's clock
    (a backlog after an outage); see `domain.clocks`."""
    label_patience_s: int = 60
    """How long a label may show something else than the price that the kiosk says, before a person is told."""
    food_limit_dc: int = 80
    """Tenths of a degree Celsius; food that is warmer than this for `food_limit_s` is not sold any more."""
    food_limit_s: int = 1_800
