"""Pure: what a shopper's phone shows of a payment, and of a signed receipt, in Chinese and English."""

from __future__ import annotations

from datetime import UTC, datetime
from html import escape
from typing import Final

import segno

from cloud_sync.hq.phone.frame import page
from cloud_sync.hq.phone_payments import Paid, Payment
from cloud_sync.protocol.codes.own_codes import Content
from cloud_sync.protocol.money import format_minor

_TITLE: Final = "付款 · Pay"
_TRAINING: Final = (
    '<p class="sub">演示付款，不会动用真钱 · This is training money: nothing is really charged.</p>'
)
_WHY: Final[dict[str, tuple[str, str]]] = {
    "unreadable": (
        "这不是可付款的订单码，请重新扫描店里屏幕上的码。",
        "This is no code of an order. Scan the one on the store's screen again.",
    ),
    "forged": (
        "无法确认此订单码来自门店，没有收款。请找店员，或用其他方式付款。",
        "We cannot confirm that a store made this code. Nothing was charged: ask the staff, or pay another way.",
    ),
    "expired": (
        "付款时间已过，没有收款。请重新下单。",
        "The time to pay is over. Nothing was charged: order again.",
    ),
    "order_ended": ("订单已结束，没有收款。", "This order has ended. Nothing was charged."),
    "payment_differs": (
        "此订单码与已知订单不符，没有收款。",
        "This code differs from the order that we know. Nothing was charged.",
    ),
    "unknown": ("没有这笔付款，链接可能有误。", "There is no such payment. The link may be wrong."),
}


def money(amount_minor: int, currency: str) -> str:
    """An amount as people read it."""
    return escape(format_minor(amount_minor, currency))


def to_pay(payment: Payment) -> str:
    """A payment of an online store: pay or decline, or what became of it."""
    head = _head(payment.store, payment.amount_minor, payment.currency, payment.order_id)
    if payment.refunded_minor:
        back = money(payment.refunded_minor, payment.currency)
        return page(
            "已退款 · Refunded",
            f'<div class="card">{head}<p>已退 {back} · {back} went back to you.</p></div>',
        )
    if payment.state == "paid":
        return page(
            "已付款 · Paid",
            f'<div class="card">{head}<p>已付款，请看店里的屏幕 · Paid. Look at the screen.</p></div>',
        )
    if payment.state == "closed":
        return page(
            "未付款 · Not paid", f'<div class="card">{head}<p>付款已关闭 · This payment is closed.</p></div>'
        )
    token = escape(payment.token or "")
    return page(
        _TITLE,
        f'<div class="card">{head}{_TRAINING}<form method="post" action="/p/{token}">'
        '<button name="answer" value="pay">付款 · Pay</button>'
        '<button class="grave" name="answer" value="decline">不付了 · Decline</button></form></div>',
    )


def to_pay_offline(asked: Content, code: str) -> str:
    """A verified order code of a store that is offline."""
    head = _head(asked.store, asked.amount_minor, asked.currency, asked.order)
    return page(
        _TITLE,
        f'<div class="card">{head}{_TRAINING}<p class="sub">门店暂时离线：付款后您会得到一个收据码，给店里的扫码器看 · '
        "The store is offline. After paying you get a receipt code to show to its scanner.</p>"
        f'<form method="post" action="/p/s/pay"><input type="hidden" name="c" value="{escape(code)}">'
        f'<button>付款 · Pay</button></form><p class="sub">{_until(asked.expires_at)}</p></div>',
    )


def receipt(paid: Paid) -> str:
    """The signed receipt to show, or what became of it."""
    one = paid.payment
    head = _head(one.store, one.amount_minor, one.currency, one.order_id)
    if one.refunded_minor:
        back = money(one.refunded_minor, one.currency)
        return page(
            "已退款 · Refunded",
            f'<div class="card">{head}<p>已退 {back}，收据码已失效。</p><p>{back} went back to you; the receipt is no '
            "longer good.</p></div>",
        )
    if not paid.code:
        told = (
            "<p>收据已在店里使用 · The receipt was used in the store.</p>"
            if one.ledger == "spent"
            else "<p>订单已结束，正在退款 · The order has ended; your money is on its way back.</p>"
        )
        return page("收据 · Receipt", f'<div class="card">{head}{told}</div>')
    picture = segno.make_qr(paid.code, error="m").svg_inline(scale=6, border=3)
    until = one.expires_at
    left = "" if until is None else _until(int(until.timestamp()))
    return page(
        "已付款 · Paid",
        f'<div class="card">{head}<p><b>请把这个码给店里的扫码器看 · Show this code to the scanner in the store</b></p>'
        f'<div class="qr" id="receipt">{picture}</div><p class="sub">{left}</p><code>{escape(paid.code)}</code>'
        '<p class="sub">只能用一次，只用于此订单。没有用掉，门店上线后会自动退款</p>'
        '<p class="sub">Good once, for this order only. If it is not used, your money comes back by itself when the '
        "store is online again.</p></div>",
    )


def refused(code: str) -> str:
    """Why nothing was charged."""
    zh, en = _WHY.get(code, _WHY["unknown"])
    return page("无法付款 · Cannot pay", f'<div class="card"><div class="wrong">{zh}<br>{en}</div></div>')


def _head(store: str, amount_minor: int, currency: str, order: str) -> str:
    return (
        f'<div class="amount">{money(amount_minor, currency)}</div>'
        f'<p class="sub">{escape(store)} · 订单 order {escape(order)}</p>'
    )


def _until(at_s: int) -> str:
    return f"有效至 · good until {datetime.fromtimestamp(at_s, UTC):%Y-%m-%d %H:%M} UTC"
