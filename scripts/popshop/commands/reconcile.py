"""`popshop reconcile`: has the running agent hold each provider's book of a day against its own journal."""

from __future__ import annotations

import json as jsonlib
from pathlib import Path
from typing import Annotated, Any

import requests
import typer
from rich.table import Table

from cloud_sync.protocol.money import format_minor
from popshop import console
from popshop.shop.client import AgentRefused, StaffClient

app = typer.Typer(help="Providers' books against the store's.")

TO_DO = {
    "missing_here": "look it up at the provider: give it back there, or find its order",
    "missing_there": "ask the provider: we believed an answer that its book does not have",
    "amount_differs": "compare both, and settle it with the shopper",
    "refund_missing_here": "somebody gave it back at the provider: note who",
    "refund_missing_there": "look at the next day's book, then ask the provider",
}

STATES = {
    "running": "not due yet",
    "due": "not compared yet",
    "agrees": "agrees",
    "differs": "differs",
}


@app.command()
def reconcile(
    day: Annotated[
        str,
        typer.Option(
            help="The day of the store's calendar, YYYY-MM-DD; without it: how the last days stand."
        ),
    ] = "",
    data: Annotated[Path, typer.Option(help="The store's folder.")] = Path("popshop-data/store"),
    json: Annotated[bool, typer.Option("--json", help="Print it as JSON; amounts are minor units.")] = False,
) -> None:
    """Compare a day payment by payment; status 1 when something differs or a book cannot be had."""
    if not day:
        _standing(data, json=json)
        return
    told = _asked(data, f"/api/reconcile/{day}", key=f"reconcile-{day}")
    methods: list[dict[str, Any]] = told["methods"]
    if json:
        typer.echo(jsonlib.dumps(told, ensure_ascii=False, indent=2))
    else:
        for method in methods:
            _show(method)
    if any("error" in m or _open(m) for m in methods):
        raise typer.Exit(1)


def _standing(data: Path, *, json: bool) -> None:
    """How every provider's book of the last days stands; status 1 when a day differs or waits to be compared."""
    told = _asked(data, "/api/reconcile")
    books: list[dict[str, Any]] = told["books"]
    if json:
        typer.echo(jsonlib.dumps(told, ensure_ascii=False, indent=2))
    elif not books:
        console.out.print("no provider was asked for money in the last days")
    else:
        table = Table("Day", "Way of paying", "Book", "Ours", "Theirs", "Why it waits")
        for book in books:
            sums = (format_minor(book[f"{who}_minor"], book["currency"]) for who in ("ours", "theirs"))
            amounts = tuple(sums) if book["compared_at"] else ("", "")
            table.add_row(book["day"], book["method"], STATES[book["state"]], *amounts, book["said"])
        console.out.print(table)
    if any(book["state"] in ("due", "differs") for book in books):
        raise typer.Exit(1)


def _asked(data: Path, path: str, key: str = "") -> dict[str, Any]:
    """An answer of the running agent; with a key something is done."""
    try:
        url = str(jsonlib.loads((data / "address.json").read_text())["url"])
        token = str(jsonlib.loads((data / "credentials.json").read_text())["staff_token"])
        with StaffClient(url, token) as staff:
            return staff.post(path, None, key) if key else staff.get(path)
    except AgentRefused as refused:
        raise console.UserError(str(refused)) from None
    except (OSError, KeyError, ValueError, requests.RequestException):
        raise console.UserError(
            f"no agent of {data} answers; it must run to ask the providers: popshop edge run --data {data}"
        ) from None


def _open(method: dict[str, Any]) -> list[dict[str, Any]]:
    return [d for d in method.get("differences", ()) if not d["settled_at"]]


def _show(method: dict[str, Any]) -> None:
    name = method["method"]
    if "error" in method:
        console.out.print(f"{name}: its book cannot be had: {method['error']}")
        return
    ours, theirs = (format_minor(method[f"{who}_minor"], method["currency"]) for who in ("ours", "theirs"))
    found = _open(method)
    console.out.print(f"{name}: ours {ours}, theirs {theirs}, {len(found)} differences")
    if found:
        table = Table("Case", "Differs", "Ours", "Theirs", "What to do")
        for d in found:
            amounts = (format_minor(d[f"{who}_minor"], method["currency"]) for who in ("ours", "theirs"))
            table.add_row(d["case"], d["kind"], *amounts, TO_DO[d["kind"]])
        console.out.print(table)
