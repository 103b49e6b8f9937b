"""The words on limits while offline, payments by phone and what the warehouse sends. `words` hands them out."""

from __future__ import annotations

from typing import Final

from cloud_sync.protocol.receipts.words import METHODS

SALE_WORDS: Final[dict[str, tuple[str, str]]] = {
    **{f"method.{method}": names for method, names in METHODS.items()},
    # ── limits while offline ──
    "limits": ("断网时的收款限额", "Limits while offline"),
    "limits_how": (
        "门店连不上总部时，每种付款方式单笔最多收多少，断网以来合计最多收多少。",
        "While a store cannot reach headquarters: one payment at most, and all payments since then at most.",
    ),
    "limits_unheard": (
        "门店还没有确认最近的改动；下次同步时告诉它。",
        "The store has not confirmed the last change: it is told with its next sync.",
    ),
    "limit_method": ("付款方式", "Way of paying"),
    "limit_payment": ("单笔", "One payment"),
    "limit_total": ("合计", "All together"),
    "limit_none": ("不收", "not taken"),
    "limit_endless": ("不限", "no limit"),
    "limit_default": ("默认", "default"),
    "limit_laid_down": ("总部 {0}", "headquarters, {0}"),
    "field.method": ("付款方式", "Way of paying"),
    "field.payment": ("单笔最多（{0}，0 表示不收）", "One payment at most, in {0} (0: not taken)"),
    "field.total": ("断网以来合计最多（{0}）", "All payments since the line went at most, in {0}"),
    "field.no_total": ("合计不限", "No limit to all together"),
    "hint.default_limit": ("默认：单笔 {0}，合计 {1}", "The default: {0} a payment, {1} all together"),
    "total_or_none": (
        "请填合计限额，或勾选不限，二选一。",
        "Give a limit for all together, or tick that there is none: one of the two.",
    ),
    "bad_amount": (
        "{0}：这不是 {1} 的金额，请写成 200 或 49.9 这样",
        "{0}: this is no amount of {1}; write it as 200 or 49.9",
    ),
    "act.offline-limit": ("更改限额", "Change a limit"),
    "act.offline-limit.about": (
        "门店断网时按这个限额收款。太高，损失时由总部承担；太低，顾客付不了款。门店下次同步时得知。",
        "What the store takes while it is offline. Too high, and a loss is headquarters' own; too low, and shoppers "
        "cannot pay. The store is told with its next sync.",
    ),
    "act.offline-limit.done": ("限额已更改。", "The limit is changed."),
    "short.offline-limit": ("更改", "Change"),
    "act.limit-default": ("恢复默认限额", "Back to the default"),
    "act.limit-default.about": (
        "总部不再规定这种付款方式的限额，门店按自己的默认值收款。",
        "Headquarters lays nothing down for this way of paying; the store keeps to its own careful limit.",
    ),
    "act.limit-default.done": ("已恢复默认限额。", "The default counts again."),
    "short.limit-default": ("恢复默认", "Default"),
    # ── payments on headquarters' phone page ──
    "payments": ("手机付款", "Payments by phone"),
    "payments_none": ("还没有顾客用手机付款。", "No shopper has paid by phone yet."),
    "payment_when": ("时间", "Time"),
    "payment_order": ("订单", "Order"),
    "payment_amount": ("金额", "Amount"),
    "payment_standing": ("状态", "How it stands"),
    "payment_signed": ("签名凭证（门店断网）", "signed receipt"),
    "payment_page": ("付款页", "payment page"),
    "payment_paid_at": ("{0} 付款", "paid {0}"),
    "payment_asked_at": ("{0} 发起", "asked for {0}"),
    "payment_back": ("已退 {0}", "{0} went back"),
    "signed_spent": ("凭证已用", "Receipts spent"),
    "signed_open": ("凭证未用", "Receipts open"),
    "signed_refunded": ("凭证已退款", "Receipts given back"),
    "pays.waiting": ("等顾客付款", "Waits for the shopper"),
    "pays.waiting.next": (
        "顾客不付，订单到期后门店会关闭它，不动钱。",
        "If nobody pays, the store closes it when the order expires; no money moves.",
    ),
    "pays.closed": ("已关闭", "Closed"),
    "pays.closed.next": ("没有收钱。", "No money was taken."),
    "pays.paid": ("已付款", "Paid"),
    "pays.paid.next": ("门店已经知道，无需处理。", "The store is told; nothing to do."),
    "pays.open": ("已付款，凭证未用", "Paid, receipt open"),
    "pays.open.next": (
        "顾客可以在 {0} 之前到门店扫凭证。",
        "The shopper may show the receipt to the store until {0}.",
    ),
    "pays.overdue": ("凭证过期，等门店账本", "Expired, waits for the store"),
    "pays.overdue.next": (
        "门店联网后账本会说：已用，或者没用、自动退款。",
        "The store's ledger will say: spent, or not, and then the money goes back by itself.",
    ),
    "pays.going_back": ("没用，正在退款", "Not spent, goes back"),
    "pays.going_back.next": ("几秒内自动退给顾客。", "Goes back to the shopper by itself within seconds."),
    "pays.spent": ("凭证已用", "Spent"),
    "pays.spent.next": ("{0} 在门店用掉，无需处理。", "Shown in the store on {0}; nothing to do."),
    "pays.part_refunded": ("部分退款", "Part went back"),
    "pays.part_refunded.next": ("最近一次退款：{0}。", "The last refund was on {0}."),
    "pays.refunded": ("已退款", "Given back"),
    "pays.refunded.next": ("{0} 退给顾客，无需处理。", "Went back on {0}; nothing to do."),
    "pays.contradiction": ("已退款，凭证却用了", "Spent, though it went back"),
    "pays.contradiction.next": (
        "门店给了货，钱却退了。请查门店是否恢复过旧硬盘；这是损失。",
        "Goods were given for money that had gone back. Ask whether the store's disk was put back; it is a loss.",
    ),
    # ── what the warehouse sends ──
    "shipments": ("寄送", "Shipments"),
    "ship_to_send": ("待寄", "To send"),
    "ship_to_send_none": ("没有要寄的。", "Nothing is to be sent."),
    "ship_given_up": ("不要寄", "Do not send"),
    "ship_given_up_how": (
        "门店已经放弃这些，钱退给了顾客，或者顾客已经在店里拿到。把货放回货架，再按“放回”，就又能卖。",
        "The store gave these up and the money went back, or the shopper has them already. Put the goods on the shelf "
        "and press Put back: then they may be sold again.",
    ),
    "ship_sent": ("已寄出", "Sent"),
    "ship_sent_none": ("还没有寄出过。", "Nothing was sent yet."),
    "ship_off": ("已取消", "Off"),
    "ship_off_none": ("没有取消的。", "Nothing was called off."),
    "ship_units": ("件数", "Units"),
    "ship_to": ("寄给", "To"),
    "ship_since": ("下单", "Ordered"),
    "ship_at": ("寄出", "Sent"),
    "ship_document": ("单号", "Document"),
    "ship_forgotten": ("地址已删除", "the address was deleted"),
    "ship_of_ordered": ("原订 {0} 件，放弃 {1} 件", "{0} ordered, {1} given up"),
    "ship_went_already": (
        "已经寄出：请联系快递拦截；退回后再放回。",
        "It went already: ask the carrier to stop it; put it back when it returns.",
    ),
    "ship_taken_back": ("门店已退款 {0} 件", "the store gave the money back for {0}"),
    "gave_up.missing": ("找不到商品", "It could not be found"),
    "gave_up.broken": ("商品破损", "It was broken"),
    "gave_up.not_collected": ("顾客没有来取", "Nobody collected it"),
    "gave_up.handed_over": ("门店已经当面交给顾客", "The store gave it to the shopper itself"),
    "ship.cancelled": ("订单取消", "The order was cancelled"),
    "ship.expired": ("没有按时付款", "Not paid in time"),
    "ship.confirmed": ("放弃后已放回", "Given up, and put back"),
    "field.reservation": ("预留号", "Reservation"),
    "field.document": ("运单号", "Document or tracking number"),
    "hint.document": (
        "记在门店的订单上。自己送的，写“自送”。",
        "It stands with the order in the store. Write “by hand” if nobody carries it for you.",
    ),
    "act.shipped": ("记为已寄出", "Mark as sent"),
    "short.shipped": ("已寄出", "Sent"),
    "act.shipped.about": (
        "货已交给快递。门店一分钟内得知单号，这一行记为售出。不能撤回。",
        "It is with the carrier. The store hears of the number within a minute, and the line counts as sold. There is "
        "no way back.",
    ),
    "act.shipped.done": ("已记为寄出。", "Noted as sent."),
    "act.put-back": ("放回", "Put back"),
    "act.put-back.about": (
        "货没有寄出，或已经退回，现在放在总部货架上：又能卖了。",
        "The goods were not sent, or came back, and stand on the warehouse's shelf: they may be sold again.",
    ),
    "act.put-back.done": ("已回到总部可售。", "Back in the pool."),
    "refused.given_up": (
        "门店已经放弃，钱退给了顾客：不要寄。",
        "The store gave this up and the money went back: do not send it.",
    ),
    "refused.nothing_given_up": (
        "没有要放回的，或已经放回过。",
        "Nothing is to be put back, or it was before.",
    ),
    "refused.unknown_reservation": ("没有这个已付款的预留。", "Nothing that is paid waits under this name."),
    "cause.given_up": ("放弃寄送，{0} 件退回总部", "Not sent after all: {0} back in the pool"),
    "alert.sent_though_given_up": (
        "{0} 放弃的 {1} 件已经寄出",
        "{0} gave up {1} that had been sent",
    ),
    "alert.sent_though_given_up.do": (
        "钱已退给顾客，货在路上。请联系快递拦截；退回后在“寄送”页按“放回”。",
        "The money went back, the goods are on their way. Ask the carrier to stop them; when they return press Put "
        "back on the page Shipments.",
    ),
}
