"""What a receipt says, in Chinese and in English; a code that nobody named is shown as it is."""

from __future__ import annotations

from typing import Final

WORDS: Final[dict[str, tuple[str, str]]] = {
    "sale": ("销售小票", "Receipt"),
    "refund": ("退款凭证", "Refund"),
    "copy": ("副本", "COPY"),
    "number": ("小票号", "No."),
    "original": ("原小票", "Original receipt"),
    "order": ("订单", "Order"),
    "time": ("时间", "Time"),
    "total": ("合计", "Total"),
    "list_price": ("原价", "List price"),
    "rate": ("税率", "Rate"),
    "gross": ("含税", "Gross"),
    "tax_added": ("标价未含税", "Tax added to list prices"),
    "paid": ("已付", "Paid"),
    "given_back": ("已退款", "Refunded"),
    "back_now": ("本次退款", "Refunded now"),
    "case": ("受理编号", "Case"),
    "member": ("会员", "Member"),
    "points_spent": ("使用积分", "Points used"),
    "points_earned": ("获得积分", "Points earned"),
    "see_page": ("扫码查看电子小票与最新进度", "Scan for this receipt and how it stands"),
    "live": ("本页会自动更新", "This page refreshes by itself"),
    "print": ("打印", "Print"),
    "keep": ("请保留小票以便退换", "Keep it for exchange and returns"),
}

METHODS: Final[dict[str, tuple[str, str]]] = {
    "none": ("免费", "Free"),
    "counter": ("柜台收款", "Cash at the counter"),
    "card": ("银行卡", "Card"),
    "sandbox": ("演示支付", "Training payment"),
    "signed": ("手机支付凭证", "Phone payment with signed receipt"),
    "alipay": ("支付宝", "Alipay"),
    "wechat": ("微信支付", "WeChat Pay"),
}

WAYS: Final[dict[str, tuple[str, str]]] = {
    "vend": ("售货机出货", "From the machine"),
    "sample": ("试用装", "Sample"),
    "shelf": ("货架自取", "From the shelf"),
    "staff": ("店员交付", "From our staff"),
    "pickup": ("到店自提", "To be picked up"),
    "ship_store": ("门店寄送", "Sent by the store"),
    "ship_warehouse": ("仓库寄送", "Sent by the warehouse"),
}

STATES: Final[dict[str, tuple[str, str]]] = {
    "waiting": ("待取", "on its way"),
    "done": ("已取", "handed over"),
    "failed": ("未成功，退款", "failed: money back"),
    "unknown": ("待人工确认", "our staff look into it"),
    "reversed": ("已退货", "taken back"),
}

REFUND_STATES: Final[dict[str, tuple[str, str]]] = {
    "requested": ("退款中", "on its way back"),
    "refunded": ("已退款", "given back"),
    "refused": ("待人工退款", "our staff give it back"),
}

CHANGES: Final[dict[str, tuple[str, str]]] = {
    "discount": ("折扣", "Discount"),
    "coupon": ("优惠券", "Coupon"),
    "bundle": ("组合优惠", "Bundle"),
    "member": ("会员价", "Member price"),
    "points": ("积分抵扣", "Points"),
    "staff": ("店员改价", "Price set by staff"),
}


def both(words: dict[str, tuple[str, str]], code: str) -> tuple[str, str]:
    """Chinese and English of a code."""
    return words.get(code, (code, code))


def line(words: dict[str, tuple[str, str]], code: str) -> str:
    """Chinese and English of a code, side by side; once where they are the same."""
    chinese, english = both(words, code)
    return chinese if chinese == english else f"{chinese} {english}"
