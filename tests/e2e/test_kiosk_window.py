"""A shopper's finger on the real window: X server, mouse clicks, HTTP and feed; only the agent is a fake one."""

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
    return [{name: getattr(item, name) for name in item.__struct_fields__} for item in ITEMS]


@pytest.fixture
def agent() -> Iterator[FakeAgent]:
    with serving(FakeAgent(_items())) as running:
        yield running


@pytest.fixture
def shopper(agent: FakeAgent, tmp_path: Path) -> Iterator[Shopper]:
    with kiosk_window(agent.url, TOKEN, tmp_path, PORTRAIT) as at_the_kiosk:
        yield at_the_kiosk


def picture(tmp_path: Path, name: str) -> Path:
    """Into the documentation when asked for, else aside."""
    folder = ROOT / "docs/images" if os.environ.get("POPSHOP_WRITE_SCREENSHOTS") == "1" else tmp_path
    return folder / f"{name}.png"


def test_a_shopper_buys_two_teas_in_chinese(agent: FakeAgent, shopper: Shopper, tmp_path: Path) -> None:
    shopper.wait_for_screen("AttractScreen", "欢迎光临")
    shopper.touch_at(540, 900)
    shopper.wait_for_screen("HomeScreen", "今天想买点什么？")
    shopper.photograph(picture(tmp_path, "kiosk-home-zh"))
    shopper.touch("category:tea")
    shopper.wait("one tea", lambda glass: [t for t in glass["taps"] if t.startswith("item:")] == ["item:A03"])
    shopper.touch("item:A03")
    shopper.wait_for_screen("ProductScreen", "¥3.50")
    shopper.touch("more")
    shopper.wait_for_screen("ProductScreen", "¥7.00")
    shopper.photograph(picture(tmp_path, "kiosk-product-zh"))
    shopper.touch("buy")
    shopper.wait_for_screen("PayScreen", "请用手机扫描二维码")
    shopper.photograph(picture(tmp_path, "kiosk-pay-zh"))
    (order,) = agent.orders
    assert (order["lines"][0]["qty"], order["total_minor"], order["device"]) == (2, 700, "kiosk-1")
    agent.pay(order["id"])
    shopper.wait_for_screen("DispensingScreen", "准备出货")
    agent.vend(order["id"], 0, "dispensed")
    agent.vend(order["id"], 1, "dispensing")
    shopper.wait_for_screen("DispensingScreen", "已出货，请取走")
    agent.vend(order["id"], 1, "dispensed")
    agent.update(order["id"], state="completed")
    shopper.wait_for_screen("EndingScreen", "谢谢惠顾！")
    shopper.photograph(picture(tmp_path, "kiosk-thanks-zh"))
    shopper.touch("done")
    shopper.wait_for_screen("HomeScreen")
    assert len(agent.orders) == 1


def test_a_unit_that_does_not_come_out_is_paid_back_in_english(
    agent: FakeAgent, shopper: Shopper, tmp_path: Path
) -> None:
    shopper.wait_for_screen("AttractScreen")
    shopper.touch("language:en")
    shopper.wait_for_screen("HomeScreen", "What would you like?")
    shopper.touch("item:A02")
    shopper.wait_for_screen("ProductScreen", "Wanglaoji")
    agent.lose_answers = 1
    shopper.touch("buy")
    shopper.wait_for_screen("PayScreen", "Scan to pay")
    (order,) = agent.orders
    agent.pay(order["id"])
    agent.vend(order["id"], 0, "dispensing")
    shopper.wait_for_screen("DispensingScreen", "Coming out now")
    shopper.photograph(picture(tmp_path, "kiosk-dispensing-en"))
    agent.vend(order["id"], 0, "failed")
    shopper.wait_for_screen("DispensingScreen", "Sending your money back")
    agent.update(order["id"], state="refunded", refunded_minor=450)
    shopper.wait_for_screen("EndingScreen", "¥4.50 returned")
    shopper.photograph(picture(tmp_path, "kiosk-moneyback-en"))
    shopper.touch("done")
    shopper.wait_for_screen("HomeScreen", "What would you like?")


def test_an_order_is_cancelled_and_a_lost_line_is_told(agent: FakeAgent, shopper: Shopper) -> None:
    shopper.wait_for_screen("AttractScreen")
    shopper.touch("language:en")
    shopper.touch("item:A01")
    shopper.touch("buy")
    shopper.wait_for_screen("PayScreen", "Scan to pay")
    shopper.touch("cancel")
    shopper.wait_for_screen("EndingScreen", "Order cancelled")
    assert agent.orders[0]["state"] == "cancelled"
    shopper.touch("done")
    shopper.wait_for_screen("HomeScreen")
    agent.down = True
    shopper.wait_for_screen("ClosedScreen", "Reconnecting")
    agent.down = False
    shopper.wait_for_screen("HomeScreen")
