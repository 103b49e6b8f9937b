"""The planogram as the scale needs it: facings, and the bays in which plates are judged together. Pure."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from hardware.shelf.port import Plate


class Goods(msgspec.Struct, frozen=True):
    """A SKU, the weight of its units (mean and standard deviation, in grams) and the plates of its facing."""

    item: str
    unit_g: float
    sd_g: float
    plates: frozenset[int] = frozenset()


class Bay(msgspec.Struct, frozen=True):
    """Plates that share a product, by their numbers in the order of the planogram, and what lies on them."""

    plates: tuple[int, ...]
    goods: tuple[Goods, ...]


class Plan(msgspec.Struct, frozen=True):
    """Plates in order, their bays, their neighbours and the boards they stand on."""

    names: tuple[str, ...]
    limits: tuple[tuple[float, float], ...]
    bays: tuple[Bay, ...]
    bay_of: tuple[int, ...]
    board_of: tuple[int, ...]
    goods: dict[str, Goods]


def plan_of(rows: Sequence[Plate]) -> Plan:
    """Join what belongs together: the same SKU on neighbouring plates of one shelf."""
    first: dict[str, Plate] = {}
    items: dict[str, dict[str, Goods]] = {}
    for row in rows:
        first.setdefault(row.plate, row)
        goods = Goods(row.item, row.weight_g, row.weight_g * row.spread_percent / 100)
        items.setdefault(row.plate, {})[row.item] = goods
    names = tuple(first)
    groups: list[list[int]] = []
    for number, name in enumerate(names):
        before = names[number - 1] if number else None
        joined = (
            before is not None
            and first[before].shelf == first[name].shelf
            and items[before].keys() & items[name].keys() - {""}
        )
        if joined:
            groups[-1].append(number)
        else:
            groups.append([number])
    bays = tuple(Bay(tuple(group), _goods(items, names, group)) for group in groups)
    boards = {
        shelf: number for number, shelf in enumerate(dict.fromkeys(row.shelf for row in first.values()))
    }
    bay_of = [bay for bay, group in enumerate(groups) for _ in group]
    return Plan(
        names=names,
        limits=tuple((row.least_g, row.most_g) for row in first.values()),
        bays=bays,
        bay_of=tuple(bay_of),
        board_of=tuple(boards[row.shelf] for row in first.values()),
        goods={goods.item: goods for bay in bays for goods in bay.goods},
    )


def _goods(
    items: dict[str, dict[str, Goods]], names: Sequence[str], group: Sequence[int]
) -> tuple[Goods, ...]:
    found = {item: goods for number in group for item, goods in items[names[number]].items() if item}
    return tuple(
        Goods(
            goods.item,
            goods.unit_g,
            goods.sd_g,
            frozenset(number for number in group if item in items[names[number]]),
        )
        for item, goods in found.items()
    )
