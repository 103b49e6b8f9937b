"""Every sentence of the phone's shop, in Chinese and English."""

from __future__ import annotations

from typing import Final

WORDS: Final[dict[str, tuple[str, str]]] = {
    "shop": ("扫码购", "Scan to buy"),
    "unknown": (
        "没有找到这个商品。请重新扫描货架、机器或橱窗上的码，或询问店员。",
        "We do not know this product. Scan the code on the shelf, machine or window again, or ask our staff.",
    ),
    "scan": (
        "请用手机扫描货架、机器或橱窗上的商品码。",
        "Scan the code of a product on the shelf, the machine or the window.",
    ),
    "gone": ("暂时售罄", "Sold out for now"),
    "quantity": ("数量", "How many"),
    "how": ("怎么取货", "How you get it"),
    "window": (
        "现在没有店员：您可以下单后到店自提，或由我们寄送。",
        "Nobody is here just now: order to pick it up later, or have it sent.",
    ),
    "contact": (
        "寄送地址（只用于寄送，之后删除）",
        "Where to (only used to send it, and deleted afterwards)",
    ),
    "address_page": ("寄送地址", "Your address"),
    "address_title": ("寄到哪里？", "Where shall we send it?"),
    "address_hint": (
        "只用于寄送这个订单，30 天后删除；不会显示在购物屏上。",
        "Only used to send this order, and deleted after 30 days. It is not shown on the kiosk.",
    ),
    "address_missing": (
        "收件人、电话和地址都要填写。",
        "A name, a phone number and an address are all needed.",
    ),
    "address_give": ("提交地址", "Use this address"),
    "address_thanks": (
        "已收到地址，请回到购物屏付款。",
        "We have your address. Go back to the kiosk to pay.",
    ),
    "address_given": (
        "地址已经填好，请回到购物屏付款。",
        "The address has been given already. Go back to the kiosk to pay.",
    ),
    "address_other": (
        "已经有人用另一部手机填了地址。如果不是您的同伴，请在购物屏上取消订单，重新开始。",
        "Another phone gave an address first. If that was not you, cancel at the kiosk and begin anew.",
    ),
    "address_void": (
        "这个页面已经失效，请在购物屏上重新取码。",
        "This page is no longer valid. Ask the kiosk for a new code.",
    ),
    "name": ("收件人", "Name"),
    "phone": ("电话", "Phone"),
    "address": ("地址", "Address"),
    "order": ("下单", "Order"),
    "hint": ("下一步显示应付金额，此时还不付款", "The next page shows the total; nothing is paid yet"),
    "sum": ("合计", "Total"),
    "total": ("应付", "To pay"),
    "until": ("为您保留到 {0}", "Kept for you until {0}"),
    "pay": ("付款：{0}", "Pay: {0}"),
    "paying": ("正在准备付款…", "Preparing the payment…"),
    "open": ("打开付款页面", "Open the payment page"),
    "unpaid": ("还没有收到付款，请付款或取消。", "No payment has arrived yet. Pay, or cancel."),
    "cancel": ("取消订单", "Cancel the order"),
    "number": ("取货码 / 订单号", "Pick-up code / order"),
    "show_code": ("取货时请店员扫这个码", "Have our staff scan this when you collect it"),
    "receipt": ("查看小票", "See the receipt"),
    "free": ("确认领取", "Confirm"),
    "slow": ("操作太频繁，请稍等片刻再试。", "Too many requests. Wait a moment and try again."),
    "no_order": ("找不到该订单。", "There is no such order."),
    "bad_form": ("填写有误，请返回检查。", "Something on the form is not right. Go back and check it."),
    "do.vend": ("请到售货机取货", "Take it at the machine"),
    "do.shelf": ("请直接从货架取走，出示本页即可", "Take it from the shelf; show this page when asked"),
    "do.staff": ("请向店员出示取货码", "Show the code to our staff"),
    "do.pickup": ("营业时间到店出示取货码", "Show the code in the shop while it is open"),
    "do.ship_store": ("我们会尽快寄出", "We send it soon"),
    "do.ship_warehouse": ("仓库会尽快寄出", "The warehouse sends it soon"),
    "stays": ("不对劲？请把订单号给店员看。", "Something wrong? Show the order's number to our staff."),
}

STATES: Final[dict[str, tuple[str, str]]] = {
    "open": ("等待付款", "Waiting for payment"),
    "awaiting_payment": ("等待付款", "Waiting for payment"),
    "paid": ("已付款", "Paid"),
    "fulfilling": ("已付款，准备交付", "Paid, on its way to you"),
    "completed": ("完成", "Done"),
    "part_refunded": ("部分退款", "Partly refunded"),
    "refunded": ("已退款", "Refunded"),
    "cancelled": ("已取消", "Cancelled"),
    "expired": ("超时未付，已取消", "Not paid in time, cancelled"),
}

UNITS: Final[dict[str, tuple[str, str]]] = {
    "requested": ("待交付", "waiting"),
    "dispensing": ("出货中", "coming out"),
    "dispensed": ("已出货", "done"),
    "done": ("已交付", "done"),
    "failed": ("未交付，退款", "not handed over, money goes back"),
    "reversed": ("已退款", "money back"),
    "unknown": ("店员正在核实", "our staff look into it"),
}
