"""Facts about receipts: numbers without a gap, and what was printed. The journal has a receipt before paper has it."""

from __future__ import annotations

import msgspec

from cloud_sync.protocol.fact import Fact


class ReceiptIssued(Fact, frozen=True, kw_only=True):
    """A receipt exists, in the transaction of the money it tells of. `number` counts per device, from 1, without a gap.

    `kind` is sale or refund; `reference` the payment or refund. `token` is what its page is found by. Numbers begin
    anew with each epoch, which is a series of its own: what a lost disk had numbered last, nobody knows.
    """

    TYPE = "popshop.receipt.issued.v1"
    receipt: str
    """`<device>-<number>`, from the second series on `<device>.<series>-<number>`."""
    device: str
    number: int
    kind: str
    order: str
    reference: str
    amount_minor: int
    currency: str
    token: str
    cases: list[str] = msgspec.field(default_factory=list)
    """Case numbers known when it was issued; its page shows those of later too."""
    series: int = 1
    """The epoch it was numbered in."""


class ReceiptPrintAsked(Fact, frozen=True, kw_only=True):
    """Somebody wants it on paper: it waits for the printer, however long that takes."""

    TYPE = "popshop.receipt.print_asked.v1"
    job: str
    receipt: str
    """Its name; `report:x` and `report:z:<number>` are the reports of the day, which wait in the same row."""
    by: str
    """kiosk or staff."""


class ReceiptPrintBegun(Fact, frozen=True, kw_only=True):
    """Written down before the first byte goes to the printer: from here on there may be paper.

    `copy` is how often this receipt was begun before; from 1 on its paper is marked a copy.
    """

    TYPE = "popshop.receipt.print_begun.v1"
    job: str
    receipt: str
    copy: int


class ReceiptPrinted(Fact, frozen=True, kw_only=True):
    """The printer took it whole; `copy` is 0 for the first print and counts on, and paper says so."""

    TYPE = "popshop.receipt.printed.v1"
    job: str
    receipt: str
    printer: str
    copy: int
    by: str


class ReceiptPrintDropped(Fact, frozen=True, kw_only=True):
    """Nobody waits for this print any more; if it was begun, there may be paper all the same."""

    TYPE = "popshop.receipt.print_dropped.v1"
    job: str
    receipt: str
