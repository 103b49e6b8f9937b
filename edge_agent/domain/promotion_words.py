"""What is said when a price rule, a coupon or a game does not go."""

from __future__ import annotations

from typing import Final

REFUSALS: Final[dict[str, tuple[int, str, str]]] = {
    "unknown_promotion": (404, "找不到该促销。", "There is no such promotion."),
    "promotion_closed": (409, "促销尚未开始或已结束。", "This promotion has not begun, or is over."),
    "coupons_gone": (409, "优惠券已领完。", "The coupons are all gone."),
    "coupon_taken_already": (409, "您已领取过该优惠券。", "You have had this coupon already."),
    "coupons_off": (
        409,
        "本店暂时不能发放优惠券，请找店员。",
        "This store cannot make coupons at the moment. Please ask our staff.",
    ),
    "coupon_spent": (409, "该优惠券已使用。", "This coupon has been used already."),
    "coupon_expired": (409, "该优惠券不在有效期内。", "This coupon is not valid at this time."),
    "coupon_invalid": (409, "该优惠券无效。", "This coupon is not genuine, or not one of this shop's."),
    "coupon_elsewhere": (409, "该优惠券只能在其他门店使用。", "This coupon is good in another store only."),
    "coupon_idle": (
        409,
        "该优惠券对这单没有优惠，不会被使用。",
        "This coupon takes nothing off this order, so it is not used up.",
    ),
    "unknown_game": (404, "找不到该游戏。", "There is no such game."),
    "game_closed": (409, "游戏尚未开始或已结束。", "This game has not begun, or is over."),
    "game_running": (
        409,
        "游戏已经开始，不能再更改。",
        "The game has been played already and cannot be changed.",
    ),
    "played_already": (409, "您已参加过，每人一次。", "You have played already. Everybody plays once."),
    "members_only": (409, "请先登录会员再参加。", "This game is for members. Please sign in first."),
    "prizes_gone": (409, "奖品已全部抽完。", "All prizes are gone."),
    "prize_not_ready": (
        409,
        "奖品暂时无法发放，请稍后再试或找店员。",
        "A prize cannot be handed over right now, so the game waits. Try again shortly or ask our staff.",
    ),
}
