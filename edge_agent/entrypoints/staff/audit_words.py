"""Words on audits of machines that differ from the shop's own counts, in Chinese and English."""

from __future__ import annotations

from typing import Final

AUDIT_WORDS: Final[dict[str, tuple[str, str]]] = {
    "audit": ("机器账不符", "Machine counts otherwise"),
    "audit_since": ("从 {0} 到 {1}", "From {0} to {1}"),
    "audit_line": (
        "{0}：机器说卖出 {1} 件，本店记录 {2} 件。",
        "{0}: the machine says it sold {1}, our book has {2}.",
    ),
    "audit_line_money": (
        "{0}：机器说卖出 {1} 件 {2}，本店记录 {3} 件 {4}。",
        "{0}: the machine says it sold {1} for {2}, our book has {3} for {4}.",
    ),
    "audit_slot": ("货道 {0}", "Slot {0}"),
    "audit_selection": (
        "机器的选择键 {0}（本店没有这个货道）",
        "The machine's selection {0} (no slot of ours)",
    ),
    "audit_more": ("另有 {0} 个货道不符。", "{0} more slots differ."),
    "audit_hint": ("请清点这些货道和钱箱，再选择原因。", "Count these slots and the cash box, then say why."),
    "audit_say_why": ("选择原因", "Say why"),
    "audit_title": ("{0} 为什么不符？", "Why does {0} differ?"),
    "audit_means": (
        "只记录原因：销售、收款和库存都不会改变。数量不对请用“清点”改正。",
        "This only notes the reason: sales, takings and stock stay as they are. Put a wrong count right by counting.",
    ),
    "done_audit": ("已记录，账目不变。", "Noted. The books stay as they are."),
}

AUDIT_NAMES: Final[dict[str, tuple[str, str]]] = {
    "verdict.counted": ("已清点并改正数量", "Slots were counted and put right"),
    "verdict.test_vends": ("维修试机出货", "Test vends by service"),
    "verdict.machine_wrong": ("机器计数有误", "The machine counts wrongly"),
    "verdict.unknown": ("原因不清楚", "Nobody knows why"),
}
