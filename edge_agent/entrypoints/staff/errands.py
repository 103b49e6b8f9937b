"""Deeds at the tablet that are no decisions of the shop: having a provider asked, and a day's books compared.

They go to the payment desk; everything else goes through the one door.
"""

from __future__ import annotations

from dataclasses import dataclass

from edge_agent.domain.commands import Command
from edge_agent.entrypoints.door import Refused, ask
from edge_agent.entrypoints.reconciling import reconcile
from edge_agent.entrypoints.staff.shop import Sources
from edge_agent.services.brain import Answer


@dataclass(frozen=True, slots=True)
class AskProvider(Command):
    """Have a payment asked for now, not when its time comes."""

    payment: str


@dataclass(frozen=True, slots=True)
class CompareBooks(Command):
    """Hold every provider's book of a day against ours now. What came of it stands in the tables."""

    day: str


async def carry_out(sources: Sources, command: Command) -> Answer:
    """Do what a sheet asked for, and say what came of it."""
    match command:
        case AskProvider():
            sources.payments.ask_now(command.payment)
            return Answer()
        case CompareBooks():
            try:
                await reconcile(sources.payments.books, sources.brain, sources.queries, command.day)
            except Refused as refused:
                return Answer(refused.refusal)
            return Answer()
    return await ask(sources.brain, command)
