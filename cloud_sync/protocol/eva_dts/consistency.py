"""Where an audit contradicts itself. It is said, never corrected: only a person can know which figure is right."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from cloud_sync.protocol.eva_dts.audit import Counter, Selection, Totals


def contradictions(selections: Sequence[Selection], totals: Totals) -> list[str]:
    """What does not add up between the selections (PA) and the totals (VA), and within each."""
    warnings = [
        text
        for kind, name, number, total in (
            ("paid", "PA2", "VA1", totals.paid),
            ("test", "PA3", "VA2", totals.test),
            ("free", "PA4", "VA3", totals.free),
        )
        for text in _sums(name, number, [getattr(each, kind) for each in selections], total)
    ]
    return warnings + _intervals(selections, totals)


def _sums(name: str, number: str, counters: Sequence[Counter], total: Counter) -> Iterable[str]:
    fields = (
        ("units_init", "units since initialisation"),
        ("value_init_minor", "value since initialisation"),
        ("units_reset", "units since the last reset"),
        ("value_reset_minor", "value since the last reset"),
    )
    for field, words in fields:
        values = [value for each in counters if (value := getattr(each, field)) is not None]
        stated = getattr(total, field)
        if values and stated is not None and sum(values) != stated:
            yield f"{words}: the selections ({name}) add up to {sum(values)}, the total ({number}) says {stated}"


def _intervals(selections: Sequence[Selection], totals: Totals) -> list[str]:
    named = [(f"selection {each.selection}", "PA2", each.paid) for each in selections]
    return [
        f"{who} ({name}) has more since the last reset ({counter.units_reset}) than since initialisation"
        f" ({counter.units_init})"
        for who, name, counter in [*named, ("the machine", "VA1", totals.paid)]
        if counter.units_init is not None
        and counter.units_reset is not None
        and counter.units_reset > counter.units_init
    ]
