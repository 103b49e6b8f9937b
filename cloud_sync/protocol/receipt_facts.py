"""Facts about receipts: numbers without a gap, and what was printed. The journal has a receipt before paper has it."""

from __future__ import annotations

import msgspec

from cloud_sync.protocol.fact import Fact


class ReceiptIssued(Fact, frozen=True, kw_only=True):
    """A receipt exists, in the transaction of the money it tells of. `number` counts per device, from 1, without a gap.

    `kind` is sale or refund; `reference` the payment or refund. `token` is what its page is found by.
    """

    TYPE = "popshop.receipt.issued.v1"
    receipt: str
    """`<device>-<number>`."""
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


class ReceiptPrinted(Fact, frozen=True, kw_only=True):
    """It was sent to a printer; `copy` is 0 for the first print and counts on, and paper says so."""

    TYPE = "popshop.receipt.printed.v1"
    receipt: str
    printer: str
    copy: int
    by: str
