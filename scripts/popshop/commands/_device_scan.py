"""`popshop device scan`: read codes from pictures, a film or a camera."""

from __future__ import annotations

from popshop.console import UserError


def scan() -> None:
    """Read codes from pictures, a film or a camera."""
    raise UserError("This command is being built.")
