"""Finds a short history that still breaks the same rule: delta debugging over the list of decisions (Zeller 2002)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from popshop.simulate.plan import Decision, Plan
from popshop.simulate.run import Outcome

MOST_TRIES: Final = 400
Play = Callable[[Plan], Outcome]


def shrink(plan: Plan, found: Outcome, play: Play, most_tries: int = MOST_TRIES) -> Plan:
    """The shortest plan found in so many tries that breaks the rule that `found` broke."""
    tries = 0

    def breaks(decisions: tuple[Decision, ...]) -> bool:
        nonlocal tries
        tries += 1
        return play(plan._replace(decisions=decisions)).rule == found.rule

    kept = tuple(d for d in plan.decisions if not found.at or d.n <= found.at)
    parts = 2
    while len(kept) >= 2 and tries < most_tries:
        size = -(-len(kept) // parts)
        for start in range(0, len(kept), size):
            fewer = kept[:start] + kept[start + size :]
            if tries < most_tries and breaks(fewer):
                kept, parts = fewer, max(parts - 1, 2)
                break
        else:
            if size == 1:
                break
            parts = min(parts * 2, len(kept))
    return plan._replace(decisions=kept)
