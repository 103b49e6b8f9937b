"""`popshop simulate`: many stores, headquarters and an online channel on a faulty network, seed by seed."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Annotated, Final

import typer
from rich.markup import escape
from rich.progress import Progress

from popshop import console
from popshop.clock import steady_s
from popshop.simulate import farm
from popshop.simulate.mutants import MUTANTS, by_name
from popshop.simulate.plan import Plan
from popshop.simulate.real_books import databases
from popshop.simulate.trouble import FAULTS

app = typer.Typer(add_completion=False)

SHOWN: Final = 3
"""Failing seeds that are made short and shown."""


@app.command()
def simulate(
    seeds: Annotated[
        int, typer.Option(min=1, help="How many seeds, from 1 up; with --mutant at most.")
    ] = 1_000,
    seed: Annotated[int | None, typer.Option(help="Only this one: it plays the same, bit for bit.")] = None,
    faults: Annotated[str, typer.Option(help=f"Only these, with commas: {', '.join(FAULTS)}.")] = "",
    real: Annotated[
        bool, typer.Option("--real", help="Stores on SQLite files, headquarters on PostgreSQL.")
    ] = False,
    dsn: Annotated[
        str,
        typer.Option(help="With --real: this server, whose user may make databases; else one is started."),
    ] = "",
    jobs: Annotated[int, typer.Option(min=1, max=64, help="Processes.")] = 2,
    list_mutants: Annotated[bool, typer.Option("--list-mutants", help="Name the rules to take out.")] = False,
    mutant: Annotated[str, typer.Option(help="Take this rule out: some seed must notice.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="The answer as one JSON document.")] = False,
) -> None:
    """Play stores, headquarters, sellers and people through lost messages, crashes, restored disks and wrong clocks.

    The rules that ship are what runs. After each step the invariants are checked, and at the end everything must
    reconcile. Exit status 1 when a rule was broken (with --mutant: when nobody noticed).
    """
    if list_mutants:
        show_mutants(as_json)
        return
    wanted = _faults(faults)
    if mutant:
        hunt(mutant, seeds, 1 if seed is None else seed, wanted, as_json)
        return
    chosen = range(1, seeds + 1) if seed is None else range(seed, seed + 1)
    begun_s = steady_s()
    with Progress(console=console.err) as bar, databases(dsn) if real else nullcontext() as place:
        task = bar.add_task("seeds", total=len(chosen))
        summary = farm.run(chosen, wanted, jobs, lambda s: bar.update(task, completed=s.seeds), place)
    seconds = round(steady_s() - begun_s, 1)
    for outcome in summary.failures[:SHOWN]:
        _explain(outcome.violation, farm.shortest(outcome, wanted), faults, real)
    values = {
        "seeds": summary.seeds,
        "steps": summary.steps,
        "violations": summary.violations,
        "faults": summary.faults,
        "seconds": seconds,
    }
    if as_json:
        console.print_json(values)
    else:
        struck = ", ".join(f"{fault} {count}" for fault, count in summary.faults.items())
        console.out.print(console.facts_table((values | {"faults": struck}).items(), title="Simulation"))
    if summary.violations:
        raise typer.Exit(1)


def _faults(named: str) -> tuple[str, ...]:
    wanted = tuple(name for name in named.split(",") if name)
    unknown = [name for name in wanted if name not in FAULTS]
    if unknown:
        raise console.UserError(f"there is no fault {unknown[0]!r}: {', '.join(FAULTS)}")
    return wanted or FAULTS


def show_mutants(as_json: bool) -> None:
    """Their names, and the rule that each takes out."""
    if as_json:
        console.print_json([{"mutant": each.name, "rule": each.rule} for each in MUTANTS])
        return
    console.out.print(console.table(("mutant", "rule"), [(each.name, each.rule) for each in MUTANTS]))


def hunt(name: str, seeds: int, first: int, faults: tuple[str, ...], as_json: bool) -> None:
    """Look for a seed that notices that the rule is gone."""
    if by_name(name) is None:
        raise console.UserError(f"there is no mutant {name!r}: see popshop simulate --list-mutants")
    found = farm.hunt(name, seeds, first, faults)
    if as_json:
        answer = {
            "mutant": name,
            "caught": found.caught,
            "seed": found.seed,
            "seeds_tried": found.seeds_tried,
        }
        console.print_json(answer)
    elif found.caught:
        console.out.print(f"{name} is caught by seed {found.seed}: {escape(found.seen)}", soft_wrap=True)
    else:
        console.out.print(f"{name} is not caught in {found.seeds_tried} seeds")
    if not found.caught:
        raise typer.Exit(1)


def _explain(violation: str, short: Plan, faults: str, real: bool) -> None:
    chosen = (f" --faults {faults}" if faults else "") + (" --real" if real else "")
    err = console.err
    err.print(f"[bold red]✗[/] seed {short.seed}: {escape(violation)}", soft_wrap=True)
    err.print(f"  the shortest history found, {len(short.decisions)} decisions:")
    for decision in short.decisions:
        err.print(f"    {decision.n}. {decision.kind} {decision.a} {decision.b} {decision.c} {decision.d}")
    err.print(f"  play it again: popshop simulate --seed {short.seed}{chosen}")
