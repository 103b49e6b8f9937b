"""Pure: an X or Z report as lines of a paper roll, in Chinese and English at once as receipts are."""

from __future__ import annotations

from edge_agent.domain.day.paper import rows
from edge_agent.domain.day.report import Report
from edge_agent.domain.paper import Paper, Row, copy_mark, folded, plain, sides


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
        both = label if label == labelled else f"{label} {labelled}"
        if value:
            out += sides(both, value if value == valued else f"{value} {valued}", columns)
        else:
            out += [Row("-" * columns), Row(plain(both), bold=True)]
    return folded([*out, Row("-" * columns)], columns)
