"""`popshop soak`: real processes, killed and cut off at random; then every book is compared."""

from __future__ import annotations

import dataclasses
import signal
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.markup import escape

from cloud_sync.protocol.money import format_minor
from hardware.child_process import ChildError
from popshop import console
from popshop.clock import stamp, steady_s
from popshop.commands.demo import INTERRUPTED, new_folder
from popshop.shop import latest
from popshop.soak import goods
from popshop.soak.run import Summary, Wishes, run_soak

app = typer.Typer(add_completion=False)

STORES: Final = 3


@app.command()
def soak(
    minutes: Annotated[
        float, typer.Option(min=0.1, help="How long to trouble it; opening and proving come on top.")
    ] = 10.0,
    seed: Annotated[int, typer.Option(help="Same seed, same troubles at the same moments.")] = 1,
    stores: Annotated[int, typer.Option(min=1, max=5, help="Stores that share one pool of stock.")] = STORES,
    folder: Annotated[
        Path | None, typer.Option(help="A new folder for all data and logs; one of its own if left out.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The summary as one JSON document.")] = False,
) -> None:
    """Open stores and headquarters, sell, and kill -9 agents, headquarters, PostgreSQL, brokers and devices at random
    moments; cut, stall, slow and halve lines; step clocks; fill a small disk where one may be mounted.

    Then everything starts again and must reconcile: journals byte for byte, money, stock, what every client was told.
    Exit status 1 when anything differs. Nothing is left running, after Ctrl-C neither.
    """
    if folder is not None and folder.exists() and any(folder.iterdir()):
        raise console.UserError(f"{folder} is not empty: a soak wants a new folder")
    where = folder or new_folder(latest.HOME, f"soak-{stamp()}")
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    begun_s = steady_s()

    def say(text: str) -> None:
        console.err.print(f"[dim]{steady_s() - begun_s:6.1f} s[/]  {escape(text)}", soft_wrap=True)

    try:
        summary = run_soak(Wishes(where, minutes, seed, stores), say)
    except KeyboardInterrupt:
        console.err.print(f"stopped at once; the data is in {where}", soft_wrap=True)
        raise typer.Exit(INTERRUPTED) from None
    except ChildError as error:
        raise console.UserError(str(error)) from error
    if as_json:
        console.print_json(summary)
    else:
        show(summary, where)
    if summary.differences:
        raise typer.Exit(1)


def show(summary: Summary, where: Path) -> None:
    """The summary for a person."""
    values: dict[str, Any] = dataclasses.asdict(summary)
    values["takings_minor"] = format_minor(summary.takings_minor, goods.CURRENCY)
    differences = values.pop("differences")
    rows = [(name.removesuffix("_minor").replace("_", " "), _plain(value)) for name, value in values.items()]
    console.out.print(console.facts_table(rows, title="Soak"))
    for difference in differences:
        console.out.print(f"[red]✗[/] {escape(difference)}", soft_wrap=True)
    verdict = "[bold red]Something differs.[/]" if differences else "[green]Everything reconciles.[/]"
    console.out.print(f"{verdict} Everything is kept in {where}", soft_wrap=True)


def _plain(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {count}" for name, count in sorted(value.items())) or "none"
    if isinstance(value, list):
        return "; ".join(value) or "nothing"
    return str(value)
