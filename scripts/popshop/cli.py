"""The `popshop` command: knows the name of every entry, loads the one that is asked for.

Loading all of them would import web servers, databases and a window toolkit only to print a help text.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import metadata
from typing import Annotated, Any, Final, NamedTuple

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command, get_group

from popshop.console import UserError, out, show_error

OUR_PACKAGES: Final = ("cloud_sync", "edge_agent", "hardware", "kiosk_ui", "popshop")


class Entry(NamedTuple):
    """One entry of `popshop --help`, known before its module is loaded."""

    name: str
    summary: str
    extras: tuple[str, ...] = ()
    """What must be installed besides the core for it to load."""
    is_group: bool = False


ENTRIES: Final = (
    Entry("demo", "A whole shop on this computer: HQ, machines, shoppers, screens.", ("edge", "kiosk", "hq")),
    Entry("replay", "Play a file of sales through simulated machines and prove the totals.", ("edge", "hq")),
    Entry("hq", "Headquarters: run it, enrol stores, read its reports.", ("hq",), is_group=True),
    Entry("edge", "The agent in a store: run it, join it to headquarters.", ("edge",), is_group=True),
    Entry(
        "device",
        "Devices: simulated and real ones, a check for them, what codes mean.",
        ("edge",),
        is_group=True,
    ),
    Entry("report", "X and Z reports of a store, right to the fen.", ("edge",), is_group=True),
    Entry("reconcile", "Hold the payment providers' books of a day against a store's.", ("edge",)),
    Entry("game", "Games of a store: prove a finished one's draws.", ("edge",), is_group=True),
    Entry("gateway", "Training gateways of Alipay and WeChat Pay: no money moves.", ("edge", "hq")),
    Entry("kiosk", "The touch kiosk's window.", ("kiosk",)),
    Entry("doctor", "Check this computer and say what to do."),
    Entry(
        "soak",
        "Kill and cut everything at random for minutes, then prove that nothing differs.",
        ("edge", "hq"),
    ),
    Entry(
        "simulate",
        "Play stores, HQ and every fault from seeds: nothing oversold, nothing lost.",
        ("edge", "hq"),
    ),
    Entry("bench", "Measure the agent beside its baselines.", ("edge", "hq"), is_group=True),
)


def load(entry: Entry) -> Any:
    """Import an entry's module and build its command."""
    with naming_the_extra(entry):
        module = importlib.import_module(f"popshop.commands.{entry.name}")
    command = get_group(module.app) if entry.is_group else get_command(module.app)
    command.name = entry.name
    return command


@contextmanager
def naming_the_extra(entry: Entry) -> Iterator[None]:
    """Turn the absence of somebody else's package into a sentence that says which extra to install."""
    try:
        yield
    except ModuleNotFoundError as error:
        missing = (error.name or "").partition(".")[0]
        if missing in OUR_PACKAGES or not entry.extras:
            raise
        raise UserError(
            f"'popshop {entry.name}' needs the Python package {missing}, which is not installed. "
            f"Run scripts/setup, or: pip install 'popshop[{','.join(entry.extras)}]'"
        ) from error


class LazyGroup(TyperGroup):
    """Lists every entry by its one line, and loads an entry's module only when it is resolved."""

    def __init__(self, **attrs: Any) -> None:
        super().__init__(**attrs)
        self.entries = {entry.name: entry for entry in ENTRIES}
        for entry in ENTRIES:
            self.add_command(TyperCommand(entry.name, help=entry.summary, callback=None))

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        """Find the entry that the arguments name; the placeholder gives way to the real command."""
        name, command, rest = super().resolve_command(ctx, args)
        return (name, load(self.entries[name]), rest) if name in self.entries else (name, command, rest)

    def invoke(self, ctx: Any) -> Any:
        """Run the entry; what it imports only while running may be missing too."""
        try:
            return super().invoke(ctx)
        except ModuleNotFoundError:
            entry = self.entries.get(ctx.invoked_subcommand or "")
            if entry is None:
                raise
            with naming_the_extra(entry):
                raise


app = typer.Typer(
    cls=LazyGroup,
    name="popshop",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_show_locals=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Start with [bold]popshop demo[/]. Every command explains itself with --help.",
)


def _print_version(asked: bool) -> None:
    if asked:
        out.print(f"popshop {metadata.version('popshop')}")
        raise typer.Exit


@app.callback()
def popshop(
    version: Annotated[
        bool, typer.Option("--version", help="Show the version.", callback=_print_version, is_eager=True)
    ] = False,
) -> None:
    """Run a smart pop-up shop: vending machines, cloud shelves, scanners, a kiosk, headquarters."""


def main() -> None:
    """Entry point of the installed command."""
    try:
        app(prog_name="popshop")
    except UserError as error:
        show_error(str(error))
        sys.exit(2)
