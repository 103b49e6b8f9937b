"""What staff do at the counter in a run: baskets of several lines, money by hand, handing over, giving money back.

Goods that staff gave away are gone, whatever a disk that is put back says: they know which lines they handed over.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from cloud_sync.protocol.handover_facts import PICKUP, SHIP_STORE, STAFF
from cloud_sync.protocol.upstream import FENCED
from edge_agent.domain import commands, payment_commands
from edge_agent.domain.methods import CARD, COUNTER
from edge_agent.domain.order import order_id
from popshop.simulate.floor import Act, again, receive, site_of
from popshop.simulate.plan import Decision
from popshop.simulate.trouble import Violation
from popshop.simulate.world import DEVICE, Site, World

WAYS: Final = (STAFF, PICKUP, SHIP_STORE, "")
"""How the lines of a basket are handed over; the last is: as the goods stand."""


def basket(world: World, d: Decision, fate: str) -> None:
    """A shopper orders several things that reach them by several ways; mostly with money, now or at the counter."""
    site = site_of(world, d)
    if site is None:
        return
    if d.d % 2:
        receive(world, d, fate)
    wanted = tuple(
        commands.RequestedLine(world.skus[(d.b + n) % len(world.skus)], 1 + (d.c >> n) % 2, handover=way)
        for n, way in enumerate((WAYS[d.c % 4], WAYS[d.d % 4])[: 1 + d.b % 2])
    )
    was_fenced = site.agent.standing == FENCED
    refused = again(world, site, commands.PlaceOrder(f"b{d.n}", "staff", "counter", wanted))
    if refused:
        return
    if was_fenced:
        raise Violation("a fenced store sells nothing", f"{site.agent.name} took the order b{d.n}")
    if d.d % 5:
        method, by_staff = (COUNTER, CARD)[d.c % 2], d.d % 3 > 0
        asked = commands.RequestPayment(f"bp{d.n}", order_id(f"b{d.n}"), method, by_staff=by_staff)
        again(world, site, asked)


def serve(world: World, d: Decision, fate: str) -> None:
    """Staff take money that waits at the counter, hand over or give up a line, and pay out what is owed."""
    site = site_of(world, d)
    if site is None or site.doubtful:
        return
    take_money(world, site, f"sv{d.n}")
    for handover in _open_handovers(site)[: 1 + d.c % 2]:
        end_handover(world, site, handover, f"sv{d.n}", gives_up=d.d % 4 == 0)
    pay_out(world, site, f"sv{d.n}")


def both(world: World, site: Site, command: commands.Command) -> None:
    """Two of the staff press the button, each at a tablet of their own: the second is refused, or told nothing new."""
    again(world, site, command)
    world.tell(site.agent, replace(command, id=f"{command.id}-too"))


def take_money(world: World, site: Site, name: str) -> None:
    """Confirm what shoppers brought to the counter."""
    rows = site.agent.db.execute(
        "SELECT id FROM payments WHERE state IN ('created', 'pending') AND method IN (?, ?) ORDER BY id",
        (COUNTER, CARD),
    )
    for (payment,) in [tuple(row) for row in rows]:
        both(world, site, payment_commands.ConfirmPayment(f"{name}-{payment}", payment))


def pay_out(world: World, site: Site, name: str) -> None:
    """Give back what is owed, out of the drawer or by the card terminal."""
    rows = site.agent.db.execute("SELECT id FROM refunds WHERE state <> 'refunded' ORDER BY id")
    for (refund,) in [tuple(row) for row in rows]:
        both(world, site, commands.PayOutRefund(f"{name}-{refund}", refund))


def finish(world: World, site: Site, name: str) -> None:
    """Everything that waits at the counter comes to its end."""
    take_money(world, site, name)
    for handover in _open_handovers(site):
        end_handover(world, site, handover, name)
    pay_out(world, site, name)


def _open_handovers(site: Site) -> list[tuple[str, str, int, str]]:
    rows = site.agent.db.execute(
        "SELECT id, sku, qty, device FROM handovers WHERE state = 'requested' ORDER BY id"
    )
    return [tuple(row) for row in rows]


def end_handover(
    world: World, site: Site, line: tuple[str, str, int, str], name: str, *, gives_up: bool = False
) -> None:
    """Give a line's units to the shopper, once; or say that it cannot be done."""
    handover, sku, qty, device = line
    if device == DEVICE:
        raise Violation("a machine's goods come out of the machine", handover)
    shelf, store = world.goods.shelves[site.agent.name], site.agent.name
    given = shelf.done.get(handover, False)
    if not given and (gives_up or shelf.room[sku, "available"] < qty):
        again(world, site, commands.FailHandover(f"{name}-{handover}", handover, "not there"))
        return
    if not given:
        shelf.done[handover] = True
        shelf.room[sku, "available"] -= qty
        world.goods.sold[store, sku] += qty
    both(world, site, commands.HandOver(f"{name}-{handover}", handover))


def goodwill(world: World, d: Decision, fate: str) -> None:
    """Staff give money back of their own will, for an order that ended."""
    site = site_of(world, d)
    if site is None or site.doubtful:
        return
    rows = site.agent.db.execute(
        "SELECT id, paid_minor - refunded_minor FROM orders WHERE state = 'completed' ORDER BY id"
    ).fetchall()
    if rows:
        name, minor = tuple(rows[d.c % len(rows)])
        again(world, site, commands.RefundOrder(f"rf{d.n}", name, min(minor, 100), "goodwill"))
        pay_out(world, site, f"rf{d.n}")


ACTS: Final[dict[str, Act]] = {act.__name__: act for act in (basket, serve, goodwill)}
