"""Pure: an X or Z report as lines of a paper roll, in Chinese and English at once as receipts are."""

from __future__ import annotations

from edge_agent.domain.day.paper import rows
from edge_agent.domain.day.report import Report
from edge_agent.domain.paper import Paper, Row, copy_mark, folded, plain, sides, width


def roll(report: Report, store_name: str, copy: int, columns: int) -> Paper:
    """What is printed. `copy` above 0 marks it as one; an X is never a copy, as it says until when it counts."""
    (title, _), *chinese = rows(report, "zh")
    (titled, _), *english = rows(report, "en")
    out = [
        Row(plain(store_name), "center", bold=True, big=True),
        Row(title, "center", bold=True, big=True),
        Row(titled, "center", bold=True),
    ]
    out += [copy_mark(copy)] if copy else []
    out.append(Row("-" * columns))
    for (label, value), (labelled, valued) in zip(chinese, english, strict=True):
        told = value if value == valued else f"{value} {valued}"
        *before, last = _label(label, labelled, width(plain(told)) + 1 if value else 0, columns)
        if value:
            out += [*map(Row, before), *sides(last, told, columns)]
        else:
            out += [Row("-" * columns), *(Row(text, bold=True) for text in (*before, last))]
    return folded([*out, Row("-" * columns)], columns)


def _label(chinese: str, english: str, beside: int, columns: int) -> list[str]:
    """A label in both languages, on one line where that leaves room for what stands beside it."""
    chinese, english = plain(chinese), plain(english)
    if chinese == english:
        return [chinese]
    both = f"{chinese} {english}"
    return [both] if width(both) + beside <= columns else [chinese, english]
