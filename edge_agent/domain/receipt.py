"""Receipts: one for all money that came or went, numbered in the same transaction, and what may be printed of it."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from cloud_sync.protocol import facts, receipt_facts
from edge_agent.domain.receipt_commands import DropPrint, PrintBegun, PrintDone, PrintReceipt
from edge_agent.domain.refusals import Refusal

AT_COUNTER: Final = "counter"
"""Whose receipts are numbered where an order came by no device."""
TOKEN_BYTES: Final = 16
MOST_WAITING: Final = 50
"""Prints that may wait for a printer; beyond that nobody waits for the paper any more."""

LastNumber = Callable[[str], int]
"""The last number of a device in the series that is open; 0 before the first."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a receipt has to know of its order: the device it came by, and its case numbers so far."""

    device: str
    cases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Print:
    """A print that was asked for. `begun` is set once paper may exist."""

    job: str
    receipt: str
    by: str
    begun: bool


def name_of(device: str, series: int, number: int) -> str:
    """A receipt's name: its device and number, from the second series on with the series between them."""
    return f"{device}-{number}" if series == 1 else f"{device}.{series}-{number}"


def token_of(secret: bytes, receipt: str) -> str:
    """What its page is found by: 26 letters and digits that nobody can guess from the number."""
    digest = hmac.new(secret, receipt.encode(), hashlib.sha256).digest()[:TOKEN_BYTES]
    return base64.b32encode(digest).decode().rstrip("=").lower()


def issued(
    outcome: Sequence[facts.Fact],
    told_of: Callable[[str], Told | None],
    last_number: LastNumber,
    series: int,
    secret: bytes,
) -> list[facts.Fact]:
    """A decision's facts, each payment and each refund that came through followed by its receipt."""
    last: dict[str, int] = {}
    out: list[facts.Fact] = []
    for fact in outcome:
        out.append(fact)
        if not isinstance(fact, facts.PaymentPaid | facts.PaymentRefunded):
            continue
        told = _told(outcome, told_of(fact.order), fact.order)
        device = told.device or AT_COUNTER
        if device not in last:
            last[device] = last_number(device)
        last[device] += 1
        name = name_of(device, series, last[device])
        paid = isinstance(fact, facts.PaymentPaid)
        out.append(
            receipt_facts.ReceiptIssued(
                receipt=name,
                device=device,
                number=last[device],
                kind="sale" if paid else "refund",
                order=fact.order,
                reference=fact.payment if isinstance(fact, facts.PaymentPaid) else fact.refund,
                amount_minor=fact.amount_minor,
                currency=fact.currency,
                token=token_of(secret, name),
                cases=list(told.cases),
                series=series,
            )
        )
    return out


def _told(outcome: Sequence[facts.Fact], known: Told | None, order: str) -> Told:
    """With what this very decision says of the order: a sample is placed and handed out in one."""
    placed = next((f for f in outcome if isinstance(f, facts.OrderPlaced) and f.order == order), None)
    device = known.device if known is not None else placed.device if placed is not None else ""
    cases = [*(known.cases if known is not None else ())]
    cases += [f.case for f in outcome if isinstance(f, facts.VendUnknown) and f.order == order]
    return Told(device, tuple(dict.fromkeys(cases)))


# ── on paper ────────────────────────────────────────────────────────────────────────────────────────


def ask_print(
    known: bool, waiting: int, has_printer: bool, command: PrintReceipt
) -> list[facts.Fact] | Refusal:
    """Have it printed. A second print of a receipt is a copy, and its paper says so."""
    if not known:
        return Refusal("unknown_receipt", command.receipt)
    if not has_printer:
        return Refusal("no_printer")
    if waiting >= MOST_WAITING:
        return Refusal("printer_backlog", str(waiting))
    return [receipt_facts.ReceiptPrintAsked(job=command.id, receipt=command.receipt, by=command.by)]


def begin_print(job: Print | None, begun_before: int, command: PrintBegun) -> list[facts.Fact] | Refusal:
    """From here on there may be paper: whatever is printed of this receipt later is a copy."""
    if job is None:
        return Refusal("unknown_print", command.job)
    return [receipt_facts.ReceiptPrintBegun(job=job.job, receipt=job.receipt, copy=begun_before)]


def end_print(job: Print | None, copy: int, command: PrintDone) -> list[facts.Fact] | Refusal:
    """The printer took it whole; told twice, the second time changes nothing."""
    if job is None:
        return []
    return [
        receipt_facts.ReceiptPrinted(
            job=job.job, receipt=job.receipt, printer=command.printer, copy=copy, by=job.by
        )
    ]


def drop_print(job: Print | None, command: DropPrint) -> list[facts.Fact] | Refusal:
    """Wait for its paper no longer."""
    if job is None:
        return Refusal("unknown_print", command.job)
    return [receipt_facts.ReceiptPrintDropped(job=job.job, receipt=job.receipt)]
