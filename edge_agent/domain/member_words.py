"""What is said when a member's code or points are not good, and how stores treat each tier."""

from __future__ import annotations

from typing import Final

REFUSALS: Final[dict[str, tuple[int, str, str]]] = {
    "member_invalid": (
        409,
        "会员码无法识别，请刷新后重试；不登录也可以购买。",
        "This member code is not valid. Renew it on your phone and try again, or simply buy without it.",
    ),
    "member_expired": (
        409,
        "会员码已过期，请在手机上更新；不登录也可以购买。",
        "This member code has expired. Renew it on your phone, or simply buy without it.",
    ),
    "member_erased": (
        409,
        "该会员已注销；不登录也可以购买。",
        "This membership was erased. You can buy without it.",
    ),
    "points_short": (
        409,
        "本店可用积分不足，请少用一些积分。",
        "Fewer points than that can be spent in this store now. Use fewer.",
    ),
}

SERVICES: Final[dict[str, tuple[str, str]]] = {
    "T1": ("", ""),
    "T2": ("银卡会员：请店员问好并提供试用装。", "Silver member: greet them and offer a sample."),
    "T3": (
        "金卡会员：请店员上前接待，优先取货，免费包装。",
        "Gold member: come forward, hand over first, wrap for free.",
    ),
}
"""Service beyond prices and points, per tier: what staff are asked to do (Chinese, English)."""
