"""Pure: folds facts of goods and rights into the changes of headquarters' views, and finds those nobody can mean."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from cloud_sync.hq.rules.deltas import Deltas, SlotDelta
from cloud_sync.hq.rules.limits import count, down_number, goods, quantity
from cloud_sync.protocol import stock_facts as stock
from cloud_sync.protocol.fact import Fact

AVAILABLE: Final = "available"


def fold_stock(deltas: Deltas, fact: Fact) -> None:
    """Sum up what one of STOCK_FACTS changes. Raises Misfit."""
    _HANDLERS[type(fact)](deltas, fact)


def _room(deltas: Deltas, sku: str, bucket: str, units: int) -> None:
    key = (sku, bucket)
    deltas.rooms[key] = deltas.rooms.get(key, 0) + units


def _stock_received(deltas: Deltas, fact: stock.StockReceived) -> None:
    _room(deltas, fact.sku, AVAILABLE, quantity(fact.qty))


def _stock_sent(deltas: Deltas, fact: stock.StockSent) -> None:
    _room(deltas, fact.sku, AVAILABLE, -quantity(fact.qty))


def _stock_returned(deltas: Deltas, fact: stock.StockReturned) -> None:
    _room(deltas, fact.sku, fact.condition, quantity(fact.qty))


def _stock_counted(deltas: Deltas, fact: stock.StockCounted) -> None:
    for units in (fact.counted, fact.rights, fact.deficit):
        count(units)
    _room(deltas, fact.sku, fact.bucket, count(fact.delta))


def _stock_moved(deltas: Deltas, fact: stock.StockMoved) -> None:
    _room(deltas, fact.sku, fact.source, -quantity(fact.qty))
    _room(deltas, fact.sku, fact.target, fact.qty)


def _stock_wasted(deltas: Deltas, fact: stock.StockWasted) -> None:
    _room(deltas, fact.sku, fact.bucket, -quantity(fact.qty))


def _slot_filled(deltas: Deltas, fact: stock.SlotFilled) -> None:
    # Out of the slot and back into the room when it is below 0.
    quantity(abs(fact.qty))
    _room(deltas, fact.sku, AVAILABLE, -fact.qty)
    slot = deltas.slots.setdefault((fact.device, fact.slot), SlotDelta())
    slot.count += fact.qty
    slot.sku = fact.sku


def _handed_over(deltas: Deltas, fact: stock.PinnedHandedOver) -> None:
    _room(deltas, fact.sku, AVAILABLE, -quantity(fact.qty))


def _quantity_moved(
    _deltas: Deltas, fact: stock.StockFound | stock.DeficitSettled | stock.RightsSetAside
) -> None:
    quantity(fact.qty)


def _granted(_deltas: Deltas, fact: stock.RightsGranted) -> None:
    down_number(fact.down_seq)
    quantity(fact.qty)


def _answered(_deltas: Deltas, fact: stock.RightsReleased | stock.StockPinned | stock.StockUnpinned) -> None:
    down_number(fact.down_seq)
    goods(fact.qty)


def _short(_deltas: Deltas, fact: stock.ShortageFound) -> None:
    down_number(fact.down_seq)
    quantity(fact.qty)
    goods(-fact.rights)


def _down_row_skipped(_deltas: Deltas, fact: stock.DownRowSkipped) -> None:
    down_number(fact.down_seq)


def _counted_in(_deltas: Deltas, fact: stock.StockCountedIn) -> None:
    goods(fact.goods)


_HANDLERS: Final[dict[type[Fact], Callable[[Deltas, Any], None]]] = {
    stock.StockReceived: _stock_received,
    stock.StockSent: _stock_sent,
    stock.StockReturned: _stock_returned,
    stock.StockCounted: _stock_counted,
    stock.StockMoved: _stock_moved,
    stock.StockWasted: _stock_wasted,
    stock.SlotFilled: _slot_filled,
    stock.PinnedHandedOver: _handed_over,
    stock.StockFound: _quantity_moved,
    stock.DeficitSettled: _quantity_moved,
    stock.RightsSetAside: _quantity_moved,
    stock.ShortageFound: _short,
    stock.RightsGranted: _granted,
    stock.RightsReleased: _answered,
    stock.StockPinned: _answered,
    stock.StockUnpinned: _answered,
    stock.DownRowSkipped: _down_row_skipped,
    stock.StockCountedIn: _counted_in,
}
STOCK_FACTS: Final = frozenset(_HANDLERS)
