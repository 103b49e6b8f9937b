"""A run as a list of decisions, drawn up front from a seed: what is left after some are taken out still plays."""

from __future__ import annotations

import random
from collections.abc import Collection
from typing import Final, NamedTuple

from popshop.simulate.trouble import FAULTS


class Decision(NamedTuple):
    """`kind` is an act of somebody or a fault; the numbers choose among what there is when its turn comes.

    `n` names what the decision makes, so that it has the same name when others are left out.
    """

    n: int
    kind: str
    a: int
    b: int
    c: int
    d: int


class Plan(NamedTuple):
    """One run."""

    seed: int
    stores: int
    skus: int
    decisions: tuple[Decision, ...]


ACTS: Final = {
    "link": 26,
    "order": 14,
    "machine": 12,
    "reserve": 7,
    "confirm": 6,
    "cancel": 2,
    "grant": 4,
    "recall": 4,
    "timers": 4,
    "count_slot": 3,
    "count_room": 2,
    "receive": 2,
    "deliver": 4,
    "collect": 3,
    "send": 2,
    "arrive": 3,
    "fill": 4,
    "waste": 1,
    "move": 1,
    "give_back": 1,
    "cash_sale": 3,
    "interaction": 2,
    "hand_over": 3,
    "care": 8,
    "supply": 1,
    "ship": 2,
    "late": 6,
    "count_in": 4,
    "backup": 3,
}
"""What people and machines do, and how often."""
SALE: Final = {"basket": 9, "serve": 9, "goodwill": 1}
"""What happens at the counter, and how often. Drawn with dice of its own and put between the rest, so that a seed's
history of goods and rows stays what it was before there was a counter."""
SALE_SHARE: Final = 6
"""For so many other decisions there is one at the counter."""
RARE: Final = {
    "image_restored": 3,
    "witness_lost": 1,
    "clone": 1,
    "store_dead": 2,
    "hq_restored": 4,
    "hq_witness_lost": 2,
    "unreadable_row": 1,
    "unreadable_down_row": 1,
    "store_clock_wrong": 2,
    "hq_clock_wrong": 1,
    "theft": 2,
}
"""Faults that are acts of their own. Weighted as ACTS."""
COMMON: Final = {
    "partition": 3,
    "agent_restart": 3,
    "store_crash_before_commit": 3,
    "store_crash_after_commit": 3,
    "hq_crash_before_commit": 2,
    "hq_crash_after_commit": 2,
    "take_image": 3,
}
FATES: Final = ("request_lost", "reply_lost", "doubled", "delayed", "reordered")
"""What may become of a request; drawn with it."""
LENGTH: Final = (60, 160)


def draw(seed: int, faults: Collection[str] = FAULTS) -> Plan:
    """The plan of a seed. Every seed troubles in its own way: some faults, with weights of its own."""
    dice = random.Random(seed)
    stores, skus = dice.choice((2, 2, 3, 3, 4)), dice.choice((1, 1, 2, 3))
    weights = {kind: weight * dice.choice((0.3, 1, 1, 3)) for kind, weight in ACTS.items()}
    weights["link"] = max(weights["link"], 20)
    for kind, weight in (RARE | COMMON).items():
        wanted = kind in faults or kind == "take_image"
        if wanted and dice.random() < (0.75 if kind in COMMON else 0.5):
            weights[kind] = weight * dice.choice((0.5, 1, 2))
    kinds = list(weights)
    length = dice.randint(*LENGTH)
    chosen = dice.choices(kinds, [weights[kind] for kind in kinds], k=length)
    decisions = [_decision(dice, n, kind) for n, kind in enumerate(chosen, 1)]
    counter = random.Random(f"counter {seed}")
    for n in range(length + 1, length + 1 + length // SALE_SHARE):
        (kind,) = counter.choices(list(SALE), list(SALE.values()))
        decisions.insert(counter.randrange(len(decisions)), _decision(counter, n, kind))
    return Plan(seed, stores, skus, tuple(decisions))


def _decision(dice: random.Random, n: int, kind: str) -> Decision:
    return Decision(n, kind, _number(dice), _number(dice), _number(dice), _number(dice))


def _number(dice: random.Random) -> int:
    return dice.randrange(1 << 16)


def fate_of(decision: Decision, faults: Collection[str]) -> str:
    """What the network does to the messages of this decision: nothing, mostly."""
    chosen = decision.d % 15
    fate = FATES[chosen] if chosen < len(FATES) else ""
    return fate if fate in faults else ""
