"""`popshop hq limits`: what a store may take while headquarters cannot be reached, shown and laid down."""

from __future__ import annotations

from typing import Annotated, Any, Final

import typer

from cloud_sync.protocol.money import MoneyError, format_minor, parse_minor
from popshop.commands._hq_stock import Store, Why, done, part
from popshop.console import UserError, err, out, print_json, table
from popshop.shop.head_office import DEFAULT_DATA, Data, Headquarters, Json, Url, ask, find

NO_TOTAL: Final = "none"
"""As `--total`: as many payments as come."""
Limit = dict[str, Any]


def limits(
    store: Store,
    method: Annotated[
        str, typer.Option(help="Lay down the limits of this way of paying: counter, card, signed …")
    ] = "",
    payment: Annotated[
        str, typer.Option(help="One payment at most, in the store's currency, such as 200; 0: none.")
    ] = "",
    total: Annotated[str, typer.Option(help="All payments since the line went at most, or none.")] = "",
    reset: Annotated[
        bool, typer.Option("--reset", help="Leave the method to the store's own careful limit.")
    ] = False,
    why: Why = "",
    data: Data = DEFAULT_DATA,
    url: Url = "",
    as_json: Json = False,
) -> None:
    """What a store may take while it is offline; with --method, change it. With --json amounts are minor units.

    Of --payment and --total the one that is left out stays as it is. The store is told with its next sync.
    """
    if not method and (payment or total or reset or why):
        raise UserError("say with --method whose limit that is; popshop hq limits STORE shows all")
    if method and reset == bool(payment or total):
        raise UserError("with --method give --payment or --total, or else --reset")
    hq, path = find(data, url), f"/api/stores/{part(store)}/offline-limits"
    if reset:
        made = ask(hq, "DELETE", f"{path}/{part(method)}")
        told = "The store's own careful limit counts again." if made["reset"] else "That is so already."
        done(made, as_json, told)
        return
    found = ask(hq, "GET", path)
    if method:
        body = {
            "method": method,
            "why": why,
            **_wanted(_one(found, method), payment, total, found["currency"]),
        }
        _lay_down(hq, path, body, found["currency"], as_json)
    elif as_json:
        print_json(found)
    else:
        _show(found)


def _one(found: dict[str, Any], method: str) -> Limit:
    known: dict[str, Limit] = {limit["method"]: limit for limit in found["limits"]}
    if method not in known:
        raise UserError(f"no way of paying is called {method!r}: {', '.join(known)}")
    return known[method]


def _wanted(now: Limit, payment: str, total: str, currency: str) -> dict[str, int | None]:
    """Both limits in minor units. Raises UserError for what is no amount in the store's currency."""
    try:
        one = parse_minor(payment, currency) if payment else now["payment_minor"]
        if not total:
            return {"payment_minor": one, "total_minor": now["total_minor"]}
        return {
            "payment_minor": one,
            "total_minor": None if total == NO_TOTAL else parse_minor(total, currency),
        }
    except MoneyError as error:
        raise UserError(f"{error}: write whole {currency} such as 200; no total is {NO_TOTAL}") from error


def _lay_down(hq: Headquarters, path: str, body: dict[str, Any], currency: str, as_json: bool) -> None:
    made = ask(hq, "POST", path, json=body)
    told = f"{_amount(body['payment_minor'], currency)} a payment, {_total(body['total_minor'], currency)}"
    done(made, as_json, f"Offline, {body['method']}: {told}. The store is told with its next sync.")


def _show(found: dict[str, Any]) -> None:
    currency = found["currency"]
    rows = (
        [
            limit["method"],
            _amount(limit["payment_minor"], currency),
            _total(limit["total_minor"], currency) if limit["payment_minor"] else "",
            "the default" if limit["default"] else "headquarters",
            (limit["set_at"] or "")[:16].replace("T", " "),
            limit["why"],
        ]
        for limit in found["limits"]
    )
    columns = ("method", "one payment", "all together", "laid down by", "since", "why")
    out.print(table(columns, rows, numbers=("one payment", "all together")))
    if not found["heard"]:
        err.print(f"{found['store']} has not heard of the last change: it is told with its next sync.")


def _amount(minor: int, currency: str) -> str:
    return format_minor(minor, currency) if minor else "not taken"


def _total(minor: int | None, currency: str) -> str:
    return "no total" if minor is None else f"{format_minor(minor, currency)} in all"
