"""Plays a plan from its first decision to the healed world, and says what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from unittest.mock import patch

from cloud_sync.protocol import upstream
from popshop.simulate import counter, desk, disasters, floor
from popshop.simulate.checks import Checker, doubts, healed, rights_within_hold
from popshop.simulate.desk import hand_over_one
from popshop.simulate.disasters import care_for, count_everything
from popshop.simulate.floor import empty_slots, fetch, report, run_vends, settle, unpack
from popshop.simulate.head_office import MemoryRegistry, Registry
from popshop.simulate.plan import Decision, Plan, fate_of
from popshop.simulate.sale_checks import sales
from popshop.simulate.trouble import FAULTS, Crash, Violation
from popshop.simulate.world import Site, World

ACTS: Final = floor.ACTS | counter.ACTS | desk.ACTS | disasters.ACTS
BATCH: Final = 8
"""Rows in a request: few, so that a backlog takes several of them and each may be lost by itself."""
MOST_WRONG_S: Final = 340_000
"""How far ahead a store's clock may be."""
ROUNDS: Final = 60
"""Of healing; a world that needs more does not come to rest."""


@dataclass
class Outcome:
    """What came of one run."""

    seed: int
    steps: int
    violation: str = ""
    rule: str = ""
    at: int = 0
    """The decision at which it showed; 0: in the healed world."""
    faults: dict[str, int] = field(default_factory=dict)
    digest: str = ""


def play(
    plan: Plan,
    faults: Sequence[str] = FAULTS,
    registry: Registry | None = None,
    folder: Path | None = None,
) -> Outcome:
    """Play a plan: in memory, or with a `registry` of a real database and stores' files in a `folder`.

    Never raises for what the code under test does wrong: that is a violation.
    """
    registry = registry or MemoryRegistry()
    outcome = Outcome(plan.seed, len(plan.decisions))
    try:
        with patch.object(upstream, "MAX_EVENTS_PER_SYNC", BATCH):
            world = World(plan, registry, frozenset(faults), folder)
            try:
                _play(world, outcome)
            finally:
                world.close()
        outcome.digest = world.history.hexdigest()
        outcome.faults = dict(world.strikes)
    except Violation as violation:
        outcome.violation, outcome.rule = str(violation), violation.rule
    except (Exception, Crash) as error:
        outcome.violation = f"{type(error).__name__}: {error}"
        outcome.rule = f"nothing raises {type(error).__name__}"
    return outcome


def _play(world: World, outcome: Outcome) -> None:
    checker = Checker()
    for decision in world.plan.decisions:
        outcome.at = decision.n
        step(world, decision)
        hq = world.registry.look()
        checker.accounts(hq)
        doubts(world, hq)
        for site in world.sites.values():
            if not site.dead:
                rights_within_hold(hq, site.agent)
    outcome.at = 0
    heal(world)
    hq = world.registry.look()
    checker.accounts(hq)
    healed(world, hq)
    sales(world, hq)


def step(world: World, decision: Decision) -> None:
    """One decision, a second later."""
    world.pass_s(1)
    world.note(decision)
    world.steps += 1
    ACTS[decision.kind](world, decision, fate_of(decision, world.faults))


# ── healing ─────────────────────────────────────────────────────────────────────────────────────────


def heal(world: World) -> None:
    """Lines work, people do all their walk-throughs, and everybody goes on until nothing moves any more."""
    _set_clocks(world)
    world.tamper.clear()
    for site in world.sites.values():
        site.cut_off = False
    for number in range(ROUNDS):
        for site in world.sites.values():
            care_for(world, site, f"heal{number}")
            if not site.dead:
                _work_off(world, site, f"heal{number}")
        _sell_out(world, number)
        world.pass_s(700)
        world.hq.expire()
        if number > 1 and _at_rest(world):
            break
    _close_the_books(world)


def _set_clocks(world: World) -> None:
    """Every clock is right again. What a clock that ran ahead put off is waited for."""
    world.hq.clock.wrong_s = 0
    for site in world.sites.values():
        site.agent.clock.wrong_s = 0
    if world.strikes["store_clock_wrong"]:
        world.pass_s(MOST_WRONG_S)


def _at_rest(world: World) -> bool:
    with world.registry.open_books() as books:
        refilling = books.hq().refilling
    if refilling or world.seller.in_state("asked", "reserved", "paying"):
        return False
    return all(_rests(site) for site in world.sites.values())


def _rests(site: Site) -> bool:
    if site.dead:
        return site.retired and not +site.brought
    agent = site.agent
    return (
        agent.standing == "ok"
        and not agent.queries.waiting()["rows"]
        and not agent.queries.unsettled()
        and all(counted_in for *_, counted_in in agent.rights().values())
    )


def _work_off(world: World, site: Site, name: str) -> None:
    drain(world, site)
    run_vends(world, site)
    report(world, site)
    settle(world, site)
    counter.finish(world, site, name)
    drain(world, site)


def drain(world: World, site: Site) -> None:
    """The link runs until it has nothing to say."""
    for _ in range(100):
        if not world.round_trip(site.agent):
            return


def _sell_out(world: World, number: int) -> None:
    """Open wishes come to an end, parcels arrive, what was recalled is fetched."""
    for wish in world.seller.in_state("asked"):
        world.seller.cancel(wish, "")
    for wish in world.seller.in_state("paying", "reserved"):
        world.seller.confirm(wish, "")
    for wish in world.seller.in_state("sold"):
        if wish.store and not wish.shipped:
            hand_over_one(world, wish, f"heal{number}-{wish.id}")
    for which in reversed(range(len(world.goods.parcels))):
        unpack(world, which, f"heal{number}-{which}")


def _close_the_books(world: World) -> None:
    """Everything is counted once more, and what belongs to the pool is fetched."""
    for last in ("x", "y"):
        for site in world.sites.values():
            if not site.dead:
                count_everything(world, site, f"close-{last}")
                _work_off(world, site, f"close-{last}")
    for site in world.sites.values():
        if not site.dead:
            empty_slots(world, site, "close")
            for sku in world.skus:
                fetch(world, site, sku, f"close-{sku}", 1_000)
            drain(world, site)
    world.hq.reconsider()
    world.seller.ship()
