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
    "payment_ask": ("再查一次", "Ask again"),
    "ask_title": ("再查询一次？", "Ask the provider again?"),
    "ask_means": (
        "系统每隔几秒自动查询。现在立即再查一次，结果会显示在订单里。",
        "We ask by ourselves every few seconds. This asks now; the answer shows on the order.",
    ),
    "ask_yes": ("立即查询", "Ask now"),
    "done_ask": ("正在查询，结果会显示在订单里。", "Asked. The answer shows on the order."),
    "not_paid": ("未付款，取消…", "Not paid: cancel…"),
    "not_paid_title": ("没有付 {0}？", "{0} was not paid?"),
    "not_paid_means": (
        "请先看一下顾客的手机。系统会在支付平台关闭这笔付款，再取消订单 {1}。如果其实已付，{0} 会自动退回。",
        "Look at the shopper's phone first. The payment is closed at its provider, then order {1} is cancelled."
        " Should {0} have been paid after all, it goes back by itself.",
    ),
    "not_paid_by_hand_means": (
        "请确认没有收到 {0}。订单 {1} 将取消，商品可再售。",
        "Make sure that nobody took the {0}. Order {1} is cancelled, and its goods can be sold again.",
    ),
    "not_paid_yes": ("确认：未付款，取消订单", "Yes, not paid: cancel the order"),
    "done_not_paid": (
        "正在支付平台关闭这笔付款，订单 {0} 随即取消。",
        "The payment is being closed at its provider; order {0} is cancelled with it.",
    ),
    "done_not_paid_by_hand": ("订单 {0} 正在取消。", "Order {0} is being cancelled."),
    "books": ("支付平台对账", "Providers' books"),
    "books_hint": (
        "日结之后和次日上午 11 点自动核对，也可以现在核对。",
        "Compared by themselves after the Z and at 11 the next morning, or now.",
    ),
    "books_see": ("查看", "Look"),
    "books_running": ("尚未出账", "not due yet"),
    "books_due": ("尚未对账", "not compared yet"),
    "books_agrees": ("相符", "agrees"),
    "books_differs": ("{0} 项差异", "{0} to look into"),
    "books_title": ("{0} 对账", "Books of {0}"),
    "books_means": (
        "逐笔核对支付平台的账单与本店账本。",
        "The provider's book against this store's, payment by payment.",
    ),
    "books_now": ("现在核对", "Compare now"),
    "books_working": ("正在取账单并核对…", "Getting the books and comparing…"),
    "books_never": ("还没有核对过", "never compared"),
    "books_last": ("上次核对 {0} · 平台 {1} 笔", "compared last {0} · entries there: {1}"),
    "refund_lines": ("退哪些商品？也可以直接输入金额", "Which goods? Or type an amount"),
    "refund_held": ("每件 {0} · 顾客手里 {1} 件", "{0} each · the shopper has {1}"),
    "units_back": ("其中已退货 {0} 件", "{0} taken back"),
    "refund_means_card": (
        "银行卡收款：记录后请在银行卡终端上退款，再确认。",
        "Paid by card: refund it on the card terminal afterwards and confirm it.",
    ),
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
    "book.not_out": ("平台还没有出这天的账单", "The provider's book of this day is not out yet"),
    "book.no_answer": (
        "平台没有给出账单，稍后自动再试",
        "The provider gave no book; it is asked again by itself",
    ),
    "why.paid_late": ("订单结束后才到账", "Paid after the order had ended"),
    "why.paid_twice": ("重复付款", "Paid twice"),
    "why.cancelled": ("订单取消", "The order was cancelled"),
}

SEEN_TO: Final = ("given_back", "next_day", "provider_wrong", "written_off")
