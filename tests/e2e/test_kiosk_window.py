"""From finger to motor: the kiosk's window, the real agent, a broker and a vending machine; only the shopper is us."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tests.kiosk_hands import ROOT, kiosk_window
from tests.kiosk_shop import running_shop

PORTRAIT = (1080, 1920)
pytestmark = [
    pytest.mark.needs("Xvfb and xdotool"),
    pytest.mark.skipif(
        not (shutil.which("Xvfb") and shutil.which("xdotool")),
        reason="needs Xvfb and xdotool (apt-get install xvfb xdotool)",
    ),
]


def picture(tmp_path: Path, name: str) -> Path:
    """Into the documentation when asked for, else aside."""
    folder = ROOT / "docs/images" if os.environ.get("POPSHOP_WRITE_SCREENSHOTS") == "1" else tmp_path
    return folder / f"{name}.png"


def test_two_teas_from_greeting_to_thanks_in_chinese(tmp_path: Path) -> None:
    (glass := tmp_path / "glass").mkdir()
    with (
        running_shop(tmp_path / "shop") as shop,
        kiosk_window(shop.url, shop.kiosk_token, glass, PORTRAIT) as shopper,
    ):
        shopper.wait_for_screen("AttractScreen", "欢迎光临")
        shopper.touch_at(540, 900)
        shopper.wait_for_screen("HomeScreen", "今天想买点什么？")
        shopper.photograph(picture(tmp_path, "kiosk-home-zh"))
        shopper.touch("category:tea")
        shopper.wait(
            "one tea", lambda seen: [t for t in seen["taps"] if t.startswith("item:")] == ["item:A03"]
        )
        shopper.touch("item:A03")
        shopper.touch("more")
        shopper.wait_for_screen("ProductScreen", "¥7.00")
        shopper.photograph(picture(tmp_path, "kiosk-product-zh"))
        shopper.touch("buy")
        shopper.choose_to_pay("sandbox", "扫码支付")
        shopper.photograph(picture(tmp_path, "kiosk-pay-zh"))
        shop.pay_by_phone()
        shopper.wait_for_screen("DispensingScreen", "正在出货")
        shopper.wait_for_screen("DispensingScreen", "已出货，请取走")
        shopper.wait_for_screen("EndingScreen", "谢谢惠顾！")
        shopper.photograph(picture(tmp_path, "kiosk-thanks-zh"))
        shopper.touch("done")
        shopper.wait_for_screen("HomeScreen")
        items = shop.staff.snapshot()["entities"]["item"]
        assert items["A03"]["available"] == 6


def test_a_motor_that_fails_gives_the_money_back_in_english(tmp_path: Path) -> None:
    (glass := tmp_path / "glass").mkdir()
    with (
        running_shop(tmp_path / "shop", "motor@1-02") as shop,
        kiosk_window(shop.url, shop.kiosk_token, glass, PORTRAIT) as shopper,
    ):
        shopper.wait_for_screen("AttractScreen")
        shopper.touch("language:en")
        shopper.touch("item:A02")
        shopper.touch("buy")
        shopper.choose_to_pay("sandbox", "Scan to pay")
        shop.pay_by_phone()
        shopper.wait_for_screen("DispensingScreen", "Coming out now")
        shopper.photograph(picture(tmp_path, "kiosk-dispensing-en"))
        shopper.wait_for_screen("EndingScreen", "¥4.50 returned")
        shopper.photograph(picture(tmp_path, "kiosk-moneyback-en"))
        (order,) = shop.staff.snapshot()["entities"]["order"].values()
        assert (order["state"], order["refunded_minor"]) == ("refunded", 450)
