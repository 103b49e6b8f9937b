"""Builds store journals for tests: facts in, numbered and chained rows out, and the sync requests that carry them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import msgspec

from cloud_sync.protocol import envelope, facts
from cloud_sync.protocol.identifiers import LEDGER, Stream
from cloud_sync.protocol.numbered_log import GENESIS, row_hash
from cloud_sync.protocol.session import SyncRequest

NOON = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
"""Twelve o'clock in Shanghai."""


class Journal:
    """One stream of one store's journal, as the store would write it."""

    def __init__(self, store: str = "sh-01", stream: Stream = LEDGER, epoch: int = 1) -> None:
        self.store = store
        self.stream = stream
        self.epoch = epoch
        self.bodies: list[bytes] = []
        self.hashes: list[bytes] = [GENESIS]

    @property
    def last_seq(self) -> int:
        return len(self.bodies)

    def write(self, *written: facts.Fact, at: datetime = NOON) -> Journal:
        """Append facts, a second apart."""
        for number, fact in enumerate(written):
            self.write_event(facts.type_of(fact), msgspec.json.encode(fact), at + timedelta(seconds=number))
        return self

    def write_event(self, type_name: str, data: bytes, at: datetime = NOON) -> Journal:
        """Append a row of any type with any data."""
        seq = self.last_seq + 1
        event = envelope.Event(
            specversion="1.0",
            id=f"{self.store}-{self.epoch}-{seq}",
            source=f"/popshop/{self.store}",
            type=type_name,
            time=envelope.rfc3339(at),
            sequence=str(seq),
            data=msgspec.Raw(data),
        )
        return self.write_raw(envelope.encode(event))

    def write_raw(self, body: bytes) -> Journal:
        """Append bytes as they are."""
        self.hashes.append(row_hash(self.hashes[-1], self.last_seq + 1, body))
        self.bodies.append(body)
        return self

    def request(
        self,
        acked: int = 0,
        upto: int | None = None,
        sent_at: str = "",
        *,
        down_seq: int = 0,
        machine: str = "",
        incarnation: int = 0,
    ) -> SyncRequest:
        """The sync that sends rows acked + 1 … upto."""
        return SyncRequest(
            store=self.store,
            epoch=self.epoch,
            stream=self.stream,
            last_seq=self.last_seq,
            acked=acked,
            hash_at_acked=self.hashes[acked].hex(),
            events=[msgspec.Raw(body) for body in self.bodies[acked:upto]],
            down_seq=down_seq,
            sent_at=sent_at,
            machine=machine,
            incarnation=incarnation,
        )


def item(sku: str, price_minor: int = 450, name_zh: str = "可乐", name_en: str = "Cola") -> facts.ItemListed:
    return facts.ItemListed(
        sku=sku, name_zh=name_zh, name_en=name_en, brand="Fizz", price_minor=price_minor, currency="CNY"
    )


def planned(
    slot: str, sku: str, count: int, device: str = "vm-1", par_level: int = 8
) -> Sequence[facts.Fact]:
    """A slot in the planogram, filled."""
    return (
        facts.SlotPlanned(device=device, slot=slot, sku=sku, par_level=par_level, capacity=par_level + 2),
        facts.SlotCounted(device=device, slot=slot, sku=sku, count=count, delta=count, by="staff"),
    )


def requested(vend: str, sku: str = "A1", slot: str = "1-01", device: str = "vm-1") -> facts.VendRequested:
    at = envelope.rfc3339(NOON)
    return facts.VendRequested(
        vend=vend, order=f"o-{vend}", line=1, device=device, slot=slot, sku=sku, expires_at=at, due_by=at
    )


def paid(vend: str, amount_minor: int = 450, currency: str = "CNY") -> facts.PaymentPaid:
    return facts.PaymentPaid(
        payment=f"p-{vend}", order=f"o-{vend}", method="sandbox", amount_minor=amount_minor, currency=currency
    )


def refunded(vend: str, amount_minor: int = 450) -> facts.PaymentRefunded:
    return facts.PaymentRefunded(
        refund=f"r-{vend}",
        payment=f"p-{vend}",
        order=f"o-{vend}",
        method="sandbox",
        amount_minor=amount_minor,
        currency="CNY",
    )


def dispensed(
    vend: str,
    sku: str = "A1",
    price_minor: int = 450,
    sold_at: datetime = NOON,
    device: str = "vm-1",
    slot: str = "1-01",
    by: str = "device",
) -> facts.VendDispensed:
    return facts.VendDispensed(
        vend=vend,
        order=f"o-{vend}",
        line=1,
        device=device,
        slot=slot,
        sku=sku,
        price_minor=price_minor,
        currency="CNY",
        sold_at=envelope.rfc3339(sold_at),
        drop_confirmed=True,
        by=by,
    )


def failed(vend: str, sku: str = "A1", device: str = "vm-1", slot: str = "1-01") -> facts.VendFailed:
    return facts.VendFailed(
        vend=vend, order=f"o-{vend}", line=1, device=device, slot=slot, sku=sku, code="EJC"
    )


def unknown(vend: str, case: str = "K-7", device: str = "vm-1", slot: str = "1-01") -> facts.VendUnknown:
    return facts.VendUnknown(
        vend=vend, order=f"o-{vend}", device=device, slot=slot, reason="no_answer", case=case
    )


def cash(
    sale: str,
    sku: str = "A1",
    price_minor: int = 300,
    sold_at: datetime = NOON,
    device: str = "vm-1",
    slot: str = "1-01",
) -> facts.CashSold:
    return facts.CashSold(
        sale=sale,
        device=device,
        slot=slot,
        sku=sku,
        price_minor=price_minor,
        currency="CNY",
        sold_at=envelope.rfc3339(sold_at),
    )
