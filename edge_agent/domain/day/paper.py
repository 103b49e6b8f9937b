"""A report for a person: the same lines on a screen, on paper and on the command line, in Chinese or English."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Literal
from zoneinfo import ZoneInfo

from cloud_sync.protocol.envelope import parse_time
from cloud_sync.protocol.money import format_minor
from edge_agent.domain.day.report import Report

Language = Literal["zh", "en"]
Row = tuple[str, str]
"""Label and value; a heading has no value."""

WORDS: Final[dict[str, tuple[str, str]]] = {
    "x": ("X 报表（未日结）", "X report (so far)"),
    "z": ("Z 报表 {0}", "Z report {0}"),
    "day": ("营业日", "Business day"),
    "opened_at": ("开始", "Opened"),
    "closed_at": ("日结", "Closed"),
    "as_of": ("截至", "As of"),
    "zone": ("时区", "Time zone"),
    "carried_over": ("接续本店先前的电脑", "Goes on from an earlier computer"),
    "carried_z": ("接续", "Goes on from"),
    "carried": ("总部所知的先前营业额", "Its takings, by headquarters"),
    "carried_lacks": ("其后未上传的销售", "What it took and never sent"),
    "carried_not": ("不含", "not in it"),
    "takings": ("营业额", "Takings"),
    "paid": ("收款", "Paid"),
    "refunded": ("退款", "Refunded"),
    "cash_machine": ("售货机现金", "Machines' cash"),
    "by_method": ("按支付方式", "By way of paying"),
    "method": ("{0}（{1} 笔）", "{0} ({1})"),
    "method_refunds": ("{0} 退款（{1} 笔）", "{0} refunds ({1})"),
    "goods": ("商品", "Goods"),
    "units": ("交付件数", "Units handed over"),
    "goods_minor": ("交付金额", "Goods handed over"),
    "to_hand_over": ("已付未交付（增减）", "Paid, not handed over (change)"),
    "owed_back": ("待退款（增减）", "Owed back (change)"),
    "tax": ("税", "Tax"),
    "taxed": ("{0} {1}%：含税 {2}", "{0} {1}% of {2}"),
    "adjustments": ("优惠", "Reductions"),
    "orders": ("订单", "Orders"),
    "cash": ("钱箱", "Drawer"),
    "float": ("备用金", "Float"),
    "sales": ("现金收款", "Cash payments"),
    "cash_refunds": ("现金退款", "Cash refunds"),
    "paid_in": ("存入", "Paid in"),
    "paid_out": ("支出", "Paid out"),
    "drops": ("缴存", "Drops"),
    "expected": ("应有", "Expected"),
    "counted": ("清点", "Counted"),
    "over": ("长款", "Over"),
    "short": ("短款", "Short"),
    "uncounted": ("未清点", "not counted"),
    "receipts": ("小票号", "Receipts"),
    "points": ("积分", "Points"),
    "points_are": ("获得 {0}，使用 {1}，退回 {2}", "earned {0}, spent {1}, returned {2}"),
    "late": ("日结后才收到的销售", "Sales of closed days, heard of now"),
    "late_is": ("{0} 件，{1}", "{0} units, {1}"),
    "open_cases": ("待处理案例", "Open cases"),
    "grand_total": ("累计营业额", "Grand total"),
    "counter": ("柜台现金", "cash at the counter"),
    "card": ("刷卡", "card"),
    "sandbox": ("练习支付", "sandbox"),
    "signed": ("离线凭证", "offline-proof"),
    "alipay": ("支付宝", "Alipay"),
    "wechat": ("微信支付", "WeChat Pay"),
    "none": ("零元", "nothing to pay"),
    "completed": ("完成", "completed"),
    "part_refunded": ("部分退款", "part refunded"),
    "cancelled": ("取消", "cancelled"),
    "expired": ("过期", "expired"),
    "discount": ("折扣", "discount"),
    "coupon": ("优惠券", "coupon"),
    "bundle": ("组合", "bundle"),
    "member": ("会员价", "member price"),
    "staff": ("店员改价", "staff"),
}


def word(language: Language, key: str, *values: object) -> str:
    """A label; a name nobody has a word for stands as it is."""
    found = WORDS.get(key)
    return key if found is None else found[0 if language == "zh" else 1].format(*values)


def rows(report: Report, language: Language) -> list[Row]:
    """All lines of a report, in the order in which they are read."""
    return [
        (word(language, report.kind, report.z), ""),
        (word(language, "day"), report.day),
        *_times(report, language),
        *_money(report, language),
        *_goods(report, language),
        *_cash(report, language),
        *_rest(report, language),
        *_carried(report, language),
        (word(language, "grand_total"), format_minor(report.grand_total_minor, report.currency)),
    ]


def _times(r: Report, language: Language) -> Iterator[Row]:
    """When it began and ended (an X: until when it counts), by the store's clock, whose zone is named."""
    zone = ZoneInfo(r.timezone)
    until = ("closed_at", r.closed_at) if r.closed_at else ("as_of", r.made_at)
    last = None
    for key, at in (("opened_at", r.opened_at), until):
        moment = parse_time(at) if at else None
        last = moment.astimezone(zone) if moment is not None else last
        yield word(language, key), "–" if moment is None or last is None else f"{last:%Y-%m-%d %H:%M:%S}"
    offset = "" if last is None else f" (UTC{last.isoformat()[-6:]})"
    yield word(language, "zone"), f"{r.timezone}{offset}"


def _carried(r: Report, language: Language) -> Iterator[Row]:
    """What the grand total and the number go on from, where that was another computer's."""
    for each in r.carried:
        yield word(language, "carried_over"), ""
        if each.z:
            yield word(language, "carried_z"), word(language, "z", each.z)
        yield word(language, "carried"), format_minor(each.minor, r.currency)
        yield word(language, "carried_lacks"), word(language, "carried_not")


def _money(r: Report, language: Language) -> Iterator[Row]:
    figures = (
        ("takings", r.takings_minor),
        ("paid", r.paid_minor),
        ("refunded", -r.refunded_minor),
        ("cash_machine", r.cash_machine_minor),
    )
    for key, minor in figures:
        yield word(language, key), format_minor(minor, r.currency)
    yield word(language, "by_method"), ""
    for name, method in r.by_method.items():
        said = word(language, name)
        yield word(language, "method", said, method.paid), format_minor(method.paid_minor, r.currency)
        if method.refunded:
            refunds = word(language, "method_refunds", said, method.refunded)
            yield refunds, format_minor(-method.refunded_minor, r.currency)


def _goods(r: Report, language: Language) -> Iterator[Row]:
    yield word(language, "goods"), ""
    yield word(language, "units"), str(r.units)
    yield word(language, "goods_minor"), format_minor(r.goods_minor, r.currency)
    yield word(language, "to_hand_over"), format_minor(r.open.to_hand_over_minor, r.currency)
    yield word(language, "owed_back"), format_minor(r.open.owed_back_minor, r.currency)
    if r.tax:
        yield word(language, "tax"), ""
    for taxed in r.tax:
        gross = format_minor(taxed.gross_minor, r.currency)
        # Basis points as per cent without a float: 1300 is 13, 750 is 7.50.
        whole, part = divmod(taxed.rate_bp, 100)
        rate = f"{whole}.{part:02}" if part else str(whole)
        yield (
            word(language, "taxed", taxed.group, rate, gross).strip(),
            format_minor(taxed.tax_minor, r.currency),
        )
    if r.adjustments:
        yield word(language, "adjustments"), ""
    for kind, minor in r.adjustments.items():
        yield word(language, kind), format_minor(minor, r.currency)
    if r.orders:
        yield word(language, "orders"), ""
    for state, count in r.orders.items():
        yield word(language, state), str(count)


def _cash(r: Report, language: Language) -> Iterator[Row]:
    c = r.cash
    figures = (
        ("float", c.float_minor),
        ("sales", c.sales_minor),
        ("cash_refunds", -c.refunds_minor),
        ("paid_in", c.paid_in_minor),
        ("paid_out", -c.paid_out_minor),
        ("drops", -c.drops_minor),
        ("expected", c.expected_minor),
    )
    yield word(language, "cash"), ""
    for key, minor in figures:
        yield word(language, key), format_minor(minor, r.currency)
    if c.counted_minor is None or c.over_minor is None:
        yield word(language, "counted"), word(language, "uncounted")
        return
    yield word(language, "counted"), format_minor(c.counted_minor, r.currency)
    yield word(language, "short" if c.over_minor < 0 else "over"), format_minor(abs(c.over_minor), r.currency)


def _rest(r: Report, language: Language) -> Iterator[Row]:
    if r.receipts:
        yield word(language, "receipts"), ""
    for device, (first, last) in r.receipts.items():
        yield device, f"{first}–{last}"
    p = r.points
    if p.earned or p.spent or p.returned:
        yield word(language, "points"), word(language, "points_are", p.earned, p.spent, p.returned)
    if r.late:
        yield word(language, "late"), ""
    for late in r.late:
        yield late.day, word(language, "late_is", late.units, format_minor(late.takings_minor, r.currency))
    yield word(language, "open_cases"), str(r.open_cases)
