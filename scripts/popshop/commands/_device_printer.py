"""`popshop device printer`: a receipt printer for training, which shows its paper in the terminal."""

from __future__ import annotations

from typing import Annotated, Literal

import typer
from rich.markup import escape
from rich.panel import Panel

from popshop import console
from popshop.shop.training_printer import Slip, TrainingPrinter


def printer(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="0 takes a free one.")] = 9100,
    trouble: Annotated[
        Literal["", "paper_out", "not_ready", "break_off"], typer.Option(help="What is wrong with it.")
    ] = "",
) -> None:
    """Be a receipt printer: start an agent with --printer tcp://127.0.0.1:9100 and see its paper here, until Ctrl-C."""
    try:
        paper = TrainingPrinter(host, port, _show)
    except OSError as error:
        raise console.UserError(f"cannot listen on {host}:{port}: {error.strerror}. Try --port 0.") from None
    paper.trouble = trouble
    console.err.print(f"A receipt printer listens: popshop edge run --printer tcp://{host}:{paper.port}")
    with paper:
        paper.serve_forever()


def _show(slip: Slip) -> None:
    lines = [*slip.lines, *(f"▣ {code}" for code in slip.codes)]
    lines += [f"▤ picture {wide} × {high} dots" for wide, high, _ in slip.pictures]
    console.out.print(Panel(escape("\n".join(lines)), width=54))
