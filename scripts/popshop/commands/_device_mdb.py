"""`popshop device mdb`: an existing vending machine on its MDB bus."""

from __future__ import annotations

from popshop.console import UserError


def mdb() -> None:
    """An existing vending machine on its mdb bus."""
    raise UserError("This command is being built.")
