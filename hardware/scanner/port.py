"""What can happen to a scanner."""

from __future__ import annotations

from hardware.behaviour import Input


class CodeHeldUp(Input, frozen=True):
    """A shopper holds a code in front of the scanner. `symbology` as in the GS1 General Specifications §7.9."""

    symbology: str
    text: str
