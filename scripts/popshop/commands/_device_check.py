"""`popshop device check`: drive a device through the whole contract and report."""

from __future__ import annotations

from popshop.console import UserError


def check() -> None:
    """Drive a device through the whole contract and report."""
    raise UserError("This command is being built.")
