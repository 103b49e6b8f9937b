"""Pure: what a shopper's phone shows of a payment, and of a signed receipt, in Chinese or in English."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from typing import Final

from cloud_sync.hq.phone.stores import Sign
from cloud_sync.hq.phone_payments import Paid, Payment
from cloud_sync.protocol.codes.own_codes import Content
from cloud_sync.protocol.money import format_minor
from cloud_sync.protocol.phone import frame
from cloud_sync.protocol.phone.code_picture import svg
from cloud_sync.protocol.phone.frame import Language, pick, say

_WORDS: Final[dict[str, tuple[str, str]]] = {
    "pay": ("付款", "Pay"),
    "decline": ("不付了", "Decline"),
    "order": ("订单 {0}", "Order {0}"),
    "training": ("演示付款，不会动用真钱。", "This is training money: nothing is really charged."),
    "offline": (
        "门店暂时离线：付款后您会得到一个收据码，请给店里的扫码器看。",
        "The store is offline. After paying you get a receipt code to show to its scanner.",
    ),
    "pay_until": ("请在 {0} 之前付款。", "Pay before {0}."),
    "paid": ("已付款", "Paid"),
    "look": ("请看店里的屏幕，商品马上就来。", "Look at the store's screen: your goods are on their way."),
    "not_paid": ("未付款", "Not paid"),
    "closed": (
        "付款已关闭，没有收款。要购买请重新下单。",
        "This payment is closed and nothing was charged. To buy, order again.",
    ),
    "refunded": ("已退款", "Refunded"),
    "back": ("已退给您 {0}。", "{0} went back to you."),
    "back_partly": ("已退给您 {0}，其余已付。", "{0} went back to you; the rest stays paid."),
    "receipt_void": ("收据码已失效。", "The receipt code is no longer good."),
    "receipt": ("收据", "Receipt"),
    "used": ("收据已在店里使用。", "The receipt was used in the store."),
    "ended": (
        "订单已结束，正在退款。",
        "The order has ended; your money is on its way back.",
    ),
    "expired": ("收据已过期", "Receipt expired"),
    "expired_why": (
        "收据码在 {0} 已过期，门店不再接受。没有用掉的钱，门店上线后会自动退给您。",
        "The receipt code was good until {0}; the store takes it no more. If it was not used, your money comes back "
        "by itself when the store is online again.",
    ),
    "show": ("请把这个码给店里的扫码器看", "Show this code to the store's scanner"),
    "good_until": ("有效至 {0}", "Good until {0}"),
    "once": (
        "只能用一次，只用于此订单。没有用掉，门店上线后会自动退款。",
        "Good once, for this order only. If it is not used, your money comes back by itself when the store is "
        "online again.",
    ),
    "cannot": ("无法付款", "Cannot pay"),
}
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


@dataclass(frozen=True)
class Pages:
    """The pages for one reader, at one address (`here`) and moment."""

    language: Language
    here: str
    now: datetime

    def to_pay(self, payment: Payment, sign: Sign) -> str:
        """A payment of an online store: pay or decline, or what became of it."""
        if payment.refunded_minor:
            whole = payment.refunded_minor >= payment.amount_minor
            back = format_minor(payment.refunded_minor, payment.currency)
            return self._told("refunded", payment, sign, self._p("back" if whole else "back_partly", back))
        if payment.state == "paid":
            return self._told("paid", payment, sign, self._p("look", kind="say good"))
        if payment.state == "closed":
            return self._told("not_paid", payment, sign, self._p("closed"))
        return self._told(
            "pay",
            payment,
            sign,
            f'{self._p("training", kind="sub")}<form method="post" action="/p/{escape(payment.token or "")}">'
            f'<button name="answer" value="pay">{self._say("pay")}</button>'
            f'<button class="no" name="answer" value="decline">{self._say("decline")}</button></form>',
        )

    def to_pay_offline(self, asked: Content, code: str, sign: Sign) -> str:
        """A verified order code of a store that is offline."""
        return self._told(
            "pay",
            asked,
            sign,
            f'{self._p("offline", kind="note")}<form method="post" action="/p/s/pay">'
            f'<input type="hidden" name="c" value="{escape(code)}"><button>{self._say("pay")}</button></form>'
            f"{self._p('pay_until', self._clock(asked.expires_at, sign), kind='sub')}"
            f"{self._p('training', kind='sub')}",
        )

    def receipt(self, paid: Paid, sign: Sign) -> str:
        """The signed receipt to show, or what became of it."""
        one = paid.payment
        if one.refunded_minor:
            back = format_minor(one.refunded_minor, one.currency)
            return self._told("refunded", one, sign, self._p("back", back) + self._p("receipt_void"))
        if not paid.code or one.expires_at is None:
            said = self._p("used", kind="say good") if one.ledger == "spent" else self._p("ended")
            return self._told("receipt", one, sign, said)
        until = self._clock(int(one.expires_at.timestamp()), sign)
        if one.expires_at <= self.now:
            return self._told("expired", one, sign, self._p("expired_why", until, kind="note"))
        return self._told(
            "paid",
            one,
            sign,
            f'{self._p("show", kind="say")}<div class="qr" id="receipt">{svg(paid.code)}</div>'
            f"{self._p('good_until', until)}{self._p('once', kind='sub')}<code>{escape(paid.code)}</code>",
        )

    def refused(self, code: str) -> str:
        """Why nothing was charged."""
        why = say(self.language, _WHY.get(code, _WHY["unknown"]))
        return self._page("cannot", f'<div class="card"><p>{why}</p></div>')

    def _told(self, title: str, of: Payment | Content, sign: Sign, body: str) -> str:
        order = of.order if isinstance(of, Content) else of.order_id
        return self._page(
            title,
            f'<div class="card"><div class="amount">{escape(format_minor(of.amount_minor, of.currency))}</div>'
            f"{self._p('order', order, kind='sub')}{body}</div>",
            sign.name,
        )

    def _page(self, title: str, body: str, head: str = "") -> str:
        return frame.page(self.language, pick(self.language, _WORDS[title]), body, here=self.here, head=head)

    def _say(self, key: str, *values: object) -> str:
        return say(self.language, _WORDS[key], *values)

    def _p(self, key: str, *values: object, kind: str = "") -> str:
        return f'<p class="{kind}">{self._say(key, *values)}</p>'

    def _clock(self, at_s: int, sign: Sign) -> str:
        """A moment on the store's clock; with its day where that is not today."""
        then, today = datetime.fromtimestamp(at_s, UTC).astimezone(sign.zone), self.now.astimezone(sign.zone)
        return f"{then:%H:%M}" if then.date() == today.date() else f"{then:%Y-%m-%d %H:%M}"
