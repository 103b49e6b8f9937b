"""`popshop hq members`: find members, look at their points, merge two keys, give a tier, erase."""

from __future__ import annotations

from typing import Annotated, Any, Final

import typer

from popshop.commands._hq_stock import Yes, done, part, sure
from popshop.console import UserError, facts_table, out, print_json, table
from popshop.shop.head_office import DEFAULT_DATA, Data, Json, Url, act, ask, find, reading

members = typer.Typer(no_args_is_help=True, help="Members: points, tiers, merging and erasing.")
Member = Annotated[str, typer.Argument(help="The member's key, m-….")]
MOST_MOVES: Final = 20


@members.command()
def show(
    member: Annotated[str, typer.Argument(help="One member's points; all tiers when left out.")] = "",
    data: Data = DEFAULT_DATA,
    url: Url = "",
    as_json: Json = False,
) -> None:
    """How many members there are and where all points are; or one member's, and how they came there."""
    with reading(data, url) as hq:
        found = ask(hq, "GET", f"/api/members/{part(member)}" if member else "/api/members/summary")
    if as_json:
        print_json(found)
    elif member:
        _show_one(found)
    else:
        counts = [(f"members {name}", number) for name, number in found["members"].items()]
        points = [(f"points {account}", number) for account, number in found["points"].items()]
        out.print(facts_table([*counts, *points]))
        for difference in found["differences"]:
            out.print(difference)


def _show_one(found: dict[str, Any]) -> None:
    one = found["member"]
    head = [("member", one["member"]), ("tier", one["tier"]), ("points", one["points"])]
    out.print(facts_table([*head, *found["holdings"].items()]))
    columns = ("at", "source", "target", "points", "cause", "reference")
    rows = ([move[column] for column in columns] for move in found["moves"][:MOST_MOVES])
    out.print(table(columns, rows, numbers=("points",)))


@members.command("find")
def search(
    wanted: Annotated[str, typer.Argument(help="The beginning of a key, or a phone number.")] = "",
    data: Data = DEFAULT_DATA,
    url: Url = "",
    as_json: Json = False,
) -> None:
    """Find members; the newest when nothing is asked for."""
    with reading(data, url) as hq:
        found = ask(hq, "GET", "/api/members", params={"q": wanted})
    if as_json:
        print_json(found)
        return
    columns = ("member", "tier", "points", "name", "phone", "merged_into", "erased")
    rows = ([each[column] for column in columns] for each in found)
    out.print(table(columns, rows, numbers=("points",)))


@members.command()
def merge(
    member: Member,
    into: Annotated[str, typer.Argument(help="The key that stays.")],
    yes: Yes = False,
    data: Data = DEFAULT_DATA,
    url: Url = "",
    as_json: Json = False,
) -> None:
    """Two keys are one person: points and codes of the first are the second's."""
    hq = find(data, url)
    sure(yes, f"{member} becomes {into}. Nobody can part them again.")
    made = act(hq, "/api/members/merge", {"member": member, "into": into})
    done(made, as_json, f"{member} is {made['member']} from now on.")


@members.command()
def tier(
    member: Member,
    given: Annotated[str, typer.Argument(metavar="TIER", help="T1, T2 or T3; or: points.")],
    data: Data = DEFAULT_DATA,
    url: Url = "",
    as_json: Json = False,
) -> None:
    """Give a member a tier that points do not change, or leave it to the points again."""
    if given not in ("T1", "T2", "T3", "points"):
        raise UserError("a tier is T1, T2 or T3; points leaves it to the points")
    body = {"tier": "" if given == "points" else given}
    made = act(find(data, url), f"/api/members/{part(member)}/tier", body)
    done(made, as_json, f"{member} has {made['tier']}.")


@members.command()
def erase(
    member: Member, yes: Yes = False, data: Data = DEFAULT_DATA, url: Url = "", as_json: Json = False
) -> None:
    """Forget a person: name, phone and page are deleted, points are void. There is no way back."""
    hq = find(data, url)
    sure(yes, f"Everything that says who {member} is will be deleted, and the points are void.")
    made = act(hq, f"/api/members/{part(member)}/erase", {})
    done(made, as_json, f"{member} is erased; stores are told with their next sync.")
