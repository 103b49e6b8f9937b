"""Pure: the card of a store's payments on headquarters' phone page: how each stands, and what comes next."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from cloud_sync.hq.dashboard import parts
from cloud_sync.hq.dashboard.words import Language, word
from cloud_sync.hq.rules.phone_standing import PhonePayment, standing

Totals = Sequence[tuple[str, str, str, int, int]]
"""As `PhoneQueries.signed_totals` has them."""
_KINDS: Final = {
    "waiting": "warn",
    "open": "warn",
    "overdue": "warn",
    "going_back": "warn",
    "spent": "good",
    "paid": "good",
    "contradiction": "bad",
}


def render(
    language: Language,
    payments: Sequence[PhonePayment],
    totals: Totals,
    store_state: str,
    zone: str,
    now: datetime,
) -> str:
    """What is not settled first; the sums of payments by signed receipt above."""
    if not payments:
        return parts.empty(word(language, "payments_none"))
    chips = "".join(
        f'<span class="chip">{word(language, f"signed_{how}")} <b>{number:,} · '
        f"{parts.money(minor, currency)}</b></span>"
        for _, currency, how, number, minor in totals
    )
    headings = [
        (word(language, "payment_when"), "tight"),
        (word(language, "payment_order"), ""),
        (word(language, "payment_amount"), "number"),
        (word(language, "payment_standing"), ""),
    ]
    rows = (_row(language, each, standing(each, store_state, now), zone) for each in payments)
    return (f'<p class="sub">{chips}</p>' if chips else "") + parts.table(headings, rows)


def _row(language: Language, each: PhonePayment, stands: str, zone: str) -> tuple[str, ...]:
    how = word(language, "payment_signed" if each.signed else "payment_page")
    amount = parts.money(each.amount_minor, each.currency)
    if 0 < each.refunded_minor < each.amount_minor:
        back = word(language, "payment_back", parts.money(each.refunded_minor, each.currency))
        amount += f'<div class="sub">{back}</div>'
    moments = {"open": each.expires_at, "spent": each.ended_at}
    moment = parts.clock_time(moments.get(stands, each.refunded_at), zone)
    return (
        _when(language, each, zone),
        f'{parts.text(each.order)}<div class="sub">{how}</div>',
        amount,
        f'<span class="pill {_KINDS.get(stands, "")}">{word(language, f"pays.{stands}")}</span>'
        f'<div class="sub">{word(language, f"pays.{stands}.next", moment)}</div>',
    )


def _when(language: Language, each: PhonePayment, zone: str) -> str:
    asked = word(language, "payment_asked_at", parts.clock_time(each.asked_at, zone))
    if each.paid_at is None:
        return asked
    paid = word(language, "payment_paid_at", parts.clock_time(each.paid_at, zone))
    return f'{paid}<div class="sub">{asked}</div>' if each.asked_at is not None else paid
