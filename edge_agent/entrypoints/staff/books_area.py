"""Pure: providers' books of the last days on the tablet: how each day stands, and comparing one now."""

from __future__ import annotations

from itertools import groupby
from typing import Final

from edge_agent.entrypoints.staff import parts
from edge_agent.entrypoints.staff.parts import button, money, text
from edge_agent.entrypoints.staff.payment_area import method_name
from edge_agent.entrypoints.staff.payment_sheet import DaysBooks
from edge_agent.entrypoints.staff.plain import named
from edge_agent.entrypoints.staff.sheet_parts import last_word
from edge_agent.entrypoints.staff.shop import Entity, Shop
from edge_agent.entrypoints.staff.words import Language, word

KIND: Final = {"agrees": "good", "due": "warn", "differs": "bad"}
SHOWN_DAYS: Final = 7
"""Before them only days that are not done: the older ones have been seen."""


def section(language: Language, shop: Shop) -> str:
    """A row for each day; nothing in a store that never asked a provider for money."""
    books = [] if shop.day is None else shop.day.books
    days = [(day, list(found)) for day, found in groupby(books, key=lambda book: str(book["day"]))]
    shown = [
        (day, found)
        for number, (day, found) in enumerate(days)
        if number < SHOWN_DAYS or any(book["state"] in ("due", "differs") for book in found)
    ]
    if not shown:
        return ""
    rows = "".join(
        f'<div class="order"><span class="when">{text(day)}</span><span class="words pills">'
        f"{''.join(_pill(language, book) for book in found)}</span>"
        f"{button(word(language, 'books_see'), 'payment_books', day, kind='plain')}</div>"
        for day, found in shown
    )
    return parts.section(
        word(language, "books"), f'<div class="orders">{rows}</div>', word(language, "books_hint")
    )


def _pill(language: Language, book: Entity) -> str:
    said = word(language, f"books_{book['state']}", book["open"])
    return parts.pill(f"{text(method_name(language, book['method']))} · {said}", KIND.get(book["state"], ""))


def sheet(language: Language, shown: DaysBooks, shop: Shop) -> tuple[str, str]:
    """One day: what agrees, what differs, when it was compared last, and the button that does it again."""
    books = [] if shop.day is None else [book for book in shop.day.books if book["day"] == shown.day]
    told = last_word(language, shown.told) if shown.told is not None else ""
    if shown.working:
        told = f'<div class="told">{word(language, "books_working")}</div>'
    rows = "".join(f'<div class="rows">{_book(language, shop, book)}</div>' for book in books)
    now = "" if shown.working else button(word(language, "books_now"), "do", "yes", kind="main")
    close = button(word(language, "close"), "close")
    title = word(language, "books_title", text(shown.day))
    return (
        title,
        f'<p class="means">{word(language, "books_means")}</p>{rows}{told}<div class="buttons">{close}{now}</div>',
    )


def _book(language: Language, shop: Shop, book: Entity) -> str:
    at, currency = book["compared_at"], book["currency"]
    last = word(language, "books_never")
    sums = ""
    if at:
        last = word(language, "books_last", parts.clock_time(at, shop.store["timezone"]), book["lines"])
        sums = word(
            language,
            "difference_sums",
            *(money(book[whose], currency) for whose in ("theirs_minor", "ours_minor")),
        )
    why = "" if not book["reason"] else f"<br>{text(named(language, 'book', book['reason']))}"
    head = (
        f'<div class="row"><span class="words">{_pill(language, book)}<br>'
        f'<span class="sub">{last}{why}</span></span><span class="who">{sums}</span></div>'
    )
    return head + "".join(
        f'<div class="row"><span class="words">{text(named(language, "difference", row["kind"]))}<br>'
        f'<span class="sub">{text(row["refund"] or row["payment"])} · '
        f"{word(language, 'difference_sums', *(money(row[w], currency) for w in ('theirs_minor', 'ours_minor')))}"
        f"</span></span>{button(word(language, 'difference_say'), 'payment_seen_to', row['case'], kind='plain')}</div>"
        for row in shop.differences
        if (row["method"], row["day"]) == (book["method"], book["day"])
    )
