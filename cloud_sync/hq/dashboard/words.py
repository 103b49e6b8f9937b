"""Every word on headquarters' pages, in Chinese and English. Both say everything."""

from __future__ import annotations

from typing import Final, Literal

from cloud_sync.hq.dashboard.words_acts import ACT_WORDS
from cloud_sync.hq.dashboard.words_day import DAY_WORDS
from cloud_sync.hq.dashboard.words_members import MEMBER_WORDS
from cloud_sync.hq.dashboard.words_sale import SALE_WORDS
from cloud_sync.hq.dashboard.words_stock import STOCK_WORDS

Language = Literal["zh", "en"]
LANGUAGES: Final[tuple[Language, ...]] = ("zh", "en")

_WORDS: Final[dict[str, tuple[str, str]]] = {
    "headquarters": ("总部", "Headquarters"),
    "stores": ("门店", "Stores"),
    "sign_in": ("登录", "Sign in"),
    "sign_out": ("退出", "Sign out"),
    "password": ("管理密码", "Admin password"),
    "password_where": (
        "密码在总部数据文件夹的 credentials.json 里",
        "The password stands in credentials.json in headquarters' data folder",
    ),
    "too_many_tries": ("试得太多了，请过一分钟再登录", "Too many tries. Wait a minute, then sign in"),
    "wrong_password": ("密码不对，请再试一次", "That is not the password. Please try again"),
    "takings_today": ("今日销售额", "Sales today"),
    "units_today": ("今日销量", "Units today"),
    "units": ("件", "units"),
    "takings_all": ("累计收款", "Takings so far"),
    "takings_how": ("实付 − 退款 + 现金", "paid − refunded + cash"),
    "stores_online": ("在线门店", "Stores online"),
    "rows_missing": ("数据缺口", "Gaps in the logs"),
    "rows_waiting": ("待上传", "Still in the stores"),
    "rows": ("条", "rows"),
    "complete": ("完整", "Complete"),
    "incomplete": ("有缺口", "Gaps"),
    "catching_up": ("正在追上", "Catching up"),
    "online": ("在线", "Online"),
    "late": ("延迟", "Late"),
    "offline": ("离线", "Offline"),
    "unjoined": ("尚未接入", "Not joined yet"),
    "last_sync": ("上次同步", "Last sync"),
    "never": ("从未", "never"),
    "ledger": ("账本", "Ledger"),
    "interactions": ("互动", "Interactions"),
    "expected": ("应收", "expected"),
    "received": ("实收", "received"),
    "gaps": ("缺口", "gaps"),
    "sent_again": ("重发未重复入账", "sent again, not booked again"),
    "clock_offset": ("门店时钟", "Store clock"),
    "clock_right": ("准确", "right"),
    "clock_fast": ("快 {0}", "{0} fast"),
    "clock_slow": ("慢 {0}", "{0} slow"),
    "sales_by_day": ("每日销售额", "Sales per day"),
    "no_sales_yet": ("还没有销售", "No sales yet"),
    "no_sales_hint": (
        "第一笔成交后，这里会显示每天的销售额。",
        "After the first sale each day's figure stands here.",
    ),
    "no_store_yet": ("还没有门店", "No store yet"),
    "no_store_hint": (
        "在总部的电脑上运行下面的命令，把得到的一次性代码交给门店：",
        "Run this where headquarters runs, and give the one-time code to the store:",
    ),
    "unresolved": ("待处理出货", "Vends to settle"),
    "unresolved_none": ("没有待处理的出货。", "Nothing to settle."),
    "case": ("编号", "Case"),
    "order": ("订单", "Order"),
    "reason": ("原因", "Reason"),
    "since": ("发生时间", "Since"),
    "quarantine": ("隔离数据", "Quarantine"),
    "quarantine_none": ("所有数据都能读懂。", "Every row could be read."),
    "row": ("行号", "Row"),
    "type": ("类型", "Type"),
    "stock": ("库存", "Stock"),
    "stock_none": ("门店还没有上传货道。", "The store has not sent its slots yet."),
    "slot": ("货道", "Slot"),
    "item": ("商品", "Item"),
    "count_of_par": ("数量 / 标准", "Count / par"),
    "blocked": ("停售", "Blocked"),
    "empty": ("售空", "Empty"),
    "low": ("偏低", "Low"),
    "devices": ("设备", "Devices"),
    "devices_none": ("还没有设备报到。", "No device has reported yet."),
    "seen": ("最近消息", "Last heard"),
    "last_sales": ("最近成交", "Last sales"),
    "cash": ("现金", "Cash"),
    "time": ("时间", "Time"),
    "device": ("设备", "Device"),
    "price": ("金额", "Price"),
    "all_stores": ("全部门店", "All stores"),
    "no_such_store": ("没有这家门店", "There is no such store"),
    "database_silent": (
        "数据库没有回应，显示的是上一次的数据。",
        "The database does not answer; these are the last figures.",
    ),
    "seconds_ago": ("{0} 秒前", "{0} s ago"),
    "minutes_ago": ("{0} 分钟前", "{0} min ago"),
    "hours_ago": ("{0} 小时前", "{0} h ago"),
    "days_ago": ("{0} 天前", "{0} days ago"),
    "just_now": ("刚刚", "just now"),
    "visitors": ("客流", "Visitors"),
    "visitors_came": ("进店 {0} 人", "{0} came in"),
    "visitors_none": (
        "还没有客流计报告。",
        "No people counter has reported yet.",
    ),
    "visits_how": (
        "每百名进店顾客：走近货架、拿起、扫码的次数和完成的订单。",
        "Per 100 who came in: times that somebody stood at a shelf, picked up, scanned, and orders completed.",
    ),
    "visits.sensed": ("走近", "Near"),
    "visits.picked_up": ("拿起", "Picked up"),
    "visits.scanned": ("扫码", "Scanned"),
    "visits.purchased": ("购买", "Bought"),
    "exposures": ("屏幕内容 · 近 7 天", "On screen · last 7 days"),
    "exposures_none": ("还没有人看过屏幕。", "Nobody has looked at a screen yet."),
    "content": ("内容", "Content"),
    "times": ("次数", "Times"),
    "dwell": ("平均停留", "Mean dwell"),
    "day": ("日期", "Day"),
    "status.init": ("启动中", "Starting"),
    "status.ready": ("正常", "Ready"),
    "status.sleeping": ("休眠", "Asleep"),
    "status.alert": ("需要处理", "Needs a person"),
    "status.disconnected": ("已关机", "Switched off"),
    "status.lost": ("失去联系", "No contact"),
    "kind.vending": ("售货机", "Vending machine"),
    "kind.sampling": ("派样机", "Sampling machine"),
    "kind.shelf": ("云货架", "Cloud shelf"),
    "kind.scanner": ("扫码器", "Scanner"),
    "kind.footfall": ("客流计", "Footfall counter"),
    "kind.kiosk": ("自助屏", "Kiosk"),
    # EVA-DTS 6.2, Annex A: event codes that a person in a shop can act on.
    "fault.EJB": ("电机故障", "Motor fault"),
    "fault.EJC": ("货道卡货", "Helix blocked"),
    "fault.EJL": ("出货检测故障", "Drop sensor fault"),
    "fault.EJH": ("温度超限，食品停售", "Too warm for too long, food is not sold"),
    "fault.EGS": ("机门打开", "Door open"),
    "fault.ELA": ("出货失败", "Failed delivery"),
    "fault.ELB": ("计数有货但已售空", "Sold out though counted"),
    "vend.no_answer": ("机器没有回应", "The machine did not answer"),
    "vend.machine_restarted": ("机器中途重启", "The machine restarted in the middle"),
    "vend.drop_not_confirmed": ("检测器没有看到商品掉下", "The sensor did not see it drop"),
    **STOCK_WORDS,
    **ACT_WORDS,
    **MEMBER_WORDS,
    **DAY_WORDS,
    **SALE_WORDS,
}


def word(language: Language, key: str, *values: object) -> str:
    """The words for `key`, with `values` put in. Raises KeyError for a key nobody wrote down."""
    return _WORDS[key][LANGUAGES.index(language)].format(*values)


def has_word(key: str) -> bool:
    """Whether somebody wrote words down for `key`."""
    return key in _WORDS


def named(language: Language, group: str, key: str) -> str:
    """The words for a code such as a status or a fault; the code itself when there are none."""
    found = _WORDS.get(f"{group}.{key}")
    return key if found is None else found[LANGUAGES.index(language)]


def all_words() -> dict[str, tuple[str, str]]:
    """Everything, for the check that both languages are complete."""
    return dict(_WORDS)
