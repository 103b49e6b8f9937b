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


@app.command()
def reconcile(
    day: Annotated[str, typer.Option(help="The day of the store's calendar: YYYY-MM-DD.")],
    data: Annotated[Path, typer.Option(help="The store's folder.")] = Path("popshop-data/store"),
    json: Annotated[bool, typer.Option("--json", help="Print it as JSON; amounts are minor units.")] = False,
) -> None:
    """Compare a day payment by payment; status 1 when something differs or a book cannot be had."""
    told = _asked(data, day)
    methods: list[dict[str, Any]] = told["methods"]
    if json:
        typer.echo(jsonlib.dumps(told, ensure_ascii=False, indent=2))
    else:
        for method in methods:
            _show(method)
    if any("error" in m or _open(m) for m in methods):
        raise typer.Exit(1)


def _asked(data: Path, day: str) -> dict[str, Any]:
    try:
        url = str(jsonlib.loads((data / "address.json").read_text())["url"])
        token = str(jsonlib.loads((data / "credentials.json").read_text())["staff_token"])
        with StaffClient(url, token) as staff:
            return staff.post(f"/api/reconcile/{day}", None, f"reconcile-{day}")
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
