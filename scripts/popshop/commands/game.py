"""`popshop game verify`: works a finished game's draws out again from a store's journal. Reads only."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from cloud_sync.protocol import facts
from cloud_sync.protocol.envelope import decode
from cloud_sync.protocol.promotion_facts import GameListed, PrizeDrawn, SeedRevealed
from edge_agent.adapters import identity
from edge_agent.adapters.sqlite_store.connection import open_reader
from edge_agent.domain.game import verify as worked_out_again
from popshop import console

app = typer.Typer(help="Games: prove a finished one's draws.", no_args_is_help=True)


@app.callback()
def games() -> None:
    """Keeps `verify` a command of its own name."""


@app.command()
def verify(
    game: Annotated[str, typer.Argument(help="The game's id.")],
    data: Annotated[Path, typer.Option(help="The store's folder.")] = Path("popshop-data/store"),
    json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Check every draw of a game that is over against its seed; status 1 when one does not fit."""
    listed, draws, seed = _of(data, game)
    if listed is None:
        raise console.UserError(f"{data} has no game {game!r}")
    if not seed:
        raise console.UserError(f"the seed of {game!r} is not shown yet: the game ends at {listed.ends_at}")
    wrong = worked_out_again(listed, draws, seed)
    if json:
        told = {
            "game": game,
            "draws": len(draws),
            "seed_hash": listed.seed_hash,
            "seed": seed,
            "wrong": wrong,
        }
        typer.echo(msgspec.json.encode(told).decode())
    else:
        for sentence in wrong:
            console.out.print(sentence, markup=False)
        console.out.print(
            f"{len(draws)} draws of {game}: {'all as the seed says' if not wrong else 'NOT proved'}"
        )
    raise typer.Exit(1 if wrong else 0)


def _of(data: Path, game: str) -> tuple[GameListed | None, list[PrizeDrawn], str]:
    """The game as it was listed last, its draws, and its seed once it is shown."""
    listed, draws, seed = None, [], ""
    for fact in _facts(data):
        if getattr(fact, "game", "") != game:
            continue
        if isinstance(fact, GameListed):
            listed = fact
        elif isinstance(fact, PrizeDrawn):
            draws.append(fact)
        elif isinstance(fact, SeedRevealed):
            seed = fact.seed
    return listed, draws, seed


def _facts(data: Path) -> list[Any]:
    store_file = data / identity.STORE_FILE
    if not store_file.exists():
        raise console.UserError(f"{data} holds no store's journal")
    wanted = tuple(each.TYPE for each in (GameListed, PrizeDrawn, SeedRevealed))
    found = []
    try:
        with closing(open_reader(store_file)) as db:
            rows = db.execute(
                "SELECT CAST(body AS BLOB) FROM journal WHERE stream = 'ledger' ORDER BY epoch, seq"
            )
            for (body,) in rows:
                event = decode(body)
                if event.type in wanted:
                    found.append(facts.read(event.type, event.data))
    except sqlite3.DatabaseError as error:
        raise console.UserError(f"{store_file} cannot be read: {error}") from None
    return found
