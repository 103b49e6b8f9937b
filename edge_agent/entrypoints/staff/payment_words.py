"""Words on payments that a person confirms or looks up, in Chinese and English."""

from __future__ import annotations

from typing import Final

PAYMENT_WORDS: Final[dict[str, tuple[str, str]]] = {
    "to_collect": ("柜台待收款", "Pay at the counter"),
    "collect_cash": (
        "请向顾客收取现金，再确认。",
        "Take the cash from the shopper, then confirm.",
    ),
    "collect_card": (
        "请在银行卡终端上收款，再确认。",
        "Take it with the card terminal, then confirm.",
    ),
    "collected": ("已收款", "I have the money"),
    "collect_title": ("已收到 {0}？", "Do you have {0}?"),
    "collect_means": (
        "确认后订单 {0} 即已付款，随即出货。",
        "Once you confirm, order {0} is paid and its goods come out.",
    ),
    "collect_reference": ("终端凭证号（可不填）", "The terminal's reference (may stay empty)"),
    "collect_yes": ("确认：已收 {0}", "Yes, I have {0}"),
    "done_collect": ("已记录：收到 {0}。", "Noted: {0} received."),
    "payment_in_doubt": ("付款结果不明", "Was it paid?"),
    "payment_in_doubt_hint": (
        "系统会继续查询。请在支付平台的商户后台查这笔款，再如实选择。",
        "We go on asking. Look this payment up on the provider's merchant pages, then say what stands there.",
    ),
    "money_arrived": ("已到账", "The money arrived"),
    "money_did_not": ("未到账", "It did not"),
    "arrived_title": ("确认已到账？", "It arrived?"),
    "arrived_means": (
        "{0} 记为已付：订单还有效就出货，已结束就退款。",
        "{0} counts as paid. An order that still stands gets its goods; for one that has ended the money goes back.",
    ),
    "arrived_yes": ("确认：已到账", "Yes, it arrived"),
    "not_arrived_title": ("确认未到账？", "It did not arrive?"),
    "not_arrived_means": (
        "{0} 的这次付款作废，顾客可以重新付款。之后若又到账，会自动退款。",
        "This payment of {0} is closed and the shopper may pay again. Should it arrive after all, it goes back.",
    ),
    "not_arrived_yes": ("确认：未到账", "Yes, it did not arrive"),
    "done_arrived": ("已记录：{0} 已到账。", "Noted: {0} arrived."),
    "done_not_arrived": ("已记录：{0} 未到账。", "Noted: {0} did not arrive."),
    "difference": ("对账差异", "Books differ"),
    "difference_of": ("{0} · {1} 账单", "{0} · book of {1}"),
    "difference_sums": ("平台 {0}，本店 {1}", "provider {0}, this store {1}"),
    "difference_say": ("已处理…", "I saw to it…"),
    "difference_title": ("怎样处理的？", "What became of it?"),
    "difference_means": (
        "请先在支付平台的商户后台处理，再选择结果。",
        "See to it on the provider's merchant pages first, then say what became of it.",
    ),
    "done_difference": ("已记录：差异已处理。", "Noted: this difference is settled."),
}

PAYMENT_NAMES: Final[dict[str, tuple[str, str]]] = {
    "difference.missing_here": (
        "平台收了款，本店没有记录",
        "The provider took money that this store knows nothing of",
    ),
    "difference.missing_there": (
        "本店记为已付，平台没有这笔款",
        "This store has it as paid, and the provider does not",
    ),
    "difference.refund_missing_here": (
        "平台退了款，本店没有记录",
        "The provider gave money back that this store knows nothing of",
    ),
    "difference.refund_missing_there": (
        "本店记为已退，平台没有这笔退款",
        "This store has it as paid back, and the provider does not",
    ),
    "difference.amount_differs": ("金额不一致", "The amounts differ"),
    "seen_to.given_back": ("已在平台退款", "Given back on the provider's pages"),
    "seen_to.next_day": ("记在平台次日账单", "It stands in the provider's next day"),
    "seen_to.provider_wrong": ("平台已更正", "The provider has put it right"),
    "seen_to.written_off": ("作损益处理", "Booked as gain or loss"),
    "why.paid_late": ("订单结束后才到账", "Paid after the order had ended"),
    "why.paid_twice": ("重复付款", "Paid twice"),
    "why.cancelled": ("订单取消", "The order was cancelled"),
}

SEEN_TO: Final = ("given_back", "next_day", "provider_wrong", "written_off")
