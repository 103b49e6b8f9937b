"""`popshop report x|z`: a store's takings and cash, from its journal; works while its agent runs and while it does not.

Reads only. Closing the day and printing are the agent's: `--close` and `--print` ask the one that runs.
"""

from __future__ import annotations

import json as jsonlib
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Annotated, Any

import requests
import typer

from edge_agent.adapters import identity
from edge_agent.adapters.sqlite_store.queries import Queries
from edge_agent.domain.day import paper
from edge_agent.domain.day.report import Report
from popshop import clock, console
from popshop.shop.client import AgentRefused, StaffClient

app = typer.Typer(help="X and Z reports of a store, right to the fen.", no_args_is_help=True)

DEFAULT_DATA = Path("popshop-data/store")
Data = Annotated[Path, typer.Option(help="The store's folder.")]
Json = Annotated[bool, typer.Option("--json", help="Print the figures as JSON; amounts are minor units.")]


Print = Annotated[
    bool, typer.Option("--print", help="Print it on the store's receipt printer too; the agent must run.")
]


@app.command()
def x(data: Data = DEFAULT_DATA, on_paper: Print = False, json: Json = False) -> None:
    """Everything since the last Z report, so far. Changes nothing."""
    with _reading(data) as queries, queries.consistent():
        report = queries.x_report(clock.now())
    if on_paper:
        _print(data, "x")
    _show(report, json)


@app.command()
def z(
    data: Data = DEFAULT_DATA,
    number: Annotated[int, typer.Option(min=0, help="Which Z report; the newest when left out.")] = 0,
    close: Annotated[bool, typer.Option("--close", help="Close the day now; the agent must run.")] = False,
    uncounted: Annotated[
        bool, typer.Option("--uncounted", help="With --close: although the drawer is not counted.")
    ] = False,
    on_paper: Print = False,
    json: Json = False,
) -> None:
    """A day that was closed, as it was closed; with --close, close the day."""
    if close and number:
        raise console.UserError("--close makes the next Z report: leave --number out")
    made = _close(data, uncounted=uncounted) if close else number
    with _reading(data) as queries:
        report = queries.z_report(made)
    if report is None:
        wanted = f"no Z report {number}" if number else "no Z report yet"
        raise console.UserError(
            f"{data} has {wanted}. Close a day on the tablet, or with: popshop report z --close"
        )
    if on_paper:
        _print(data, f"z/{report.z}")
    _show(report, json)


def _print(data: Path, report: str) -> None:
    """Have the running agent print it; each time it is asked is another print."""
    key = f"report-print-{clock.now().timestamp()}"
    _ask(data, lambda staff: staff.post(f"/api/day/{report}/print", {}, key), "print")


def _close(data: Path, *, uncounted: bool) -> int:
    """The number of the Z that the running agent made."""
    with _reading(data) as queries:
        last = queries.z_report()
    # The same key until that Z is there: asked again after a lost answer, it is not made twice.
    key = f"report-z-{1 if last is None else last.z + 1}"
    made = _ask(
        data, lambda staff: staff.post("/api/day/close", {"uncounted": uncounted}, key), "close the day"
    )
    return int(made["z"])


def _ask(data: Path, deed: Callable[[StaffClient], Any], what: str) -> Any:
    """Ask the agent that runs on the folder. Raises UserError."""
    try:
        url = str(jsonlib.loads((data / "address.json").read_text())["url"])
        token = str(jsonlib.loads((data / "credentials.json").read_text())["staff_token"])
        with StaffClient(url, token) as staff:
            return deed(staff)
    except AgentRefused as refused:
        raise console.UserError(str(refused)) from None
    except (OSError, KeyError, ValueError, requests.RequestException):
        raise console.UserError(
            f"no agent of {data} answers; it must run to {what}: popshop edge run --data {data}"
        ) from None


@contextmanager
def _reading(data: Path) -> Iterator[Queries]:
    store_file = data / identity.STORE_FILE
    if not store_file.exists():
        raise console.UserError(f"{data} holds no store's journal")
    try:
        with closing(Queries(store_file)) as queries:
            yield queries
    except sqlite3.DatabaseError as error:
        raise console.UserError(f"{store_file} cannot be read ({error}): start its agent once") from None


def _show(report: Report, as_json: bool) -> None:
    if as_json:
        console.print_json(report)
        return
    title, *lines = paper.rows(report, "en")
    console.out.print(console.facts_table(lines, title=title[0]))
