"""What the tablet knows of people who come for their goods: codes that were just shown, and what somebody looks for."""

from __future__ import annotations

from collections.abc import Iterable

from edge_agent.adapters.scan_desk import Scan
from edge_agent.adapters.sqlite_store.queries import Queries
from edge_agent.adapters.sqlite_store.reading import Entity
from edge_agent.domain.pickup import standing
from edge_agent.domain.refusals import Refusal

Found = list[Entity] | Refusal


def looked_for(queries: Queries, typed: str) -> Found:
    """Orders by what somebody types of their code, each with how its pick-up stands; or why such a code is no good."""
    names = queries.orders_typed(typed)
    return names if isinstance(names, Refusal) else _rows(queries, names)


def just_shown(queries: Queries, scans: Iterable[Scan]) -> list[Entity]:
    """Pick-up codes held in front of a scanner, the newest first: `scan`, and an order's row or a `refusal`."""
    told: list[Entity] = []
    for scan in scans:
        order = queries.order_of_code(scan.text)
        rows = [] if isinstance(order, Refusal) else _rows(queries, [order])
        why = order if isinstance(order, Refusal) else Refusal("unknown_order", order)
        told.append(
            {"scan": scan.id, "refusal": None, **rows[0]} if rows else {"scan": scan.id, "refusal": why}
        )
    return told


def _rows(queries: Queries, names: Iterable[str]) -> list[Entity]:
    found = (queries.order(name) for name in names)
    return [
        standing(order) | {"lines": order["lines"], "placed_at": order["placed_at"]}
        for order in found
        if order is not None
    ]
