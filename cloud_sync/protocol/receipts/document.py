"""A receipt as a document: what is on it, in order, with its sums. Page and paper show this and nothing else."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from cloud_sync.protocol.envelope import parse_time
from cloud_sync.protocol.receipts.countries import country
from cloud_sync.protocol.receipts.record import Issued, Line, Record, Unit

SHOWN_OF_REFERENCE: Final = 5
"""Characters of a payment's reference that are shown, from its end (15 U.S.C. § 1681c(g) allows that many)."""
SHOWN_OF_MEMBER: Final = 4
WHOLE_BP: Final = 10_000


class SoldLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line of goods; amounts are of all its units."""

    name_zh: str
    name_en: str
    qty: int
    price_minor: int
    """Per unit, as paid."""
    list_total_minor: int
    total_minor: int
    adjustments: tuple[tuple[str, int], ...]
    """(kind, amount) by kind."""
    rate_bp: int
    mark: str = ""
    handovers: tuple[tuple[str, str, int], ...] = ()
    """(how, state, units): how they reach the shopper, and whether they have."""


class TaxLine(msgspec.Struct, frozen=True, kw_only=True):
    """One rate: what was taxed at it. gross = net + tax."""

    rate_bp: int
    gross_minor: int
    net_minor: int
    tax_minor: int


class ReceiptDocument(msgspec.Struct, frozen=True, kw_only=True):
    """One receipt. Words stand as codes (methods, ways, states); the renderers say them in the readers' languages."""

    receipt: str
    kind: str
    original: str
    """Of a refund: the receipt of the sale that it gives back."""
    copies: int
    store_name: str
    order: str
    when: str
    """On the store's clock, with its difference to UTC."""
    currency: str
    amount_minor: int
    """Of this receipt: what was paid, or given back."""
    lines: tuple[SoldLine, ...]
    total_minor: int
    tax_word: str
    net_word: str
    tax_added: bool
    """Tax came on top of list prices."""
    taxes: tuple[TaxLine, ...]
    payments: tuple[tuple[str, int, str], ...]
    """(method, amount, the end of its reference)."""
    refunds: tuple[tuple[str, int, str], ...]
    """(reason, amount, state)."""
    paid_minor: int
    refunded_minor: int
    cases: tuple[str, ...]
    member_tail: str
    points_spent: int
    points_earned: int
    identity: tuple[tuple[str, str], ...]
    """(label, value) of the seller, as the country asks."""
    missing: tuple[str, ...]
    """Keys of required fields that nobody filled in; shown to staff, not to shoppers."""
    notes: tuple[str, ...]
    live: bool
    """Something may still change: the order has not ended."""


def document(record: Record, issued: Issued) -> ReceiptDocument:
    """The document of one of the order's receipts."""
    rules = record.seller.rules
    here = country(rules.country)
    seller = {"seller_name": record.seller.name, **rules.fiscal}
    refunds = record.refunds
    if issued.kind == "refund":
        refunds = tuple(each for each in refunds if each.refund == issued.reference)
    return ReceiptDocument(
        receipt=issued.receipt,
        kind=issued.kind,
        original=_original(record, issued),
        copies=issued.copies,
        store_name=record.seller.name,
        order=record.order,
        when=_when(issued.at, record.seller.timezone),
        currency=record.currency,
        amount_minor=issued.amount_minor,
        lines=tuple(
            _sold(line, record.units, here.reduced_mark if line.tax_rate_bp < here.reduced_below_bp else "")
            for line in record.lines
        ),
        total_minor=sum(line.qty * line.price_minor for line in record.lines),
        tax_word=here.tax_word,
        net_word=here.net_word,
        tax_added=record.tax == "exclusive",
        taxes=_taxes(record.lines),
        payments=tuple(
            (each.method, each.amount_minor, each.reference[-SHOWN_OF_REFERENCE:]) for each in record.payments
        ),
        refunds=tuple((each.reason, each.amount_minor, each.state) for each in refunds),
        paid_minor=sum(each.amount_minor for each in record.payments),
        refunded_minor=sum(each.amount_minor for each in record.refunds if each.state == "refunded"),
        cases=record.cases,
        member_tail=record.member[-SHOWN_OF_MEMBER:],
        points_spent=record.points_spent,
        points_earned=record.points_earned,
        identity=tuple((each.label, seller[each.key]) for each in here.fields if seller.get(each.key)),
        missing=tuple(each.key for each in here.fields if each.required and not seller.get(each.key)),
        notes=here.notes,
        live=not record.ended or any(each.state == "requested" for each in record.refunds),
    )


def _original(record: Record, issued: Issued) -> str:
    """The sale whose money a refund gives back."""
    if issued.kind != "refund":
        return ""
    paid_by = {each.refund: each.payment for each in record.refunds}.get(issued.reference, "")
    sales = [each for each in record.receipts if each.kind == "sale"]
    return next(
        (each.receipt for each in sales if each.reference == paid_by), sales[0].receipt if sales else ""
    )


def _sold(line: Line, units: Iterable[Unit], mark: str) -> SoldLine:
    changes: Counter[str] = Counter()
    for change in line.adjustments:
        changes[change.kind] += change.amount_minor * line.qty
    states: Counter[tuple[str, str]] = Counter()
    for unit in units:
        if unit.line == line.line:
            states[unit.how, unit.state] += unit.qty
    return SoldLine(
        name_zh=line.name_zh or line.name_en or line.sku,
        name_en=line.name_en or line.name_zh or line.sku,
        qty=line.qty,
        price_minor=line.price_minor,
        list_total_minor=line.list_price_minor * line.qty,
        total_minor=line.price_minor * line.qty,
        adjustments=tuple(sorted(changes.items())),
        rate_bp=line.tax_rate_bp,
        mark=mark,
        handovers=tuple((how, state, qty) for (how, state), qty in sorted(states.items())),
    )


def _taxes(lines: Iterable[Line]) -> tuple[TaxLine, ...]:
    """Sums per rate. Lines from before tax was kept per unit have it worked out of their sum, half a unit up."""
    gross: defaultdict[int, int] = defaultdict(int)
    kept: defaultdict[int, int] = defaultdict(int)
    unkept: defaultdict[int, int] = defaultdict(int)
    for line in lines:
        total_minor = line.price_minor * line.qty
        gross[line.tax_rate_bp] += total_minor
        if line.tax_minor or not line.tax_rate_bp:
            kept[line.tax_rate_bp] += line.tax_minor * line.qty
        else:
            unkept[line.tax_rate_bp] += total_minor
    out = []
    for rate_bp, gross_minor in sorted(gross.items()):
        tax_minor = kept[rate_bp] + contained_tax(unkept[rate_bp], rate_bp)
        net_minor = gross_minor - tax_minor
        out.append(
            TaxLine(rate_bp=rate_bp, gross_minor=gross_minor, net_minor=net_minor, tax_minor=tax_minor)
        )
    return tuple(out)


def contained_tax(gross_minor: int, rate_bp: int) -> int:
    """The tax in an amount that contains it, half a minor unit up."""
    return (2 * gross_minor * rate_bp + WHOLE_BP + rate_bp) // (2 * (WHOLE_BP + rate_bp))


def rate_text(rate_bp: int) -> str:
    """A rate for a person: 13 %, 5.5 %."""
    whole, part = divmod(rate_bp, 100)
    return f"{whole}.{part:02d}".rstrip("0").rstrip(".") + " %"


def _when(at: str, zone: str) -> str:
    moment = parse_time(at)
    return at if moment is None else moment.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M:%S %z")
