"""Pure: the newest orders, and one of them with everything that hangs on it."""

from __future__ import annotations

from collections import Counter
from typing import Final

from cloud_sync.protocol.receipts.words import WAYS, both
from edge_agent.entrypoints.staff import parts
from edge_agent.entrypoints.staff.parts import goods, money, text
from edge_agent.entrypoints.staff.payment_area import method_name
from edge_agent.entrypoints.staff.plain import fault, named, why_refund
from edge_agent.entrypoints.staff.shop import Entity, Shop
from edge_agent.entrypoints.staff.words import LANGUAGES, Language, word

STATE_KIND: Final = {"completed": "good", "in_doubt": "warn", "owed": "warn"}
HANDOVER_KIND: Final = {"done": "good", "failed": "bad"}
VEND_KIND: Final = {"dispensed": "good", "failed": "bad", "unknown": "warn"}


def render(language: Language, shop: Shop) -> str:
    """The area's HTML."""
    if not shop.orders:
        return parts.blank(word(language, "no_orders"), word(language, "no_orders_hint"))
    rows = "".join(_row(language, shop, order) for order in shop.orders)
    heading = word(language, "last_orders", len(shop.orders))
    return f'<section><h2>{heading}</h2><div class="orders">{rows}</div></section>'


def _row(language: Language, shop: Shop, order: Entity) -> str:
    lines = "、" if language == "zh" else ", "
    what = lines.join(f"{goods(language, line)} × {line['qty']}" for line in order["lines"])
    back = order["refunded_minor"]
    refunded = (
        f'<span class="sub">{word(language, "refunded")} {money(back, order["currency"])}</span>'
        if back
        else ""
    )
    return (
        f'<button type="button" class="order" data-key="{text(order["id"])}" {parts.does("order", order["id"])}>'
        f'<span class="when">{parts.clock_time(order["placed_at"], shop.store["timezone"])}</span>'
        f'<span class="words">{what}</span>{state_pill(language, order)}'
        f'<span class="amount">{money(order["total_minor"], order["currency"])}{refunded}</span></button>'
    )


def state_pill(language: Language, order: Entity) -> str:
    """An order's state in its colour."""
    state = order["state"]
    if any(vend["state"] == "unknown" for vend in order["vends"]):
        state = "in_doubt"
    elif any(refund["state"] != "refunded" for refund in order["refunds"]):
        state = "owed"
    return parts.pill(text(named(language, "order", state)), STATE_KIND.get(state, ""))


def details(language: Language, shop: Shop, order: Entity) -> str:
    """Everything about one order."""
    currency, back = order["currency"], _taken_back(shop)
    lines = "".join(
        f'<div class="row"><span class="words">{goods(language, line)} × {line["qty"]}'
        f"{_back(language, back[line['line']])}</span>"
        f'<span class="who">{_way(language, line)}</span>'
        f'<span class="size">{money(line["price_minor"] * line["qty"], currency)}</span></div>'
        for line in order["lines"]
    )
    blocks = [
        lines,
        _sums(language, order),
        _vends(language, order),
        _handovers(language, order),
        _refunds(language, order),
    ]
    return "".join(f'<div class="rows">{block}</div>' for block in blocks if block)


def _taken_back(shop: Shop) -> Counter[int]:
    """Units of each line that no longer count as sold."""
    back: Counter[int] = Counter()
    if shop.decided is not None:
        for vend in shop.decided.vends:
            back[vend.line] += vend.reversed
        for handover in shop.decided.handovers:
            back[handover.line] += handover.reversed
    return back


def _back(language: Language, units: int) -> str:
    return f'<br><span class="sub">{word(language, "units_back", units)}</span>' if units else ""


def _way(language: Language, line: Entity) -> str:
    """How a line reaches the shopper: its slot, or in words."""
    if line["slot"]:
        return f"{text(line['device'])} {text(line['slot'])}"
    return text(both(WAYS, line["handover"])[LANGUAGES.index(language)])


def _handovers(language: Language, order: Entity) -> str:
    return "".join(
        f'<div class="row"><span class="words">{text(both(WAYS, each["how"])[LANGUAGES.index(language)])} · '
        f"{_goods_of(language, order, each)} × {each['qty']}</span>"
        f"{parts.pill(text(named(language, 'handed', each['state'])), HANDOVER_KIND.get(each['state'], ''))}</div>"
        for each in order["handovers"]
    )


def _goods_of(language: Language, order: Entity, handover: Entity) -> str:
    line = next((line for line in order["lines"] if line["line"] == handover["line"]), None)
    return text(handover["sku"]) if line is None else goods(language, line)


def _sums(language: Language, order: Entity) -> str:
    payment = order["payment"]
    paid = word(language, "no_payment")
    if payment is not None:
        method = method_name(language, payment["method"])
        state = parts.inside(language, named(language, "payment", payment["state"]))
        paid = text(f"{method} · {state}")
    return (
        f'<div class="row"><span class="words">{word(language, "payment")}</span><span class="who">{paid}</span>'
        f'<span class="size"><b>{money(order["paid_minor"], order["currency"])}</b></span></div>'
    )


def _vends(language: Language, order: Entity) -> str:
    return "".join(
        f'<div class="row"><span class="words">{word(language, "vends")} {text(vend["device"])} {text(vend["slot"])}'
        f"{_vend_why(language, vend)}</span>"
        f"{parts.pill(text(named(language, 'vend', vend['state'])), VEND_KIND.get(vend['state'], ''))}</div>"
        for vend in order["vends"]
    )


def _vend_why(language: Language, vend: Entity) -> str:
    if vend["state"] == "unknown":
        why = text(named(language, "case", vend["code"]))
    elif vend["state"] == "failed" and vend["code"] != "staff":
        why = text(f"{fault(language, vend['code'])[0]} ({vend['code']})")
    else:
        return ""
    return f'<br><span class="sub">{why}</span>'


def _refunds(language: Language, order: Entity) -> str:
    return "".join(
        f'<div class="row"><span class="words">{word(language, "refunds")}: '
        f"{text(parts.inside(language, why_refund(language, back['reason'])))}</span>"
        f"<span class=who>{text(parts.inside(language, named(language, 'refund', back['state'])))}</span>"
        f'<span class="size">{money(back["amount_minor"], order["currency"])}</span></div>'
        for back in order["refunds"]
    )
