"""Pure: the pages of a membership on a shopper's phone, in Chinese and English beside each other."""

from __future__ import annotations

from html import escape
from typing import Final

import segno

from cloud_sync.hq.database.member_queries import PointMove, Statement
from cloud_sync.hq.member_acts import CODE_LIFETIME, CONSENT_VERSION, MAX_NAME_CHARS
from cloud_sync.hq.phone.frame import page

_STYLE: Final = (
    "<style>label{display:block;margin-top:14px;font-size:14px;color:var(--soft)}input[type=text],input[type=tel]{"
    "width:100%;font:inherit;padding:13px;margin-top:4px;border:1px solid #d8d5ce;border-radius:12px}.agree{display:"
    "flex;gap:12px;color:var(--ink);font-size:15px}.agree input{width:24px;height:24px;flex:none}.terms{font-size:"
    "14px;max-height:300px;overflow:auto}.points{font-size:52px;font-weight:700;line-height:1.1}.tag{display:"
    "inline-block;background:#d9ebe9;color:var(--accent);border-radius:999px;padding:3px 14px;font-weight:650}"
    "table{width:100%;border-collapse:collapse;font-size:14px}td{padding:7px 0;border-top:1px solid #eee}"
    "td:last-child{text-align:right}</style>"
)
_TERMS: Final = (
    "<p><b>加入会员，我们会：</b>给您一个随机会员号，记录您在各门店获得和使用的积分，以及对应的订单；按等级给您会员价和服务。"
    "姓名和电话可以不填；填写后只存于总部的一张表，用于您找回会员，不会进入门店的任何记录。</p>"
    "<p><b>我们不会：</b>把您的个人信息给品牌或其他人。</p>"
    "<p><b>您可以随时注销：</b>注销后姓名、电话和会员页立即删除，积分作废，会员码失效（离线的门店在下次联网时生效）。"
    "不加入会员也可以购买所有商品。</p>"
    "<p><b>As a member</b> you get a random number under which we note the points that you earn and spend in our "
    "stores and the orders they belong to, and you get the prices and service of your tier. Name and phone are "
    "optional; they stand in one table at headquarters, only so that you can find your membership again, and in no "
    "record of any store.</p><p><b>We never</b> give what we know of you to brands or anybody else.</p>"
    "<p><b>You can leave at any time:</b> name, phone and this page are deleted at once, points are void, and your "
    "code is no longer good (in a store that is offline from when it is online again). Nobody needs to be a member "
    "to buy.</p>"
)
_WRONG: Final[dict[str, tuple[str, str]]] = {
    "consent": ("请先阅读并勾选同意会员条款。", "Please read the terms and tick that you agree."),
    "malformed": (
        "姓名或电话格式不对，请检查，或留空。",
        "The name or phone is not valid. Check it, or leave it empty.",
    ),
    "must_be_sure": ("请勾选确认注销。", "Please tick that you are sure."),
}
_MOVES: Final[dict[str, tuple[str, str]]] = {
    "earned": ("购物积分", "Earned"),
    "spent": ("使用积分", "Spent"),
    "void": ("作废", "Void"),
    "merged": ("会员合并", "Merged"),
    "owed": ("更正", "Corrected"),
}
SHOWN_MOVES: Final = 20


def join(wrong: str = "") -> str:
    """The form by which one becomes a member: nothing is ticked beforehand."""
    return _page(
        "加入会员 · Become a member",
        f'<p class="sub">会员价 · 积分 · 服务 &nbsp;|&nbsp; prices, points, service</p>{_wrong(wrong)}'
        f'<form method="post" action="/m/join" class="card"><div class="terms">{_TERMS}</div>'
        f'<label class="agree"><input type="checkbox" name="agree" value="{CONSENT_VERSION}" required>'
        f"<span>我已阅读并同意 · I have read this and agree ({CONSENT_VERSION})</span></label>"
        "<label>姓名（可不填） · Name (optional)"
        f'<input type="text" name="name" maxlength="{MAX_NAME_CHARS}" autocomplete="name"></label>'
        "<label>电话（可不填） · Phone (optional)"
        '<input type="tel" name="phone" maxlength="20" autocomplete="tel"></label>'
        "<button>加入 · Join</button></form>",
    )


def membership(statement: Statement, code: str, token: str, wrong: str = "") -> str:
    """A member's own page: their code, balance, what moved, and the way out."""
    one = statement.member
    picture = segno.make_qr(code, error="m").svg_inline(scale=6, border=3)
    held = sum(points for account, points in statement.holdings.items() if account != "pool")
    days = CODE_LIFETIME.days
    return _page(
        "我的会员 · My membership",
        f'{_wrong(wrong)}<div class="card"><span class="tag">{escape(one.tier)}</span>'
        f'<div class="points">{one.points:,}</div><div class="sub">积分 · points</div>'
        f'<div class="sub">其中 {held:,} 分在门店，可离线使用 · {held:,} of them are held in stores, to be spent '
        'there even offline</div></div><div class="card qr">'
        f"{picture}<p>在店里扫这个码 · Show this code in the store</p>"
        f'<p class="sub">{days} 天内有效，打开本页即更新 · good for {days} days, renewed when you open this page</p>'
        f"<code>{escape(code)}</code></div>{_moves(statement.moves)}"
        f'<form method="post" action="/m/{escape(token)}/erase" class="card"><h1>注销 · Leave</h1>'
        '<p class="sub">姓名、电话、会员页删除，积分作废，无法恢复 · Name, phone and this page are deleted and your '
        "points are void. There is no way back.</p>"
        '<label class="agree"><input type="checkbox" name="sure" value="1" required>'
        '<span>我确定注销 · I am sure</span></label><button class="grave">注销会员 · Erase me</button></form>',
    )


def erased() -> str:
    """What is left to say."""
    return _page(
        "已注销 · Erased",
        '<div class="card"><p>您的姓名、电话和会员页已删除，积分已作废。门店在下次联网时也会忘记您的会员码。</p>'
        "<p>Your name, phone and page are deleted and your points are void. Stores forget your code when they are "
        "next online.</p></div>",
    )


def nobody() -> str:
    """The address leads to no member (any more)."""
    return _page(
        "没有这个会员 · No such membership",
        '<div class="card"><p>会员已注销或已合并，或链接有误。</p><p>It was erased or merged, or the link is '
        'wrong.</p><p><a href="/m/join">加入会员 · Become a member</a></p></div>',
    )


def _wrong(code: str) -> str:
    if not code:
        return ""
    zh, en = _WRONG.get(code, ("请重试。", "Please try again."))
    return f'<div class="wrong">{zh}<br>{en}</div>'


def _moves(moves: list[PointMove]) -> str:
    """What changed the balance; moves between pool and stores do not."""
    rows = ""
    for move in moves:
        outside = move.source if move.source in _MOVES else move.target if move.target in _MOVES else ""
        if outside:
            zh, en = _MOVES[outside]
            sign = "+" if move.source == outside else "−"
            where = f" · {escape(move.store)}" if move.store else ""
            rows += (
                f"<tr><td>{move.at:%Y-%m-%d}{where}</td><td>{zh} {en}</td><td>{sign}{move.points:,}</td></tr>"
            )
    return f'<div class="card"><table>{rows}</table></div>' if rows else ""


def _page(title: str, body: str) -> str:
    return page(title, _STYLE + body)
