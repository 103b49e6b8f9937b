"""What must be true of orders once everything is healed: by ways of paying, lines, refunds and receipts."""

from __future__ import annotations

from collections import Counter

from cloud_sync.hq.rules.accept import read_row
from cloud_sync.protocol.handover_facts import HandedOver
from cloud_sync.protocol.identifiers import LEDGER
from edge_agent.domain.methods import CARD, COUNTER
from popshop.simulate.memory_books import MemoryHq
from popshop.simulate.store import SimStore
from popshop.simulate.trouble import Violation
from popshop.simulate.world import World

_OPEN = """SELECT 'payment ' || id FROM payments WHERE state IN ('created', 'pending', 'unknown')
    UNION ALL SELECT 'refund ' || id FROM refunds WHERE state <> 'refunded'
    UNION ALL SELECT 'vend ' || id FROM vends WHERE state IN ('requested', 'dispensing', 'unknown')
    UNION ALL SELECT 'handover ' || id FROM handovers WHERE state = 'requested'
    UNION ALL SELECT 'order ' || id FROM orders WHERE closed_at = ''"""
_TAKEN = """SELECT method, SUM(minor) FROM (
    SELECT p.method, p.amount_minor AS minor FROM payments p WHERE p.state IN ('paid', 'refunded')
    UNION ALL SELECT p.method, -r.amount_minor FROM refunds r JOIN payments p ON p.id = r.payment
        WHERE r.state = 'refunded') GROUP BY method"""
_GIVEN_BACK = """SELECT o.id, o.paid_minor, SUM(r.amount_minor) FROM orders o JOIN refunds r ON r.order_id = o.id
    GROUP BY o.id HAVING SUM(r.amount_minor) > o.paid_minor OR SUM(r.amount_minor) <> o.refunded_minor"""
_NUMBERS = "SELECT device, series, COUNT(*), MIN(number), MAX(number) FROM receipts GROUP BY device, series"


def sales(world: World, hq: MemoryHq) -> None:
    """Every order of a store whose disk is its own came to its end, and the money says so everywhere."""
    for name, site in world.sites.items():
        if site.dead:
            continue
        _nothing_waits(site.agent)
        _nothing_is_given_back_twice(site.agent)
        _receipts_are_gapless(site.agent)
        if not site.was_restored:
            _ways_of_paying_agree(hq, site.agent)
            _each_line_once(hq, name)


def _nothing_waits(agent: SimStore) -> None:
    for (what,) in map(tuple, agent.db.execute(_OPEN)):
        raise Violation("every paid line ends", f"{agent.name}: {what} still waits")


def _nothing_is_given_back_twice(agent: SimStore) -> None:
    for order, paid, back in map(tuple, agent.db.execute(_GIVEN_BACK)):
        raise Violation("money goes back once", f"{agent.name} {order}: {back} of {paid} given back")


def _receipts_are_gapless(agent: SimStore) -> None:
    for device, series, many, first, last in map(tuple, agent.db.execute(_NUMBERS)):
        if (first, last) != (1, many):
            raise Violation(
                "receipts are numbered without a gap",
                f"{agent.name} {device}/{series}: {many} receipts from {first} to {last}",
            )


def _ways_of_paying_agree(hq: MemoryHq, agent: SimStore) -> None:
    ours = {method: minor for method, minor in map(tuple, agent.db.execute(_TAKEN)) if minor}
    theirs: Counter[str] = Counter()
    for (store, _, method, _), minor in hq.takings.items():
        if store == agent.name and method in (COUNTER, CARD):
            theirs[method] += minor
    if ours != {method: minor for method, minor in theirs.items() if minor}:
        raise Violation("takings are equal", f"{agent.name}: {ours} by method, headquarters {dict(theirs)}")


def _each_line_once(hq: MemoryHq, store: str) -> None:
    seen: set[str] = set()
    for log, rows in hq.events.items():
        if (log.store, log.stream) != (store, LEDGER):
            continue
        for seq, (body, digest) in rows.items():
            fact = read_row(seq, body, digest).fact
            if not isinstance(fact, HandedOver):
                continue
            if fact.handover in seen:
                raise Violation("a line is handed over once", f"{store}: {fact.handover}")
            seen.add(fact.handover)
