"""Training money of a store that joined: headquarters' page takes it, once, and the store is told what is so."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import requests

from cloud_sync.protocol.page_payments import PAYMENTS_PATH, STATEMENTS_PATH
from edge_agent.adapters.payments.hq_page import HqPage
from edge_agent.adapters.payments.port import (
    Forged,
    PaymentAsked,
    ProviderTrouble,
    RefundAsked,
    RefundRefusedByProvider,
)
from tests.edge_live import LiveAgent, eventually
from tests.hq_process import Headquarters
from tests.offline_store import PRICE, ask, join, look, opened, stock_still

ZONE = "Asia/Shanghai"


@pytest.fixture(scope="module")
def token(shared_headquarters: Headquarters) -> str:
    return shared_headquarters.join(shared_headquarters.enrol("pop-api", "Pop", ZONE)).token


@pytest.fixture
def page(shared_headquarters: Headquarters, token: str) -> HqPage:
    return HqPage(shared_headquarters.url, token, str)


def asked(payment: str, amount_minor: int = 1_000) -> PaymentAsked:
    return PaymentAsked(payment, f"O-{payment}", amount_minor, "CNY", "goods")


def back(payment: str, refund: str, amount_minor: int) -> RefundAsked:
    return RefundAsked(refund, payment, amount_minor, 1_000, "CNY")


def press(url: str, answer: str) -> str:
    return requests.post(url, data={"answer": answer}, timeout=10).text


def test_a_payment_is_opened_once_however_often_it_is_asked_for_and_paid_by_the_button(page: HqPage) -> None:
    opened_ = [page.create(asked("once")) for _ in range(3)]
    assert {(one.state, one.pay_url) for one in opened_} == {("pending", opened_[0].pay_url)}
    assert "已付款" in press(opened_[0].pay_url, "pay")
    paid = page.ask(asked("once"))
    assert (paid.state, paid.amount_minor, paid.currency, paid.payment, paid.order) == (
        "paid",
        1_000,
        "CNY",
        "once",
        "O-once",
    )
    assert "已付款" in press(opened_[0].pay_url, "decline"), "what is paid stays paid"
    assert page.close(asked("once")).state == "paid"
    with pytest.raises(ProviderTrouble):
        page.create(asked("once", 2_000))


def test_a_declined_payment_is_closed_and_takes_no_money_any_more(page: HqPage) -> None:
    url = page.create(asked("no")).pay_url
    assert "已关闭" in press(url, "decline")
    assert "已关闭" in press(url, "pay")
    assert page.ask(asked("no")).state == "closed"
    assert page.ask(asked("never-opened")).state == "unheard"


def test_closed_while_the_shopper_presses_one_of_them_wins_and_both_are_told_the_same(page: HqPage) -> None:
    with ThreadPoolExecutor(2) as both:
        for number in range(8):
            one = asked(f"race-{number}")
            url = page.create(one).pay_url
            pressed, closed = both.submit(press, url, "pay"), both.submit(page.close, one)
            state = closed.result().state
            assert state == page.ask(one).state
            assert state in ("paid", "closed")
            assert ("已付款" in pressed.result()) == (state == "paid")


def test_refunds_go_back_once_per_id_in_parts_and_never_more_than_was_paid(page: HqPage) -> None:
    url = page.create(asked("parts")).pay_url
    with pytest.raises(RefundRefusedByProvider):
        page.refund(back("parts", "r0", 100))
    press(url, "pay")
    assert {page.refund(back("parts", "r1", 300)) for _ in range(3)} == {"page-r1"}
    page.refund(back("parts", "r2", 700))
    with pytest.raises(RefundRefusedByProvider):
        page.refund(back("parts", "r3", 1))
    today = datetime.now(UTC).astimezone(ZoneInfo(ZONE)).date().isoformat()
    lines = [line for line in page.statement(today) if line.payment == "parts"]
    assert sorted((line.refund, line.amount_minor) for line in lines) == [
        ("", 1_000),
        ("r1", 300),
        ("r2", 700),
    ]
    assert page.statement("2020-01-01") == []
    with pytest.raises(Forged):
        page.notified({}, b"{}")


def test_only_a_store_may_ask_and_only_about_its_own(
    shared_headquarters: Headquarters, page: HqPage, token: str
) -> None:
    page.create(asked("mine"))
    hq = shared_headquarters
    other = HqPage(hq.url, hq.join(hq.enrol("pop-other", "Other", ZONE)).token, str)
    assert other.ask(asked("mine")).state == "unheard"
    with pytest.raises(RefundRefusedByProvider):
        other.refund(back("mine", "theft", 1))
    assert requests.get(f"{hq.url}{PAYMENTS_PATH}/mine", timeout=10).status_code == 401
    head = {"Authorization": f"Bearer {token}"}
    for wrong in (b"", b"[]", b'{"order":"O","amount_minor":0,"currency":"CNY"}', b"x" * 5_000):
        answer = requests.post(f"{hq.url}{PAYMENTS_PATH}/wrong", data=wrong, headers=head, timeout=10)
        assert 400 <= answer.status_code < 500
    assert requests.get(f"{hq.url}{STATEMENTS_PATH}/someday", headers=head, timeout=10).status_code == 400
    assert requests.get(f"{hq.url}/p/nobody", timeout=10).status_code == 404
    assert requests.post(f"{hq.url}/p/nobody", data={"answer": "pay"}, timeout=10).status_code == 404


@pytest.fixture
def store(shared_headquarters: Headquarters, tmp_path: Path) -> Iterator[LiveAgent]:
    with opened(tmp_path / "s", join(shared_headquarters, tmp_path / "s", "pop-shop"), serve=True) as agent:
        stock_still(agent)
        yield agent


def test_a_joined_store_is_paid_at_headquarters_and_has_no_page_of_its_own(
    store: LiveAgent, shared_headquarters: Headquarters
) -> None:
    order, url = ask(store, "sandbox")
    assert url.startswith(f"{shared_headquarters.url}/p/")
    assert requests.get(f"{store.url}/pay/anything", timeout=10).status_code == 404
    assert "已付款" in press(url, "pay")
    eventually(lambda: look(store, order)["paid_minor"] == PRICE, what="the money")

    declined, url = ask(store, "sandbox")
    press(url, "decline")
    eventually(lambda: look(store, declined)["payment"]["state"] == "closed", what="the shopper's no")


def test_while_headquarters_is_away_nothing_is_guessed_and_it_is_asked_again() -> None:
    away = HqPage("http://127.0.0.1:9", "token", str)
    for act in (away.create, away.ask, away.close):
        with pytest.raises(ProviderTrouble):
            act(asked("away"))
    with pytest.raises(ProviderTrouble):
        away.refund(back("away", "r", 1))
