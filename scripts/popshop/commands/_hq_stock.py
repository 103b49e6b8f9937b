"""`popshop hq stock …`: where the units of the shared stock are, and moving them by hand."""

from __future__ import annotations

from typing import Annotated, Any, Final
from urllib.parse import quote

import typer

from popshop.console import err, facts_table, out, print_json, table
from popshop.shop.head_office import DEFAULT_DATA, Data, Json, Url, act, ask, find, reading

TRACE_PAGE: Final = 1_000

stock = typer.Typer(no_args_is_help=True, help="The shared stock: where units are, and moving them by hand.")

Store = Annotated[str, typer.Argument(help="The store's id.")]
Sku = Annotated[str, typer.Argument(help="The SKU.")]
Qty = Annotated[int, typer.Argument(help="Units.", min=1)]
Why = Annotated[str, typer.Option(help="Shown to people beside what was done.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask whether you are sure.")]


# ── reads ───────────────────────────────────────────────────────────────────────────────────────────


@stock.command()
def show(
    sku: Annotated[str, typer.Argument(help="One SKU in detail; all when left out.")] = "",
    data: Data = DEFAULT_DATA,
    url: Url = "",
    as_json: Json = False,
) -> None:
    """Where the units of every SKU are; or of one: per store, in transit, and what stores were told."""
    with reading(data, url) as hq:
        found = ask(hq, "GET", f"/api/stock/{part(sku)}" if sku else "/api/stock")
    if as_json:
        print_json(found)
    elif sku:
        _show_one(found)
    elif not found:
        err.print("No stock there yet. Take goods in: popshop hq stock receive SKU QTY --receipt NUMBER")
    else:
        columns = ("sku", "pool", "reserved", "hold", "limbo", "in_transit", "sold", "shrink")
        out.print(table(columns, ([line[c] for c in columns] for line in found), numbers=columns[1:]))


def _show_one(found: dict[str, Any]) -> None:
    names = ("pool", "reserved", "sold", "shrink")
    transit = [(f"in transit: {name}", units) for name, units in found["in_transit"].items()]
    out.print(facts_table([*((name, found[name]) for name in names), *transit], title=found["sku"]))
    if found["stores"]:
        columns = ("store", "hold", "limbo", "away", "in_slots", "in_room", "policy")
        rows = (
            [*(entry[c] for c in columns[:-1]), _policy_words(entry["policy"])] for entry in found["stores"]
        )
        out.print(table(columns, rows, numbers=columns[1:-1]))
    if found["moves"]:
        told = ("made_at", "store", "kind", "qty", "why", "answered_qty")
        out.print(table(told, ([cell(move, c) for c in told] for move in found["moves"])))


@stock.command()
def trace(sku: Sku, data: Data = DEFAULT_DATA, url: Url = "", as_json: Json = False) -> None:
    """Every unit's path: all postings of a SKU, the newest last, each with the row it comes from."""
    postings: list[dict[str, Any]] = []
    with reading(data, url) as hq:
        while True:
            asked = {"after": postings[-1]["id"] if postings else 0, "most": TRACE_PAGE}
            page = ask(hq, "GET", f"/api/stock/{part(sku)}/trace", params=asked)
            postings += page
            if len(page) < TRACE_PAGE:
                break
    if as_json:
        print_json(postings)
        return
    columns = ("id", "at", "qty", "source", "target", "cause", "reference", "row")
    out.print(
        table(columns, ([cell(posting, c) for c in columns] for posting in postings), numbers=("id", "qty"))
    )


def cell(entry: dict[str, Any], column: str) -> object:
    """A value as a person reads it."""
    if column == "row":
        return (
            f"{entry['store']} epoch {entry['epoch']} row {entry['seq']}" if entry["seq"] else "headquarters"
        )
    value = entry[column]
    return value[:19].replace("T", " ") if column in ("at", "made_at") else value


# ── moves ───────────────────────────────────────────────────────────────────────────────────────────


@stock.command()
def grant(
    store: Store,
    sku: Sku,
    qty: Qty,
    why: Why = "",
    data: Data = DEFAULT_DATA,
    url: Url = "",
    as_json: Json = False,
) -> None:
    """Give a store the right to sell more, out of the pool."""
    made = act(find(data, url), "/api/grants", {"store": store, "sku": sku, "qty": qty, "why": why})
    done(made, as_json, f"{store} may sell {qty} more of {sku} as soon as it syncs.")


@stock.command()
def recall(
    store: Store,
    sku: Sku,
    qty: Qty,
    why: Why = "",
    data: Data = DEFAULT_DATA,
    url: Url = "",
    as_json: Json = False,
) -> None:
    """Ask a store to give back up to QTY; it keeps what it has promised to shoppers."""
    made = act(find(data, url), "/api/recalls", {"store": store, "sku": sku, "qty": qty, "why": why})
    done(
        made, as_json, f"{store} is asked for {qty} of {sku}; `popshop hq stock show {sku}` shows its answer."
    )


@stock.command()
def receive(
    sku: Sku,
    qty: Qty,
    receipt: Annotated[str, typer.Option(help="Its number: the same one is booked once.")],
    transfer: Annotated[str, typer.Option(help="When a store sent the goods: the transfer's name.")] = "",
    data: Data = DEFAULT_DATA,
    url: Url = "",
    as_json: Json = False,
) -> None:
    """Goods came into headquarters' warehouse: they are the pool's."""
    asked = {"sku": sku, "qty": qty, "receipt": receipt, "transfer": transfer}
    made = act(find(data, url), "/api/receipts", asked)
    told = f"{qty} of {sku} are in the pool." if made["new"] else f"Receipt {receipt} was booked before."
    done(made, as_json, told)


@stock.command()
def correct(
    sku: Sku,
    difference: Annotated[int, typer.Option("--by", help="Units more, or fewer when below 0.")],
    why: Why = "",
    data: Data = DEFAULT_DATA,
    url: Url = "",
    as_json: Json = False,
) -> None:
    """The warehouse was counted, and the pool's book is wrong by so many."""
    made = act(find(data, url), "/api/corrections", {"sku": sku, "difference": difference, "why": why})
    done(made, as_json, f"The pool has {made['pool']} of {sku}.")


@stock.command()
def policy(
    store: Annotated[str, typer.Argument(help="A store, or * for all; left out: show every policy.")] = "",
    sku: Annotated[str, typer.Argument(help="A SKU, or * for all.")] = "*",
    cover_days: Annotated[float, typer.Option(help="Days that the store's stock is to last.", min=0)] = 2,
    minimum: Annotated[int, typer.Option(help="At least so many units.", min=0)] = 0,
    ceiling: Annotated[int, typer.Option(help="At most so many units.", min=0)] = 100,
    drop: Annotated[bool, typer.Option("--drop", help="Leave it to people again.")] = False,
    data: Data = DEFAULT_DATA,
    url: Url = "",
    as_json: Json = False,
) -> None:
    """How well stores are supplied. The nearest policy counts: store and SKU, then SKU, then store, then all."""
    hq = find(data, url)
    if not store:
        _show_policies(ask(hq, "GET", "/api/policies"), as_json)
        return
    if drop:
        made = ask(hq, "DELETE", "/api/policies", params={"store": store, "sku": sku})
        done(
            made, as_json, "People grant and recall by hand again." if made["dropped"] else "There was none."
        )
        return
    asked = {"cover_days": cover_days, "minimum": minimum, "ceiling": ceiling}
    made = act(hq, "/api/policies", {"store": store, "sku": sku, **asked})
    done(made, as_json, f"{_policy_words(asked)}. Rights follow within the minute.")


def _show_policies(found: list[dict[str, Any]], as_json: bool) -> None:
    if as_json:
        print_json(found)
    elif not found:
        err.print("No policy: people grant by hand. For all stores: popshop hq stock policy '*'")
    else:
        columns = ("store", "sku", "cover_days", "minimum", "ceiling")
        out.print(table(columns, ([entry[c] for c in columns] for entry in found), numbers=columns[2:]))


def _policy_words(found: dict[str, Any] | None) -> str:
    if found is None:
        return "by hand"
    return f"{found['cover_days']:g} days, {found['minimum']} to {found['ceiling']}"


# ── what a store that ended had ───────────────────────────────────────────────────────────


@stock.command(name="bring-back")
def bring_back(
    store: Store, sku: Sku, qty: Qty, data: Data = DEFAULT_DATA, url: Url = "", as_json: Json = False
) -> None:
    """Goods of a store in limbo were counted at the warehouse: they may be sold again."""
    made = act(find(data, url), "/api/stock/bring-back", {"store": store, "sku": sku, "qty": qty})
    done(made, as_json, f"{made['moved']} of {sku} are in the pool again.")


@stock.command(name="write-off")
def write_off(
    store: Store, sku: Sku, yes: Yes = False, data: Data = DEFAULT_DATA, url: Url = "", as_json: Json = False
) -> None:
    """Give up what of a store's SKU is still in limbo."""
    hq = find(data, url)
    sure(yes, f"What of {sku} is in limbo of {store} counts as lost.")
    made = act(hq, "/api/stock/write-off", {"store": store, "sku": sku})
    done(made, as_json, f"{made['moved']} of {sku} written off.")


# ── shared with `_hq_care` ───────────────────────────────────────────────────────────────────────────


def sure(yes: bool, what: str) -> None:
    """Ask whether the person means it, unless they said so. Ends the command when not."""
    if not yes:
        typer.confirm(f"{what} Go on?", abort=True, err=True)


def done(made: Any, as_json: bool, told: str) -> None:
    """Tell what was done: headquarters' answer for a program, a sentence for a person."""
    if as_json:
        print_json(made)
    else:
        err.print(told, markup=False)


def part(name: str) -> str:
    """A name as part of a path."""
    return quote(name, safe="")
