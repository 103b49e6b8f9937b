"""`popshop device code`: what a scanned text means, for a person or a program. Payment codes are never repeated."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, BinaryIO, Final

import msgspec
import typer

from popshop import console
from popshop.console import UserError

MAX_LINE_BYTES: Final = 65_536
"""Of a longer line the rest is passed over: it is too long for a code by far."""
MAX_KEYS_BYTES: Final = 1 << 20


def code(
    text: Annotated[str | None, typer.Argument(help="What was scanned.", show_default=False)] = None,
    symbology: Annotated[str, typer.Option(help="As the reader names it: EAN-13, QR, GS1-128, ]C1 …")] = "",
    context: Annotated[
        str, typer.Option(help="What is waited for: payment, product, kiosk, staff, goods_in, enrolment.")
    ] = "",
    keys: Annotated[
        Path | None, typer.Option(help="Check signatures with these: JSON, {KEY ID: public key in hex}.")
    ] = None,
    stdin: Annotated[
        bool, typer.Option("--stdin", help="Read a code a line, print a JSON line for each.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """Say what a scanned text means: a product, GS1 data, a payment code, one of popshop's own."""
    from cloud_sync.protocol.codes import (
        symbologies,
    )  # loads cryptography, which the help text can do without
    from cloud_sync.protocol.codes.errors import CodeError
    from cloud_sync.protocol.codes.meaning import Meaning, context_of, meaning_of
    from hardware.runner import system_clock

    if (text is None) != stdin:
        raise UserError("Give one text, or --stdin and no text.")
    where = context_of("")
    try:
        where = context_of(context)
    except CodeError as error:
        console.show_warning(f"{error}; nothing is concluded from this one")
    if symbology and symbologies.named(symbology) is symbologies.Symbology.UNKNOWN:
        console.show_warning(f"no symbology {symbology[:40]!r} is known here; nothing is concluded from it")
    known = None if keys is None else _read_keys(keys)

    def read(scanned: str) -> Meaning:
        return meaning_of(scanned, symbology, where, keys=known, now=system_clock())

    if stdin:
        for line in _lines(sys.stdin.buffer):
            sys.stdout.write(msgspec.json.encode(_told(read(line))).decode() + "\n")
            sys.stdout.flush()
    elif as_json:
        console.print_json(_told(read(text or "")))
    else:
        _show(read(text or ""))


def _told(found: Any) -> dict[str, Any]:
    return {"meaning": found.meaning, "gtin14": found.gtin14, "ais": found.ais, "error": found.error}


def _show(found: Any) -> None:
    told = {**_told(found), "ais": "".join(f"({ai}){value}" for ai, value in found.ais.items())}
    told |= {"wallet": found.wallet, "signature": found.signature}
    console.out.print(console.facts_table((name, value) for name, value in told.items() if value))


def _lines(source: BinaryIO) -> Iterator[str]:
    """Lines as text; bytes that are no UTF-8 stay visible as such. A separator of GS1 (ASCII 29) ends no line."""
    while line := source.readline(MAX_LINE_BYTES):
        rest = line
        while len(rest) == MAX_LINE_BYTES and not rest.endswith(b"\n"):
            rest = source.readline(MAX_LINE_BYTES)
        yield line.removesuffix(b"\n").decode(errors="surrogateescape")


def _read_keys(path: Path) -> Mapping[str, bytes]:
    try:
        with path.open("rb") as file:
            body = file.read(MAX_KEYS_BYTES + 1)
    except OSError as error:
        raise UserError(f"{path}: {error.strerror}") from None
    try:
        found = {
            name: bytes.fromhex(key) for name, key in msgspec.json.decode(body, type=dict[str, str]).items()
        }
    except (msgspec.DecodeError, UnicodeDecodeError, ValueError, RecursionError):
        raise UserError(
            f'{path}: not keys; needed is JSON as in {{"hq-1": "64 hexadecimal digits"}}'
        ) from None
    wrong = sorted(name for name, key in found.items() if len(key) != 32)
    if wrong:
        raise UserError(f"{path}: the key {wrong[0][:40]!r} is no Ed25519 public key of 32 bytes")
    return found
