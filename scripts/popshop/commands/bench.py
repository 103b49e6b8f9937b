"""`popshop bench`: measurements beside their baselines."""

from __future__ import annotations

import dataclasses
import tempfile
from pathlib import Path
from typing import Annotated, Any

import typer

from popshop import console
from popshop.bench import ingest as ingest_bench
from popshop.bench import round_trip

app = typer.Typer(help="Measure the agent beside its baselines, in one run.", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")]


@app.command()
def ingest(
    events: Annotated[int, typer.Option(min=1_000, help="Device reports per contender and round.")] = 20_000,
    json: Json = False,
) -> None:
    """Durable device reports per second, beside a commit per message and beside no database at all."""
    with tempfile.TemporaryDirectory(prefix="popshop-bench-") as folder:
        _show(ingest_bench.run(Path(folder), events), json)


@app.command()
def command(
    rounds: Annotated[int, typer.Option(min=100, help="Commands measured per contender.")] = 1_000,
    json: Json = False,
) -> None:
    """Round trip agent → device → agent, beside a bare publish-and-answer."""
    with tempfile.TemporaryDirectory(prefix="popshop-bench-") as folder:
        _show(round_trip.run(Path(folder), rounds), json)


def _show(figures: Any, json: bool) -> None:
    values = dataclasses.asdict(figures)
    if json:
        console.print_json(values)
    else:
        console.out.print(console.facts_table(values.items()))
