"""`popshop device dex`: read an EVA-DTS audit and say what it holds, and what is wrong with it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Annotated, Any, Final

import msgspec
import typer
from rich.markup import escape

from cloud_sync.protocol.eva_dts import audit as a
from cloud_sync.protocol.eva_dts import dex as files
from cloud_sync.protocol.eva_dts.events import meaning
from cloud_sync.protocol.eva_dts.typing_audit import audit_of
from cloud_sync.protocol.money import format_minor
from popshop import console

Amount = Callable[[int | None], str | None]
Row = tuple[object, ...]

_CRC: Final = {
    "ok": "[green]ok[/]: it arrived as the machine sent it",
    "mismatch": "[bold red]mismatch[/]: it was changed on its way",
    "missing": "[yellow]missing[/]: nobody can tell whether it is complete",
}


def dex(
    file: Annotated[str, typer.Argument(help="A DEX file; - reads standard input.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print every value as one JSON document.")] = False,
) -> None:
    """Read a vending machine's audit (EVA-DTS, DEX): its selections, its money, its events, and its check value.

    A damaged file is read as far as it goes, with warnings.
    """
    try:
        audit = audit_of(files.read(_bytes(file)))
    except files.DexError as error:
        where = "standard input" if file == "-" else file
        raise console.UserError(f"{where}: {error}") from None
    if as_json:
        console.print_json(_document(audit))
        return
    _show(audit)


def _bytes(file: str) -> bytes:
    """Never more than a DEX file may have, and a byte to show that it is more."""
    try:
        if file == "-":
            return sys.stdin.buffer.read(files.MAX_BYTES + 1)
        with Path(file).open("rb") as opened:
            return opened.read(files.MAX_BYTES + 1)
    except OSError as error:
        raise console.UserError(f"{file} cannot be read: {error.strerror or error}") from None


def _document(audit: a.Audit) -> dict[str, Any]:
    """Every value, and what its event codes mean."""
    document: dict[str, Any] = msgspec.to_builtins(audit)
    for event in document["events"]:
        found = meaning(event["code"])
        event |= {"what_zh": found.what[0], "what_en": found.what[1], "stops": found.stops}
        event |= {"remedy_zh": found.remedy[0], "remedy_en": found.remedy[1]}
    return document


def _show(audit: a.Audit) -> None:
    out, amount = console.out, _amounts(audit.currency.code)
    out.print(console.facts_table(_heading(audit)))
    out.print(f"[bold]G85[/]  {_CRC[audit.crc]}", soft_wrap=True)
    numbers = ("price", "holds", "sold", "for", "since reset", "for ", "tests", "free")
    selections = _selections(audit.selections, amount)
    out.print(
        console.table(["selection", "name", *numbers], selections, title="\nSelections", numbers=numbers)
    )
    said = [row for row in _sums(audit, amount) if any(cell is not None for cell in row[1:])]
    out.print(console.table(["", *numbers[2:6]], said, title="\nAll together", numbers=numbers[2:6]))
    if audit.events:
        columns = ["event", "when or how often", "what", "stops", "what to do"]
        out.print(console.table(columns, _events(audit.events), title="\nEvents"))
    if audit.notes:
        notes = [(note.segment, "  ".join(filter(None, note.fields))) for note in audit.notes]
        out.print(console.table(["", "as the machine wrote it"], notes, title="\nReadouts and service"))
    for warning in audit.warnings:
        out.print(f"[yellow]•[/] {escape(warning)}", soft_wrap=True)


def _amounts(currency: str) -> Amount:
    """How amounts are shown: with their currency, where the file names one."""
    if not currency:
        return lambda minor: None if minor is None else str(minor)
    return lambda minor: None if minor is None else format_minor(minor, currency)


def _selections(selections: Iterable[a.Selection], amount: Amount) -> Iterable[Row]:
    for each in selections:
        sold = _sold(each.paid, amount)
        yield (
            each.selection,
            each.name,
            amount(each.price_minor),
            each.capacity,
            *sold,
            each.test.units_init,
            each.free.units_init,
        )


def _sums(audit: a.Audit, amount: Amount) -> Iterable[Row]:
    counters = [
        ("paid vends (VA1)", audit.totals.paid),
        ("test vends (VA2)", audit.totals.test),
        ("free vends (VA3)", audit.totals.free),
        ("cash sales (CA2)", audit.cash.sales),
        *((f"cashless sales ({each.device}2)", each.sales) for each in audit.cashless),
        ("token sales (TA2)", audit.tokens),
    ]
    for name, counter in counters:
        yield name, *_sold(counter, amount)
    cash = audit.cash
    for name, sums in (
        ("cash taken (CA3)", cash.taken),
        ("to the cash box (CA3)", cash.to_box),
        ("paid out as change (CA4)", cash.change),
    ):
        yield name, None, amount(sums.init_minor), None, amount(sums.reset_minor)


def _heading(audit: a.Audit) -> Iterable[tuple[str, object]]:
    machine = audit.machine
    yield "machine", " ".join(filter(None, (machine.serial, machine.model, machine.revision))) or "not said"
    if machine.asset or machine.location:
        yield "asset, place", ", ".join(filter(None, (machine.asset, machine.location)))
    if machine.date:
        yield "its clock", f"{machine.date} {machine.time}"
    yield "currency", audit.currency.code or "not said: amounts are in the machine's smallest unit"


def _sold(counter: a.Counter, amount: Amount) -> Row:
    init, reset = amount(counter.value_init_minor), amount(counter.value_reset_minor)
    return counter.units_init, init, counter.units_reset, reset


def _events(events: Iterable[a.MachineEvent]) -> Iterable[Row]:
    for event in events:
        found = meaning(event.code)
        when = f"{event.date} {event.time}".strip()
        if event.count_init is not None or event.count_reset is not None:
            when = f"{event.count_init} times, {event.count_reset} since the reset".replace("None", "?")
        code = f"{event.code}_{event.part}" if event.part else event.code
        yield code, when + (", now" if event.active else ""), found.what[1], found.stops, found.remedy[1]
