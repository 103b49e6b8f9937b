"""`popshop replay`: real sales through simulated machines, and the proof that nothing was lost or doubled."""

from __future__ import annotations

import dataclasses
import json as jsonlib
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from cloud_sync.protocol.money import format_minor
from hardware.runner import system_clock
from popshop import console
from popshop.replay import layouts, rows
from popshop.replay.run import Wishes, replay, write_refused
from popshop.replay.totals import Totals
from popshop.replay.troubles import Plan
from popshop.shop import latest

app = typer.Typer()


File = Annotated[Path, typer.Argument(help="The sales, as CSV.", exists=True, dir_okay=False)]
Preset = Annotated[str, typer.Option(help=f"A known layout: {', '.join(layouts.PRESETS)}.")]
Mapping = Annotated[
    str,
    typer.Option(
        "--map", help=f"Columns of any other CSV, field=column,…; fields: {', '.join(layouts.FIELDS)}."
    ),
]
Timezone = Annotated[str, typer.Option(help="The file's time zone, such as Asia/Shanghai.")]
Currency = Annotated[str, typer.Option(help="The file's currency, ISO 4217.")]
Data = Annotated[Path | None, typer.Option(help="Folder for the shop's data; a new one if left out.")]
RefusedFile = Annotated[
    Path | None, typer.Option(help="Where refused rows go, with line and reason; in the folder if left out.")
]
Limit = Annotated[int, typer.Option(min=0, help="Only the first N rows; 0 is all.")]
Trouble = Annotated[
    bool,
    typer.Option(
        "--trouble", help="Kill the agent 5 times, stop HQ for 30 s, restart the broker, meanwhile."
    ),
]
Seed = Annotated[int, typer.Option(help="Of the moments of trouble.")]
StoreData = Annotated[
    Path | None,
    typer.Option(
        help="Play into a store that runs: the --data of its `popshop edge run`, which needs "
        "--device-clock-window-days 40000 for the file's days to count."
    ),
]
HqData = Annotated[Path | None, typer.Option(help="With --store-data: the --data of its `popshop hq run`.")]
Json = Annotated[bool, typer.Option("--json", help="Print the totals as JSON.")]


@app.command(name="replay")
def play(
    file: File,
    preset: Preset = "",
    mapping: Mapping = "",
    timezone: Timezone = "",
    currency: Currency = "",
    data: Data = None,
    refused: RefusedFile = None,
    limit: Limit = 0,
    trouble: Trouble = False,
    seed: Seed = 1,
    store_data: StoreData = None,
    hq_data: HqData = None,
    as_json: Json = False,
) -> None:
    """Play a sales file through simulated machines: every row an order, a payment and a vend.

    Starts broker, headquarters and agent in a folder of its own, and proves at the end that store and
    headquarters say the same. Rows that cannot be a sale are refused by line and reason. Exit status 1 when
    store and headquarters disagree.
    """
    if (store_data is None) != (hq_data is None) or (store_data and trouble):
        raise console.UserError("--store-data goes with --hq-data, and not with --trouble")
    running = (store_data, hq_data) if store_data and hq_data else None
    layout = _layout(preset, mapping, timezone, currency)
    try:
        read = list(rows.read(file, layout))
    except (layouts.LayoutError, OSError) as error:
        raise console.UserError(str(error)) from None
    read = read[:limit] if limit else read
    if not any(isinstance(row, rows.Sale) for row in read):
        raise console.UserError(f"{file} has no row that can be a sale ({len(read)} refused)")
    folder = data or latest.HOME / f"replay-{system_clock():%Y%m%d-%H%M%S}"
    wishes = Wishes(folder, layout, Plan() if trouble else None, seed, running)
    with _progress() as bar:
        task = bar.add_task("sales", total=sum(isinstance(row, rows.Sale) for row in read))
        totals, no = replay(
            read,
            wishes,
            say=lambda text: bar.console.print(text, style="dim"),
            done=lambda more: bar.advance(task, more),
        )
    if running is None:
        latest.remember(folder)
    no_file = refused or folder / "refused.csv"
    write_refused(no_file, no)
    (folder / "totals.json").write_text(jsonlib.dumps(dataclasses.asdict(totals), indent=2))
    _show(totals, folder, no_file, as_json)
    if not totals.agree:
        raise typer.Exit(1)


def _layout(preset: str, mapping: str, timezone: str, currency: str) -> layouts.Layout:
    if preset and preset not in layouts.PRESETS:
        raise console.UserError(f"there is no preset {preset!r}: {', '.join(layouts.PRESETS)}")
    if not preset and not mapping:
        raise console.UserError("say how to read the file: --preset or --map")
    base = layouts.PRESETS.get(preset)
    try:
        layout = layouts.mapped(mapping, base) if mapping else base
    except layouts.LayoutError as error:
        raise console.UserError(str(error)) from None
    assert layout is not None, "one of the two was given"
    return dataclasses.replace(
        layout, timezone=timezone or layout.timezone, currency=currency or layout.currency
    )


class _Rate(ProgressColumn):
    """Rows per second, as of now."""

    def render(self, task: Task) -> Text:
        return Text(f"{task.speed or 0:.0f}/s", style="cyan")


def _progress() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        _Rate(),
        TimeRemainingColumn(),
        console=console.err,
    )


def _show(totals: Totals, folder: Path, refused: Path, as_json: bool) -> None:
    console.err.print(f"The shop's data is in {folder}; rows refused: {totals.refused}, listed in {refused}")
    if (folder / "hq").exists():
        console.err.print(f"Look at it: popshop hq run --data {folder}/hq", style="dim")
    values = dataclasses.asdict(totals)
    if as_json:
        console.print_json(values)
        return
    for name in ("takings_minor", "hq_takings_minor"):
        values[name] = format_minor(values[name], totals.currency)
    console.out.print(console.facts_table(values.items(), title="Replay"))
    verdict = "[green]Store and headquarters agree.[/]" if totals.agree else "[bold red]They do not agree.[/]"
    console.out.print(verdict)
