"""`popshop hq` commands for what seldom happens: a store's end, a refill, alerts, a seller's token, the proof."""

from __future__ import annotations

from hashlib import sha256
from typing import Annotated, Any, Final

import msgspec
import typer

from popshop.commands._hq_stock import Store, Yes, cell, done, part, sure
from popshop.console import UserError, err, facts_table, out, print_json, table
from popshop.shop.head_office import DEFAULT_DATA, Data, Headquarters, Json, Url, act, ask, find, reading

VERIFY_TIMEOUT_S: Final = 3_600


def add_to(app: typer.Typer) -> None:
    """Add the commands that stand beside `stock`."""
    for command in (retire, refill, alerts, seller, verify):
        app.command()(command)


def retire(
    store: Store, yes: Yes = False, data: Data = DEFAULT_DATA, url: Url = "", as_json: Json = False
) -> None:
    """A store died for good: nothing more is taken from it, and what it held waits in limbo."""
    hq = find(data, url)
    sure(yes, f"{store} sells nothing more until it joins again.")
    made = act(hq, f"/api/stores/{part(store)}/retire", {})
    if as_json:
        print_json(made)
        return
    err.print(f"{store} is retired.")
    for sku, units in made["limbo"].items():
        err.print(f"In limbo: {units} of {sku}. popshop hq stock bring-back {store} {sku} QTY, or write-off")


def refill(
    show_state: Annotated[
        bool, typer.Option("--show", help="Whether headquarters waits, and for whom (this is the default).")
    ] = False,
    set_aside: Annotated[str, typer.Option(help="Go on without this store; it must join again.")] = "",
    yes: Yes = False,
    data: Data = DEFAULT_DATA,
    url: Url = "",
    as_json: Json = False,
) -> None:
    """After a restore from a backup: which stores have not told headquarters yet what it forgot."""
    if show_state and set_aside:
        raise UserError("either --show or --set-aside STORE")
    hq = find(data, url)
    if set_aside:
        sure(yes, f"What only {set_aside} knows is left out until it joins again.")
        act(hq, "/api/refill/set-aside", {"store": set_aside})
    found = ask(hq, "GET", "/api/refill")
    if as_json:
        print_json(found)
    elif found["refilling"]:
        err.print(f"Headquarters was restored and waits for: {', '.join(found['awaited'])}.")
        err.print("Nothing is granted, recalled or reserved meanwhile. popshop hq refill --set-aside STORE")
    else:
        err.print("Headquarters is complete: it waits for no store.")


# ── alerts, sellers, proof ──────────────────────────────────────────────────────────────────────────


def alerts(
    close: Annotated[str, typer.Option(help="Close the one with this id.")] = "",
    note: Annotated[str, typer.Option(help="What was found out.")] = "",
    data: Data = DEFAULT_DATA,
    url: Url = "",
    as_json: Json = False,
) -> None:
    """What a person should look into, the newest first."""
    hq = find(data, url)
    found = [{"id": alert_id(alert), **alert} for alert in ask(hq, "GET", "/api/alerts")]
    if close:
        _close(hq, found, close, note, as_json)
    elif as_json:
        print_json(found)
    elif not found:
        err.print("Nothing to look into.")
    else:
        columns = ("id", "at", "kind", "store", "sku", "qty", "reference")
        out.print(table(columns, ([cell(alert, c) for c in columns] for alert in found), numbers=("qty",)))


def _close(hq: Headquarters, found: list[dict[str, Any]], close: str, note: str, as_json: bool) -> None:
    chosen = [alert for alert in found if alert["id"] == close]
    if not chosen:
        raise UserError(f"no open alert {close!r}; popshop hq alerts lists them")
    named = {name: chosen[0][name] for name in ("kind", "store", "sku", "reference")}
    done(act(hq, "/api/alerts/close", {**named, "note": note}), as_json, "Closed.")


def alert_id(alert: dict[str, Any]) -> str:
    """A short name to type, the same as long as the alert stands."""
    named = [alert[name] for name in ("kind", "store", "sku", "reference")]
    return sha256(msgspec.json.encode(named)).hexdigest()[:8]


def seller(
    name: Annotated[str, typer.Argument(help="The online channel: a-z, 0-9 and hyphens.")],
    data: Data = DEFAULT_DATA,
    url: Url = "",
    as_json: Json = False,
) -> None:
    """Let an online channel reserve units: prints its bearer token, once. Again: a new token, the old one is void."""
    made = ask(find(data, url), "POST", "/api/sellers", json={"name": name})
    if as_json:
        print_json(made)
        return
    err.print(f"The token of {name} for /v1/online/reservations; it is shown once:")
    out.print(made["token"], soft_wrap=True)


def verify(
    data: Data = DEFAULT_DATA,
    url: Url = "",
    dsn: Annotated[str, typer.Option(help="Look into this database; no headquarters needs to run.")] = "",
    as_json: Json = False,
) -> None:
    """Work out chains, numbers, postings and balances again from the rows as they came. Exit 1 on any difference."""
    if dsn:
        found = _verify_database(dsn)
    else:
        with reading(data, url) as hq:
            found = ask(hq, "GET", "/api/verify", timeout_s=VERIFY_TIMEOUT_S)
    differences = found["differences"]
    if as_json:
        print_json(found)
    else:
        out.print(facts_table(found["checked"].items(), title="Worked out again"))
        for difference in differences:
            out.print(difference, markup=False, soft_wrap=True)
        err.print(f"{len(differences)} differences." if differences else "Everything agrees.")
    if differences:
        raise typer.Exit(1)


def _verify_database(dsn: str) -> dict[str, Any]:
    # Needs the database driver, which no other command here does.
    import psycopg

    from cloud_sync.hq.database.verify import verify as verify_books

    try:
        with psycopg.connect(dsn, autocommit=True) as connection:
            report = verify_books(connection)
    except psycopg.Error as error:
        raise UserError(f"the database does not answer as headquarters': {error}") from error
    return {"checked": report.checked, "differences": report.differences}
