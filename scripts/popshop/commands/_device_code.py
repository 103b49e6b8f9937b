"""`popshop device code`: what a scanned text means."""

from __future__ import annotations

from popshop.console import UserError


def code() -> None:
    """What a scanned text means."""
    raise UserError("This command is being built.")
