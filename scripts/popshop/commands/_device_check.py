"""`popshop device check`: drive a device through the whole contract and print what its maker can act on."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.markup import escape

from hardware.broker_process import BrokerError
from hardware.broker_users import check_name
from hardware.conformance.bench import Pace, PowerSwitch
from hardware.conformance.checking import Setting, check_device, line_to, own_broker
from hardware.conformance.proxy import Line
from hardware.conformance.run import names
from hardware.conformance.store_side import NoBroker, OtherStore
from hardware.conformance.tape import Tape
from hardware.conformance.verdicts import Conformance, Finding
from hardware.link import BrokerAddress
from popshop import console
from popshop.console import UserError
from popshop.shop.addresses import BROKER_VARIABLE, read_broker

LISTEN: Final = "127.0.0.1:18830"
POWER_COMMAND_TIMEOUT_S: Final = 120.0
WORDS: Final = {
    "passed": "[green]passed   [/]",
    "failed": "[bold red]FAILED   [/]",
    "not_tried": "[yellow]not tried[/]",
}


def check(
    store: Annotated[str, typer.Option(help="The store that the device believes it stands in.")],
    device: Annotated[str, typer.Option(help="Its id.")],
    broker: Annotated[
        str | None,
        typer.Option(
            envvar=BROKER_VARIABLE,
            help="mqtt://_agent:password@host:port of a broker that runs; else the kit runs one.",
        ),
    ] = None,
    listen: Annotated[
        str | None,
        typer.Option(
            help=f"HOST:PORT for the device to connect to, {LISTEN} unless --broker is given."
            " Without it lines are neither cut nor slowed."
        ),
    ] = None,
    vend: Annotated[str, typer.Option(help="A slot that may be sold from: real machines drop goods.")] = "",
    power_cycle: Annotated[
        str, typer.Option(help="A command that takes the device's power away and gives it back.")
    ] = "",
    only: Annotated[
        list[str] | None, typer.Option(help="Make these checks only: a name or a group, as in delivery.")
    ] = None,
    watch: Annotated[
        float, typer.Option(min=0, help="Seconds to watch at the end, while somebody uses the device.")
    ] = 0.0,
    wait: Annotated[
        float, typer.Option(min=1, help="Seconds to wait for the device at the beginning.")
    ] = 120.0,
    data: Annotated[
        Path, typer.Option(help="Folder of the kit's own broker: the device's password stays the same.")
    ] = Path("popshop-check"),
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document with every finding.")] = False,
) -> None:
    """Drive a device, real or simulated, through the whole contract of docs/device-makers.md.

    No store may be running for it meanwhile: the kit is its store. Exit status 0: nothing failed; 1: something did.
    """
    setting = _setting(store, device, only or [], vend, Pace(appear_s=wait, watch_s=watch))
    tape = Tape()
    show = _show_on_stderr if as_json else _show
    try:
        with contextlib.ExitStack() as stack:
            agent, line = _connect(stack, setting, tape, broker, listen, data)
            _say(f"waiting up to {wait:.0f} s for {store}/{device}")
            found = check_device(setting, agent, tape, line=line, power=_power(power_cycle), progress=show)
    except (BrokerError, NoBroker, OtherStore) as error:
        raise UserError(str(error)) from None
    except KeyboardInterrupt:
        raise UserError("stopped before the end: no report") from None
    if as_json:
        console.print_json(_document(found))
    else:
        console.out.print(_summary(found))
    raise typer.Exit(1 if found.count("failed") else 0)


def _setting(store: str, device: str, only: list[str], vend: str, pace: Pace) -> Setting:
    try:
        check_name("store", store)
        check_name("device", device)
    except ValueError as error:
        raise UserError(str(error)) from None
    known = {*names(), *(name.partition(".")[0] for name in names())}
    unknown = sorted(set(only) - known)
    if unknown:
        raise UserError(f"no check {unknown[0]!r}; there are: {', '.join(names())}")
    return Setting(store=store, device=device, only=tuple(only), vend_slot=vend, pace=pace)


def _connect(
    stack: contextlib.ExitStack,
    setting: Setting,
    tape: Tape,
    broker: str | None,
    listen: str | None,
    data: Path,
) -> tuple[BrokerAddress, Line | None]:
    """The broker to use as the store's agent, and the line for the device if there is to be one."""
    password = "its own"
    if broker is None:
        agent, password = stack.enter_context(own_broker(data, setting.store, setting.device))
    else:
        agent = read_broker(broker)
        if listen is None:
            return agent, None
    place = _place(listen or LISTEN)
    try:
        line = stack.enter_context(line_to(agent, place, tape, setting.pace))
    except OSError as error:
        raise UserError(f"cannot listen on {place[0]}:{place[1]}: {error.strerror}; try --listen") from None
    _say(f"connect the device to mqtt://{setting.device}:{password}@{line.host}:{line.port}")
    return agent, line


def _place(text: str) -> tuple[str, int]:
    host, colon, port = text.rpartition(":")
    if not colon or not host or not (port.isascii() and port.isdigit() and int(port) < 65_536):
        raise UserError(f"--listen {text[:60]!r}: write HOST:PORT, as in 0.0.0.0:1883")
    return host, int(port)


# ── power ───────────────────────────────────────────────────────────────────────────────────────────


class _PowerCommand:
    """A command switches the device off and on."""

    def __init__(self, command: str) -> None:
        self._command = command

    def get_ready(self, what: str) -> None:
        _say(what)

    def cycle(self) -> None:
        try:
            done = subprocess.run(
                self._command, shell=True, timeout=POWER_COMMAND_TIMEOUT_S, stdout=sys.stderr, check=False
            )
        except subprocess.TimeoutExpired:
            raise UserError(f"--power-cycle took longer than {POWER_COMMAND_TIMEOUT_S:.0f} s") from None
        if done.returncode != 0:
            raise UserError(f"--power-cycle ended with status {done.returncode}")


class _Person:
    """Whoever sits at the terminal pulls the plug."""

    def get_ready(self, what: str) -> None:
        _say(f"[bold]{escape(what)}[/] Have a hand at the plug.")

    def cycle(self) -> None:
        _say("[bold]Switch the device off and on NOW.[/] I am waiting for it.")


def _power(command: str) -> PowerSwitch | None:
    if command:
        return _PowerCommand(command)
    return _Person() if sys.stdin.isatty() else None


# ── the report ──────────────────────────────────────────────────────────────────────────────────────


def _say(text: str) -> None:
    console.err.print(text, soft_wrap=True)


def _show(finding: Finding) -> None:
    console.out.print(_lines(finding), soft_wrap=True)


def _show_on_stderr(finding: Finding) -> None:
    console.err.print(f"{WORDS[finding.outcome]} {finding.check}", soft_wrap=True)


def _lines(finding: Finding) -> str:
    """One finding for a person: a line when all is well, everything to act on when it is not."""
    head = f"{WORDS[finding.outcome]} [bold]{finding.check}[/]"
    if finding.outcome == "passed":
        return f"{head}  [dim]{escape(finding.expected)}[/]"
    if finding.outcome == "not_tried":
        return f"{head}  [dim]{escape(finding.seen)}[/]"
    about = (
        ("rule", finding.rule),
        ("expected", finding.expected),
        ("seen", finding.seen),
        ("to do", finding.advice),
    )
    return "\n".join([head, *(f"          {name:9} {escape(text)}" for name, text in about)])


def _summary(found: Conformance) -> str:
    what = f"{found.kind} {found.model}".strip() or "nothing we know"
    counts = f"{found.count('passed')} passed, {found.count('failed')} failed, {found.count('not_tried')} not tried"
    return f"\n[bold]{escape(f'{found.store}/{found.device}')}[/] ({escape(what)}): {counts}"


def _document(found: Conformance) -> dict[str, Any]:
    return {
        "store": found.store,
        "device": found.device,
        "kind": found.kind,
        "model": found.model,
        "passed": found.count("passed"),
        "failed": found.count("failed"),
        "not_tried": found.count("not_tried"),
        "checks": found.findings,
    }
