"""`popshop device shelf`: a cloud shelf of weighing plates."""

from __future__ import annotations

from popshop.console import UserError


def shelf() -> None:
    """A cloud shelf of weighing plates."""
    raise UserError("This command is being built.")
