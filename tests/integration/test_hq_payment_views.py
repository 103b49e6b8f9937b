"""How payments on headquarters' phone page stand, as the page and then the store's ledger tell of them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from cloud_sync.hq.credentials import Credentials
from cloud_sync.hq.phone_payments import PhonePayments
from cloud_sync.protocol import facts
from cloud_sync.protocol.codes.own_codes import Content
from tests.hq_stock import PASSWORD, Shop, StockHq, started

hq = pytest.fixture(started)
CREDENTIALS = Credentials(admin_password=PASSWORD, session_key="k", code_key="11" * 32)
LIFETIME = timedelta(minutes=10)


@pytest.fixture
def page(hq: StockHq) -> PhonePayments:
    return PhonePayments(hq.pool, CREDENTIALS, lambda: hq.now)


@pytest.fixture
def shop(hq: StockHq) -> Shop:
    return hq.shop("mall-a").sync()


def asked(payment: str) -> facts.PaymentRequested:
    return facts.PaymentRequested(
        payment=payment, order=f"O-{payment}", method="signed", amount_minor=500, currency="CNY"
    )


def shown(payment: str) -> facts.PaymentPaid:
    return facts.PaymentPaid(
        payment=payment, order=f"O-{payment}", method="signed", amount_minor=500, currency="CNY"
    )


def closed(payment: str) -> facts.PaymentClosed:
    return facts.PaymentClosed(payment=payment, order=f"O-{payment}", reason="expired")


def pay(hq: StockHq, page: PhonePayments, payment: str) -> None:
    """The shopper's phone pays what an offline store asked for."""
    until = int((hq.now + LIFETIME).timestamp())
    page.pay_order(
        Content(
            key="k",
            id=payment,
            store="mall-a",
            expires_at=until,
            order=f"O-{payment}",
            amount_minor=500,
            currency="CNY",
        )
    )


def payments(hq: StockHq) -> dict[str, dict[str, Any]]:
    return {each["payment"]: each for each in hq.get("/api/stores/mall-a/phone-payments")}


def standing(hq: StockHq, payment: str) -> str:
    return str(payments(hq)[payment]["standing"])


def test_a_signed_payment_is_open_until_the_ledger_says_that_it_was_spent(
    hq: StockHq, page: PhonePayments, shop: Shop
) -> None:
    pay(hq, page, "P1")
    assert standing(hq, "P1") == "open"
    hq.now += LIFETIME
    assert standing(hq, "P1") == "overdue", "the store may have taken it, and is silent"
    shop.write(asked("P1"), shown("P1")).sync()
    found = payments(hq)["P1"]
    assert (found["standing"], found["ledger"]) == ("spent", "spent")
    assert None not in (found["asked_at"], found["paid_at"], found["ended_at"])
    (line,) = hq.get("/api/signed-payments")
    assert (line["state"], line["payments"], line["amount_minor"]) == ("spent", 1, 500)


def test_a_payment_that_the_store_gave_up_or_that_its_end_left_open_goes_back(
    hq: StockHq, page: PhonePayments, shop: Shop
) -> None:
    shop.write(asked("P1")).sync()
    assert standing(hq, "P1") == "waiting"
    pay(hq, page, "P1")
    shop.write(closed("P1")).sync()
    assert standing(hq, "P1") == "going_back"
    page.give_back_unspent()
    assert standing(hq, "P1") == "refunded"
    shop.write(shown("P1")).sync()
    assert standing(hq, "P1") == "contradiction", "goods for money that had gone back: a person must see it"

    pay(hq, page, "P2")
    hq.post("/api/stores/mall-a/retire")
    assert standing(hq, "P2") == "open"
    hq.now += LIFETIME
    assert standing(hq, "P2") == "going_back", "a store that is retired says nothing any more"


def test_payments_of_the_page_itself_stand_beside_the_signed_ones(
    hq: StockHq, page: PhonePayments, shop: Shop
) -> None:
    for number in range(3):
        page.create("mall-a", f"P{number}", "O", 500, "CNY")
    assert standing(hq, "P0") == "waiting"
    for number in (0, 1):
        token = page.create("mall-a", f"P{number}", "O", 500, "CNY").token
        page.answer(token or "", pays=True)
    page.refund("mall-a", "P1", "R1", 200)
    page.close("mall-a", "P2")
    found = payments(hq)
    assert {name: each["standing"] for name, each in found.items()} == {"P0": "paid", "P1": "part_refunded"}
    assert (found["P1"]["refunded_minor"], found["P1"]["signed"]) == (200, False)
    hq.shop("mall-b")
    assert hq.get("/api/stores/mall-b/phone-payments") == []
    assert hq.client.get("/api/stores/nobody/phone-payments", auth=("me", PASSWORD)).status_code == 404
