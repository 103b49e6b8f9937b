"""Words on lines that staff hand over, in Chinese and English."""

from __future__ import annotations

from typing import Final

HANDOVER_WORDS: Final[dict[str, tuple[str, str]]] = {
    "handover_code": ("取货码 {0}", "Code {0}"),
    "line_out": ("已交付", "Handed over"),
    "cannot_hand_over": ("无法交付", "Cannot hand over"),
    "line_out_title": ("已把商品交给顾客？", "Does the shopper have it?"),
    "line_out_means": (
        "请核对取货码 {0}。确认后记为已售出。",
        "Check the code {0}. Once you confirm, it counts as sold.",
    ),
    "line_out_yes": ("是，已交付", "Yes, handed over"),
    "fail_title": ("为什么无法交付？", "Why can it not be handed over?"),
    "fail_means": (
        "这一行的钱会退给顾客，商品可以再次销售。",
        "The shopper gets the money of this line back, and the goods may be sold again.",
    ),
    "line_out_next": ("这个订单还有商品要交付", "More of this order is to be handed over"),
    "find_order": ("取货码：输入完整的码或末尾 4 位", "Pick-up code: all of it, or its last 4 characters"),
    "find_order_short": ("请至少输入末尾 {0} 位。", "Type at least its last {0} characters."),
    "find_order_none": (
        "本店没有这个取货码的订单，请核对后再试。",
        "No order of this store has that code. Check it and try again.",
    ),
    "code_shown": ("刚刚出示的取货码", "A code was just shown"),
    "pickup_ready": ("等待交付，请核对后交给顾客。", "To be handed over now, once you have checked it."),
    "pickup_collected": ("已于 {0} 取走，经手：{1}。", "Collected on {0}, handed over by {1}."),
    "pickup_refunded": ("已退款，不再交付。", "The money went back: do not hand it over."),
    "pickup_unpaid": ("还没有付款，不能交付。", "Not paid yet: do not hand it over."),
    "pickup_cancelled": ("订单已取消，没有收款。", "The order was cancelled, and nothing was paid."),
    "pickup_nothing": (
        "这个订单没有要在柜台交付的商品。",
        "Nothing of this order is handed over at the counter.",
    ),
    "done_handed_over": ("已记录：已交付。", "Noted: handed over."),
    "done_not_handed_over": ("已记录：这一行退款。", "Noted: the money of this line goes back."),
}

HANDOVER_NAMES: Final[dict[str, tuple[str, str]]] = {
    "handed.requested": ("待交付", "To be handed over"),
    "handed.done": ("已交付", "Handed over"),
    "handed.failed": ("未交付，退款", "Not handed over: money back"),
    "handed.reversed": ("已退货", "Taken back"),
    "pickup.ready": ("待取货", "To collect"),
    "pickup.collected": ("已取走", "Collected"),
    "pickup.refunded": ("已退款", "Money back"),
    "pickup.unpaid": ("未付款", "Not paid"),
    "pickup.cancelled": ("已取消", "Cancelled"),
    "pickup.nothing": ("无需取货", "Nothing to collect"),
    "by.staff": ("店员", "our staff"),
    "by.shopper": ("顾客自取", "the shopper alone"),
    "by.headquarters": ("总部", "headquarters"),
    "by.shelf": ("货架", "the shelf"),
    "handover.missing": ("找不到商品", "It cannot be found"),
    "handover.broken": ("商品破损", "It is broken"),
    "handover.not_collected": ("顾客没有来取", "Nobody collected it"),
    "handover.declined": ("顾客不要了", "The shopper does not want it"),
}

FAIL_REASONS: Final = ("missing", "broken", "not_collected", "declined")
