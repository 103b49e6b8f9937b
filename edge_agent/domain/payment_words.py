"""What the shop says no to about payments, in both languages."""

from __future__ import annotations

from typing import Final

PAYMENT_REFUSALS: Final[dict[str, tuple[int, str, str]]] = {
    "unknown_payment": (404, "找不到该付款。", "There is no such payment."),
    "payment_closed": (409, "该付款已结束，请重新付款。", "This payment has ended. Please pay again."),
    "payment_not_unknown": (
        409,
        "该付款结果已明确，无需人工处理。",
        "The outcome of this payment is known: there is nothing to settle.",
    ),
    "not_by_hand": (
        409,
        "该付款由支付平台确认，不能人工确认。",
        "The provider confirms this payment itself; staff cannot.",
    ),
    "code_used": (
        409,
        "该付款码已用于另一订单，请刷新付款码后重试。",
        "This payment code was used for another order. Refresh it on the phone and try again.",
    ),
    "code_unreadable": (
        409,
        "这不是可用的付款码，请打开支付宝或微信的付款码。",
        "This is not a payment code we can take. Open the code for paying in Alipay or WeChat.",
    ),
    "offline_limit": (
        409,
        "网络中断，该支付方式暂时受限，请换一种方式或找店员。",
        "We are offline, so this way of paying is limited. Please choose another one or ask our staff.",
    ),
    "forged_notification": (
        400,
        "通知签名无效。",
        "The notification is not signed by the provider.",
    ),
    "line_not_with_shopper": (
        409,
        "这一行没有这么多件在顾客手里。",
        "The shopper does not have so many units of this line.",
    ),
    "refund_changed": (
        409,
        "可退金额已变化，请重新选择。",
        "The amount to give back is another one by now. Please choose again.",
    ),
    "unknown_difference": (404, "找不到该对账差异。", "There is no such difference."),
    "difference_settled": (409, "该对账差异已处理。", "This difference is settled already."),
    "no_statement": (
        503,
        "暂时无法取得支付平台账单，请稍后再试。",
        "The provider's statement cannot be had now. Please try again later.",
    ),
}
