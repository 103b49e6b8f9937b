"""What can be asked of food that was too warm for too long, by people and by our own workers."""

from __future__ import annotations

from dataclasses import dataclass

from edge_agent.domain.commands import Command


@dataclass(frozen=True, slots=True)
class ReleaseFood(Command):
    """A person looked after food that was too warm for too long; `outcome` is one of `food.OUTCOMES`."""

    device: str
    outcome: str


@dataclass(frozen=True, slots=True)
class FoodOverdue(Command):
    """Food in a device has been too warm for as long as the policy allows, or its machine says so."""

    device: str


@dataclass(frozen=True, slots=True)
class WithholdVend(Command):
    """A vend of food that must not be sold any more, and that was never sent to its machine."""

    vend: str


@dataclass(frozen=True, slots=True)
class FoodWatched(Command):
    """The store has been in touch with its devices: what was cold enough has stayed so, or its device would have told.

    Bookkeeping, no fact.
    """
