"""How the pages for phones look in a real browser: every state, both languages, bright and dim, on a narrow phone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from playwright.sync_api import Browser

from cloud_sync.hq.database.member_queries import FoundMember, PointMove, Statement
from cloud_sync.hq.phone import member_pages, pay_pages
from cloud_sync.hq.phone.stores import Sign
from cloud_sync.hq.phone_payments import Paid, Payment
from cloud_sync.protocol.codes.own_codes import Content
from cloud_sync.protocol.phone.frame import LANGUAGES, Language
from tests.phone_hands import NARROW, picture

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
SIGN = Sign("上海淮海中路一〇〇号春季限定快闪店", ZoneInfo("Asia/Shanghai"))
CODE = "PS1.M." + "TCVWQ4JNGQ3TMMDFHA3THOTNFU2TYZS" * 4
MEMBER = FoundMember("m-1", "T3", False, "", False, "", "", NOON, 12_345)
MOVES = [
    PointMove(NOON, "earned", "sh-01/hold/1", 1_200, "popshop.points.earned.v1", "O1", "sh-01"),
    PointMove(NOON, "pool", "sh-01/hold/1", 300, "points_granted", "", "sh-01"),
    PointMove(NOON - timedelta(days=1), "a-store-with-a-very-long-name-of-its-own/hold/1", "spent", 500, "x", "O0",
              "a-store-with-a-very-long-name-of-its-own"),
    PointMove(NOON - timedelta(days=2), "merged", "pool", 7, "merged", "", ""),
]  # fmt: skip


def payment(state: str = "paid", back: int = 0, ledger: str = "", minutes: int = 5) -> Payment:
    until = NOON + timedelta(minutes=minutes)
    return Payment("sh-01", "p", "3UVEX7ECNR", True, "t", 123_456_700, "CNY", state, ledger, "r", until, back)


def pages(language: Language) -> dict[str, str]:
    """Every page by name."""
    pay, mine = pay_pages.Pages(language, "/p/t", NOON), member_pages.Pages(language, "/m/t")
    asked = Content(
        key="s1", id="P1", store="sh-01", expires_at=int(NOON.timestamp()) + 90_000, order="3UVEX7ECNR",
        amount_minor=590, currency="CNY",
    )  # fmt: skip
    statement = Statement(MEMBER, {"pool": 12_000, "sh-01/hold/1": 345}, MOVES)
    return {
        "open": pay.to_pay(payment("pending"), SIGN),
        "paid": pay.to_pay(payment(), SIGN),
        "closed": pay.to_pay(payment("closed"), SIGN),
        "refunded": pay.to_pay(payment(back=100), SIGN),
        "offline": pay.to_pay_offline(asked, "PS1.O.A.B", SIGN),
        "used": pay.receipt(Paid(payment(ledger="spent"), ""), SIGN),
        "expired": pay.receipt(Paid(payment(minutes=-9), CODE), SIGN),
        "forged": pay.refused("forged"),
        "unknown": pay.refused("unknown"),
        "wrong": mine.join("malformed"),
        "member": mine.membership(statement, CODE, NOON),
        "unsure": mine.membership(statement, CODE, NOON, "must_be_sure"),
        "erased": mine.erased(),
    }


def test_no_state_of_any_page_is_cut_off_in_either_language_on_a_narrow_phone(
    browser: Browser, tmp_path: Path
) -> None:
    for language in LANGUAGES:
        context = browser.new_context(viewport={"width": NARROW, "height": 640})
        phone = context.new_page()
        phone.emulate_media(color_scheme="dark" if language == "en" else "light")
        for name, text in pages(language).items():
            phone.set_content(text)
            picture(phone, f"phone-{name}-{language}", tmp_path, in_docs=(name, language) == ("member", "zh"))
        context.close()
