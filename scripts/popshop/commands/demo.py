"""`popshop demo`: a whole shop on this computer, with simulated machines and shoppers."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

import typer

from cloud_sync.protocol.money import format_minor
from popshop import console
from popshop.clock import stamp
from popshop.demo.closing import Summary
from popshop.demo.money import Day
from popshop.demo.opening import Wishes
from popshop.demo.run import run_demo
from popshop.shop import latest

app = typer.Typer(add_completion=False)

INTERRUPTED: Final = 130
"""What a shell expects of a program that Ctrl-C ended."""


class LanguageChoice(StrEnum):
    """The languages the kiosk speaks."""

    zh = "zh"
    en = "en"


@app.command()
def demo(
    minutes: Annotated[
        float | None, typer.Option(min=0.01, help="Close after this long; without it, at Ctrl-C.")
    ] = None,
    headless: Annotated[bool, typer.Option("--headless", help="Open no kiosk window.")] = False,
    data: Annotated[
        Path | None,
        typer.Option(help="Folder for everything; one of an earlier demo goes on where that ended."),
    ] = None,
    speed: Annotated[
        float, typer.Option(min=0.1, max=20, help="People and motors so many times as fast.")
    ] = 1.0,
    seed: Annotated[int, typer.Option(help="Same seed, same people and mishaps.")] = 1,
    language: Annotated[
        LanguageChoice, typer.Option(help="The kiosk's language and the store's name.")
    ] = LanguageChoice.zh,
    steady_line: Annotated[
        bool, typer.Option("--steady-line", help="Never cut the line to headquarters.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="The summary as one JSON document.")] = False,
) -> None:
    """Open a shop: headquarters with PostgreSQL, a broker, a store with two vending machines, a sampling machine, a
    cloud shelf, a scanner and a people counter, shoppers who buy, an online shop, staff who fill and repair, and the
    kiosk's window if there is a display.

    Kill any of its processes to see it come back. Now and then the line to headquarters is cut. Ctrl-C closes: open
    orders end, staff close the day, headquarters catches up, both books are compared and verified, and with them the
    day's money, receipts and points. Exit status 1 when anything disagrees. A second Ctrl-C stops at once. Nothing is
    left running.
    """
    mark = stamp()
    folder = data.resolve() if data is not None else new_folder(Path.cwd() / "popshop-data", f"demo-{mark}")
    latest.remember(folder)
    wishes = Wishes(folder, mark, minutes, headless, speed, seed, language.value, steady_line)
    try:
        summary = run_demo(wishes, console.err)
    except KeyboardInterrupt:
        console.err.print(f"stopped at once; the data is in {folder}", soft_wrap=True)
        raise typer.Exit(INTERRUPTED) from None
    if as_json:
        console.print_json(summary)
    else:
        show(summary)
    if not summary.agree:
        raise typer.Exit(1)


def new_folder(parent: Path, name: str) -> Path:
    """A folder that nobody has, even when two demos start in the same second."""
    parent.mkdir(parents=True, exist_ok=True)
    number = 1
    while True:
        folder = parent / (name if number == 1 else f"{name}-{number}")
        try:
            folder.mkdir()
            return folder
        except FileExistsError:
            number += 1


def day_rows(day: Day, currency: str) -> list[tuple[str, str]]:
    """The day's Z report for a person."""
    paid, refunded, coins, takings, expected, counted = (
        format_minor(minor, currency)
        for minor in (
            day.paid_minor,
            day.refunded_minor,
            day.cash_machine_minor,
            day.takings_minor,
            day.expected_minor,
            day.counted_minor or 0,
        )
    )
    methods = (
        f"{name} {format_minor(sums['paid_minor'], currency)}"
        for name, sums in day.by_method.items()
        if sums["paid_minor"]
    )
    less = (f"{kind} {format_minor(minor, currency)}" for kind, minor in day.adjustments.items())
    numbers = (f"{device} {first}–{last}" for device, (first, last) in day.receipts.items())
    return [
        (f"Z report {day.z}", f"paid {paid} − refunded {refunded} + coins {coins} = takings {takings}"),
        ("paid by", " · ".join(methods)),
        ("reductions", " · ".join(less)),
        ("drawer", f"expected {expected}, counted {counted}"),
        ("receipts", f"{' · '.join(numbers)}, no number left out"),
        ("points", " · ".join(f"{what} {points}" for what, points in day.points.items())),
    ]


def show(summary: Summary) -> None:
    """The summary for a person."""
    takings = [
        format_minor(minor, summary.currency) for minor in (summary.takings_minor, summary.hq_takings_minor)
    ]
    rows = [
        ("open for", f"{summary.seconds:.0f} s"),
        ("orders", summary.orders),
        ("sold", f"{summary.sold} units, {summary.cash_sales} of them for cash in a machine"),
        ("refunded", f"{summary.refunded} orders"),
        ("failed vends refunded", summary.failed_vends_refunded),
        ("unresolved", summary.unresolved),
        ("takings, store / HQ", " / ".join(takings)),
        ("events, store / HQ", f"{summary.store_events} / {summary.hq_events}"),
        ("online", f"{summary.sold_online} units sold, {summary.reserved} reserved"),
        ("rights", f"{summary.held} held by the store, {summary.pool} in the pool"),
        *day_rows(summary.day, summary.currency),
        ("gaps", summary.gaps),
        ("duplicates", summary.duplicates),
    ]
    differences = [*summary.day.differences, *summary.store_differences, *summary.hq_differences]
    proved = "both books, the day's money, receipts and points: no difference"
    rows.append(("verified", "; ".join(differences) or proved))
    verdict = "Store and headquarters agree." if summary.agree else "Store and headquarters DISAGREE."
    console.out.print(console.facts_table(rows, title=verdict))
    console.out.print(f"Everything is kept in {summary.data}", soft_wrap=True)
