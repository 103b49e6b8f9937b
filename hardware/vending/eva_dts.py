"""Event codes of the EVA Data Transfer Standard (6.1, Annex C) that our machines use."""

from __future__ import annotations

from typing import Final

DOOR_OPEN: Final = "EGS"
DISPENSE_MOTOR: Final = "EJB"
HELIX_BLOCKED: Final = "EJC"
HEALTH_TIMER: Final = "EJH"
"""Too warm for too long: food may not be sold."""
DELIVERY_DETECTOR: Final = "EJL"
"""The drop sensor itself is out of order: whether a unit fell is not known."""
DELIVERY_FAILED: Final = "ELA"
"""The machine is certain that nothing fell."""
SOLD_OUT_UNEXPECTEDLY: Final = "ELB"
"""The slot is empty although the count says otherwise."""
