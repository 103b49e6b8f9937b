"""A store at a real headquarters with everything that the pages about the sale can show, for tests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import requests
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from cloud_sync.protocol import facts, handover_facts
from cloud_sync.protocol.codes.own_codes import Content, mint
from cloud_sync.protocol.page_payments import PAYMENTS_PATH
from cloud_sync.protocol.warehouse import STORE_RESERVATIONS_PATH
from tests.hq_process import Headquarters
from tests.journal_rows import Journal

KEY = bytes(range(32))
MASK, TEA = "SB-MASK", "SB-TEA"
TO = {"name": "韩梅梅", "phone": "13700137000", "address": "上海市黄浦区中山东一路 12 号 3 楼 305 室"}


class SaleWorld:
    """One store; what it writes is sent at once."""

    def __init__(self, hq: Headquarters, store: str, name: str) -> None:
        self.hq, self.store = hq, store
        self.now = datetime.now(UTC)
        self.journal = Journal(store)
        self.token = hq.join(hq.enrol(store, name)).token
        self.write(
            facts.ItemListed(
                sku=MASK,
                name_zh="玻尿酸保湿面膜 单片装",
                name_en="Hyaluronic face mask, single sheet",
                brand="",
                price_minor=1_900,
                currency="CNY",
            ),
            facts.ItemListed(
                sku=TEA,
                name_zh="蜜香乌龙茶（无糖）",
                name_en="Honey-scented oolong, unsweetened",
                brand="",
                price_minor=550,
                currency="CNY",
            ),
        )
        for sku in (MASK, TEA):
            self.people("/api/receipts", sku=sku, qty=40, receipt=f"{store}-{sku}")

    def write(self, *written: facts.Fact) -> None:
        """The store writes and syncs."""
        before = self.journal.last_seq
        self.journal.write(*written, at=self.now)
        public = Ed25519PrivateKey.from_private_bytes(KEY).public_key().public_bytes_raw().hex()
        request = msgspec.structs.replace(self.journal.request(before), code_key=public)
        self.hq.sync(self.token, request)

    def people(self, path: str, **body: Any) -> None:
        answer = requests.post(self.hq.url + path, json=body, auth=("me", self.hq.password), timeout=30)
        assert answer.ok, answer.text

    def ask(self, path: str, **body: Any) -> dict[str, Any]:
        """The store's agent calls headquarters."""
        head = {"Authorization": f"Bearer {self.token}"}
        answer = requests.post(self.hq.url + path, json=body, headers=head, timeout=30)
        assert answer.ok, answer.text
        told: dict[str, Any] = answer.json()
        return told

    # ── the endless aisle ───────────────────────────────────────────────────────────────────────────

    def ships(self, order: str, sku: str, *units: int) -> str:
        """An order whose lines the warehouse sends was paid; its reservation."""
        name = f"{order}-W1"
        self.ask(STORE_RESERVATIONS_PATH, id=name, sku=sku, qty=sum(units), **TO)
        self.ask(f"{STORE_RESERVATIONS_PATH}/{name}/confirm")
        lines = [
            facts.OrderLine(
                line=number,
                sku=sku,
                qty=qty,
                list_price_minor=1_900,
                price_minor=1_900,
                tax_rate_bp=0,
                device="",
                slot="",
                handover="ship_warehouse",
                reservation=name,
            )
            for number, qty in enumerate(units, 1)
        ]
        self.write(
            facts.OrderPlaced(
                order=order,
                channel="cloud_shelf",
                device="shelf-1",
                currency="CNY",
                total_minor=1_900 * sum(units),
                lines=lines,
                expires_at="2026-01-01T00:00:00Z",
            )
        )
        return f"store:{self.store}/{name}"

    def gives_up(self, order: str, line: int, sku: str, qty: int, reason: str) -> None:
        self.write(
            handover_facts.HandoverFailed(
                handover=f"{order}-{line}",
                order=order,
                line=line,
                how="ship_warehouse",
                sku=sku,
                qty=qty,
                reason=reason,
            )
        )

    def parcels(self) -> None:
        """Two to send, one of them in part; one given up in time, one too late; one sent, one cancelled."""
        self.ships("O-7KQM", MASK, 2)
        self.ships("O-2F4X", TEA, 2, 1)
        self.gives_up("O-2F4X", 2, TEA, 1, "missing")
        self.ships("O-9TPA", MASK, 1)
        self.gives_up("O-9TPA", 1, MASK, 1, "broken")
        for order, sku in (("O-5C1D", TEA), ("O-8E3F", MASK)):
            parcel = self.ships(order, sku, 1)
            self.people(f"/api/shipments/{parcel}/sent", document=f"SF14{order[2:]}0038")
        self.gives_up("O-8E3F", 1, MASK, 1, "not_collected")
        self.ask(STORE_RESERVATIONS_PATH, id="O-4B2A-W1", sku=TEA, qty=1, **TO)
        self.ask(f"{STORE_RESERVATIONS_PATH}/O-4B2A-W1/cancel")

    # ── payments by phone ───────────────────────────────────────────────────────────────────────────

    def asks_signed(self, payment: str, amount_minor: int) -> None:
        self.write(
            facts.PaymentRequested(
                payment=f"{payment}-P1",
                order=payment,
                method="signed",
                amount_minor=amount_minor,
                currency="CNY",
            )
        )

    def pays_signed(self, order: str, amount_minor: int, within: timedelta = timedelta(hours=2)) -> None:
        """The shopper's phone pays a store that is offline."""
        content = Content(
            key="k",
            id=f"{order}-P1",
            store=self.store,
            expires_at=int((self.now + within).timestamp()),
            order=order,
            amount_minor=amount_minor,
            currency="CNY",
        )
        code = mint("order", content, KEY)
        answer = requests.post(f"{self.hq.url}/p/s/pay", data={"c": code}, timeout=30)
        assert answer.ok, answer.text

    def payments(self) -> None:
        """One of each: waiting, open, spent, given back; and two of the page itself."""
        self.asks_signed("O-1A2B", 2_450)
        self.pays_signed("O-3C4D", 1_900)
        self.pays_signed("O-5E6F", 3_800)
        self.asks_signed("O-5E6F", 3_800)
        self.write(
            facts.PaymentPaid(
                payment="O-5E6F-P1", order="O-5E6F", method="signed", amount_minor=3_800, currency="CNY"
            )
        )
        self.pays_signed("O-7A8B", 550)
        self.asks_signed("O-7A8B", 550)
        self.write(facts.PaymentClosed(payment="O-7A8B-P1", order="O-7A8B", reason="expired"))
        for order in ("O-9C1D", "O-2E3F"):
            path = f"{PAYMENTS_PATH}/{order}-P1"
            told = self.ask(path, order=order, amount_minor=1_100, currency="CNY")
            requests.post(self.hq.url + told["path"], data={"answer": "pay"}, timeout=30)
        self.ask(f"{PAYMENTS_PATH}/O-2E3F-P1/refunds/R1", amount_minor=550)
