"""What the tablet shows of price rules, games and prizes that did not arrive."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from edge_agent.entrypoints.staff import frame
from edge_agent.entrypoints.staff.view import View
from edge_agent.entrypoints.staff.words import LANGUAGES
from tests.staff_shop import at, shop

ORDERS = View("orders")


def _rule(**more: Any) -> dict[str, Any]:
    times = {"starts_at": at(60), "ends_at": at(-60), "open": True, "issued": 3, "rule": {}}
    return {"promotion": "ten", "kind": "coupon", "name_zh": "十元券", "name_en": "Ten <off>"} | times | more


def _game() -> dict[str, Any]:
    prize = {
        "prize": "balm",
        "name_zh": "润唇膏",
        "name_en": "A balm",
        "sku": "B1",
        "stock": 5,
        "left": 2,
        "drawn": 3,
    }
    none = prize | {
        "prize": "none",
        "name_zh": "谢谢",
        "name_en": "Thanks",
        "sku": "",
        "stock": None,
        "drawn": 9,
    }
    return _rule() | {
        "game": "wheel",
        "name_zh": "转盘",
        "name_en": "Wheel",
        "played": 12,
        "prizes": [prize, none],
    }


def _campaign() -> dict[str, Any]:
    named = {"campaign": "minis", "name_zh": "小样派发", "name_en": "Minis"}
    return named | {
        "starts_at": at(60),
        "ends_at": at(-60),
        "open": True,
        "given": 12,
        "limit": 200,
        "available": 6,
    }


def _words(html: str) -> str:
    return re.sub(r"<[^>]+>", " ", html)


def test_staff_see_what_is_in_force_and_what_is_left_of_each_prize() -> None:
    later = _rule(open=False, starts_at=at(-30), kind="discount", name_en="Later")
    over = _rule(open=False, ends_at=at(1), kind="discount", name_en="Before")
    store = replace(shop(), promotions=[_rule(), later, over], games=[_game()])
    english, chinese = frame.page("en", ORDERS, store), frame.page("zh", ORDERS, store)
    for words in (
        "3 coupons handed out",
        "2 of 5 left",
        "drawn 9 times",
        "12 draws",
        "from 05-01 12:30",
        "over",
    ):
        assert words in _words(english)
    for words in ("已发 3 张券", "剩 2 / 5", "已抽 12 次", "转盘"):
        assert words in chinese
    assert "Ten &lt;off&gt;" in english


def test_staff_see_who_gets_a_coupon_and_how_many_samples_are_left() -> None:
    ways = {
        "anyone": "at the screen",
        "staff": "by staff only",
        "shared": "for sharing",
        "draw": "a prize only",
    }
    rules = [_rule(rule={"given": given, "limit": 50}) for given in ways]
    rules += [_rule(kind=kind) for kind in ("discount", "member", "bundle")]
    store = replace(shop(), promotions=rules, campaigns=[_campaign()])
    english, chinese = (_words(frame.page(language, ORDERS, store)) for language in LANGUAGES[::-1])
    for words in (
        *ways.values(),
        "3 of 50",
        "Members' prices",
        "Bundle",
        "12 of 200 given",
        "6 can be given now",
    ):
        assert words in english
    for words in (
        "只由店员发放",
        "分享后领取",
        "只作为奖品",
        "会员价",
        "组合优惠",
        "已派 12 / 200",
        "现在可派 6 份",
    ):
        assert words in chinese


def test_a_prize_that_did_not_arrive_names_the_order_that_the_winner_has() -> None:
    owed = {"draw": "D", "game": "wheel", "number": 7, "prize": "balm", "order": "ABCDEF2345", "at": at(5)}
    page = frame.page("en", ORDERS, replace(shop(), prizes_owed=[owed]))
    assert "balm · draw 7" in page
    assert "ABCDEF2345" in page
    assert "[&quot;order&quot;,&quot;ABCDEF2345&quot;]" in page, "the order opens by a tap"
    listed = replace(shop(), prizes_owed=[owed], games=[_game()])
    assert "润唇膏 · 第 7 次" in frame.page("zh", ORDERS, listed)
    assert "Prizes that did not arrive" not in frame.page("en", ORDERS, shop())
