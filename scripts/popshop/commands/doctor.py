"""`popshop doctor`: what is well on this computer, what is not, and what to do about it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer
from rich.markup import escape

from popshop import console
from popshop.doctor.checks import examine
from popshop.doctor.computer import ThisComputer

app = typer.Typer()

_MARKS: Final = {"ok": "[green]✓[/]", "warning": "[yellow]![/]", "problem": "[bold red]✗[/]"}


@app.command()
def doctor(
    data: Annotated[
        Path, typer.Option(help="The folder where the shop keeps, or will keep, its data.")
    ] = Path("."),
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as one JSON document.")] = False,
) -> None:
    """Check this computer and say what to do.

    Looks at Python, ports, clock, disk, SQLite, broker, PostgreSQL, font, display, camera and browser.
    Exit status 1 when something keeps a shop from running; warnings concern only a part of it.
    """
    findings = examine(ThisComputer(), data.absolute())
    problems = [finding for finding in findings if finding.level == "problem"]
    if as_json:
        console.print_json({"healthy": not problems, "findings": findings})
    else:
        for finding in findings:
            console.out.print(f"{_MARKS[finding.level]} [bold]{finding.check:11}[/] {escape(finding.found)}")
            if finding.advice:
                console.out.print(f"  {'':11} → {escape(finding.advice)}", style="dim")
        warnings = sum(finding.level == "warning" for finding in findings)
        console.out.print(f"\nProblems: {len(problems)}. Warnings: {warnings}.")
    if problems:
        raise typer.Exit(1)
