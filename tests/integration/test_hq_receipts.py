"""A receipt's page at headquarters: from the rows that a store sent, on a real PostgreSQL."""

from collections.abc import Iterator
from datetime import timedelta

import psycopg
import pytest
from fastapi.testclient import TestClient

from cloud_sync.hq import enrolment
from cloud_sync.hq.credentials import Credentials
from cloud_sync.hq.database import schema
from cloud_sync.hq.database.pool import Pool, open_pool
from cloud_sync.hq.database.postgres_books import open_books
from cloud_sync.hq.database.receipts import Receipts
from cloud_sync.hq.rules import intake, joining
from cloud_sync.hq.store import grant_nothing
from cloud_sync.hq.web.api import create_api
from cloud_sync.protocol import facts, receipt_facts, rules_facts
from tests.journal_rows import NOON, Journal, item

TOKEN = "a" * 26


@pytest.fixture
def pool(postgres_dsn: str) -> Iterator[Pool]:
    with psycopg.connect(postgres_dsn, autocommit=True) as connection:
        schema.migrate(connection)
    with open_pool(postgres_dsn) as opened:
        enrolment.enrol(opened, "sh-01", "淮海路快闪店", "Asia/Shanghai", "CNY", NOON)
        with open_books(opened)() as books:
            record = books.lock_store("sh-01")
            assert record is not None
            joining.begin_epoch(books, record, 0, "m", NOON)
        yield opened


@pytest.fixture
def phone(pool: Pool) -> Iterator[TestClient]:
    with TestClient(
        create_api(pool, Credentials(admin_password="password", session_key="secret"), lambda: NOON)
    ) as client:
        yield client


def sold(journal: Journal, token: str = TOKEN) -> Journal:
    line = facts.OrderLine(
        line=1, sku="A1", qty=2, list_price_minor=450, price_minor=450, tax_rate_bp=1300, device="vm-1", slot="1-01"
    )  # fmt: skip
    placed = facts.OrderPlaced(
        order="o1",
        channel="kiosk",
        device="kiosk-1",
        currency="CNY",
        total_minor=900,
        lines=[line],
        expires_at="",
    )
    paid = facts.PaymentPaid(payment="p1", order="o1", method="alipay", amount_minor=900, currency="CNY",
                             provider_ref="2026112022001")  # fmt: skip
    issued = receipt_facts.ReceiptIssued(
        receipt="kiosk-1-1", device="kiosk-1", number=1, kind="sale", order="o1", reference="p1", amount_minor=900,
        currency="CNY", token=token,
    )  # fmt: skip
    wanted = [
        facts.VendRequested(
            vend=f"v{n}", order="o1", line=1, device="vm-1", slot="1-01", sku="A1", expires_at="", due_by=""
        )
        for n in (1, 2)
    ]  # fmt: skip
    return journal.write(placed, paid, issued, *wanted)


def send(pool: Pool, journal: Journal, after: int = 0) -> None:
    intake.sync(open_books(pool), journal.request(machine="m"), NOON, grant_nothing)


def test_before_the_store_has_reported_its_receipt_is_not_here_yet(phone: TestClient) -> None:
    for path in (f"/r/{TOKEN}", "/r/kiosk-1-1", "/r/%00"):
        answer = phone.get(path)
        assert answer.status_code == 404
        assert "门店还没有上报" in answer.text
        assert "the store has not reported it" in phone.get(f"{path}?lang=en").text
        phone.cookies.clear()


def test_the_page_says_what_was_sold_and_follows_it_to_its_end(pool: Pool, phone: TestClient) -> None:
    journal = sold(Journal().write(item("A1")))
    send(pool, journal)
    page = phone.get(f"/r/{TOKEN}")
    assert page.status_code == 200
    for shown in (
        "淮海路快闪店",
        "kiosk-1-1",
        "可乐",
        "Cola",
        "¥9.00",
        "支付宝 …22001",
        "增值税 13 %",
        "¥1.04",
    ):
        assert shown in page.text
    assert 'http-equiv="refresh"' in page.text
    journal.write(
        facts.VendDispensed(
            vend="v1", order="o1", line=1, device="vm-1", slot="1-01", sku="A1", price_minor=450, currency="CNY",
            sold_at="2026-11-20T12:00:00.000000Z", drop_confirmed=True,
        ),
        facts.VendUnknown(vend="v2", order="o1", device="vm-1", slot="1-01", reason="timeout", case="K-12"),
        at=NOON + timedelta(minutes=1),
    )  # fmt: skip
    send(pool, journal)
    page = phone.get(f"/r/{TOKEN}")
    assert "K-12" in page.text
    assert Receipts(pool).document(TOKEN).lines[0].handovers == (("vend", "done", 1), ("vend", "unknown", 1))  # type: ignore[union-attr]


def test_the_same_rows_again_change_nothing_and_names_are_escaped(pool: Pool, phone: TestClient) -> None:
    journal = sold(Journal().write(item("A1", name_zh="<script>", name_en="A&B")))
    send(pool, journal)
    send(pool, journal)
    with pool.connection() as connection:
        (seqs,) = connection.execute("SELECT seqs FROM order_rows").fetchone() or ((),)
    assert len(seqs) == len(set(seqs)) == 5
    text = phone.get(f"/r/{TOKEN}").text
    assert "<b>&lt;script&gt;</b>" in text
    assert "A&amp;B" in text


def test_the_rules_that_a_store_keeps_to_put_its_fiscal_fields_on_the_page(
    pool: Pool, phone: TestClient
) -> None:
    rules = rules_facts.StoreRules(
        version=1,
        country="DE",
        fiscal={"seller_name": "Pop GmbH", "address": "Berlin", "tax_number": "DE123"},
    )
    send(pool, sold(Journal().write(rules_facts.RulesReceived(down_seq=1, rules=rules))))
    text = phone.get(f"/r/{TOKEN}").text
    assert "Pop GmbH" in text
    assert "DE123" in text
    assert "MwSt." in text
    document = Receipts(pool).document(TOKEN)
    assert document is not None
    assert document.missing == ("system_serial", "tse_serial")
