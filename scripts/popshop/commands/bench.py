"""`popshop bench`: measurements beside their baselines."""

from __future__ import annotations

import dataclasses
import tempfile
from pathlib import Path
from typing import Annotated, Any

import typer

from hardware.shelf.simulated.geometry import own_places, read_places
from popshop import console
from popshop.bench import checkout as checkout_bench
from popshop.bench import delay as delay_bench
from popshop.bench import fleet as fleet_bench
from popshop.bench import ingest as ingest_bench
from popshop.bench import online as online_bench
from popshop.bench import round_trip
from popshop.bench import shelf as shelf_bench
from popshop.bench import sync as sync_bench

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


@app.command()
def checkout(
    kiosks: Annotated[int, typer.Option(min=1, max=200, help="Kiosks at once, each with a machine.")] = 20,
    shoppers: Annotated[int, typer.Option(min=5, help="Shoppers of each kiosk.")] = 100,
    json: Json = False,
) -> None:
    """Orders placed, paid and dispensed per second, beside a bare SQLite insert; from paid to the wire."""
    with tempfile.TemporaryDirectory(prefix="popshop-bench-") as folder:
        _show(checkout_bench.run(Path(folder), kiosks=kiosks, shoppers=shoppers), json)


@app.command()
def sync(
    rows: Annotated[int, typer.Option(min=5_000, help="Journal rows in the store's backlog.")] = 1_000_000,
    json: Json = False,
) -> None:
    """A store's backlog drained over HTTP into headquarters, beside a raw COPY of the same rows."""
    with tempfile.TemporaryDirectory(prefix="popshop-bench-") as folder:
        _show(sync_bench.run(Path(folder), rows), json)


@app.command()
def online(
    buyers: Annotated[int, typer.Option(min=1, max=500, help="Buyers at once.")] = online_bench.BUYERS,
    rounds: Annotated[
        int, typer.Option(min=1, help="SKUs sold out, one after the other.")
    ] = online_bench.ROUNDS,
    json: Json = False,
) -> None:
    """Buyers online on one SKU at a time, beside a bare conditional UPDATE + INSERT behind the same server."""
    with tempfile.TemporaryDirectory(prefix="popshop-bench-") as folder:
        _show(online_bench.run(Path(folder), buyers=buyers, rounds=rounds), json)


@app.command()
def delay(
    minutes: Annotated[float, typer.Option(min=0.1, help="How long the demo's shop is open.")] = 1.0,
    json: Json = False,
) -> None:
    """How long an event of an open shop takes to reach headquarters: every row of a demo."""
    with tempfile.TemporaryDirectory(prefix="popshop-bench-") as folder:
        _show(delay_bench.run(Path(folder), minutes), json)


@app.command()
def fleet(
    devices: Annotated[int, typer.Option(min=2, max=1_000, help="Simulated devices on one agent.")] = 200,
    per_s: Annotated[float, typer.Option(min=0.1, help="Reports a second of each.")] = 10.0,
    seconds: Annotated[float, typer.Option(min=1, help="How long they work.")] = 30.0,
    json: Json = False,
) -> None:
    """A large floor on one agent: every report followed to the agent's word that it is on disk."""
    with tempfile.TemporaryDirectory(prefix="popshop-bench-") as folder:
        _show(fleet_bench.run(Path(folder), devices=devices, per_s=per_s, seconds=seconds), json)


@app.command()
def shelf(
    seed: Annotated[int, typer.Option(help="The first shelf's seed.")] = 1,
    seeds: Annotated[int, typer.Option(min=1, max=200, help="How many shelves, each of its own.")] = 6,
    minutes: Annotated[float, typer.Option(min=0.2, max=600, help="Of stream, per shelf.")] = 5.0,
    plates: Annotated[int, typer.Option(min=2, max=500, help="Plates of a shelf.")] = 12,
    noise: Annotated[float, typer.Option(min=0, max=10, help="Times the plates' usual noise.")] = 1.0,
    geometry: Annotated[
        Path | None,
        typer.Option(help="A folder with a store's Plates.json, instead of --plates.", exists=True),
    ] = None,
    plot: Annotated[Path | None, typer.Option(help="Draw the figures into this folder as PNG.")] = None,
    json: Json = False,
) -> None:
    """A cloud shelf's scale against simulated plates and hands: how often right, how soon, how fast."""
    try:
        places = read_places((geometry / "Plates.json").read_bytes()) if geometry else own_places(plates)
    except (OSError, ValueError) as error:
        raise console.UserError(str(error)) from None
    if plot is not None:
        from popshop.bench import shelf_plots  # matplotlib comes with the dev extra only

        for path in shelf_plots.draw(plot, seed=seed, seeds=seeds, minutes=minutes, places=places):
            console.err.print(f"drawn: {path}")
    _show(shelf_bench.run(seed, seeds=seeds, minutes=minutes, places=places, noise=noise), json)


@app.command()
def scan(
    images: Annotated[
        Path, typer.Option(help="Folder of sets: pictures, the truth in N.txt beside each.", exists=True)
    ],
    rotations: Annotated[bool, typer.Option("--rotations", help="Each picture in four rotations.")] = False,
    plot: Annotated[Path | None, typer.Option(help="Draw the figures into this folder as PNG.")] = None,
    json: Json = False,
) -> None:
    """Codes read from photographs, beside zbar on the same pictures in the same run."""
    from popshop.bench import scan as scan_bench  # OpenCV and zbar come with the vision extra

    try:
        if plot is not None:
            from popshop.bench import scan_plots  # matplotlib comes with the dev extra only

            for path in scan_plots.draw(plot, images):
                console.err.print(f"drawn: {path}")
        _show(scan_bench.run(images, rotations=rotations), json)
    except ValueError as error:
        raise console.UserError(str(error)) from None


@app.command()
def video(
    seed: Annotated[int, typer.Option(help="The film's seed.")] = 1,
    visits: Annotated[int, typer.Option(min=1, max=1_000, help="Codes that come into view.")] = 20,
    plot: Annotated[Path | None, typer.Option(help="Draw the figures into this folder as PNG.")] = None,
    json: Json = False,
) -> None:
    """The camera pipeline on a film of 720 lines whose codes are known, beside zbar on every picture of it."""
    from popshop.bench import video as video_bench  # OpenCV and zbar come with the vision extra

    if plot is not None:
        from popshop.bench import video_plots  # matplotlib comes with the dev extra only

        for path in video_plots.draw(plot, seed=seed, visits=visits):
            console.err.print(f"drawn: {path}")
    _show(video_bench.run(seed, visits), json)


def _show(figures: Any, json: bool) -> None:
    values = dataclasses.asdict(figures)
    if json:
        console.print_json(values)
    else:
        console.out.print(console.facts_table(values.items()))
