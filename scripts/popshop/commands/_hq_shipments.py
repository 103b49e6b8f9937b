"""`popshop hq shipments …`: what the warehouse sends for stores, and what it must not send."""

from __future__ import annotations

from typing import Annotated, Any, Final

import typer

from popshop.commands._hq_stock import done, part
from popshop.console import UserError, err, out, print_json, table
from popshop.shop.head_office import DEFAULT_DATA, Data, Json, Url, act, ask, find, reading

shipments = typer.Typer(no_args_is_help=True, help="What the warehouse sends for stores' orders.")

Reservation = Annotated[str, typer.Argument(help="As `show` names it: store:STORE/ORDER-W1.")]
LISTS: Final = {
    "to_send": ("reservation", "asked_at", "qty", "sku", "to"),
    "given_up": ("reservation", "given_up_at", "to_put_back", "sku", "reasons", "sent_at"),
    "sent": ("reservation", "sent_at", "ordered", "sku", "document"),
    "off": ("reservation", "changed_at", "ordered", "sku", "state", "reasons"),
}
"""The lists there are, and what a person is shown of each."""
NUMBERS: Final = ("qty", "to_put_back", "ordered")
TIMES: Final = frozenset({"asked_at", "given_up_at", "sent_at", "changed_at"})


@shipments.command()
def show(
    which: Annotated[str, typer.Argument(help="to_send, given_up, sent or off.")] = "to_send",
    data: Data = DEFAULT_DATA,
    url: Url = "",
    as_json: Json = False,
) -> None:
    """What is to be sent, the oldest first; or what was given up and must not be, what went, what is off."""
    if which not in LISTS:
        raise UserError(f"no list is called {which!r}: {', '.join(LISTS)}")
    with reading(data, url) as hq:
        found = ask(hq, "GET", "/api/shipments", params={"which": which})
        given_up = (
            found if which == "given_up" else ask(hq, "GET", "/api/shipments", params={"which": "given_up"})
        )
    if as_json:
        print_json(found)
        return
    if not found:
        err.print("Nothing there.")
    else:
        columns = LISTS[which]
        listed = table(columns, ([_cell(each, c) for c in columns] for each in found), numbers=NUMBERS)
        # It is typed or copied into the other commands: the rest makes room for it.
        listed.columns[0].no_wrap = True
        out.print(listed)
    if given_up and which == "to_send":
        err.print(f"Given up by stores, do not send: {len(given_up)}. popshop hq shipments show given_up")


def _cell(each: dict[str, Any], column: str) -> object:
    if column == "to":
        return ", ".join(each[name] for name in ("name", "phone", "address") if each[name])
    value = each[column]
    if isinstance(value, list):
        return ", ".join(value)
    return (value or "")[:16].replace("T", " ") if column in TIMES else value


@shipments.command()
def sent(
    reservation: Reservation,
    document: Annotated[str, typer.Option(help="The carrier's number; the shopper sees it.")] = "",
    data: Data = DEFAULT_DATA,
    url: Url = "",
    as_json: Json = False,
) -> None:
    """It is with the carrier; the store hears of it within a minute. What the store gave up is refused."""
    made = act(find(data, url), f"/api/shipments/{part(reservation)}/sent", {"document": document})
    done(made, as_json, f"{made['reservation']} is sent, document {made['document'] or 'none'}.")


@shipments.command(name="put-back")
def put_back(
    reservation: Reservation, data: Data = DEFAULT_DATA, url: Url = "", as_json: Json = False
) -> None:
    """What a store gave up stands on the warehouse's shelf again: it may be sold."""
    made = act(find(data, url), f"/api/shipments/{part(reservation)}/put-back", {})
    done(made, as_json, f"{made['put_back']} are in the pool again.")
