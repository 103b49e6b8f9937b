"""Every word on the tablet, in Chinese and English. Both say everything."""

from __future__ import annotations

from typing import Final, Literal

from edge_agent.entrypoints.staff.audit_words import AUDIT_WORDS
from edge_agent.entrypoints.staff.day_words import DAY_WORDS
from edge_agent.entrypoints.staff.food_words import FOOD_WORDS
from edge_agent.entrypoints.staff.greeting_words import GREETING_WORDS
from edge_agent.entrypoints.staff.handover_words import HANDOVER_WORDS
from edge_agent.entrypoints.staff.label_words import LABEL_WORDS
from edge_agent.entrypoints.staff.payment_words import PAYMENT_WORDS
from edge_agent.entrypoints.staff.poster_words import POSTER_WORDS
from edge_agent.entrypoints.staff.promotion_area_words import PROMOTION_WORDS
from edge_agent.entrypoints.staff.receipt_words import RECEIPT_WORDS
from edge_agent.entrypoints.staff.stock_words import STOCK_WORDS

Language = Literal["zh", "en"]
LANGUAGES: Final[tuple[Language, ...]] = ("zh", "en")

_WORDS: Final[dict[str, tuple[str, str]]] = (
    {
        "staff_tablet": ("店员平板", "Staff tablet"),
        "sign_in": ("登录", "Sign in"),
        "sign_out": ("退出", "Sign out"),
        "pin": ("店员密码", "Staff PIN"),
        "pin_where": (
            "密码在门店数据文件夹的 credentials.json 里（staff_pin）",
            "The PIN stands in credentials.json in the store's data folder (staff_pin)",
        ),
        "pin_wrong": ("密码不对，请再试一次。", "That is not the PIN. Please try again."),
        "pin_wait": (
            "错误次数太多，请等 {0} 秒再试。",
            "Too many wrong PINs. Wait {0} seconds, then try again.",
        ),
        "line_lost": (
            "与门店电脑的连接断开，正在重连… 请勿根据此画面操作",
            "The store's computer does not answer. Reconnecting… Do not act on this screen",
        ),
        "storage_silent": (
            "读取数据失败，显示的是上一次的数据。",
            "The data could not be read; this is what it said last.",
        ),
        "session_over": ("登录已过期，请重新登录。", "You were signed out. Please sign in again."),
        # ── the head ──
        "selling": ("正在营业", "Selling"),
        "not_selling": ("暂停销售", "Not selling"),
        "sync_online": ("总部在线", "HQ online"),
        "sync_online_waiting": ("总部在线 · 正在上传 {0} 条", "HQ online · sending {0} rows"),
        "sync_offline": ("总部离线 · {0} 条待传 · 最早 {1}", "HQ offline · {0} rows wait · oldest {1}"),
        "sync_fenced": ("需要重新加入总部", "Must join HQ again"),
        "sync_unjoined": ("独立门店", "No HQ"),
        "needs": ("待处理", "Needs you"),
        "devices": ("设备", "Machines"),
        "orders": ("订单", "Orders"),
        "health": ("同步", "Sync"),
        # ── needs ──
        "nothing_needed": ("一切正常", "All is well"),
        "nothing_needed_hint": ("有事需要你时，会显示在这里。", "When something needs you, it stands here."),
        "cases": ("不确定是否出货", "Did it drop?"),
        "cases_hint": ("请打开机器查看，再如实选择。", "Look into the machine, then say what you found."),
        "case": ("编号", "Case"),
        "slot": ("货道", "Slot"),
        "it_dropped": ("已出货", "It dropped"),
        "it_did_not": ("未出货，退款", "It did not: money back"),
        "disputes": ("机器说法不同", "Machine disagrees"),
        "dispute_dispensed": (
            "已按“未出货”退款，但机器后来报告已出货。请重新清点货道。",
            "It was settled as not dropped and paid back; the machine now says that it dropped. Count the slot again.",
        ),
        "dispute_failed": (
            "已按“已出货”处理，但机器后来报告未出货。如顾客没有拿到商品，请退款。",
            "It was settled as dropped; the machine now says that it failed. If the shopper got nothing, pay back.",
        ),
        "count_again": ("重新清点", "Count again"),
        "see_order": ("查看订单", "See the order"),
        "pay_outs": ("退钱给顾客", "Hand money back"),
        "pay_out": ("已把钱退给顾客", "I gave the money back"),
        "refund_counter": ("柜台收款，请退现金", "Paid at the counter: hand the cash back"),
        "refund_card": ("银行卡收款，请在终端上退款", "Paid by card: give it back on the terminal"),
        "refund_refused": (
            "支付平台拒绝退款，请当面退给顾客",
            "The payment provider refused: pay the shopper by hand",
        ),
        "more": (
            "还有 {0} 项，处理完上面的就会显示。",
            "{0} more; they appear as you work off the ones above.",
        ),
        "also": ("另外", "Also"),
        "unwell": ("设备异常", "Machine"),
        "see_machine": ("查看设备", "See the machine"),
        "blocked_slots": ("停售", "Blocked"),
        "blocked_by_machine": ("连续失败，已自动停售", "Stopped by itself after repeated failures"),
        "blocked_by_staff": ("店员停售", "Blocked by staff"),
        "unblock": ("恢复销售", "Sell again"),
        "quarantine": ("无法读懂的消息", "Messages nobody could read"),
        "quarantine_hint": (
            "已隔离保存，不影响销售。同一设备反复出现时请联系维修。",
            "Kept aside; sales go on. If one device does this again and again, call its service.",
        ),
        "quarantine_none": ("所有消息都能读懂。", "Every message could be read."),
        "bytes": ("{0} 字节", "{0} bytes"),
        # ── machines ──
        "no_devices": ("还没有设备报到", "No device has reported yet"),
        "no_devices_hint": (
            "接通电源和网络后，设备会自己出现。",
            "Switch it on and connect it; it appears by itself.",
        ),
        "no_slots": ("没有货道", "It has no slots"),
        "last_seen": ("最近消息 {0}", "last heard {0}"),
        "clock_fast": ("时钟快 {0}", "clock {0} fast"),
        "clock_slow": ("时钟慢 {0}", "clock {0} slow"),
        "units": ("件", "units"),
        "held": ("已预订 {0}", "{0} held"),
        "blocked": ("停售", "Blocked"),
        "empty": ("售空", "Empty"),
        "low": ("偏低", "Low"),
        "par": ("标准 {0}", "par {0}"),
        "capacity": ("最多 {0}", "holds {0}"),
        # ── orders ──
        "no_orders": ("还没有订单", "No orders yet"),
        "no_orders_hint": ("第一笔订单会出现在这里。", "The first order will stand here."),
        "last_orders": ("最近 {0} 笔", "The last {0}"),
        "order": ("订单", "Order"),
        "total": ("合计", "Total"),
        "paid": ("已付", "Paid"),
        "refunded": ("已退", "Money back"),
        "vends": ("出货", "Vends"),
        "payment": ("付款", "Payment"),
        "refunds": ("退款", "Refunds"),
        "no_payment": ("未付款", "Not paid"),
        "refund": ("退款", "Give money back"),
        # ── sync ──
        "to_headquarters": ("上传到总部", "To headquarters"),
        "this_store": ("本店电脑", "This store's computer"),
        "ledger": ("账本", "Ledger"),
        "interactions": ("互动", "Interactions"),
        "rows": ("本店共有", "Rows here"),
        "hq_has": ("总部已有", "Headquarters has"),
        "waiting": ("待传", "Waiting"),
        "oldest": ("最早一条", "The oldest is"),
        "all_sent": ("全部上传", "All sent"),
        "last_ok": ("上次成功同步", "Last good sync"),
        "reason": ("原因", "Reason"),
        "clock_to_hq": ("与总部的时钟差", "Clock against headquarters"),
        "clock_right": ("准确", "right"),
        "disk_free": ("磁盘可用", "Disk free"),
        "broker": ("设备网络", "Devices' broker"),
        "connected": ("已连接", "Connected"),
        "disconnected": ("已断开", "Not connected"),
        "inbox": ("排队中的请求", "Requests in the queue"),
        "offline_hint": (
            "照常营业即可，恢复后会自动上传，不会丢失也不会重复。",
            "Go on selling. It sends by itself when the line is back; nothing is lost, nothing sent twice.",
        ),
        "unjoined_hint": ("本店没有接入总部。", "This store stands alone."),
        # ── sheets ──
        "close": ("关闭", "Close"),
        "back": ("返回", "Back"),
        "working": ("正在处理…", "One moment…"),
        "settle_dropped": ("确认已出货？", "It dropped?"),
        "settle_not": ("确认未出货？", "It did not drop?"),
        "settle_dropped_means": (
            "这笔销售成立：{0} 不退，货道 {1} 的账面减 1。",
            "The sale stands: {0} is not paid back, and the book of slot {1} goes down by 1.",
        ),
        "settle_not_means": (
            "退给顾客 {0}，商品仍算在货道 {1} 里。",
            "{0} goes back to the shopper, and the unit stays in the book of slot {1}.",
        ),
        "settle_dropped_yes": ("确认：已出货", "Yes, it dropped"),
        "settle_not_yes": ("确认：未出货，退款", "Yes, money back"),
        "done_dropped": ("已记录：已出货，销售成立。", "Noted: it dropped, the sale stands."),
        "done_not": ("已记录：未出货，{0} 退给顾客。", "Noted: it did not drop, {0} goes back."),
        "done_not_by_hand": (
            "已记录：未出货。请把 {0} 退给顾客，然后在“退钱给顾客”里确认。",
            "Noted: it did not drop. Hand {0} back, then confirm it under “Hand money back”.",
        ),
        "pay_out_title": ("已退给顾客？", "Handed back?"),
        "pay_out_means": (
            "请先把 {0} 交给顾客，再确认。记录后不能撤销。",
            "Give {0} to the shopper first, then confirm. This cannot be undone.",
        ),
        "pay_out_yes": ("确认：已退 {0}", "Yes, I gave {0} back"),
        "done_pay_out": ("已记录：{0} 已退给顾客。", "Noted: {0} was handed back."),
        "in_the_book": ("账面 {0}", "The book says {0}"),
        "i_counted": ("清点数量", "I counted"),
        "post_count": ("记录 {0} 件", "Post {0}"),
        "no_difference": ("与账面一致", "as in the book"),
        "done_count": ("已记录：{0} 件（{1}）", "Posted: {0} units ({1})"),
        "undo": ("撤销", "Undo"),
        "done_undo": ("已撤销，账面恢复为 {0} 件。", "Undone: the book says {0} again."),
        "too_many": (
            "这个货道按计划最多放 {0} 件，请再数一次。",
            "By its plan this slot holds {0}. Please count again.",
        ),
        "block": ("停售", "Block"),
        "block_why": ("为什么停售？", "Why block it?"),
        "block_means": (
            "停售后顾客买不到这个货道的商品。",
            "Nothing is sold from this slot until you unblock it.",
        ),
        "done_block": ("已停售。", "Blocked."),
        "unblock_title": ("检查过了吗？", "Have you checked it?"),
        "unblock_means": (
            "请确认货道 {0} 没有卡货、商品摆放正确，再恢复销售。",
            "Make sure that slot {0} is free and well filled before it sells again.",
        ),
        "unblock_yes": ("确认：恢复销售", "Yes, sell again"),
        "done_unblock": ("已恢复销售。", "On sale again."),
        "refund_title": ("退多少？", "How much back?"),
        "refund_left": ("最多可退 {0}", "At most {0}"),
        "refund_why": ("原因", "Why"),
        "refund_yes": ("退款 {0}", "Give {0} back"),
        "refund_all": ("全部", "All of it"),
        "refund_means_counter": (
            "柜台收款：记录后请把钱交给顾客并确认。",
            "Paid at the counter: hand the money over afterwards and confirm it.",
        ),
        "refund_means_provider": ("由支付平台退回顾客。", "The payment provider sends it back."),
        "done_refund": ("已记录退款 {0}。", "Noted: {0} goes back."),
        "gone": ("这一项已经处理完了。", "This has been dealt with already."),
        # ── how long ago ──
        "never": ("从未", "never"),
        "just_now": ("刚刚", "just now"),
        "seconds_ago": ("{0} 秒前", "{0} s ago"),
        "minutes_ago": ("{0} 分钟前", "{0} min ago"),
        "hours_ago": ("{0} 小时前", "{0} h ago"),
        "days_ago": ("{0} 天前", "{0} days ago"),
    }
    | STOCK_WORDS
    | LABEL_WORDS
    | AUDIT_WORDS
    | FOOD_WORDS
    | GREETING_WORDS
    | HANDOVER_WORDS
    | DAY_WORDS
    | POSTER_WORDS
    | PROMOTION_WORDS
    | RECEIPT_WORDS
    | PAYMENT_WORDS
)


def word(language: Language, key: str, *values: object) -> str:
    """The words for `key`, with `values` put in. Raises KeyError for a key nobody wrote down."""
    return _WORDS[key][LANGUAGES.index(language)].format(*values)


def all_words() -> dict[str, tuple[str, str]]:
    """Everything, for the check that both languages are complete."""
    return dict(_WORDS)
