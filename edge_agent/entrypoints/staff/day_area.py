"""Pure: the drawer and the day on the tablet: what was moved and counted, what is closed, and the sheets over it."""

from __future__ import annotations

from collections.abc import Iterable

from edge_agent.domain.day import paper
from edge_agent.domain.day.denominations import DENOMINATIONS
from edge_agent.entrypoints.staff import books_area, parts
from edge_agent.entrypoints.staff.day_sheets import CloseDay, CountDrawer, MoveCash, ReportSheet, TakeOver
from edge_agent.entrypoints.staff.parts import button, money, text
from edge_agent.entrypoints.staff.sheet_parts import confirm, keypad, last_word, typed_in
from edge_agent.entrypoints.staff.shop import Entity, Shop
from edge_agent.entrypoints.staff.words import Language, word

DaySheet = MoveCash | CountDrawer | TakeOver | CloseDay | ReportSheet


def render(language: Language, shop: Shop) -> str:
    """The area."""
    found = shop.day
    if found is None:
        return ""
    holder = "".join(
        f'<p class="hint">{word(language, "day_holder", text(row["staff"]))}</p>' for row in found.holders
    )
    doing = [
        button(word(language, "day_open"), "day_move", "float"),
        *(
            button(word(language, f"day_{kind}"), "day_move", kind)
            for kind in ("paid_in", "paid_out", "drop")
        ),
        button(word(language, "day_count"), "day_count"),
        button(word(language, "day_take_over"), "day_take_over"),
    ]
    reports = [
        button(word(language, "day_x"), "day_report", "0"),
        button(word(language, "day_close"), "day_close", kind="main"),
    ]
    return (
        parts.section(word(language, "day_drawer"), f'{holder}<div class="buttons">{"".join(doing)}</div>')
        + parts.section(word(language, "day_reports"), f'<div class="buttons">{"".join(reports)}</div>')
        + books_area.section(language, shop)
        + _listed(language, "day_moves", (_move(language, shop, row) for row in found.moves))
        + _listed(language, "day_counts", (_count(language, shop, row) for row in found.counts))
        + _listed(language, "day_closed_days", (_closed(language, shop, row) for row in found.closed))
    )


def _listed(language: Language, heading: str, rows: Iterable[str]) -> str:
    body = "".join(rows) or f'<p class="hint">{word(language, "day_none")}</p>'
    return parts.section(word(language, heading), f'<div class="orders">{body}</div>')


def _row(when: str, words: str, amount: str, more: str = "") -> str:
    return (
        f'<div class="order"><span class="when">{when}</span><span class="words">{words}</span>'
        f'<span class="amount">{amount}</span>{more}</div>'
    )


def _move(language: Language, shop: Shop, row: Entity) -> str:
    kind = word(language, f"day_{row['kind']}")
    words = f"{kind}{' · ' if row['reason'] else ''}{text(row['reason'])}"
    reason = word(language, "day_undo_reason", kind)
    undo = button(word(language, "day_undo"), "day_undo", row["move"], reason)
    amount = money(row["amount_minor"], shop.store["currency"])
    return _row(parts.clock_time(row["at"], shop.store["timezone"]), words, amount, undo)


def _count(language: Language, shop: Shop, row: Entity) -> str:
    return _row(
        parts.clock_time(row["at"], shop.store["timezone"]),
        _over(language, row["over_minor"], shop.store["currency"]),
        money(row["counted_minor"], shop.store["currency"]),
    )


def _over(language: Language, over_minor: int | None, currency: str) -> str:
    if over_minor is None:
        return paper.word(language, "uncounted")
    said = paper.word(language, "short" if over_minor < 0 else "over")
    return f"{said} {money(abs(over_minor), currency)}"


def _closed(language: Language, shop: Shop, row: Entity) -> str:
    name = word(language, "day_z", row["z"], row["day"])
    see = button(name, "day_report", str(row["z"]), kind="plain")
    over = _over(language, row["over_minor"], row["currency"])
    when = parts.clock_time(row["closed_at"], shop.store["timezone"])
    return _row(when, over, money(row["takings_minor"], row["currency"]), see)


# ── sheets ──────────────────────────────────────────────────────────────────────────────────────────


def sheet(language: Language, shown: DaySheet, shop: Shop) -> tuple[str, str]:
    """A sheet's title and body."""
    match shown:
        case MoveCash():
            return word(language, f"day_{shown.kind}"), _moving(language, shown, shop)
        case CountDrawer():
            return word(language, "day_count"), _counting(language, shown, shop)
        case TakeOver():
            means, yes = word(language, "day_take_over_means"), word(language, "day_take_over_yes")
            fields = "" if shown.told else (
                typed_in("from", word(language, "day_from"), shown.from_staff, "from")
                + typed_in("to", word(language, "day_to"), shown.to_staff, "to")
            )  # fmt: skip
            return word(language, "day_take_over"), fields + confirm(language, shown, means, yes)
        case CloseDay():
            return word(language, "day_close"), _closing(language, shown)
        case ReportSheet():
            return _report(language, shown, shop)


def _moving(language: Language, shown: MoveCash, shop: Shop) -> str:
    amount = money(shown.amount_minor, shop.store["currency"])
    asking = confirm(
        language, shown, word(language, "day_move_means"), word(language, "day_move_yes", amount)
    )
    if shown.told is not None:
        return asking
    reason = "" if shown.kind == "float" else typed_in(
        "reason", word(language, "day_reason"), shown.reason, "reason"
    )  # fmt: skip
    return f'<div class="stepper"><span class="figure">{amount}</span></div>{keypad()}{reason}{asking}'


def _counting(language: Language, shown: CountDrawer, shop: Shop) -> str:
    currency = shop.store["currency"]
    total = money(shown.counted_minor(shop), currency)
    asking = confirm(
        language, shown, word(language, "day_count_means"), word(language, "day_count_yes", total)
    )
    if shown.told is not None:
        return asking
    if currency not in DENOMINATIONS:
        return f'<div class="stepper"><span class="figure">{total}</span></div>{keypad()}{asking}'
    fields = "".join(
        typed_in(
            f"unit-{unit}",
            f"{money(unit, currency)} ×",
            str(shown.pieces.get(unit) or ""),
            "pieces",
            str(unit),
            keys="numeric",
        )
        for unit in DENOMINATIONS[currency]
    )
    told = f'<p class="means"><b>{word(language, "day_count_total", total)}</b></p>'
    return f'<div class="halves">{fields}</div>{told}{asking}'


def _closing(language: Language, shown: CloseDay) -> str:
    asking = confirm(language, shown, word(language, "day_close_means"), word(language, "day_close_yes"))
    if shown.lacks_count:
        return asking + (
            f'<div class="buttons">{button(word(language, "day_count"), "day_count")}'
            f"{button(word(language, 'day_close_uncounted'), 'do', 'uncounted')}</div>"
        )
    if shown.z:
        see = button(paper.word(language, "z", shown.z), "day_report", str(shown.z), kind="main")
        return f'{asking}<div class="buttons">{see}</div>'
    return asking


def _report(language: Language, shown: ReportSheet, shop: Shop) -> tuple[str, str]:
    report = None if shop.day is None else shop.day.report
    if report is None:
        return word(language, "day_reports"), f'<p class="means">{word(language, "day_none")}</p>'
    (title, _), *rows = paper.rows(report, language)
    lines = "".join(
        f'<div class="delta"><span>{text(label)}</span><b>{text(value)}</b></div>'
        if value
        else f"<h2>{text(label)}</h2>"
        for label, value in rows
    )
    return text(title), f'{_printing(language, shown, shop)}<div class="report">{lines}</div>'


def _printing(language: Language, shown: ReportSheet, shop: Shop) -> str:
    """The button that has it printed, above the figures; where a printer is."""
    if shop.printer is None:
        return ""
    if shown.told is not None:
        return last_word(language, shown.told)
    if shown.working:
        return f'<div class="told">{word(language, "working")}</div>'
    closed = [] if shop.day is None else shop.day.closed
    again = any(row["z"] == shown.number and row["begun"] for row in closed)
    label = word(language, "day_print_again" if again else "day_print")
    return f'<div class="buttons">{button(label, "do", "yes")}</div>'
