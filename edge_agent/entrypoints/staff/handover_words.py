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
    "done_handed_over": ("已记录：已交付。", "Noted: handed over."),
    "done_not_handed_over": ("已记录：这一行退款。", "Noted: the money of this line goes back."),
}

HANDOVER_NAMES: Final[dict[str, tuple[str, str]]] = {
    "handed.requested": ("待交付", "To be handed over"),
    "handed.done": ("已交付", "Handed over"),
    "handed.failed": ("未交付，退款", "Not handed over: money back"),
    "handed.reversed": ("已退货", "Taken back"),
    "handover.missing": ("找不到商品", "It cannot be found"),
    "handover.broken": ("商品破损", "It is broken"),
    "handover.not_collected": ("顾客没有来取", "Nobody collected it"),
    "handover.declined": ("顾客不要了", "The shopper does not want it"),
}

FAIL_REASONS: Final = ("missing", "broken", "not_collected", "declined")
