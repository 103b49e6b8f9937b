"""What screens, the printer and a proof ask of receipts."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from typing import Final

import msgspec

from cloud_sync.protocol import facts
from cloud_sync.protocol.envelope import decode
from cloud_sync.protocol.receipts.document import ReceiptDocument, document
from cloud_sync.protocol.receipts.record import Record, Seller
from cloud_sync.protocol.receipts.told import told
from cloud_sync.protocol.rules_facts import StoreRules
from edge_agent.adapters.sqlite_store.reading import Entity, Reading

_rules = msgspec.json.Decoder(StoreRules)
MOST: Final = 500
"""Receipts in one list."""
_RECEIPT: Final = (
    'SELECT receipt, device, series, number, kind, order_id AS "order", reference, amount_minor, currency, token,'
    " cases, at, begun, printed FROM receipts"
)


class ReceiptQueries(Reading):
    """Receipts, and prints that wait."""

    own_url = ""
    """Where phones in the store's network find the agent; whoever knows it sets it."""

    def receipt_url(self, token: str) -> str:
        """Where a receipt's page is: at headquarters where there are pages for phones, else at the agent."""
        row = self._one("SELECT rules FROM store_rules")
        base = "" if row is None else _rules.decode(row["rules"]).phone_url
        return f"{(base or self.own_url).rstrip('/')}/r/{token}"

    def receipt_shown(self, order: str) -> Entity | None:
        """What an order's screens show of its receipt: its name, its number and where its page is."""
        row = self._one(
            "SELECT receipt, number, token FROM receipts WHERE order_id = ? AND kind = 'sale'"
            " ORDER BY at, number LIMIT 1",
            order,
        )
        if row is None:
            return None
        return {"receipt": row["receipt"], "number": row["number"], "url": self.receipt_url(row["token"])}

    def receipt(self, receipt: str) -> Entity | None:
        """One receipt by its name."""
        return _receipt(self._one(f"{_RECEIPT} WHERE receipt = ?", receipt))

    def receipt_of_token(self, token: str) -> Entity | None:
        """One receipt by what its page is found by."""
        return _receipt(self._one(f"{_RECEIPT} WHERE token = ?", token))

    def receipts_of(self, order: str) -> list[Entity]:
        """An order's receipts, in the order in which they were issued."""
        rows = self._rows(f"{_RECEIPT} WHERE order_id = ? ORDER BY at, series, number", order)
        return [found for row in rows if (found := _receipt(row))]

    def receipts_between(self, begin: str, end: str) -> list[Entity]:
        """Receipts issued from `begin` until before `end` (times as rows have them), newest first; at most MOST."""
        rows = self._rows(
            f"{_RECEIPT} WHERE at >= ? AND at < ? ORDER BY at DESC, series DESC, number DESC LIMIT {MOST}",
            begin,
            end,
        )
        return [found for row in rows if (found := _receipt(row))]

    def receipt_record(self, order: str) -> Record | None:
        """Everything that an order's receipts are made of, by its rows of the journal."""
        bodies = self._ask(
            "SELECT j.body FROM order_rows o JOIN journal j ON j.epoch = o.epoch AND j.stream = 'ledger'"
            " AND j.seq = o.seq WHERE o.order_id = ? ORDER BY o.epoch, o.seq",
            order,
        )
        rows = [_read(bytes(row["body"])) for row in bodies]
        store = self._one("SELECT id, name, timezone FROM store") or {}
        kept = self._one("SELECT rules FROM store_rules")
        rules = StoreRules(version=0) if kept is None else _rules.decode(kept["rules"])
        seller = Seller(store=store["id"], name=store["name"], timezone=store["timezone"], rules=rules)
        names = self._ask(
            "SELECT sku, name_zh, name_en FROM items WHERE sku IN (SELECT sku FROM order_lines WHERE order_id = ?)",
            order,
        )
        return told(
            [(fact, at) for fact, at in rows if fact is not None],
            seller,
            {sku: (name_zh, name_en) for sku, name_zh, name_en in names},
        )

    def receipt_document(self, receipt: str) -> ReceiptDocument | None:
        """What is on a receipt now; None when there is no such receipt."""
        row = self.receipt(receipt)
        record = None if row is None else self.receipt_record(row["order"])
        if row is None or record is None:
            return None
        issued = next(each for each in record.receipts if each.receipt == receipt)
        return document(record, msgspec.structs.replace(issued, copies=row["begun"]))

    def print_jobs(self) -> list[Entity]:
        """Prints that wait, the first asked first: of receipts, and of X and Z reports (which have no order)."""
        rows = self._rows(
            'SELECT j.job, j.receipt, j.asked_by AS "by", j.begun, j.at, COALESCE(r.begun, 0) AS begun_before,'
            " COALESCE(r.order_id, '') AS \"order\" FROM print_jobs j LEFT JOIN receipts r ON r.receipt = j.receipt"
            f" ORDER BY j.at, j.job LIMIT {MOST}"
        )
        return [row | {"begun": bool(row["begun"])} for row in rows]


def _read(body: bytes) -> tuple[facts.Fact | None, str]:
    event = decode(body)
    return facts.read(event.type, event.data), event.time


def _receipt(row: Entity | None) -> Entity | None:
    return None if row is None else row | {"cases": json.loads(row["cases"])}


def receipt_gaps(db: sqlite3.Connection) -> Iterator[str]:
    """Say where receipts' numbers of a device do not run from 1 without a gap."""
    rows = db.execute(
        "SELECT device, series, COUNT(*), MIN(number), MAX(number) FROM receipts GROUP BY device, series"
        " HAVING MIN(number) <> 1 OR MAX(number) <> COUNT(*)"
    )
    for device, series, count, first, last in rows:
        yield f"receipts {device} series {series}: {count} of them, numbered {first} to {last}"
