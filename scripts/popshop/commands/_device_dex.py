"""`popshop device dex`: read an EVA-DTS audit."""

from __future__ import annotations

from popshop.console import UserError


def dex() -> None:
    """Read an eva-dts audit."""
    raise UserError("This command is being built.")
