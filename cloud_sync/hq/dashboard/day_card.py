"""Pure: the card of a store's closed days, each with its takings and what the drawer was over or short."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from cloud_sync.hq.dashboard import parts
from cloud_sync.hq.dashboard.words import Language, word
from cloud_sync.hq.database.takings import ClosedDay

SHOWN: Final = 14


def render(language: Language, closed: Sequence[ClosedDay]) -> str:
    """The newest Z reports."""
    if not closed:
        return parts.empty(word(language, "z_none"))
    headings = [(word(language, "z_number"), "tight"), (word(language, "day"), "tight")]
    headings += [(word(language, key), "number") for key in ("z_takings", "z_over", "z_total")]
    return parts.table(headings, (_row(language, day) for day in closed))


def _row(language: Language, day: ClosedDay) -> list[str]:
    over = (
        word(language, "z_uncounted") if day.over_minor is None else parts.money(day.over_minor, day.currency)
    )
    epoch = f'<div class="sub">{word(language, "z_epoch", day.epoch)}</div>' if day.epoch > 1 else ""
    return [
        f"<b>{day.z}</b>{epoch}",
        f"{day.day:%m-%d}",
        parts.money(day.takings_minor, day.currency),
        over,
        parts.money(day.grand_total_minor, day.currency),
    ]
