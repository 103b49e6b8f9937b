"""`popshop device scanner`: a scanner with several sources, for a store."""

from __future__ import annotations

from popshop.console import UserError


def scanner() -> None:
    """A scanner with several sources, for a store."""
    raise UserError("This command is being built.")
