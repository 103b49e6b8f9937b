"""Pure: who should have how many rights. Grants early to stores that sell, recalls what lies idle, and says why.

What a store should have is what it sells in the days it is to be covered, between a minimum and a ceiling. Between
`low` and `high` nothing moves, so that a figure that wobbles does not send units to and fro.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

ANY: Final = "*"
HALF_LIFE_DAYS: Final = 3.5
"""A sale of so many days ago counts half."""
WINDOW_DAYS: Final = 14
LEAST_FOR_BUYERS: Final = 20


@dataclass(frozen=True)
class Policy:
    """How well a store is to be supplied with a SKU; `store` or `sku` may be `*`. Units but for the days."""

    store: str
    sku: str
    cover_days: float
    minimum: int
    ceiling: int

    def target(self, per_day: float) -> int:
        """What the store should hold when it sells so many a day."""
        return max(self.minimum, min(math.ceil(per_day * self.cover_days), self.ceiling))


@dataclass(frozen=True)
class Held:
    """What one store has of one SKU: `hold` as headquarters counts it, sold `per_day`.

    `asked`: a recall is on its way, so that nothing else is asked of it.
    """

    store: str
    sku: str
    hold: int
    per_day: float = 0.0
    asked: bool = False


@dataclass(frozen=True)
class Proposal:
    """What should be done, and why, in words for a person. `target` is what the store should hold."""

    store: str
    sku: str
    kind: Literal["grant", "recall"]
    qty: int
    target: int
    why: str


def nearest(policies: Iterable[Policy], store: str, sku: str) -> Policy | None:
    """The policy that counts: the store's own for the SKU, then the SKU's everywhere, then the store's, then any."""
    found = {(policy.store, policy.sku): policy for policy in policies}
    for key in ((store, sku), (ANY, sku), (store, ANY), (ANY, ANY)):
        if key in found:
            return found[key]
    return None


def velocity(sold_by_age: Mapping[int, int], day_so_far: float, open_days: int) -> float:
    """Units a day, the recent days counting more. `sold_by_age`: days ago → units; `day_so_far`: 0 to 1.

    `open_days`: how many days before today the store has been selling at all, so that a new store is not taken for a
    slow one.
    """
    sold = days = 0.0
    for age in range(min(WINDOW_DAYS, open_days) + 1):
        weight = 0.5 ** (age / HALF_LIFE_DAYS)
        sold += weight * sold_by_age.get(age, 0)
        days += weight * (day_so_far if age == 0 else 1.0)
    # A quarter of a day at least: the first sale of a morning is no trend.
    return sold / max(days, 0.25)


def low(policy: Policy, target: int) -> int:
    """Below this a store is given more."""
    return max(policy.minimum, target - target // 4)


def high(target: int) -> int:
    """Above this a store is asked to give back, unasked for by anybody."""
    return target + max(2, target // 2)


def plan(policies: Sequence[Policy], stocks: Iterable[Held], pool: Mapping[str, int]) -> list[Proposal]:
    """What to grant and to recall, the most urgent first. Stores without a policy are left to people."""
    by_sku: dict[str, list[tuple[Policy, Held]]] = defaultdict(list)
    for held in stocks:
        policy = nearest(policies, held.store, held.sku)
        if policy is not None:
            by_sku[held.sku].append((policy, held))
    proposals: list[Proposal] = []
    for sku, entries in sorted(by_sku.items()):
        proposals += _plan_sku(entries, pool.get(sku, 0))
    return sorted(proposals, key=lambda p: p.kind != "grant")


def _plan_sku(entries: list[tuple[Policy, Held]], pool: int) -> list[Proposal]:
    wants: list[tuple[Policy, Held, int]] = []
    idle: list[tuple[Policy, Held, int]] = []
    for policy, held in entries:
        target = policy.target(held.per_day)
        if held.hold < low(policy, target) and not held.asked:
            wants.append((policy, held, target))
        elif held.hold > target and not held.asked:
            idle.append((policy, held, target))
    wants.sort(key=lambda want: (want[1].hold > 0, _days_left(want[1]), want[1].store))
    shares = share(pool, [target - held.hold for _, held, target in wants])
    grants = [
        Proposal(held.store, held.sku, "grant", qty, target, why_granted(policy, held, target))
        for (policy, held, target), qty in zip(wants, shares, strict=True)
        if qty
    ]
    short = sum(target - held.hold for _, held, target in wants) - sum(shares)
    return grants + _recalls(idle, short)


def _recalls(idle: list[tuple[Policy, Held, int]], short: int) -> list[Proposal]:
    """What lies idle for long, and, while others are short, what is more than its store should have."""
    recalls = []
    for policy, held, target in sorted(idle, key=lambda entry: (-(entry[1].hold - entry[2]), entry[1].store)):
        over = held.hold - target
        if held.hold > high(target):
            qty, reason = over, "the rest lies idle"
        elif short > 0:
            qty, reason = min(over, short), "others have run short"
        else:
            continue
        short -= qty
        why = f"{_need(policy, held, target)}; {reason}"
        recalls.append(Proposal(held.store, held.sku, "recall", qty, target, why))
    return recalls


def for_buyer(policies: Sequence[Policy], stocks: Iterable[Held], missing: int) -> list[Proposal]:
    """Whom to ask for units when a buyer stands online and the pool has too few: a sure sale goes before a likely one.

    More is asked for than the one buyer lacks: where one came others come too, before stores have answered. Each
    store with a policy keeps its minimum; those that can spare most are asked first.
    """
    if missing < 1:
        return []
    missing = max(missing, LEAST_FOR_BUYERS)
    spare = []
    for held in stocks:
        policy = nearest(policies, held.store, held.sku)
        if policy is not None and not held.asked and held.hold > policy.minimum:
            target = policy.target(held.per_day)
            spare.append((held.hold - target, held, policy))
    proposals = []
    for _, held, policy in sorted(spare, key=lambda entry: (-entry[0], entry[1].store)):
        qty = min(missing, held.hold - policy.minimum)
        if qty > 0:
            why = f"buyers wait online; the store keeps at least {policy.minimum}"
            proposals.append(Proposal(held.store, held.sku, "recall", qty, policy.minimum, why))
            missing -= qty
    return proposals


def share(pool: int, needs: Sequence[int]) -> list[int]:
    """Share `pool` units among needs, the most urgent first: one each as far as it goes, the rest by need."""
    if sum(needs) <= pool:
        return list(needs)
    shares = [0] * len(needs)
    for place in range(min(pool, len(needs))):
        shares[place] = min(1, needs[place])
    left = pool - sum(shares)
    open_needs = [need - given for need, given in zip(needs, shares, strict=True)]
    total = sum(open_needs)
    if not left or not total:
        return shares
    for place, need in enumerate(open_needs):
        shares[place] += left * need // total
    for place, need in enumerate(needs):
        more = min(pool - sum(shares), need - shares[place], 1)
        shares[place] += max(0, more)
    return shares


def why_granted(policy: Policy, held: Held, target: int) -> str:
    """Why a store is given more."""
    state = "has run out" if held.hold == 0 else f"has {held.hold}"
    return f"{_need(policy, held, target)}, {state}"


def _need(policy: Policy, held: Held, target: int) -> str:
    return f"sold {held.per_day:.1f} a day, cover {policy.cover_days:g} days, wants {target}"


def _days_left(held: Held) -> float:
    return held.hold / held.per_day if held.per_day > 0 else math.inf
