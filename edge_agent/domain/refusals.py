"""What the shop says no to, with the sentence each person sees.

A refusal is an answer, not a crash: nothing was written, and asking again later may succeed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from edge_agent.domain.day.words import DAY_REFUSALS
from edge_agent.domain.member_words import REFUSALS as MEMBER_REFUSALS
from edge_agent.domain.payment_words import PAYMENT_REFUSALS
from edge_agent.domain.pickup_words import PICKUP_REFUSALS
from edge_agent.domain.promotion_words import REFUSALS as PROMOTION_REFUSALS
from edge_agent.domain.receipt_words import REFUSALS as RECEIPT_REFUSALS
from edge_agent.domain.signed_words import SIGNED_REFUSALS


@dataclass(frozen=True, slots=True)
class Refusal:
    """`code` is one of SENTENCES; `detail` names the thing at fault (a SKU, a slot, a limit)."""

    code: str
    detail: str = ""


# code: (HTTP status, Chinese, English). Each sentence says what is wrong and what to do.
SENTENCES: Final[dict[str, tuple[int, str, str]]] = {
    "malformed": (400, "请求内容有误，请检查后重试。", "The request is not valid. Check it and try again."),
    "unauthorised": (401, "请先登录。", "Please sign in first."),
    "forbidden": (403, "此操作需要店员权限。", "Only staff may do this."),
    "unknown_order": (404, "找不到该订单。", "There is no such order."),
    "unknown_item": (404, "找不到该商品。", "There is no such product."),
    "unknown_slot": (404, "找不到该货道。", "There is no such slot."),
    "unknown_vend": (404, "找不到该出货记录。", "There is no such vend."),
    "unknown_refund": (404, "找不到该退款。", "There is no such refund."),
    "sold_out": (409, "商品已售罄，请选择其他商品。", "Sold out. Please choose something else."),
    "machine_not_ready": (
        409,
        "售货机暂时不可用，请稍后再试或找店员。",
        "The machine is not ready. Try again shortly or ask our staff.",
    ),
    "food_stopped": (
        409,
        "机内温度过高，该食品已暂停销售，请选择其他商品或找店员。",
        "It got too warm in the machine, so this food is not sold. Choose something else or ask our staff.",
    ),
    "food_not_stopped": (409, "这台机器的食品没有停售。", "Food in this machine is not stopped."),
    "still_too_warm": (
        409,
        "机内温度仍然过高，或机器仍报告 EJH。请等它降温，开关一次机门，再恢复销售。",
        "It is still too warm in the machine, or it still reports EJH. Let it get cold, open and close its door, "
        "then release the food.",
    ),
    "unknown_campaign": (404, "找不到该派样活动。", "There is no such campaign."),
    "campaign_closed": (409, "派样活动尚未开始或已结束。", "This campaign has not begun, or is over."),
    "campaign_elsewhere": (
        409,
        "该派样活动不在这台机器，请看屏幕上的提示。",
        "This campaign's samples are not in this machine. See which one the screen names.",
    ),
    "sample_taken_already": (
        409,
        "您已领取过该试用装，每人限领一份。",
        "You have had this sample already. There is one for everybody.",
    ),
    "consent_needed": (
        409,
        "请先阅读并同意品牌说明，再领取试用装。",
        "Please read what the brand asks, and agree to it, before you take the sample.",
    ),
    "samples_only": (
        409,
        "该商品只作为试用装派发，请在屏幕上选择免费领取。",
        "This product is only given away as a sample. Choose the free sample on the screen.",
    ),
    "samples_gone": (409, "试用装已领完。", "The samples are all gone."),
    "unknown_handover": (404, "找不到该交付记录。", "There is no such line to hand over."),
    "handover_closed": (409, "该商品已交付或已取消。", "This line is handed over already, or given up."),
    "address_missing": (
        400,
        "寄送需要收件人、电话和地址。",
        "To send it we need a name, a phone number and an address.",
    ),
    "warehouse_offline": (
        503,
        "暂时联系不上总部仓库，请改选其他取货方式。",
        "The warehouse cannot be reached just now. Choose another way to get it.",
    ),
    "order_closed": (409, "订单已结束。", "This order has ended."),
    "already_paying": (409, "订单正在支付中。", "A payment for this order is already on its way."),
    "not_payable": (409, "订单无需支付。", "There is nothing to pay for this order."),
    "already_paid": (409, "订单已支付，无法取消。", "The order is paid and cannot be cancelled."),
    "unknown_method": (409, "不支持该支付方式。", "This way of paying is not available here."),
    "already_settled": (409, "该出货已处理。", "This vend is settled already."),
    "unknown_audit": (404, "找不到该审计。", "There is no such audit."),
    "audit_settled": (409, "该审计已处理。", "This audit is settled already."),
    "not_unknown": (
        409,
        "售货机尚未超时，请等待其结果。",
        "The machine may still answer. Wait until the vend is marked unknown.",
    ),
    "refund_too_large": (409, "退款金额超过已付金额。", "That is more than was paid."),
    "refund_not_open": (409, "该退款已处理。", "This refund is settled already."),
    "not_enough_stock": (409, "库存数量不足。", "There are not that many in stock."),
    "not_counted_in": (
        409,
        "该商品需先盘点，才能继续销售。",
        "This product has to be counted before it can be sold again.",
    ),
    "settle_first": (
        409,
        "该商品还有出货没有结果，请先处理，再盘点。",
        "A vend of this product has no outcome yet. Settle it first, then count.",
    ),
    "unknown_reservation": (404, "找不到该预订。", "There is no such reservation."),
    "reservation_closed": (409, "该预订已结束。", "This reservation has ended."),
    "must_join": (
        409,
        "本店需要重新加入总部后才能销售，请店长按平板上的步骤操作。",
        "This store must join headquarters again before it can sell. The tablet shows the steps.",
    ),
    "unproven": (
        409,
        "正在向总部确认本店数据是否最新，暂停销售，请检查网络。",
        "Sales are paused until headquarters confirms that this computer has the latest data. Check the network.",
    ),
    "broker_not_ours": (
        409,
        "本店使用外部消息服务器，请在那里为设备建立账号。",
        "This store uses a broker of its own: make the device's user there.",
    ),
    **PICKUP_REFUSALS,
    **RECEIPT_REFUSALS,
    **PAYMENT_REFUSALS,
    **DAY_REFUSALS,
    **PROMOTION_REFUSALS,
    **MEMBER_REFUSALS,
    **SIGNED_REFUSALS,
    "payload_too_large": (413, "内容过大。", "The request is too large."),
    "disk_full": (
        503,
        "设备存储空间不足，暂停销售，请找店员。",
        "The store's computer is out of disk space: sales are paused. Please ask our staff.",
    ),
    "busy": (503, "系统繁忙，请稍后再试。", "The shop is very busy. Please try again in a moment."),
    "broken": (
        500,
        "系统出错，本次操作未执行，请找店员。",
        "Something went wrong and nothing was done. Please ask our staff.",
    ),
}


def sentences(refusal: Refusal) -> tuple[int, str, str]:
    """HTTP status, Chinese and English sentence of a refusal."""
    return SENTENCES[refusal.code]
