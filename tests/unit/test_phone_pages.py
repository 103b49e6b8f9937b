"""Pages for phones: how much one may ask for, in which language it is answered, and what each state says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from cloud_sync.hq.phone.pay_pages import Pages
from cloud_sync.hq.phone.stores import Sign
from cloud_sync.hq.phone_payments import Paid, Payment
from cloud_sync.protocol.phone import frame, guard
from cloud_sync.protocol.phone.code_picture import svg

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
SIGN = Sign("淮海路快闪店", ZoneInfo("Asia/Shanghai"))


def paid(
    ledger: str = "", back: int = 0, left: timedelta = timedelta(minutes=5), state: str = "paid"
) -> Payment:
    return Payment("sh-01", "p1", "O1", True, "t", 500, "CNY", state, ledger, "r1", NOON + left, back)


def told(page: str) -> str:
    return page.partition("</h1>")[2]


def test_each_phone_has_its_own_allowance_and_gets_it_back_with_time() -> None:
    one = guard.Guard(guard.Allowance(2, 10.0), guard.Allowance(100, 1.0))
    assert [one.may("10.0.0.1", 0.0) for _ in range(3)] == [True, True, False]
    assert one.may("10.0.0.2", 0.0)
    assert not one.may("10.0.0.1", 9.0)
    assert one.may("10.0.0.1", 10.5)
    assert not one.may("10.0.0.1", 1.0), "a clock that was set back gives nothing"


def test_all_phones_together_are_limited_too() -> None:
    all_of = guard.Guard(guard.Allowance(10, 1.0), guard.Allowance(3, 1.0))
    assert [all_of.may(f"10.0.0.{n}", 0.0) for n in range(5)] == [True, True, True, False, False]


def test_a_phone_that_changes_its_address_within_its_network_is_still_the_same() -> None:
    one = guard.Guard(guard.Allowance(1, 10.0), guard.Allowance(100, 1.0))
    assert one.may("2001:db8:1:2::7", 0.0)
    assert not one.may("2001:db8:1:2:ffff::1", 0.0)
    assert one.may("2001:db8:1:3::7", 0.0)
    assert guard.network_of("::ffff:10.0.0.1") == "10.0.0.1"
    assert guard.network_of("testclient") == "testclient"


@pytest.mark.parametrize(
    ("peer", "forwarded", "phone"),
    [
        ("127.0.0.1", "203.0.113.9", "203.0.113.9"),
        ("::1", "10.9.9.9, 203.0.113.9", "203.0.113.9"),
        ("127.0.0.1", "", "127.0.0.1"),
        ("198.51.100.7", "203.0.113.9", "198.51.100.7"),
        ("testclient", "203.0.113.9", "testclient"),
        ("127.0.0.1", "x" * 5_000, "x" * guard.MAX_ADDRESS_CHARS),
    ],
)
def test_a_proxy_on_this_computer_says_whom_it_asks_for_and_nobody_else_does(
    peer: str, forwarded: str, phone: str
) -> None:
    assert guard.phone_of(peer, forwarded) == phone


def test_the_guard_remembers_so_many_phones_and_no_more() -> None:
    one = guard.Guard(guard.Allowance(1, 1e9), guard.Allowance(10**9, 1.0))
    for n in range(guard.REMEMBERED + 50):
        assert one.may(f"phone-{n}", 0.0)
    assert len(one._phones) == guard.REMEMBERED
    assert not one.may(f"phone-{guard.REMEMBERED}", 0.0)


@pytest.mark.parametrize(
    ("query", "cookies", "headers", "language"),
    [
        ({}, {}, {}, "zh"),
        ({}, {}, {"accept-language": "en-GB,zh;q=0.5"}, "en"),
        ({}, {}, {"accept-language": "zh-TW"}, "zh"),
        ({}, {}, {"accept-language": "de-DE,de;q=0.9"}, "en"),
        ({}, {frame.COOKIE: "zh"}, {"accept-language": "en"}, "zh"),
        ({"lang": "en"}, {frame.COOKIE: "zh"}, {}, "en"),
        ({"lang": "<b>"}, {frame.COOKIE: "x"}, {}, "zh"),
    ],
)
def test_the_language_is_what_was_chosen_or_what_the_phone_asks_for(
    query: Any, cookies: Any, headers: Any, language: str
) -> None:
    assert frame.language_of(query, cookies, headers) == language


def test_a_page_runs_and_loads_nothing_but_its_own_script_and_keeps_only_the_language() -> None:
    plain = frame.headers({})
    assert "script-src" not in plain["Content-Security-Policy"]
    assert plain["Content-Security-Policy"].startswith("default-src 'none'")
    assert "Set-Cookie" not in plain
    assert "script-src 'sha256-" in frame.headers({}, "print()")["Content-Security-Policy"]
    assert frame.headers({"lang": "en"})["Set-Cookie"].startswith("popshop_phone_language=en;")
    assert "Set-Cookie" not in frame.headers({"lang": "en; Path=/evil"})
    assert 'href="/p/s?c=A&amp;lang=en"' in frame.page("zh", "<b>", "", here="/p/s?c=A")
    assert "&lt;b&gt;" in frame.page("zh", "<b>", "", here="/m/x")


def test_a_picture_of_a_code_has_its_quiet_zone_and_no_size_of_its_own() -> None:
    drawn = svg("A")
    assert 'viewBox="0 0 29 29"' in drawn, "21 modules and four on either side (ISO/IEC 18004)"
    assert "width=" not in drawn.partition(">")[0]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_state_of_a_payment_says_what_became_of_the_money(language: frame.Language) -> None:
    pages = Pages(language, "/p/t", NOON)
    said = {
        "open": pages.to_pay(paid(state="pending"), SIGN),
        "paid": pages.to_pay(paid(), SIGN),
        "closed": pages.to_pay(paid(state="closed"), SIGN),
        "back": pages.to_pay(paid(back=500), SIGN),
        "part": pages.to_pay(paid(back=100), SIGN),
        "receipt": pages.receipt(Paid(paid(), "PS1.R.A.B"), SIGN),
        "used": pages.receipt(Paid(paid("spent"), ""), SIGN),
        "ended": pages.receipt(Paid(paid("closed"), ""), SIGN),
        "receipt back": pages.receipt(Paid(paid("closed", 500), ""), SIGN),
        "late": pages.receipt(Paid(paid(left=-timedelta(minutes=1)), "PS1.R.A.B"), SIGN),
    }
    assert len({told(page) for page in said.values()}) == len(said), "no two states look alike"
    assert {name for name, page in said.items() if "<svg" in page} == {"receipt"}
    assert {name for name, page in said.items() if "<form" in page} == {"open"}
    assert "12:05" in said["receipt"], "by the store's clock"
    assert "11:59" in said["late"]
    assert all("淮海路快闪店" in page for page in said.values())
