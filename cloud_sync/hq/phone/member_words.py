"""Every sentence of the pages of a membership, in Chinese and English. Another text of the terms is another version."""

from __future__ import annotations

from typing import Final

TERMS: Final[tuple[tuple[str, str, str, str], ...]] = (
    (
        "加入会员，我们会：",
        "给您一个随机会员号，记录您在各门店获得和使用的积分，以及对应的订单；按等级给您会员价和服务。姓名和电话可以不填；"
        "填写后只存于总部的一张表，用于您找回会员，不会进入门店的任何记录。",
        "As a member",
        "you get a random number under which we note the points that you earn and spend in our stores and the orders "
        "they belong to, and you get the prices and service of your tier. Name and phone are optional; they stand in "
        "one table at headquarters, only so that you can find your membership again, and in no record of any store.",
    ),
    (
        "我们不会：",
        "把您的个人信息给品牌或其他人。",
        "We never",
        "give what we know of you to brands or anybody else.",
    ),
    (
        "您可以随时注销：",
        "注销后姓名、电话和会员页立即删除，积分作废，会员码失效（离线的门店在下次联网时生效）。不加入会员也可以购买所有商品。",
        "You can leave at any time:",
        "name, phone and this page are deleted at once, points are void, and your code is no longer good (in a store "
        "that is offline from when it is online again). Nobody needs to be a member to buy.",
    ),
)
"""(lead, rest) in Chinese, then in English."""
WORDS: Final[dict[str, tuple[str, str]]] = {
    "join": ("加入会员", "Become a member"),
    "join_gets": ("会员价 · 积分 · 服务", "Prices, points, service"),
    "agree": ("我已阅读并同意（{0}）", "I have read this and agree ({0})"),
    "name": ("姓名（可不填）", "Name (optional)"),
    "phone": ("电话（可不填）", "Phone (optional)"),
    "join_now": ("加入", "Join"),
    "mine": ("我的会员", "My membership"),
    "keep": (
        "请收藏本页：它的地址是您会员的唯一钥匙。",
        "Keep this page: its address is the only key to your membership.",
    ),
    "points": ("积分", "points"),
    "held": (
        "其中 {0} 分在门店，可离线使用",
        "{0} of them are held in stores, to be spent there even offline",
    ),
    "show": ("在店里扫这个码", "Show this code in the store"),
    "code_until": (
        "{0} 前有效，打开本页即更新",
        "Good until {0}, renewed when you open this page",
    ),
    "history": ("积分明细", "Where points came from and went"),
    "no_history": ("还没有积分。付款后自动累积。", "No points yet. They come with what you buy."),
    "leave": ("注销", "Leave"),
    "leave_means": (
        "姓名、电话、会员页删除，积分作废，无法恢复。",
        "Name, phone and this page are deleted and your points are void. There is no way back.",
    ),
    "sure": ("我确定注销", "I am sure"),
    "erase": ("注销会员", "Erase me"),
    "erased": ("已注销", "Erased"),
    "erased_means": (
        "您的姓名、电话和会员页已删除，积分已作废。门店在下次联网时也会忘记您的会员码。",
        "Your name, phone and page are deleted and your points are void. Stores forget your code when they are next "
        "online.",
    ),
    "nobody": ("没有这个会员", "No such membership"),
    "nobody_why": ("会员已注销或已合并，或链接有误。", "It was erased or merged, or the link is wrong."),
}
WRONG: Final[dict[str, tuple[str, str]]] = {
    "consent": ("请先阅读并勾选同意会员条款。", "Please read the terms and tick that you agree."),
    "malformed": (
        "姓名或电话格式不对，请检查，或留空。",
        "The name or phone is not valid. Check it, or leave it empty.",
    ),
    "must_be_sure": ("请勾选确认注销。", "Please tick that you are sure."),
}
AGAIN: Final = ("请重试。", "Please try again.")
TIERS: Final[dict[str, tuple[str, str]]] = {
    "T1": ("会员 T1", "Member T1"),
    "T2": ("银卡会员 T2", "Silver member T2"),
    "T3": ("金卡会员 T3", "Gold member T3"),
}
MOVES: Final[dict[str, tuple[str, str]]] = {
    "earned": ("购物积分", "Earned"),
    "spent": ("使用积分", "Spent"),
    "void": ("作废", "Void"),
    "merged": ("会员合并", "Merged"),
    "owed": ("更正", "Corrected"),
}
