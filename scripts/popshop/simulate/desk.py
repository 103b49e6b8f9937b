"""What headquarters' people and its online seller do in a run. One function per act."""

from __future__ import annotations

from typing import Any, Final

from cloud_sync.hq.rules import rights
from cloud_sync.hq.rules.books import WAREHOUSE
from edge_agent.domain import commands
from popshop.simulate.floor import Act, again, sku_of
from popshop.simulate.plan import Decision
from popshop.simulate.world import World


def grant(world: World, d: Decision, fate: str) -> None:
    """Somebody grants."""
    name, sku, now = f"st-{d.a % world.plan.stores + 1}", sku_of(world, d), world.hq.clock.now()
    told = world.hq.act_on(
        name, lambda books, record: rights.grant(books, record, sku, 1 + d.c % 4, "by hand", now)
    )
    world.note("grant", name, sku, str(told))


def recall(world: World, d: Decision, fate: str) -> None:
    """Somebody asks a store for units back."""
    name, sku, now = f"st-{d.a % world.plan.stores + 1}", sku_of(world, d), world.hq.clock.now()
    told = world.hq.act_on(
        name, lambda books, record: rights.recall(books, record, sku, 1 + d.c % 5, "by hand", now)
    )
    world.note("recall", name, sku, str(told))


def reserve(world: World, d: Decision, fate: str) -> None:
    """A buyer wants something, or an open wish is asked for again."""
    open_wishes = world.seller.in_state("asked")
    if open_wishes and d.d % 4 == 0:
        wish = open_wishes[d.c % len(open_wishes)]
        world.seller.reserve(wish.id, wish.sku, wish.qty, wish.how, wish.store, fate)
        return
    how = (WAREHOUSE, WAREHOUSE, "picked_up", "shipped")[d.c % 4]
    store = "" if how == WAREHOUSE else f"st-{d.a % world.plan.stores + 1}"
    world.seller.reserve(f"R{d.n}", sku_of(world, d), 1 + d.d % 3, how, store, fate)


def confirm(world: World, d: Decision, fate: str) -> None:
    """A buyer pays; what was not answered is asked again."""
    wishes = world.seller.in_state("reserved", "paying")
    if wishes:
        world.seller.confirm(wishes[d.c % len(wishes)], fate)


def cancel(world: World, d: Decision, fate: str) -> None:
    """A buyer does not want it any more."""
    wishes = world.seller.in_state("reserved")
    if wishes:
        world.seller.cancel(wishes[d.c % len(wishes)], fate)


def ship(world: World, d: Decision, fate: str) -> None:
    """The warehouse sends off what is sold and stands there."""
    world.seller.ship()


def supply(world: World, d: Decision, fate: str) -> None:
    """A supplier comes to the warehouse."""
    world.supply(sku_of(world, d), 1 + d.c % 6, f"in{d.n}")


def hand_over(world: World, d: Decision, fate: str) -> None:
    """Somebody comes for what they reserved in a store."""
    wishes = [wish for wish in world.seller.in_state("sold") if wish.store and not wish.shipped]
    if wishes:
        hand_over_one(world, wishes[d.c % len(wishes)], f"h{d.n}")


def hand_over_one(world: World, wish: Any, name: str) -> None:
    """Out of the stock room; from a slot into the room first, when it has to be."""
    site = world.sites[wish.store]
    room = world.goods.shelves[wish.store].room
    if site.dead or room[wish.sku, "available"] < wish.qty:
        return
    if again(world, site, commands.HandOverPinned(name, wish.id, wish.how)) == "":
        room[wish.sku, "available"] -= wish.qty
        world.goods.sold[wish.store, wish.sku] += wish.qty
        wish.shipped = True


ACTS: Final[dict[str, Act]] = {
    act.__name__: act for act in (grant, recall, reserve, confirm, cancel, ship, supply, hand_over)
}
