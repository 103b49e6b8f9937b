"""Words on price rules and games, in Chinese and English."""

from __future__ import annotations

from typing import Final

PROMOTION_WORDS: Final[dict[str, tuple[str, str]]] = {
    "promotions": ("促销", "Promotions"),
    "promotion_until": ("有效至 {0}", "until {0}"),
    "promotion_from": ("{0} 开始", "from {0}"),
    "promotion_over": ("已结束", "over"),
    "promotion_issued": ("已发 {0} 张券", "{0} coupons handed out"),
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
