"""What people and machines do in a run: sell, carry, count, grant, recall. One function per act."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from cloud_sync.protocol.identifiers import LEDGER
from cloud_sync.protocol.stock_facts import RightsGranted, StockFound
from cloud_sync.protocol.upstream import FENCED
from edge_agent.domain import commands
from edge_agent.domain.day import commands as day
from edge_agent.domain.methods import COUNTER
from edge_agent.domain.order import order_id
from hardware import messages
from popshop.simulate.goods import Parcel
from popshop.simulate.plan import Decision
from popshop.simulate.store import Kept, SimStore
from popshop.simulate.trouble import Violation
from popshop.simulate.world import DEVICE, PRICE_MINOR, Site, World

CLOSES: Final = 5
"""One in so many looks of a visitor is the last of its day."""

Act = Callable[[World, Decision, str], None]
"""`fate` is what the network does to the act's messages."""


def site_of(world: World, d: Decision) -> Site | None:
    """The store a decision is about; None when it is dead."""
    site = world.sites[f"st-{d.a % world.plan.stores + 1}"]
    return None if site.dead else site


def sku_of(world: World, d: Decision) -> str:
    """The SKU a decision is about."""
    return world.skus[d.b % len(world.skus)]


def slot_of(site: Site, d: Decision) -> str:
    """The slot a decision is about."""
    return sorted(site.skus)[d.b % len(site.skus)]


def link(world: World, d: Decision, fate: str) -> None:
    """A store's link works for a while."""
    site = site_of(world, d)
    if site is None or site.cut_off:
        return
    if site.clone is not None and d.c % 3 == 0:
        world.round_trip(site.clone)
        return
    for turn in range(1 + d.c % 4):
        if not world.round_trip(site.agent, fate if turn == d.b % 2 else ""):
            return


def order(world: World, d: Decision, fate: str) -> None:
    """A shopper orders, and mostly pays."""
    site = site_of(world, d)
    if site is None:
        return
    agent = site.clone if site.clone is not None and d.d % 3 == 0 else site.agent
    sku, qty = sku_of(world, d), 1 + d.c % 2
    was_fenced = agent.standing == FENCED
    waits = waits_for_count(agent, sku)
    line = (commands.RequestedLine(sku, qty),)
    refused = world.tell(agent, commands.PlaceOrder(f"o{d.n}", "kiosk", "kiosk-1", line))
    if refused == "" and (was_fenced or agent is site.clone):
        raise Violation("a fenced store sells nothing", f"{agent.name} took the order o{d.n}")
    if refused == "" and waits:
        raise Violation("what came free is not sold before a count", f"{agent.name} took the order o{d.n}")
    if refused == "" and d.c % 5:
        world.tell(agent, commands.RequestPayment(f"p{d.n}", order_id(f"o{d.n}"), COUNTER))


def waits_for_count(agent: SimStore, sku: str) -> bool:
    """Whether nobody has counted since the store joined, and no right came that has nothing to do with before."""
    if agent.rights().get(sku, (0, 0, 0, True))[3]:
        return False
    return not any(_brings(row, sku) for row in agent.rows[agent.epoch, LEDGER])


def _brings(row: Kept, sku: str) -> bool:
    """Whether a row brings a right of its own: a grant, or goods that came in."""
    if isinstance(row.fact, RightsGranted):
        return row.fact.sku == sku
    return not isinstance(row.fact, StockFound) and any(by > 0 and of == sku for of, by in row.net)


def timers(world: World, d: Decision, fate: str) -> None:
    """Time passes; orders expire, vends are overdue, staff settle what nobody knows."""
    world.pass_s(5 + d.c % 300)
    world.hq.expire()
    site = site_of(world, d)
    if site is not None:
        settle(world, site)


def settle(world: World, site: Site) -> None:
    """Everything that waits for the clock, and then for a person who looks."""
    agent, done = site.agent, world.goods.shelves[site.agent.name].done
    rows = agent.db.execute("SELECT id FROM orders WHERE closed_at = '' AND state = 'open' ORDER BY id")
    for (name,) in [tuple(row) for row in rows]:
        world.tell(agent, commands.ExpireOrder("", name))
    for vend in open_vends(agent, "requested", "dispensing"):
        world.tell(agent, commands.VendOverdue("", vend))
    for vend in open_vends(agent, "unknown"):
        world.tell(agent, commands.SettleVend(f"look-{vend}-{agent.epoch}", vend, done.get(vend, False)))


def open_vends(agent: SimStore, *states: str) -> list[str]:
    """Vends in these states."""
    marks = ",".join("?" * len(states))
    return [
        row[0]
        for row in agent.db.execute(f"SELECT id FROM vends WHERE state IN ({marks}) ORDER BY id", states)
    ]


def machine(world: World, d: Decision, fate: str) -> None:
    """The machine runs what it was asked to, and reports."""
    site = site_of(world, d)
    if site is None:
        return
    jam = d.c % 11 == 0 and "motor_jam" in world.faults
    run_vends(world, site, jam=jam)
    if d.c % 7 == 1 and "report_delayed" in world.faults:
        if world.goods.shelves[site.agent.name].outbox:
            world.strikes("report_delayed")
        return
    report(world, site, twice=d.c % 5 == 2 and "report_doubled" in world.faults)


def run_vends(world: World, site: Site, *, jam: bool = False) -> None:
    """Each vend once, whatever is asked how often."""
    agent, shelf = site.agent, world.goods.shelves[site.agent.name]
    rows = agent.db.execute("SELECT id, slot, sku FROM vends WHERE state = 'requested' ORDER BY id")
    book = agent.slots()
    for vend, slot, sku in [tuple(row) for row in rows]:
        if vend in shelf.done:
            continue
        drops = shelf.slots[slot] > 0
        if jam:
            world.strikes("motor_jam")
            drops, jam = False, False
        elif not drops and not site.doubtful and (agent.name, slot) not in world.goods.missing:
            _, count, held = book[slot]
            if count >= held:
                raise Violation(
                    "no unit is handed over twice", f"{agent.name}: slot {slot} is empty for {vend}"
                )
        shelf.done[vend] = drops
        said: messages.Report = messages.VendFailed(command_id=vend, slot=slot, code="EJB")
        if drops:
            shelf.slots[slot] -= 1
            world.goods.sold[agent.name, sku] += 1
            said = messages.VendSucceeded(command_id=vend, slot=slot, drop_confirmed=True)
        shelf.sent += 1
        shelf.outbox.append((shelf.sent, said))


def report(world: World, site: Site, *, twice: bool = False) -> None:
    """Hand in what the agent has not acknowledged, in order."""
    agent, shelf = site.agent, world.goods.shelves[site.agent.name]
    for seq, said in list(shelf.outbox):
        boot = f"b{shelf.boot}"
        at = world.clock.now().isoformat()
        assert isinstance(said, messages.Report)
        command = commands.DeviceReported(f"{DEVICE}/{boot}-{seq}", DEVICE, boot, seq, at, said, "", b"{}")
        if twice:
            world.strikes("report_doubled")
            world.tell(agent, command)
        if world.tell(agent, command) is None:
            return
        shelf.outbox.remove((seq, said))


def cash_sale(world: World, d: Decision, fate: str) -> None:
    """A machine sells for cash by itself, whatever the book thinks of that."""
    site = site_of(world, d)
    if site is None:
        return
    shelf, slot = world.goods.shelves[site.agent.name], slot_of(site, d)
    if shelf.slots[slot] < 1:
        return
    sku = site.skus[slot]
    shelf.slots[slot] -= 1
    world.goods.sold[site.agent.name, sku] += 1
    world.goods.missing.add((site.agent.name, slot))
    shelf.sent += 1
    shelf.outbox.append((shelf.sent, messages.CashSale(slot=slot, price_minor=PRICE_MINOR, currency="CNY")))


def interaction(world: World, d: Decision, fate: str) -> None:
    """A visitor looks at something; or it is closing time, and staff make the Z report."""
    site = site_of(world, d)
    if site is not None and d.d % CLOSES == 0:
        world.tell(site.agent, day.CloseDay(f"close-{d.n}", uncounted=True))
    elif site is not None:
        shelf = world.goods.shelves[site.agent.name]
        shelf.sent += 1
        shelf.outbox.append((shelf.sent, messages.PersonSensed()))


# ── goods ───────────────────────────────────────────────────────────────────────────────────────────


def count_slot(world: World, d: Decision, fate: str) -> None:
    """Somebody counts a slot, blind; whatever the machine did is in the book before."""
    site = site_of(world, d)
    if site is not None and not site.doubtful:
        run_vends(world, site)
        report(world, site)
        count_one(world, site, slot_of(site, d), f"c{d.n}")


def count_one(world: World, site: Site, slot: str, name: str) -> None:
    """Count one slot."""
    there = world.goods.shelves[site.agent.name].slots[slot]
    if world.tell(site.agent, commands.CountSlot(name, DEVICE, slot, there)) == "":
        world.goods.missing.discard((site.agent.name, slot))


def count_room(world: World, d: Decision, fate: str) -> None:
    """Somebody counts a bucket of the stock room."""
    site = site_of(world, d)
    if site is not None:
        sku, bucket = sku_of(world, d), ("available", "damaged")[d.c % 2]
        there = world.goods.shelves[site.agent.name].room[sku, bucket]
        world.tell(site.agent, commands.CountStock(f"c{d.n}", sku, bucket, there, "count"))


def receive(world: World, d: Decision, fate: str) -> None:
    """A supplier brings goods to a store."""
    site = site_of(world, d)
    if site is not None:
        sku, qty = sku_of(world, d), 1 + d.c % 4
        world.goods.shelves[site.agent.name].room[sku, "available"] += qty
        again(world, site, commands.ReceiveStock(f"r{d.n}", sku, qty, "supplier"))


def again(world: World, site: Site, command: commands.Command) -> str:
    """Staff press the button again, with the same key, until they see an answer."""
    done = world.tell(site.agent, command, crash_of(world, site))
    return done if done is not None else world.tell(site.agent, command) or ""


def crash_of(world: World, site: Site) -> str:
    """Where the store's process is to die next, if a fault said so."""
    for where in ("before", "after"):
        mark = f"{where}:{site.agent.name}"
        if mark in world.tamper:
            world.tamper.discard(mark)
            world.strikes(f"store_crash_{where}_commit")
            return where
    return ""


def deliver(world: World, d: Decision, fate: str) -> None:
    """The warehouse drives goods to a store that was granted them."""
    site, sku = site_of(world, d), sku_of(world, d)
    if site is None or site.doubtful or site.agent.queries.waiting()["rows"]:
        # The warehouse goes by its screen, which shows what stores have told.
        return
    qty = min(1 + d.c % 4, away_of(world, site, sku), world.goods.warehouse[sku])
    if qty > 0:
        world.goods.warehouse[sku] -= qty
        world.goods.shelves[site.agent.name].room[sku, "available"] += qty
        again(world, site, commands.ReceiveStock(f"d{d.n}", sku, qty, "delivery"))


def away_of(world: World, site: Site, sku: str) -> int:
    """What headquarters believes to be still to be driven there; below 0: to be fetched."""
    with world.registry.open_books() as books:
        return books.away(site.agent.name, sku)


def collect(world: World, d: Decision, fate: str) -> None:
    """The warehouse fetches what it had recalled."""
    site = site_of(world, d)
    if site is not None:
        fetch(world, site, sku_of(world, d), f"k{d.n}", 3)


def fetch(world: World, site: Site, sku: str, name: str, most: int) -> None:
    """Up to `most` units from the stock room of a store back to the warehouse."""
    room = world.goods.shelves[site.agent.name].room
    qty = min(most, -away_of(world, site, sku), room[sku, "available"], site.agent.room(sku))
    if qty > 0 and again(world, site, commands.SendStock(name, sku, qty, "collected")) == "":
        room[sku, "available"] -= qty
        world.goods.warehouse[sku] += qty
        world.goods.fetched[site.agent.name, sku] += qty


def empty_slots(world: World, site: Site, name: str) -> None:
    """Everything that is not promised goes from the slots into the stock room."""
    shelf = world.goods.shelves[site.agent.name]
    for slot, (sku, count, held) in site.agent.slots().items():
        free = count - held
        if free > 0 and again(world, site, commands.FillSlot(f"{name}-{slot}", DEVICE, slot, -free)) == "":
            shelf.slots[slot] -= free
            shelf.room[sku, "available"] += free


def send(world: World, d: Decision, fate: str) -> None:
    """A store sends goods to another one, with their right."""
    site, sku = site_of(world, d), sku_of(world, d)
    if site is None:
        return
    to = f"st-{(d.a + 1) % world.plan.stores + 1}"
    room = world.goods.shelves[site.agent.name].room
    qty = min(1 + d.c % 3, room[sku, "available"])
    name = f"t{d.n}"
    if qty and again(world, site, commands.SendStock(name, sku, qty, "transfer", to)) == "":
        room[sku, "available"] -= qty
        world.goods.parcels.append(Parcel(order_id(name), sku, qty, to))


def arrive(world: World, d: Decision, fate: str) -> None:
    """A parcel arrives."""
    if world.goods.parcels:
        unpack(world, d.c % len(world.goods.parcels), f"a{d.n}")


def unpack(world: World, which: int, name: str) -> None:
    """Take a parcel in, where somebody is there for it."""
    parcel = world.goods.parcels[which]
    site = world.sites[parcel.to]
    if site.dead:
        return
    del world.goods.parcels[which]
    world.goods.shelves[parcel.to].room[parcel.sku, "available"] += parcel.qty
    again(world, site, commands.ReceiveStock(name, parcel.sku, parcel.qty, "transfer", parcel.transfer))


def fill(world: World, d: Decision, fate: str) -> None:
    """From the stock room into a slot, or back."""
    site = site_of(world, d)
    if site is None:
        return
    shelf, slot = world.goods.shelves[site.agent.name], slot_of(site, d)
    sku = site.skus[slot]
    qty = min(1 + d.c % 3, shelf.room[sku, "available"]) if d.c % 3 else -min(1 + d.c % 2, shelf.slots[slot])
    if qty and again(world, site, commands.FillSlot(f"f{d.n}", DEVICE, slot, qty)) == "":
        shelf.slots[slot] += qty
        shelf.room[sku, "available"] -= qty


def waste(world: World, d: Decision, fate: str) -> None:
    """Something breaks and is thrown away."""
    site, sku = site_of(world, d), sku_of(world, d)
    if site is not None:
        room = world.goods.shelves[site.agent.name].room
        if room[sku, "available"] and (
            again(world, site, commands.WasteStock(f"w{d.n}", sku, 1, "available", "broken")) == ""
        ):
            room[sku, "available"] -= 1


def move(world: World, d: Decision, fate: str) -> None:
    """A unit becomes a tester, or is put back on sale."""
    site, sku = site_of(world, d), sku_of(world, d)
    if site is not None:
        room = world.goods.shelves[site.agent.name].room
        source, target = ("available", "tester") if d.c % 2 else ("tester", "available")
        if room[sku, source] and (
            again(world, site, commands.MoveStock(f"v{d.n}", sku, 1, source, target)) == ""
        ):
            room[sku, source] -= 1
            room[sku, target] += 1


def give_back(world: World, d: Decision, fate: str) -> None:
    """A shopper brings something back."""
    site, sku = site_of(world, d), sku_of(world, d)
    if site is not None and world.goods.sold[site.agent.name, sku]:
        condition = ("available", "damaged")[d.c % 2]
        if again(world, site, commands.ReturnStock(f"g{d.n}", sku, 1, condition)) == "":
            world.goods.sold[site.agent.name, sku] -= 1
            world.goods.shelves[site.agent.name].room[sku, condition] += 1


ACTS: Final[dict[str, Act]] = {
    act.__name__: act
    for act in (
        link, order, timers, machine, cash_sale, interaction, count_slot, count_room, receive, deliver, collect,
        send, arrive, fill, waste, move, give_back,
    )
}  # fmt: skip
