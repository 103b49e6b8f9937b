"""Pure: a posting as a sentence, so that a person can follow every unit of a SKU."""

from __future__ import annotations

from collections.abc import Sequence

from cloud_sync.hq.dashboard import parts
from cloud_sync.hq.dashboard.words import Language, has_word, word
from cloud_sync.hq.database.stock_queries import TracedPosting

PER_PAGE = 25


def table(language: Language, postings: Sequence[TracedPosting], zone: str) -> str:
    """Postings as a table, in the order given, their times in `zone`."""
    headings = [
        (word(language, "time"), "tight"),
        (word(language, "happened"), ""),
        (word(language, "from_to"), ""),
    ]
    return parts.table(
        headings,
        (
            (
                parts.clock_time(posting.at, zone),
                f'{sentence(language, posting)}<div class="sub">{source_of(language, posting)}</div>',
                f"<b>{posting.qty:,}</b> {account(language, posting.source)} → "
                f"{account(language, posting.target)}",
            )
            for posting in postings
        ),
    )


def sentence(language: Language, posting: TracedPosting) -> str:
    """What happened, in words."""
    key = f"cause.{posting.cause}"
    if not has_word(key):
        return parts.text(f"{posting.cause}: {posting.qty}")
    return word(language, key, f"{posting.qty:,}", parts.text(posting.store))


def source_of(language: Language, posting: TracedPosting) -> str:
    """Which row, or which act of headquarters, the posting comes from."""
    row = (
        word(language, "row_of_epoch", f"{posting.seq:,}", posting.epoch)
        if posting.seq
        else word(language, "by_headquarters")
    )
    return parts.text(" · ".join(filter(None, [row, posting.reference])))


def account(language: Language, name: str) -> str:
    """An account's name for a person."""
    if name.startswith("transit/"):
        return parts.text(word(language, "place.transit", name.removeprefix("transit/")))
    store, _, rest = name.partition("/")
    kind, _, epoch = rest.partition("/")
    if kind == "hold":
        return parts.text(word(language, "place.hold", store))
    if kind == "limbo":
        return parts.text(word(language, "place.limbo", store, epoch))
    return word(language, name) if has_word(name) else parts.text(name)
