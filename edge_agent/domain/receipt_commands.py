"""What can be asked of receipts on paper."""

from __future__ import annotations

from dataclasses import dataclass

from edge_agent.domain.commands import Command


@dataclass(frozen=True, slots=True)
class PrintReceipt(Command):
    """Somebody wants a receipt on paper. `by` is kiosk or staff. The command's id names the print."""

    receipt: str
    by: str


@dataclass(frozen=True, slots=True)
class PrintBegun(Command):
    """The printer is ready, and its bytes go out next."""

    job: str


@dataclass(frozen=True, slots=True)
class PrintDone(Command):
    """The printer took all of it."""

    job: str
    printer: str


@dataclass(frozen=True, slots=True)
class DropPrint(Command):
    """Staff no longer want this print."""

    job: str
