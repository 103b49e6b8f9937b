"""What must be true after every step, and what must be true once everything is healed. Each names the rule it broke."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from cloud_sync.hq.rules.accept import Row, read_row
from cloud_sync.hq.rules.accounts import is_kept
from cloud_sync.hq.rules.books import ACTIVE, WAREHOUSE, Log
from cloud_sync.hq.rules.folds import fold
from cloud_sync.hq.rules.ledger_rows import WAITS
from cloud_sync.protocol.identifiers import LEDGER
from cloud_sync.protocol.instructions import Grant
from cloud_sync.protocol.numbered_log import GENESIS, row_hash
from cloud_sync.protocol.stock_facts import RightsGranted, RightsReleased, RightsSetAside
from cloud_sync.protocol.stock_rights import EXTERNAL, POOL, RESERVED, SHRINK, SOLD, hold_of, moves_of
from popshop.simulate.memory_books import MemoryHq
from popshop.simulate.store import SimStore
from popshop.simulate.trouble import Violation
from popshop.simulate.world import Site, World


class Checker:
    """Follows the postings, so that a step costs what it changed."""

    def __init__(self) -> None:
        self._sums: Counter[tuple[str, str]] = Counter()
        self._seen = 0
        self._of: object = None

    def accounts(self, hq: MemoryHq) -> None:
        """Balances are the sums of postings, kept ones never below 0, and every SKU sums to 0."""
        if self._of is not hq.postings or self._seen > len(hq.postings):
            self._of, self._seen, self._sums = hq.postings, 0, Counter()
        changed: set[tuple[str, str]] = set()
        for posting in hq.postings[self._seen :]:
            self._sums[posting.source, posting.sku] -= posting.qty
            self._sums[posting.target, posting.sku] += posting.qty
            changed |= {(posting.source, posting.sku), (posting.target, posting.sku)}
        self._seen = len(hq.postings)
        for key in sorted(changed):
            if is_kept(key[0]) and (self._sums[key] < 0 or self._sums[key] != hq.units.get(key, 0)):
                raise Violation(
                    "balances are sums of postings", f"{key}: {self._sums[key]}, not {hq.units.get(key)}"
                )
        for sku in sorted({key[1] for key in changed}):
            of_sku = {key[0]: units for key, units in self._sums.items() if key[1] == sku}
            if sum(of_sku.values()):
                raise Violation("accounts sum to zero", f"{sku}: {of_sku}")
            received, gone = -of_sku.get(EXTERNAL, 0), of_sku.get(SHRINK, 0)
            in_transit = sum(units for account, units in of_sku.items() if account.startswith("transit/"))
            if of_sku.get(SOLD, 0) > received - gone - min(in_transit, 0):
                raise Violation("no more sold than received", f"{sku}: {of_sku}")


def rights_within_hold(hq: MemoryHq, agent: SimStore) -> None:
    """What a store may sell is what headquarters has for it, given the rows that are still under way.

    Asked of a store in its current epoch whose disk is at least as new as headquarters' copy.
    """
    record, epoch = hq.stores[agent.name], agent.epoch
    if record.epoch != epoch or record.state != ACTIVE:
        return
    rows = agent.rows[epoch, LEDGER]
    head = hq.heads.get(Log(agent.name, LEDGER, epoch))
    acked = 0 if head is None else head.acked
    if acked > len(rows) or (head is not None and acked and rows[acked - 1].hash != head.chain_hash.hex()):
        return
    expected = _under_way(hq, agent, epoch, acked)
    for sku, (available, held, deficit, _) in sorted(agent.rights().items()):
        hold = hq.units.get((hold_of(agent.name, epoch), sku), 0)
        if available + held != hold + expected[sku] or min(available, held, deficit) < 0:
            raise Violation(
                "rights are within the hold",
                f"{agent.name} {sku}: {available} available + {held} held, hold {hold}, under way {expected[sku]}",
            )


def _under_way(hq: MemoryHq, agent: SimStore, epoch: int, acked: int) -> Counter[str]:
    expected: Counter[str] = Counter()
    last = hq.down_heads.get((agent.name, epoch), 0)
    for seq in range(agent.queries.down_seq() + 1, last + 1):
        told = hq.down_rows[agent.name, epoch, seq]
        if isinstance(told.instruction, Grant):
            expected[told.instruction.sku] -= told.instruction.qty
    for row in agent.rows[epoch, LEDGER][acked:]:
        for sku, by in row.net:
            expected[sku] += by
        if isinstance(row.fact, RightsGranted) and row.fact.down_seq > last:
            expected[row.fact.sku] += row.fact.qty
    for (log, seq), problem in hq.problems.items():
        if log == (agent.name, LEDGER, epoch) and problem.reason.startswith(WAITS):
            for sku, by in agent.rows[epoch, LEDGER][seq - 1].net:
                expected[sku] += by
    return expected


# ── once everything is healed ───────────────────────────────────────────────────────────────────────


def healed(world: World, hq: MemoryHq) -> None:
    """Everything that the issue promises of a world at rest."""
    if hq.one["hq"].refilling:
        raise Violation("refilling ends", f"still refilling: {sorted(hq.stores.values(), key=str)}")
    for site in world.sites.values():
        if not site.dead:
            _logs_are_drained(hq, site.agent)
            _rights_are_the_hold(hq, site.agent)
    _chains_hold(hq)
    _each_row_once(hq)
    _takings(world, hq)
    for sku in world.skus:
        _goods(world, hq, sku)


def _logs_are_drained(hq: MemoryHq, agent: SimStore) -> None:
    if agent.standing != "ok":
        raise Violation(
            "a healed store sells", f"{agent.name} is {agent.standing}: {agent.queries.standing()}"
        )
    if agent.queries.unsettled():
        raise Violation("logs are drained", f"{agent.name}: {agent.queries.unsettled()} unsettled")
    for (epoch, stream), rows in agent.rows.items():
        log = Log(agent.name, stream, epoch)
        ours = hq.events.get(log, {})
        for seq, row in enumerate(rows, 1):
            if ours.get(seq, (b"",))[0] != row.body and row.body not in _aside(hq, log, seq):
                raise Violation("headquarters has every row", f"{log} row {seq} is missing")
        if epoch == agent.epoch and len(ours) != len(rows):
            raise Violation("headquarters has every row", f"{log}: {len(ours)} of {len(rows)} rows")
        if epoch == agent.epoch and agent.queries.acked(stream)[0] != len(rows):
            raise Violation("logs are drained", f"{log}: the store knows of {agent.queries.acked(stream)[0]}")


def _aside(hq: MemoryHq, log: Log, seq: int) -> list[bytes]:
    return [body for (of, at, _), body in hq.aside.items() if of == log and at == seq]


def _rights_are_the_hold(hq: MemoryHq, agent: SimStore) -> None:
    for sku, (available, held, _, _) in agent.rights().items():
        hold = hq.units.get((hold_of(agent.name, agent.epoch), sku), 0)
        if available + held != hold:
            raise Violation("rights are the hold", f"{agent.name} {sku}: {available} + {held}, hold {hold}")


def _chains_hold(hq: MemoryHq) -> None:
    for log, rows in hq.events.items():
        chain = GENESIS
        for seq in range(1, len(rows) + 1):
            if seq not in rows:
                raise Violation("no gap at headquarters", f"{log} row {seq}")
            chain = row_hash(chain, seq, rows[seq][0])
            if chain != rows[seq][1]:
                raise Violation("headquarters' chain holds", f"{log} row {seq}")
        head = hq.heads.get(log)
        if rows and (head is None or (head.acked, head.chain_hash) != (len(rows), chain)):
            raise Violation("headquarters' chain holds", f"{log}: head {head} after {len(rows)} rows")


def _rows(hq: MemoryHq, log: Log) -> Iterable[Row]:
    for seq, (body, digest) in sorted(hq.events[log].items()):
        yield read_row(seq, body, digest)


def _each_row_once(hq: MemoryHq) -> None:
    """What the postings of a row move is what its fact says, once."""
    posted: Counter[tuple[str, int, int, str]] = Counter()
    for posting in hq.postings:
        if posting.seq:
            posted[posting.store, posting.epoch, posting.seq, posting.sku] += posting.qty
    for log in hq.events:
        if log.stream != LEDGER:
            continue
        for row in _rows(hq, log):
            if row.fact is None or isinstance(row.fact, RightsGranted):
                continue
            if (log, row.seq) in hq.problems:
                raise Violation("no effect waits for ever", f"{log}: {hq.problems[log, row.seq]}")
            said: Counter[str] = Counter()
            for move in moves_of(row.fact):
                said[move.sku] += move.qty
            for sku, qty in said.items():
                has = posted[log.store, log.epoch, row.seq, sku]
                fewer = (
                    isinstance(row.fact, RightsReleased | RightsSetAside)
                    and log.epoch < hq.stores[log.store].epoch
                )
                if has != qty and not (fewer and has < qty):
                    raise Violation(
                        "each fact is applied once", f"{log} row {row.seq} {row.type}: {has} of {qty}"
                    )


def _takings(world: World, hq: MemoryHq) -> None:
    folded: Counter[tuple[str, str]] = Counter()
    for log in hq.events:
        for currency, money in fold(_rows(hq, log), log.stream, "UTC").money.items():
            folded[log.store, currency] += money.paid_minor - money.refunded_minor + money.cash_minor
    for (store, currency), (paid, refunded, cash) in hq.money.items():
        if folded[store, currency] != paid - refunded + cash:
            raise Violation("takings are equal", f"{store}: {paid - refunded + cash}, rows say {folded}")
    by_day: Counter[tuple[str, str]] = Counter()
    for (store, _, _, currency), minor in hq.takings.items():
        by_day[store, currency] += minor
    if by_day != folded:
        raise Violation("takings are equal", f"{dict(by_day)} by days, rows say {dict(folded)}")
    for name, site in world.sites.items():
        for difference in site.agent.queries.money_differences():
            raise Violation("money is goods or goes back", f"{name}: {difference}")
        ours = site.agent.queries.totals()["takings_minor"]
        _grand_total(site, ours, folded[name, "CNY"])
        _closed_days(hq, site)
        if not site.dead and not site.was_restored and ours != folded[name, "CNY"]:
            raise Violation("takings are equal", f"{name}: {ours} in the store, {folded[name, 'CNY']}")


def _grand_total(site: Site, ours: int, theirs: int) -> None:
    """A store's reports add up to its own takings; with an older disk put back to what headquarters has, at the least.

    At the least: rows that headquarters keeps aside are money that came, too.
    """
    if site.dead:
        return
    grand = site.agent.queries.x_report(site.agent.clock.now()).grand_total_minor
    if (grand < theirs) if site.was_restored else (grand != ours):
        raise Violation(
            "takings are equal", f"{site.agent.name}: grand total {grand}, not {ours} or {theirs}"
        )


def _closed_days(hq: MemoryHq, site: Site) -> None:
    """Headquarters has every Z report of the store, with its takings."""
    if site.dead or site.was_restored:
        return
    name = site.agent.name
    ours = [report["takings_minor"] for report in reversed(site.agent.queries.z_reports())]
    theirs = [minor for (store, _, _), minor in sorted(hq.closed_days.items()) if store == name]
    if ours != theirs:
        raise Violation("takings are equal", f"{name}: Z reports {ours}, headquarters has {theirs}")


def owed(world: World, hq: MemoryHq, sku: str) -> int:
    """Units that ought to stand in the warehouse: the pool's, those promised or sold and not sent, and what is away."""
    away = sum(units for (_, of), units in hq.away_units.items() if of == sku)
    unsent = sum(wish.qty for wish in world.seller.wishes.values() if wish.sku == sku and wish.in_debt)
    reserved = sum(
        r.qty for r in hq.reservations.values() if r.sku == sku and r.how == WAREHOUSE and r.state == RESERVED
    )
    return hq.units.get((POOL, sku), 0) + reserved + unsent + away


def _goods(world: World, hq: MemoryHq, sku: str) -> None:
    for name, site in world.sites.items():
        if site.dead:
            _dead_owes_nothing(world, hq, name, sku)
        else:
            _store_goods(world, hq, name, site, sku)
    there, expected = world.goods.warehouse[sku], owed(world, hq, sku)
    unsent = sum(w.qty for w in world.seller.wishes.values() if w.sku == sku and w.in_debt)
    if unsent > world.goods.slack[sku]:
        raise Violation("no unit is sold twice", f"{sku}: {unsent} sold online and nowhere to be found")
    lost_rows = any(s.was_restored or s.dead for s in world.sites.values())
    calm = (
        not world.hq_was_restored and not lost_rows and all(s.agent.epoch == 1 for s in world.sites.values())
    )
    # A delivery that headquarters forgot, to a store that forgot it too: only a count of the warehouse can tell.
    forgotten = world.hq_was_restored and lost_rows
    limbo = sum(units for (account, of), units in hq.units.items() if of == sku and "/limbo/" in account)
    if (expected > there and not forgotten) or (calm and there > expected + limbo):
        raise Violation(
            "goods are what the books say", f"warehouse {sku}: {there}, books {expected}, limbo {limbo}"
        )


def _dead_owes_nothing(world: World, hq: MemoryHq, name: str, sku: str) -> None:
    away = hq.away_units.get((name, sku), 0)
    excused = world.goods.slack[sku] + world.goods.fetched[name, sku]
    if not world.hq_was_restored and (away > 0 or -away > excused):
        raise Violation("goods are what the books say", f"{name} {sku} came home, and {away} are away")


def doubts(world: World, hq: MemoryHq) -> None:
    """Headquarters believes that it was restored only when it was."""
    if not world.hq_was_restored and hq.one["hq"].incarnation != 1:
        raise Violation("headquarters doubts its books for a reason", "refilling, and nobody restored it")


def _store_goods(world: World, hq: MemoryHq, name: str, site: Site, sku: str) -> None:
    _, _, deficit, _ = site.agent.rights().get(sku, (0, 0, 0, True))
    goods = world.goods.shelves[name].sellable(site.skus, sku)
    hold = hq.units.get((hold_of(name, site.agent.epoch), sku), 0)
    away = hq.away_units.get((name, sku), 0)
    too_many = hold - deficit - goods - away
    if too_many > world.goods.unasked[sku] or (
        too_many < 0 and site.agent.epoch == 1 and not world.hq_was_restored
    ):
        raise Violation(
            "goods are what the books say",
            f"{name} {sku}: hold {hold} − deficit {deficit}, goods {goods}, away {away}",
        )
