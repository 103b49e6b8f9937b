"""Adds a period's ledger rows up to a report. Pure: rows in, figures out; the same rows give the same figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from cloud_sync.protocol import day_facts, facts, handover_facts, member_facts, receipt_facts
from cloud_sync.protocol.day_facts import LateSale
from cloud_sync.protocol.envelope import parse_time, rfc3339
from edge_agent.domain.day.report import ByMethod, Carried, Cash, Open, Points, Report, Taxed
from edge_agent.domain.methods import COUNTER

PAID_OUT_BY_STAFF: Final = "paid out by staff"
"""`provider_ref` of a refund that was given in cash out of the drawer, whatever it had been paid with."""

Lines = Iterable[facts.OrderLine]
LinesOf = Callable[[str], Lines]
"""The frozen lines of an order that was placed before the period began."""


@dataclass(frozen=True, slots=True)
class Before:
    """How the last Z left the store; nothing when there was none."""

    z: int = 0
    closed_at: str = ""
    grand_total_minor: int = 0


@dataclass(slots=True)
class Drawer:
    """Cash in one drawer since the last Z."""

    expected_minor: int = 0
    counted_minor: int | None = None
    """None: not counted, or cash moved since."""

    def move(self, amount_minor: int) -> None:
        """Cash comes in, or goes out (below 0)."""
        self.expected_minor += amount_minor
        self.counted_minor = None


class Tally:
    """A period's figures so far: `add` each row, then ask for the `report`."""

    def __init__(self, before: Before, zone: str, currency: str, lines_of: LinesOf) -> None:
        self._before = before
        self._zone = ZoneInfo(zone)
        self._currency = currency
        self._lines_of = lines_of
        self._lines: dict[str, dict[int, facts.OrderLine]] = {}
        self.opened_at = ""
        self._first_late_at = ""
        self._methods: dict[str, ByMethod] = {}
        self._tax: dict[tuple[str, int], Taxed] = {}
        self._adjustments: Counter[str] = Counter()
        self._orders: Counter[str] = Counter()
        self._late: dict[str, tuple[int, int]] = {}
        self._receipts: dict[str, tuple[int, int]] = {}
        self._points = Points()
        self._cash = Cash()
        self._z = before.z
        self._carried: list[Carried] = []
        self.drawers: dict[str, Drawer] = {}
        self._paid_minor = self._asked_back_minor = self._refunded_minor = self._machine_cash_minor = (
            self._order_goods_minor
        ) = self._units = 0

    @property
    def happened(self) -> bool:
        """Whether there is anything to close."""
        return bool(self.opened_at or self._first_late_at)

    @property
    def _takings_minor(self) -> int:
        return self._paid_minor - self._refunded_minor + self._machine_cash_minor

    @property
    def grand_total_minor(self) -> int:
        """All that was ever taken, less what went back: before, carried over, and in this period."""
        carried_minor = sum(each.minor for each in self._carried)
        return self._before.grand_total_minor + carried_minor + self._takings_minor

    def add(self, fact: facts.Fact, at: str) -> None:
        """Add one ledger row; facts that are no business of the day are passed over."""
        handler = _HANDLERS.get(type(fact))
        if handler is None:
            return
        sold_at = getattr(fact, "sold_at", "")
        if type(fact) in _SALES and sold_at < self._before.closed_at:
            self._first_late_at = self._first_late_at or at
        elif type(fact) in _OPENING:
            self.opened_at = self.opened_at or at
        handler(self, fact)

    def report(self, now: datetime, open_cases: int, *, closed_at: str = "") -> Report:
        """The figures. Without `closed_at` they are an X's: so far, and nothing ends by it."""
        began = self.opened_at or self._first_late_at
        moment = (parse_time(began) if began else None) or now
        return Report(
            kind="z" if closed_at else "x",
            z=self._z + 1,
            day=moment.astimezone(self._zone).date().isoformat(),
            opened_at=began or None,
            closed_at=closed_at or None,
            currency=self._currency,
            takings_minor=self._takings_minor,
            paid_minor=self._paid_minor,
            refunded_minor=self._refunded_minor,
            cash_machine_minor=self._machine_cash_minor,
            by_method=dict(sorted(self._methods.items())),
            goods_minor=self._order_goods_minor + self._machine_cash_minor,
            units=self._units,
            open=Open(
                to_hand_over_minor=self._paid_minor - self._asked_back_minor - self._order_goods_minor,
                owed_back_minor=self._asked_back_minor - self._refunded_minor,
            ),
            tax=[self._tax[key] for key in sorted(self._tax)],
            adjustments=dict(sorted(self._adjustments.items())),
            orders=dict(sorted(self._orders.items())),
            cash=self._cash_figures(),
            receipts=dict(sorted(self._receipts.items())),
            points=self._points,
            late=[
                LateSale(day=day, units=units, takings_minor=minor)
                for day, (units, minor) in sorted(self._late.items())
            ],
            grand_total_minor=self.grand_total_minor,
            open_cases=open_cases,
            carried=self._carried,
            timezone=self._zone.key,
            made_at=rfc3339(now),
        )

    def _cash_figures(self) -> Cash:
        c = self._cash
        expected = (
            c.float_minor
            + c.sales_minor
            - c.refunds_minor
            + c.paid_in_minor
            - c.paid_out_minor
            - c.drops_minor
        )
        counted = [drawer.counted_minor for drawer in self.drawers.values()]
        total = None if not counted or None in counted else sum(each or 0 for each in counted)
        return Cash(
            c.float_minor, c.sales_minor, c.refunds_minor, c.paid_in_minor, c.paid_out_minor, c.drops_minor,
            expected, total, None if total is None else total - expected,
        )  # fmt: skip

    # ── the parts that facts change ─────────────────────────────────────────────────────────────────

    def drawer(self, name: str) -> Drawer:
        """One drawer's cash."""
        return self.drawers.setdefault(name, Drawer())

    def _method(self, name: str) -> ByMethod:
        return self._methods.setdefault(name, ByMethod())

    def _line(self, order: str, line: int) -> facts.OrderLine | None:
        if order not in self._lines:
            self._lines[order] = {each.line: each for each in self._lines_of(order)}
        return self._lines[order].get(line)

    def _goods(self, order: str, line: int, qty: int, amount_minor: int) -> None:
        """Units of an order reached the shopper, or (both below 0) count no longer as sold."""
        self._order_goods_minor += amount_minor
        self._units += qty
        frozen = self._line(order, line)
        key = ("", 0) if frozen is None else (frozen.tax_group, frozen.tax_rate_bp)
        taxed = self._tax.setdefault(key, Taxed(*key))
        taxed.gross_minor += amount_minor
        if frozen is not None:
            taxed.tax_minor += frozen.tax_minor * qty
            for adjustment in frozen.adjustments:
                self._adjustments[adjustment.kind] += adjustment.amount_minor * qty

    def _sold(self, sold_at: str, qty: int, amount_minor: int) -> None:
        """Note a sale that was made before the last Z and heard of after it."""
        moment = parse_time(sold_at) if sold_at < self._before.closed_at else None
        if moment is not None:
            day = moment.astimezone(self._zone).date().isoformat()
            units, minor = self._late.get(day, (0, 0))
            self._late[day] = (units + qty, minor + amount_minor)

    def _order_placed(self, f: facts.OrderPlaced) -> None:
        self._lines[f.order] = {line.line: line for line in f.lines}

    def _order_closed(self, f: facts.OrderClosed) -> None:
        self._orders[f.state] += 1

    def _paid(self, f: facts.PaymentPaid) -> None:
        method = self._method(f.method)
        method.paid_minor += f.amount_minor
        method.paid += 1
        self._paid_minor += f.amount_minor
        if f.method == COUNTER:
            self._cash.sales_minor += f.amount_minor
            self.drawer(COUNTER).move(f.amount_minor)

    def _refund_requested(self, f: facts.RefundRequested) -> None:
        self._asked_back_minor += f.amount_minor

    def _refunded(self, f: facts.PaymentRefunded) -> None:
        method = self._method(f.method)
        method.refunded_minor += f.amount_minor
        method.refunded += 1
        self._refunded_minor += f.amount_minor
        if f.method == COUNTER or f.provider_ref == PAID_OUT_BY_STAFF:
            self._cash.refunds_minor += f.amount_minor
            self.drawer(COUNTER).move(-f.amount_minor)

    def _dispensed(self, f: facts.VendDispensed) -> None:
        self._goods(f.order, f.line, 1, f.price_minor)
        self._sold(f.sold_at, 1, f.price_minor)

    def _reversed(self, f: facts.SaleReversed) -> None:
        # A vend is named by its order, line and unit.
        line = f.vend.rsplit("-", 2)[-2:-1]
        self._goods(f.order, int(line[0]) if line and line[0].isdecimal() else 0, -1, -f.price_minor)

    def _handed_over(self, f: handover_facts.HandedOver) -> None:
        self._goods(f.order, f.line, f.qty, f.amount_minor)
        self._sold(f.sold_at, f.qty, f.amount_minor)

    def _handover_reversed(self, f: handover_facts.HandoverReversed) -> None:
        self._goods(f.order, f.line, -f.qty, -f.amount_minor)

    def _cash_sold(self, f: facts.CashSold) -> None:
        self._machine_cash_minor += f.price_minor
        self._units += 1
        self._sold(f.sold_at, 1, f.price_minor)

    def _cash_moved(self, f: day_facts.CashMoved) -> None:
        if f.kind == "float":
            self._cash.float_minor += f.amount_minor
        elif f.kind == "paid_in":
            self._cash.paid_in_minor += f.amount_minor
        elif f.kind == "paid_out":
            self._cash.paid_out_minor += f.amount_minor
        else:
            self._cash.drops_minor += f.amount_minor
        self.drawer(f.drawer).move(f.amount_minor if f.kind in ("float", "paid_in") else -f.amount_minor)

    def _drawer_counted(self, f: day_facts.DrawerCounted) -> None:
        self.drawer(f.drawer).counted_minor = f.counted_minor

    def _receipt(self, f: receipt_facts.ReceiptIssued) -> None:
        name = f.receipt.rpartition("-")[0] or f.device
        first, last = self._receipts.get(name, (f.number, f.number))
        self._receipts[name] = (min(first, f.number), max(last, f.number))

    def _carried_over(self, f: day_facts.CarriedOver) -> None:
        if f.carried_minor or f.z > self._z:
            self._carried.append(Carried(f.z, f.carried_minor))
        self._z = max(self._z, f.z)

    def _points_earned(self, f: member_facts.PointsEarned) -> None:
        self._points.earned += f.points

    def _points_spent(self, f: member_facts.PointsSpent) -> None:
        self._points.spent += f.points

    def _points_returned(self, f: member_facts.PointsReturned) -> None:
        self._points.returned += f.points


_SALES: Final = frozenset({facts.VendDispensed, facts.CashSold, handover_facts.HandedOver})
_OPENING: Final = _SALES | {
    facts.OrderPlaced,
    facts.PaymentPaid,
    facts.PaymentRefunded,
    facts.RefundRequested,
    day_facts.CashMoved,
    day_facts.DrawerCounted,
}
"""What opens a day. A sale from before the last Z does not: it belongs to a day that is over."""

_HANDLERS: Final[dict[type[facts.Fact], Callable[[Tally, Any], None]]] = {
    facts.OrderPlaced: Tally._order_placed,
    facts.OrderClosed: Tally._order_closed,
    facts.PaymentPaid: Tally._paid,
    facts.RefundRequested: Tally._refund_requested,
    facts.PaymentRefunded: Tally._refunded,
    facts.VendDispensed: Tally._dispensed,
    facts.SaleReversed: Tally._reversed,
    handover_facts.HandedOver: Tally._handed_over,
    handover_facts.HandoverReversed: Tally._handover_reversed,
    facts.CashSold: Tally._cash_sold,
    day_facts.CarriedOver: Tally._carried_over,
    day_facts.CashMoved: Tally._cash_moved,
    day_facts.DrawerCounted: Tally._drawer_counted,
    receipt_facts.ReceiptIssued: Tally._receipt,
    member_facts.PointsEarned: Tally._points_earned,
    member_facts.PointsSpent: Tally._points_spent,
    member_facts.PointsReturned: Tally._points_returned,
}
COUNTED: Final = frozenset(kind.TYPE for kind in _HANDLERS)
"""Types of rows that a report is made of."""
