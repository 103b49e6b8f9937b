"""Words on the drawer and the business day, in Chinese and English."""

from __future__ import annotations

from typing import Final

DAY_WORDS: Final[dict[str, tuple[str, str]]] = {
    "day": ("现金与日结", "Cash & day"),
    "day_drawer": ("钱箱", "Drawer"),
    "day_open": ("放入备用金", "Put the float in"),
    "day_paid_in": ("存入现金", "Paid in"),
    "day_paid_out": ("支出现金", "Paid out"),
    "day_drop": ("缴存", "Drop to the safe"),
    "day_float": ("备用金", "Float"),
    "day_count": ("清点钱箱", "Count the drawer"),
    "day_take_over": ("交接班", "Change of shift"),
    "day_reports": ("报表", "Reports"),
    "day_x": ("查看 X 报表", "X report now"),
    "day_close": ("日结（Z 报表）", "Close the day (Z report)"),
    "day_moves": ("今日现金进出", "Cash moved today"),
    "day_counts": ("今日清点", "Counts today"),
    "day_closed_days": ("已日结", "Closed days"),
    "day_none": ("还没有记录", "Nothing yet"),
    "day_holder": ("当班：{0}", "On duty: {0}"),
    "day_print": ("打印", "Print"),
    "day_print_again": ("再打印一张（标明副本）", "Print again (marked as a copy)"),
    "day_z": ("Z {0} 报表 · {1}", "Z {0} · {1}"),
    "day_undo": ("撤销", "Take back"),
    "day_reason": ("原因", "Reason"),
    "day_undo_reason": ("撤销 {0}", "taken back: {0}"),
    "day_move_means": (
        "登记后写入账本；写错了用相反的一笔更正。",
        "It stands in the book; a mistake is put right by the opposite.",
    ),
    "day_move_yes": ("登记 {0}", "Enter {0}"),
    "day_count_means": (
        "请先数钱，再填张数。应有金额在清点之后才显示。",
        "Count first, then enter the pieces. What there should be is shown afterwards.",
    ),
    "day_count_total": ("合计 {0}", "Together {0}"),
    "day_count_yes": ("确认：共 {0}", "Yes, I counted {0}"),
    "day_from": ("交班人（工号）", "Hands over (badge number)"),
    "day_to": ("接班人（工号）", "Takes over (badge number)"),
    "day_take_over_means": (
        "请先清点钱箱。只填工号，不填姓名。",
        "Count the drawer first. Enter badge numbers, not names.",
    ),
    "day_take_over_yes": ("交接", "Hand over"),
    "day_close_means": (
        "日结后生成 Z 报表，不能更改；之后的销售算入下一个营业日。",
        "The Z report is final. What is sold after it belongs to the next day.",
    ),
    "day_close_yes": ("日结", "Close the day"),
    "day_close_uncounted": ("不清点，直接日结", "Close without a count"),
    "done_day_move": ("已登记 {0}。", "{0} is entered."),
    "done_day_over": ("清点 {0}，长款 {1}。", "Counted {0}: {1} over."),
    "done_day_short": ("清点 {0}，短款 {1}。", "Counted {0}: {1} short."),
    "done_day_exact": ("清点 {0}，账款相符。", "Counted {0}: exactly right."),
    "done_day_take_over": ("已交接给 {0}。", "{0} has the drawer."),
    "done_day_close": ("已日结：Z {0}。", "The day is closed: Z {0}."),
}
