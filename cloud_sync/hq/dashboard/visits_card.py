"""Pure: the card of a store's visitors, drawn from what the queries found."""

from __future__ import annotations

from collections.abc import Sequence

from cloud_sync.hq.dashboard import parts
from cloud_sync.hq.dashboard.words import Language, word
from cloud_sync.hq.database.visits import ACTS, Exposure, VisitDay


def render(language: Language, days: Sequence[VisitDay]) -> str:
    """Visitors per day, and what they did per hundred of them."""
    if not days:
        return parts.empty(word(language, "visitors_none"))
    headings = [(word(language, "day"), "tight"), (word(language, "visitors"), "number")]
    headings += [(word(language, f"visits.{act}"), "number") for act in ACTS]
    table = parts.table(headings, (_row(day) for day in days))
    return f'{table}<div class="sub">{word(language, "visits_how")}</div>'


def _row(day: VisitDay) -> list[str]:
    rates = [day.per_100_visitors.get(act) for act in ACTS]
    shown = ["–" if rate is None else f"{rate:,.1f}" for rate in rates]
    return [f"{day.day:%m-%d}", f"<b>{day.visitors:,}</b>", *shown]


def exposures(language: Language, shown: Sequence[Exposure]) -> str:
    """What screens showed: how often it was looked at, and for how long on average."""
    if not shown:
        return parts.empty(word(language, "exposures_none"))
    headings = [
        (word(language, "content"), ""),
        (word(language, "times"), "number"),
        (word(language, "dwell"), "number"),
    ]
    rows = ((parts.text(each.content), f"{each.times:,}", f"{each.mean_dwell_s:,.1f} s") for each in shown)
    return parts.table(headings, rows)
