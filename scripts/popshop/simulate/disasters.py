"""What goes wrong in a run, and the walk-throughs by which people put it right. One function per decision."""

from __future__ import annotations

from typing import Final

import msgspec

from cloud_sync.hq.rules import joining
from cloud_sync.hq.rules.books import RETIRED, SET_ASIDE, DownEntry
from cloud_sync.protocol.envelope import rfc3339
from cloud_sync.protocol.fact import Fact
from cloud_sync.protocol.instructions import DownRow, Recall
from cloud_sync.protocol.numbered_log import GENESIS
from cloud_sync.protocol.upstream import FENCED
from cloud_sync.protocol.witness import Note
from edge_agent.domain import commands
from popshop.simulate.counter import finish
from popshop.simulate.floor import (
    Act,
    count_one,
    open_vends,
    report,
    run_vends,
    settle,
    site_of,
    sku_of,
    slot_of,
)
from popshop.simulate.plan import Decision
from popshop.simulate.store import Identity, SimStore
from popshop.simulate.world import Site, World

MOST_KEPT: Final = 4
"""Images of a disk, and backups of headquarters, that somebody keeps."""


class OfTomorrow(Fact, frozen=True, kw_only=True):
    """A fact that a later version of the agent writes, and today's headquarters cannot read."""

    TYPE = "popshop.tomorrow.dreamt.v1"
    of: str


# ── processes and lines ─────────────────────────────────────────────────────────────────────────────


def partition(world: World, d: Decision, fate: str) -> None:
    """A store's line is cut, or works again."""
    site = world.sites[f"st-{d.a % world.plan.stores + 1}"]
    site.cut_off = not site.cut_off
    if site.cut_off:
        world.strikes("partition")


def late(world: World, d: Decision, fate: str) -> None:
    """A message of before arrives."""
    world.late_message(d.c)


def agent_restart(world: World, d: Decision, fate: str) -> None:
    """A store's process is stopped and started."""
    site = site_of(world, d)
    if site is not None:
        world.strikes("agent_restart")
        site.agent.boot()


def store_crash_before_commit(world: World, d: Decision, fate: str) -> None:
    """A store's process dies in what staff do next, before it is written."""
    world.tamper.add(f"before:st-{d.a % world.plan.stores + 1}")


def store_crash_after_commit(world: World, d: Decision, fate: str) -> None:
    """A store's process dies in the midst of what headquarters answers next, once something of it is written."""
    site = site_of(world, d)
    if site is None or site.cut_off:
        world.tamper.add(f"after:st-{d.a % world.plan.stores + 1}")
        return
    world.strikes("store_crash_after_commit")
    world.round_trip(site.agent, "", ("after", "before")[d.c % 2])


def hq_crash_before_commit(world: World, d: Decision, fate: str) -> None:
    """Headquarters dies in the request that comes next, before it is written."""
    _hq_crash(world, d, "before")


def hq_crash_after_commit(world: World, d: Decision, fate: str) -> None:
    """Headquarters dies in the request that comes next, once it is written: nobody is answered."""
    _hq_crash(world, d, "after")


def _hq_crash(world: World, d: Decision, where: str) -> None:
    site = site_of(world, d)
    if site is not None and not site.cut_off:
        before = world.hq.crashed
        world.hq.crash = where
        world.round_trip(site.agent)
        world.hq.crash = ""
        if world.hq.crashed > before:
            world.strikes(f"hq_crash_{where}_commit")


# ── disks and machines ──────────────────────────────────────────────────────────────────────────────


def take_image(world: World, d: Decision, fate: str) -> None:
    """Somebody copies a store's disk."""
    site = site_of(world, d)
    if site is not None:
        site.images = [*site.images[-MOST_KEPT:], site.agent.image()]


def image_restored(world: World, d: Decision, fate: str) -> None:
    """An older copy of a store's disk is put back."""
    site = site_of(world, d)
    if site is None or not site.images:
        return
    world.strikes("image_restored")
    site.agent.put_back(site.images[d.c % len(site.images)])
    if site.agent.standing == FENCED:
        site.doubtful = site.was_restored = True
    shelf = world.goods.shelves[site.agent.name]
    shelf.boot += 1
    shelf.outbox = [(n, said) for n, (_, said) in enumerate(shelf.outbox, 1)]
    shelf.sent = len(shelf.outbox)
    world.note("restored", site.agent.name, site.agent.standing)


def witness_lost(world: World, d: Decision, fate: str) -> None:
    """The computer is replaced and the disk put into the new one."""
    site = site_of(world, d)
    if site is not None:
        world.strikes("witness_lost")
        site.agent.note = None
        site.agent.boot()


def clone(world: World, d: Decision, fate: str) -> None:
    """A copy of a store's disk starts on another computer, beside the original. It has no goods."""
    site = site_of(world, d)
    if site is None or site.clone is not None:
        return
    world.strikes("clone")
    image = site.agent.image()
    path = None if world.folder is None else world.folder / f"{site.agent.name}-copy-{d.n}.db"
    copy = SimStore(site.agent.name, site.agent.clock, Identity(0, ""), None, path, marks=100 * d.n)
    copy.put_back(image)
    site.clone = copy


def store_dead(world: World, d: Decision, fate: str) -> None:
    """A store burns its computer; its goods stand there."""
    site = site_of(world, d)
    if site is not None and sum(not each.dead for each in world.sites.values()) > 1:
        world.strikes("store_dead")
        site.dead = True


def theft(world: World, d: Decision, fate: str) -> None:
    """Somebody takes a unit out of a slot."""
    site = site_of(world, d)
    if site is None:
        return
    shelf, slot = world.goods.shelves[site.agent.name], slot_of(site, d)
    if shelf.slots[slot]:
        world.strikes("theft")
        shelf.slots[slot] -= 1
        world.goods.slack[site.skus[slot]] += 1
        world.goods.missing.add((site.agent.name, slot))


def store_clock_wrong(world: World, d: Decision, fate: str) -> None:
    """A store's clock jumps."""
    world.strikes("store_clock_wrong")
    world.sites[f"st-{d.a % world.plan.stores + 1}"].agent.clock.wrong_s = (d.c - 32_000) * 10


def hq_clock_wrong(world: World, d: Decision, fate: str) -> None:
    """Headquarters' clock jumps by up to some minutes."""
    world.strikes("hq_clock_wrong")
    world.hq.clock.wrong_s = (d.c - 32_000) / 100


# ── rows nobody can read ────────────────────────────────────────────────────────────────────────────


def unreadable_row(world: World, d: Decision, fate: str) -> None:
    """A store writes what headquarters cannot read yet."""
    site = site_of(world, d)
    if site is not None:
        world.strikes("unreadable_row")
        journal = site.agent.journal
        journal.begin(site.agent.clock.now())
        journal.record([OfTomorrow(of=f"n{d.n}")], cause=f"x{d.n}")
        journal.commit()
        site.agent.absorb()


def unreadable_down_row(world: World, d: Decision, fate: str) -> None:
    """Headquarters tells a store what it cannot read yet."""
    name, sku, now = f"st-{d.a % world.plan.stores + 1}", sku_of(world, d), world.hq.clock.now()
    with world.registry.open_books() as books:
        record = books.lock_store(name)
        if record is None or books.hq().refilling or record.state != "active":
            return
        world.strikes("unreadable_down_row")
        seq = books.down_head(name, record.epoch) + 1
        row = DownRow(
            seq=seq,
            epoch=record.epoch,
            type="popshop.down.dance.v9",
            at=rfc3339(now),
            data=msgspec.Raw(b"{}"),
        )
        told = Recall(recall=f"X{d.n}", sku=sku, qty=1)
        books.add_down(DownEntry(name, record.epoch, seq, told, msgspec.json.encode(row)), now)


# ── headquarters restored ───────────────────────────────────────────────────────────────────────────


def backup(world: World, d: Decision, fate: str) -> None:
    """Headquarters' books are backed up."""
    world.backups = [*world.backups[-MOST_KEPT:], world.registry.backup()]


def hq_restored(world: World, d: Decision, fate: str) -> None:
    """Headquarters is restored from a backup; its witness tells. Sellers and the warehouse say again what they know."""
    _restore(world, d, "hq_restored")


def hq_witness_lost(world: World, d: Decision, fate: str) -> None:
    """Headquarters is restored on another computer: no witness is there."""
    if world.backups:
        world.hq.note = None
    _restore(world, d, "hq_witness_lost")


def _restore(world: World, d: Decision, fault: str) -> None:
    if not world.backups:
        return
    world.strikes(fault)
    world.registry.restore(world.backups[d.c % len(world.backups)])
    world.hq.start()
    world.hq_was_restored = True
    for sku, qty, receipt in world.receipts:
        world.book_receipt(sku, qty, receipt)
    world.seller.restate()
    world.note("hq restored", world.hq.note and world.hq.note.epoch)


# ── people put it right ─────────────────────────────────────────────────────────────────────────────


def care(world: World, d: Decision, fate: str) -> None:
    """Somebody looks after a store that cannot go on, one step of its walk-through."""
    lost = d.c % 3 == 0 and "join_reply_lost" in world.faults
    care_for(world, world.sites[f"st-{d.a % world.plan.stores + 1}"], f"care{d.n}", reply_lost=lost)


def care_for(world: World, site: Site, name: str, *, reply_lost: bool = False) -> None:
    """The next step: give up what is dead, join what is fenced, count what has joined."""
    if site.clone is not None and site.clone.standing == FENCED:
        site.clone.close()
        site.clone = None
    if site.dead:
        give_up(world, site)
    elif site.agent.standing == FENCED:
        if not site.cut_off:
            rejoin(world, site, reply_lost=reply_lost)
    else:
        count_in_all(world, site, name)


def rejoin(world: World, site: Site, *, reply_lost: bool = False) -> None:
    """`popshop edge join`, and the agent is started again."""
    agent = site.agent
    noted = agent.note.epoch if agent.note is not None else 0
    highest = max(agent.epoch, agent.identity.epoch, noted)
    code = world.registry.enrol(agent.name, world.hq.clock)
    if reply_lost:
        world.strikes("join_reply_lost")
        world.join(agent.name, highest, agent.new_mark(), code)
    mark = agent.new_mark()
    reply = world.join(agent.name, highest, mark, code)
    agent.identity = Identity(reply.epoch, reply.token)
    agent.note = Note(machine=mark, epoch=reply.epoch, seq=0, hash=GENESIS.hex())
    agent.boot()
    world.excuse(agent, 0)
    site.retired = False


def count_in(world: World, d: Decision, fate: str) -> None:
    """Staff count everything and say so."""
    site = site_of(world, d)
    if site is not None:
        count_in_all(world, site, f"ci{d.n}")


def count_in_all(world: World, site: Site, name: str) -> None:
    """Count every slot and the stock room of what is not counted in, then count it in."""
    agent, shelf = site.agent, world.goods.shelves[site.agent.name]
    rights = agent.rights()
    skus = [sku for sku in world.skus if sku in rights and not rights[sku][3]]
    if not skus or agent.standing == FENCED:
        return
    run_vends(world, site)
    report(world, site)
    settle(world, site)
    finish(world, site, name)
    if open_vends(agent, "requested", "dispensing", "unknown"):
        # First it is settled what became of each unit that is under way; then what is left is counted.
        return
    count_everything(world, site, name)
    world.tell(agent, commands.CountIn(f"{name}-in", tuple(skus)))
    if all(counted for *_, counted in agent.rights().values()):
        site.doubtful = False
    world.note("counted in", agent.name, sorted(shelf.slots.items()))


def count_everything(world: World, site: Site, name: str) -> None:
    """Every slot and bucket, blind."""
    for slot in sorted(site.skus):
        count_one(world, site, slot, f"{name}-{slot}")
    room = world.goods.shelves[site.agent.name].room
    for sku in world.skus:
        for bucket in ("available", "damaged", "tester"):
            world.tell(
                site.agent,
                commands.CountStock(f"{name}-{sku}-{bucket}", sku, bucket, room[sku, bucket], "all"),
            )


def give_up(world: World, site: Site) -> None:
    """A dead store: set aside while headquarters waits for it, then retired; its goods come to the warehouse."""
    name, now = site.agent.name, world.hq.clock.now()
    with world.registry.open_books() as books:
        record = books.lock_store(name)
        state, refilling = ("" if record is None else record.state), books.hq().refilling
    if state == "active":
        final = SET_ASIDE if refilling else RETIRED
        world.hq.act_on(name, lambda books, record: joining.give_up(books, record, final, now))
        site.retired = True
        return
    if refilling:
        return
    shelf = world.goods.shelves[name]
    for sku in world.skus:
        units = shelf.sellable(site.skus, sku)
        site.brought[sku] += units
        world.goods.warehouse[sku] += units
        bring_back(world, site, sku)
    shelf.slots.clear()
    shelf.room.clear()


def bring_back(world: World, site: Site, sku: str) -> None:
    """Tell headquarters of goods of a dead store that stand in the warehouse now, and write off the rest."""
    name, now = site.agent.name, world.hq.clock.now()
    units, site.brought[sku] = site.brought[sku], 0
    back = world.hq.act_on(name, lambda books, record: joining.bring_back(books, record, sku, units, now))
    gone = world.hq.act_on(name, lambda books, record: joining.write_off(books, record, sku, now))
    world.note("brought back", name, sku, units, back, gone)


ACTS: Final[dict[str, Act]] = {
    act.__name__: act
    for act in (
        partition, late, agent_restart, store_crash_before_commit, store_crash_after_commit, hq_crash_before_commit,
        hq_crash_after_commit, take_image, image_restored, witness_lost, clone, store_dead, theft,
        store_clock_wrong, hq_clock_wrong, unreadable_row, unreadable_down_row, backup, hq_restored,
        hq_witness_lost, care, count_in,
    )
}  # fmt: skip
