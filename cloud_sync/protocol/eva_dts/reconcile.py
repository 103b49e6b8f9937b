"""A machine's audits against the shop's own counts, selection by selection: what differs since the audit before.

Both sides only count up, so two audits say what happened between them without any clock. Nothing is corrected.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

import msgspec

from cloud_sync.protocol.eva_dts.audit import Audit, Selection

MAX_SELECTIONS: Final = 500
"""More than any machine has; an audit with more is not compared."""

Outcome = Literal["baseline", "agrees", "differs", "reset"]
"""The first audit of a machine; nothing differs; something does; its counters went back, so it is a first one again."""


@dataclass(frozen=True, slots=True)
class Sold:
    """What the shop's journal has of a slot, ever: units that left it, cash its machine took, and what orders paid."""

    units: int = 0
    cash_minor: int = 0
    order_minor: int = 0


class Standing(msgspec.Struct, frozen=True, array_like=True):
    """Where a selection stood at an audit: the machine's counters since its initialisation, and the shop's own.

    `selection` is empty for a slot that the audit does not know, `slot` for a selection that the shop does not.
    """

    selection: str
    slot: str
    machine_units: int
    machine_minor: int | None
    own_units: int
    cash_minor: int
    order_minor: int


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """One selection where machine and shop tell different things of the time between two audits."""

    selection: str
    slot: str
    machine_units: int
    own_units: int
    machine_minor: int | None = None
    own_minor: int = 0


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a comparison found, and where the next one starts."""

    outcome: Outcome
    differences: tuple[Difference, ...]
    standings: tuple[Standing, ...]


def slots_by_selection(slots: Iterable[str], named: Mapping[str, str]) -> Callable[[str], str]:
    """Which slot a selection is: by the machine's own word, by its name, or by its name without leading zeros."""
    by_name = {slot: slot for slot in slots}
    by_bare_name = {_bare(slot): slot for slot in by_name}
    known = by_bare_name | by_name | dict(named)
    return lambda selection: known.get(selection) or by_bare_name.get(_bare(selection), "")


def _bare(name: str) -> str:
    return re.sub(r"(?<!\d)0+(?=\d)", "", name.strip())


def standings(
    audit: Audit, own: Mapping[str, Sold], named: Mapping[str, str], currency: str
) -> tuple[Standing, ...]:
    """Machine and shop side by side, now. `own` holds every slot of the machine; another currency is not compared.

    Empty for an audit that counts no vends per selection: totals alone say nothing of a slot.
    """
    slot_of = slots_by_selection(own, named)
    takings_comparable = audit.currency.code in ("", currency)
    rows: dict[str, Standing] = {}
    known: set[str] = set()
    # A slot is one selection: the one that bears its name, before others that only look like it.
    for each in sorted(audit.selections, key=lambda one: one.selection not in own.keys() | named.keys()):
        slot, units = slot_of(each.selection), _units(each)
        slot = "" if slot in known else slot
        known.add(slot)
        if units is not None and each.selection not in rows:
            minor = each.paid.value_init_minor if takings_comparable else None
            rows[each.selection] = _standing(each.selection, slot, units, minor, own.get(slot, Sold()))
    if not rows:
        return ()
    absent = (_standing("", slot, 0, None, sold) for slot, sold in own.items() if slot not in known)
    return (*rows.values(), *(row for row in absent if row.own_units))


def _standing(selection: str, slot: str, units: int, minor: int | None, sold: Sold) -> Standing:
    return Standing(selection, slot, units, minor, sold.units, sold.cash_minor, sold.order_minor)


def _units(selection: Selection) -> int | None:
    """Units that left it and were no test: paid ones, and free ones, as some machines count what was paid elsewhere."""
    if selection.paid.units_init is None:
        return None
    return selection.paid.units_init + (selection.free.units_init or 0)


def compare(before: Iterable[Standing], now: Iterable[Standing], under_way: Mapping[str, int]) -> Comparison:
    """What differs between two audits. `under_way`: per slot, vends of which the shop does not know the end yet.

    A difference that those explain is left open: its selection keeps its old standing until the next audit.
    """
    then = {_key(row): row for row in before}
    rows = tuple(now)
    if not then:
        return Comparison("baseline", (), rows)
    if any(row.selection and row.machine_units < _before(then, row).machine_units for row in rows):
        return Comparison("reset", (), rows)
    differences: list[Difference] = []
    kept: list[Standing] = []
    for row in rows:
        found = _difference(_before(then, row), row)
        if found is None:
            kept.append(row)
        elif 0 < found.machine_units - found.own_units <= under_way.get(row.slot, 0):
            kept.append(_before(then, row))
        else:
            differences.append(found)
            kept.append(row)
    return Comparison("differs" if differences else "agrees", tuple(differences), tuple(kept))


def _key(row: Standing) -> tuple[str, str]:
    return (row.selection, "") if row.selection else ("", row.slot)


def _before(then: Mapping[tuple[str, str], Standing], row: Standing) -> Standing:
    """A selection the last audit did not have, or had as another slot, begins now; a slot without one at nothing."""
    found = then.get(_key(row))
    if found is not None and found.slot == row.slot:
        return found
    return row if row.selection else Standing("", row.slot, 0, None, 0, 0, 0)


def _difference(then: Standing, now: Standing) -> Difference | None:
    units, own_units = now.machine_units - then.machine_units, now.own_units - then.own_units
    cash_minor, order_minor = now.cash_minor - then.cash_minor, now.order_minor - then.order_minor
    minor = (
        None
        if now.machine_minor is None or then.machine_minor is None
        else now.machine_minor - then.machine_minor
    )
    # What an order paid, a machine may count with its price (as over MDB) or without (it took no money itself).
    if units == own_units and (minor is None or minor in (cash_minor, cash_minor + order_minor)):
        return None
    return Difference(
        selection=now.selection,
        slot=now.slot,
        machine_units=units,
        own_units=own_units,
        machine_minor=minor,
        own_minor=cash_minor + order_minor,
    )
