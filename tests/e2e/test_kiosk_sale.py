"""A sale at the kiosk's real window against a fake agent: cart, ways to pay, the store offline, a member, a game."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.fake_agent import TOKEN, FakeAgent, serving
from tests.kiosk_hands import ROOT, Shopper, kiosk_window
from tests.kiosk_views import ITEMS

PORTRAIT = (1080, 1920)
pytestmark = [
    pytest.mark.needs("Xvfb and xdotool"),
    pytest.mark.skipif(
        not (shutil.which("Xvfb") and shutil.which("xdotool")),
        reason="needs Xvfb and xdotool (apt-get install xvfb xdotool)",
    ),
]


def _items() -> list[dict[str, Any]]:
    ways = {"C01": ["staff", "pickup"]}
    return [
        {name: getattr(item, name) for name in item.__struct_fields__}
        | {"ways": ways.get(item.sku, ["vend"])}
        for item in ITEMS
    ]


@pytest.fixture
def agent() -> Iterator[FakeAgent]:
    with serving(FakeAgent(_items())) as running:
        yield running


@pytest.fixture
def shopper(agent: FakeAgent, tmp_path: Path) -> Iterator[Shopper]:
    with kiosk_window(agent.url, TOKEN, tmp_path, PORTRAIT) as at_the_kiosk:
        yield at_the_kiosk


def photograph(shopper: Shopper, name: str) -> None:
    """Into the documentation, when asked for."""
    if os.environ.get("POPSHOP_WRITE_SCREENSHOTS") == "1":
        shopper.photograph(ROOT / "docs/images" / f"{name}.png")


def test_a_member_buys_two_things_pays_at_the_counter_and_prints_the_receipt(
    agent: FakeAgent, shopper: Shopper
) -> None:
    agent.equip("alipay", "counter")
    shopper.wait_for_screen("AttractScreen")
    shopper.touch_at(540, 900)
    shopper.touch("item:A03")
    shopper.touch("add")
    shopper.wait_for_screen("HomeScreen", "1 件")
    agent.scan("member")
    shopper.wait_for_screen("HomeScreen", "T2 会员")
    agent.scan("product", sku="B03")
    shopper.touch("more")
    shopper.touch("add")
    shopper.touch("cart")
    shopper.wait_for_screen("CartScreen", "雪峰棒棒糖")
    shopper.touch("more:0")
    shopper.wait_for_screen("CartScreen", "¥10.00")
    photograph(shopper, "kiosk-cart-zh")
    shopper.touch("check_out")
    shopper.wait_for_screen("PayScreen", "怎么付款？")
    photograph(shopper, "kiosk-choose-zh")
    shopper.touch("method:counter")
    shopper.wait_for_screen("PayScreen", "请到柜台付款")
    (order,) = agent.orders
    agent.pay(order["id"])
    shopper.wait_for_screen("DispensingScreen", "准备出货")
    agent.hand_over(order["id"])
    shopper.wait_for_screen("EndingScreen", "第 7 号")
    shopper.touch("print")
    shopper.wait_for_screen("EndingScreen", "已送去打印")
    photograph(shopper, "kiosk-receipt-zh")
    shopper.touch("done")
    glass = shopper.wait_for_screen("HomeScreen")
    assert not [text for text in glass["texts"] if "T2" in text], "the member is forgotten"
    assert (agent.printed, agent.left) == (["kiosk-1-7"], ["kiosk-1"])


def test_an_offline_store_is_paid_by_the_receipt_on_the_shoppers_phone_and_a_wheel_is_spun(
    agent: FakeAgent, shopper: Shopper
) -> None:
    agent.equip("signed")
    agent.change("sync", "hq", {"state": "offline"})
    shopper.wait_for_screen("AttractScreen")
    shopper.touch("language:en")
    shopper.touch("game:spring")
    shopper.touch("play")
    shopper.wait_for_screen("GameScreen", "You have won!")
    shopper.touch("done")
    shopper.touch("item:A01")
    shopper.touch("buy")
    shopper.wait_for_screen("PayScreen", "Pay by phone in two steps")
    photograph(shopper, "kiosk-offline-en")
    agent.scan("receipt")
    shopper.wait_for_screen("DispensingScreen", "Getting ready")
    agent.hand_over(agent.orders[0]["id"])
    shopper.wait_for_screen("EndingScreen", "Thank you!")
