"""An order's rows of the journal → the record of its receipts, for whoever has the rows and not the store's tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from cloud_sync.protocol import facts, handover_facts, member_facts, receipt_facts
from cloud_sync.protocol.receipts.record import Issued, Line, Payment, Record, Refund, Seller, Unit

ENDED = frozenset({"completed", "part_refunded", "refunded", "cancelled", "expired"})
TELLING: frozenset[type[facts.Fact]] = frozenset(
    {
        facts.OrderPlaced,
        facts.OrderClosed,
        facts.PaymentPaid,
        facts.RefundRequested,
        facts.PaymentRefunded,
        facts.RefundRefused,
        facts.VendRequested,
        facts.VendDispensed,
        facts.VendFailed,
        facts.VendUnknown,
        facts.SaleReversed,
        handover_facts.HandoverRequested,
        handover_facts.HandedOver,
        handover_facts.HandoverFailed,
        handover_facts.HandoverReversed,
        member_facts.PointsEarned,
        receipt_facts.ReceiptIssued,
    }
)
"""Facts that a receipt shows something of. Each names its `order`."""
Names = Mapping[str, tuple[str, str]]
"""Chinese and English name by SKU."""


def told(rows: Iterable[tuple[facts.Fact, str]], seller: Seller, names: Names) -> Record | None:
    """The record that these facts (each with its row's time, in their order) tell; None before an order is placed."""
    told = _Told()
    for fact, at in rows:
        told.add(fact, at)
    return None if told.placed is None else told.record(told.placed, seller, names)


class _Told:
    """What was told so far."""

    def __init__(self) -> None:
        self.placed: facts.OrderPlaced | None = None
        self.state = "open"
        self.payments: list[Payment] = []
        self.refunds: dict[str, Refund] = {}
        self.units: dict[str, Unit] = {}
        self.cases: list[str] = []
        self.receipts: dict[str, Issued] = {}
        self.points_earned = 0

    def add(self, fact: facts.Fact, at: str) -> None:
        """One more row; what a receipt does not show is passed over."""
        match fact:
            case facts.OrderPlaced():
                self.placed = fact
            case facts.OrderClosed():
                self.state = fact.state
            case member_facts.PointsEarned():
                self.points_earned += fact.points
            case facts.VendUnknown():
                self.cases.append(fact.case)
                self._move(fact.vend, "unknown")
            case receipt_facts.ReceiptIssued():
                self.receipts[fact.receipt] = Issued(
                    receipt=fact.receipt,
                    kind=fact.kind,
                    reference=fact.reference,
                    amount_minor=fact.amount_minor,
                    at=at,
                )
            case _:
                self._add_money(fact)
                self._add_goods(fact)

    def _add_money(self, fact: facts.Fact) -> None:
        match fact:
            case facts.PaymentPaid():
                self.payments.append(
                    Payment(
                        payment=fact.payment,
                        method=fact.method,
                        amount_minor=fact.amount_minor,
                        reference=fact.provider_ref,
                    )
                )
            case facts.RefundRequested():
                self.refunds[fact.refund] = Refund(
                    refund=fact.refund,
                    payment=fact.payment,
                    amount_minor=fact.amount_minor,
                    reason=fact.reason,
                    state="requested",
                )
            case facts.PaymentRefunded() | facts.RefundRefused():
                known = self.refunds.get(fact.refund)
                state = "refunded" if isinstance(fact, facts.PaymentRefunded) else "refused"
                if known is not None:
                    self.refunds[fact.refund] = msgspec.structs.replace(known, state=state)

    def _add_goods(self, fact: facts.Fact) -> None:
        match fact:
            case facts.VendRequested():
                self.units[fact.vend] = Unit(line=fact.line, how=self._how(fact.line), qty=1, state="waiting")
            case facts.VendDispensed():
                self._move(fact.vend, "done")
            case facts.VendFailed():
                self._move(fact.vend, "failed")
            case facts.SaleReversed():
                self._move(fact.vend, "reversed")
            case handover_facts.HandoverRequested():
                self.units[fact.handover] = Unit(line=fact.line, how=fact.how, qty=fact.qty, state="waiting")
            case handover_facts.HandedOver():
                self._move(fact.handover, "done")
            case handover_facts.HandoverFailed():
                self._move(fact.handover, "failed")
            case handover_facts.HandoverReversed():
                self._take_back(fact)

    def _take_back(self, fact: handover_facts.HandoverReversed) -> None:
        """Some units of a handover, or all: those that stay are told beside those that went."""
        known = self.units.get(fact.handover)
        if known is None or fact.qty >= known.qty:
            self._move(fact.handover, "reversed")
            return
        self.units[fact.handover] = msgspec.structs.replace(known, qty=known.qty - fact.qty)
        gone = f"{fact.handover}-back"
        before = self.units.get(gone)
        qty = fact.qty + (0 if before is None else before.qty)
        self.units[gone] = msgspec.structs.replace(known, qty=qty, state="reversed")

    def _how(self, line: int) -> str:
        lines = () if self.placed is None else self.placed.lines
        return next((each.handover for each in lines if each.line == line), handover_facts.VEND)

    def _move(self, unit: str, state: str) -> None:
        known = self.units.get(unit)
        if known is not None:
            self.units[unit] = msgspec.structs.replace(known, state=state)

    def record(self, placed: facts.OrderPlaced, seller: Seller, names: Names) -> Record:
        """All of it."""
        return Record(
            seller=seller,
            order=placed.order,
            currency=placed.currency,
            state=self.state,
            ended=self.state in ENDED,
            lines=tuple(_line(line, names) for line in placed.lines),
            payments=tuple(self.payments),
            refunds=tuple(self.refunds.values()),
            units=tuple(self.units.values()),
            cases=tuple(dict.fromkeys(self.cases)),
            receipts=tuple(self.receipts.values()),
            member=placed.member,
            points_spent=placed.points,
            points_earned=self.points_earned,
            tax=placed.tax,
        )


def _line(line: facts.OrderLine, names: Names) -> Line:
    name_zh, name_en = names.get(line.sku, ("", ""))
    return Line(
        line=line.line,
        sku=line.sku,
        name_zh=name_zh,
        name_en=name_en,
        qty=line.qty,
        list_price_minor=line.list_price_minor,
        price_minor=line.price_minor,
        tax_rate_bp=line.tax_rate_bp,
        tax_minor=line.tax_minor,
        adjustments=tuple(line.adjustments),
    )
