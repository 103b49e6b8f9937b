"""A machine's counters as an audit file: for machines of ours that keep them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from cloud_sync.protocol import money
from cloud_sync.protocol.eva_dts.audit import Counter, MachineEvent, Selection, Unit
from cloud_sync.protocol.eva_dts.dex import compose
from cloud_sync.protocol.eva_dts.typing_audit import NUMERIC_CODES

Row = tuple[str, Sequence[object]]


def built(
    machine: Unit,
    currency: str,
    selections: Sequence[Selection],
    cash: Counter,
    events: Iterable[MachineEvent] = (),
    *,
    communication_id: str = "POP0000001",
) -> bytes:
    """The DEX file of these counters, totals added up. Raises ValueError for text that a segment cannot hold."""
    numeric = {code: f"1{number}" for number, code in NUMERIC_CODES.items()}
    rows: list[Row] = [
        ("ID1", (machine.serial, machine.model, machine.revision)),
        ("ID4", (money.exponent(currency), numeric.get(currency, ""), currency)),
        ("VA1", _value_first(_total([each.paid for each in selections]))),
        ("CA2", _value_first(cash)),
    ]
    for each in selections:
        rows += _selection(each)
    rows += [
        ("EA2", (f"{each.code}_{each.part}" if each.part else each.code, each.count_reset, each.count_init))
        for each in events
    ]
    return compose(rows, machine=communication_id)


def _selection(each: Selection) -> list[Row]:
    paid = each.paid
    counters = (paid.units_init, paid.value_init_minor, paid.units_reset, paid.value_reset_minor)
    return [("PA1", (each.selection, each.price_minor, each.name, each.capacity)), ("PA2", counters)]


def _value_first(counter: Counter) -> Sequence[object]:
    return counter.value_init_minor, counter.units_init, counter.value_reset_minor, counter.units_reset


def _total(counters: Sequence[Counter]) -> Counter:
    return Counter(
        units_init=sum(each.units_init or 0 for each in counters),
        value_init_minor=sum(each.value_init_minor or 0 for each in counters),
        units_reset=sum(each.units_reset or 0 for each in counters),
        value_reset_minor=sum(each.value_reset_minor or 0 for each in counters),
    )
