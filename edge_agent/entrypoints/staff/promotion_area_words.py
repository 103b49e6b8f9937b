"""Words on price rules and games, in Chinese and English."""

from __future__ import annotations

from typing import Final

PROMOTION_WORDS: Final[dict[str, tuple[str, str]]] = {
    "promotions": ("促销", "Promotions"),
    "promotion_until": ("有效至 {0}", "until {0}"),
    "promotion_from": ("{0} 开始", "from {0}"),
    "promotion_over": ("已结束", "over"),
    "promotion_issued": ("已发 {0} 张券", "{0} coupons handed out"),
    "promotion_issued_of": ("已发 {0} / {1} 张券", "{0} of {1} coupons handed out"),
    "promotion_kind_discount": ("折扣", "Discount"),
    "promotion_kind_member": ("会员价", "Members' prices"),
    "promotion_kind_bundle": ("组合优惠", "Bundle"),
    "coupon_given_anyone": ("优惠券 · 顾客在屏幕上领取", "Coupon · shoppers take it at the screen"),
    "coupon_given_staff": ("优惠券 · 只由店员发放", "Coupon · handed out by staff only"),
    "coupon_given_shared": ("优惠券 · 分享后领取", "Coupon · for sharing"),
    "coupon_given_draw": ("优惠券 · 只作为奖品", "Coupon · a prize only"),
    "campaigns": ("派样", "Samples"),
    "campaign_given": ("已派 {0} / {1}", "{0} of {1} given"),
    "campaign_ready": ("现在可派 {0} 份", "{0} can be given now"),
    "games": ("游戏", "Games"),
    "game_played": ("已抽 {0} 次", "{0} draws"),
    "game_left": ("剩 {0} / {1}", "{0} of {1} left"),
    "game_drawn": ("抽中 {0} 次", "drawn {0} times"),
    "prizes_owed": ("未送达的奖品", "Prizes that did not arrive"),
    "prizes_owed_hint": (
        "这些奖品没有出货成功。请按订单号把奖品交给顾客。",
        "These prizes never dropped. Give them to the winner, who has the order's number.",
    ),
    "prize_of_draw": ("{0} · 第 {1} 次", "{0} · draw {1}"),
}
