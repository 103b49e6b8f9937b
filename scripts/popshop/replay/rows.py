"""Reads a sales file, row by row: every row is a sale, or is refused with its line number and the reason."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from cloud_sync.protocol.identifiers import name_from
from cloud_sync.protocol.money import MoneyError, parse_minor
from popshop.replay.layouts import Fate, Layout, LayoutError

MAX_QTY: Final = 20
EARLIEST_YEAR: Final = 1990
MAX_FIELD_CHARS: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Sale:
    """One row that is a sale. `total_minor` is what was paid for all its units; `at` is aware UTC."""

    line: int
    key: str
    """The same for the same row of the same file, so that a row happens once."""
    device: str
    item: str
    category: str
    slot: str
    qty: int
    list_price_minor: int
    """Per unit."""
    total_minor: int
    at: datetime
    fate: Fate
    cash: bool


@dataclass(frozen=True, slots=True)
class Refused:
    """One row that cannot be a sale."""

    line: int
    reason: str
    row: list[str]


class RowError(ValueError):
    """The row cannot be a sale; the text says why."""


def read(path: Path, layout: Layout) -> Iterator[Sale | Refused]:
    """Every row after the header, in the file's order. Raises LayoutError when the header does not fit."""
    csv.field_size_limit(MAX_FIELD_CHARS)
    encoding = _encoding(path, layout)
    zone = ZoneInfo(layout.timezone)
    with path.open(encoding=encoding, errors="replace", newline="") as file:
        # A NUL byte would end the reader; as a mark it only spoils its own row.
        lines = csv.reader(line.replace("\0", "\N{REPLACEMENT CHARACTER}") for line in file)
        header = next(lines, [])
        places = _places(header, layout, path)
        seen: dict[tuple[str, ...], int] = {}
        order_lines: dict[str, int] = {}
        while True:
            try:
                row = next(lines, None)
            except csv.Error as error:
                yield Refused(lines.line_num, f"not CSV: {error}", [])
                continue
            if row is None:
                return
            if not row:
                continue
            try:
                yield _sale(row, lines.line_num, places, len(header), layout, zone, seen, order_lines)
            except RowError as error:
                yield Refused(lines.line_num, str(error), row)


def _encoding(path: Path, layout: Layout) -> str:
    """The first of the layout's encodings that the whole file is in; else the first, with marks for the rest."""
    body = path.read_bytes()
    for encoding in layout.encodings:
        try:
            body.decode(encoding)
        except UnicodeDecodeError:
            continue
        return encoding
    return layout.encodings[0]


def _places(header: list[str], layout: Layout, path: Path) -> dict[str, int]:
    names = [name.strip() for name in header]
    missing = [column for column in layout.columns.values() if column not in names]
    if missing:
        raise LayoutError(
            f"{path.name} has no column {', '.join(missing)}; it has {', '.join(names) or 'none'}"
        )
    return {name: names.index(column) for name, column in layout.columns.items()}


def _sale(
    row: list[str],
    line: int,
    places: dict[str, int],
    width: int,
    layout: Layout,
    zone: ZoneInfo,
    seen: dict[tuple[str, ...], int],
    order_lines: dict[str, int],
) -> Sale:
    if len(row) != width:
        raise RowError(f"{len(row)} columns where the header has {width}")
    if any("\N{REPLACEMENT CHARACTER}" in cell for cell in row):
        raise RowError("bytes that are no text in the file's encoding")
    cells = {name: row[place] for name, place in places.items()}
    fate = _fate(cells, layout)
    at = _time(cells["at"], layout, zone)
    qty = _qty(cells.get("qty", "1"))
    total_minor = _amount(cells["paid"], layout, "paid")
    list_minor = _amount(cells["due"], layout, "due") if "due" in cells else -(-total_minor // qty)
    if total_minor % qty:
        raise RowError(f"{cells['paid']} cannot be shared evenly by {qty} units")
    try:
        device = name_from(cells["device"].strip())
    except ValueError as error:
        raise RowError(str(error)) from None
    if not cells["item"].strip() or len(cells["item"]) > 64:
        raise RowError(
            "no product named" if not cells["item"].strip() else "a product name over 64 characters"
        )
    first = seen.setdefault(tuple(row), line)
    if "order" in cells and first != line:
        raise RowError(f"the same row as line {first}")
    order = cells.get("order", "").strip() or f"line-{line}"
    order_lines[order] = order_lines.get(order, 0) + 1
    return Sale(
        line=line,
        key=f"{order}#{order_lines[order]}",
        device=device,
        item=cells["item"],
        category=cells.get("category", ""),
        slot=cells.get("slot", "").strip(),
        qty=qty,
        list_price_minor=list_minor,
        total_minor=total_minor,
        at=at,
        fate=fate,
        cash=cells.get("payment", "").strip() in layout.cash_words,
    )


def _fate(cells: dict[str, str], layout: Layout) -> Fate:
    if "status" not in cells:
        return "dispensed"
    word = cells["status"].strip()
    if word not in layout.fates:
        raise RowError(f"unknown status {word[:40]!r}")
    return layout.fates[word]


def _time(text: str, layout: Layout, zone: ZoneInfo) -> datetime:
    for pattern in layout.time_formats:
        try:
            local = datetime.strptime(text.strip(), pattern).replace(tzinfo=zone)
        except ValueError:
            continue
        if not EARLIEST_YEAR <= local.year <= 9000:
            raise RowError(f"the year of {text[:40]!r} is out of range")
        return local.astimezone(UTC)
    raise RowError(f"{text[:40]!r} is no date that exists" if text.strip() else "no date")


def _qty(text: str) -> int:
    clean = text.strip()
    if not (clean.isascii() and clean.isdigit()) or not 1 <= int(clean) <= MAX_QTY:
        raise RowError(f"a quantity of {clean[:20]!r}; 1 to {MAX_QTY} is possible")
    return int(clean)


def _amount(text: str, layout: Layout, what: str) -> int:
    if not text.strip():
        raise RowError(f"no {what} amount")
    try:
        return parse_minor(text, layout.currency)
    except MoneyError as error:
        raise RowError(f"{what}: {error}") from None
