"""How every command speaks: to a person through rich, to a program through one JSON document on stdout.

Messages and progress go to stderr, so that stdout holds the answer and nothing else.
"""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterable, Sequence
from typing import Final

import msgspec
from rich.console import Console
from rich.markup import escape
from rich.table import Table

out: Final = Console(highlight=False)
"""The answer, for a person."""

err: Final = Console(stderr=True, highlight=False)
"""Messages, warnings and progress."""


class UserError(Exception):
    """Something the person at the keyboard can put right; the text says what is wrong and what to do.

    The command line prints it as one line and ends with exit status 2, without a traceback.
    """


def show_error(message: str) -> None:
    """Print a failure on stderr."""
    err.print(f"[bold red]popshop:[/] {escape(message)}", soft_wrap=True)


def show_warning(message: str) -> None:
    """Print something worth knowing that stops nothing, on stderr."""
    err.print(f"[bold yellow]popshop:[/] {escape(message)}", soft_wrap=True)


def print_json(value: object) -> None:
    """Write one JSON document to stdout: indented for a terminal, on one line for a program.

    Takes whatever msgspec takes: structs, dataclasses, dicts, lists, times, enums.
    """
    body = msgspec.json.encode(value)
    if sys.stdout.isatty():
        body = msgspec.json.format(body, indent=2)
    sys.stdout.write(body.decode() + "\n")
    sys.stdout.flush()


def table(
    columns: Sequence[str],
    rows: Iterable[Sequence[object]],
    *,
    title: str | None = None,
    numbers: Collection[str] = (),
) -> Table:
    """A table of plain cells; the columns named in `numbers` stand to the right. `None` is shown as –."""
    result = Table(title=title, title_justify="left", header_style="bold", box=None, pad_edge=False)
    for column in columns:
        result.add_column(column, justify="right" if column in numbers else "left")
    for row in rows:
        result.add_row(*("–" if cell is None else escape(str(cell)) for cell in row))
    return result


def facts_table(facts: Iterable[tuple[str, object]], *, title: str | None = None) -> Table:
    """Names and values under each other, such as addresses or a summary."""
    result = Table(title=title, title_justify="left", show_header=False, box=None, pad_edge=False)
    result.add_column(style="bold")
    result.add_column()
    for name, value in facts:
        result.add_row(escape(name), escape(str(value)))
    return result
