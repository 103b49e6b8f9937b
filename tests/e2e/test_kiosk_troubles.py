"""What goes wrong between the kiosk's window and its agent, which is a fake one that can be told to fail."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.fake_agent import TOKEN, FakeAgent, serving
from tests.kiosk_hands import Shopper, kiosk_window
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


def test_a_lost_answer_a_cancelled_order_and_a_line_that_is_down(agent: FakeAgent, shopper: Shopper) -> None:
    shopper.wait_for_screen("AttractScreen")
    shopper.touch("language:en")
    shopper.touch("item:A01")
    agent.lose_answers = 1
    shopper.touch("buy")
    shopper.wait_for_screen("PayScreen", "Scan to pay")
    shopper.touch("cancel")
    shopper.wait_for_screen("EndingScreen", "Order cancelled")
    assert [order["state"] for order in agent.orders] == ["cancelled"]
    shopper.touch("done")
    shopper.wait_for_screen("HomeScreen")
    agent.down = True
    shopper.wait_for_screen("ClosedScreen", "Reconnecting")
    agent.down = False
    shopper.wait_for_screen("HomeScreen")


def test_a_unit_nobody_knows_about_gets_a_case_number_that_can_be_found_again(
    agent: FakeAgent, shopper: Shopper
) -> None:
    shopper.wait_for_screen("AttractScreen")
    shopper.touch_at(540, 900)
    shopper.touch("item:A02")
    shopper.touch("buy")
    shopper.wait_for_screen("PayScreen", "扫码支付")
    (order,) = agent.orders
    agent.pay(order["id"])
    agent.vend(order["id"], 0, "unknown", case="C-0417")
    shopper.wait_for_screen("CaseScreen", "C-0417")
    shopper.touch("done")
    shopper.wait_for_screen("HomeScreen", "C-0417")
    shopper.touch(f"case:{order['id']}")
    shopper.wait_for_screen("CaseScreen", "店员马上就来")
    agent.vend(order["id"], 0, "dispensed")
    agent.update(order["id"], state="completed")
    shopper.wait_for_screen("EndingScreen", "谢谢惠顾！")
