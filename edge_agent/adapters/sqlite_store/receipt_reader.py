"""Receipts and prints for decisions, read inside the writer's transaction."""

from __future__ import annotations

import sqlite3

from edge_agent.domain.receipt import Print, Told


class ReceiptReader:
    """Fills `services.receipt_port.ReceiptReader` from the writer's connection."""

    _db: sqlite3.Connection

    def receipt_told(self, order: str) -> Told | None:
        """What a receipt says of its order beside the money."""
        row = self._db.execute("SELECT device FROM orders WHERE id = ?", (order,)).fetchone()
        if row is None:
            return None
        cases = self._db.execute(
            "SELECT case_number FROM vends WHERE order_id = ? AND case_number <> '' ORDER BY id", (order,)
        )
        return Told(row[0], tuple(case for (case,) in cases))

    def last_receipt(self, device: str) -> int:
        """The last number of a device in this epoch's series."""
        row = self._db.execute(
            "SELECT number FROM receipts WHERE device = ? AND series = (SELECT epoch FROM store)"
            " ORDER BY number DESC LIMIT 1",
            (device,),
        ).fetchone()
        return int(row[0]) if row else 0

    def receipt_known(self, receipt: str) -> bool:
        """Whether there is such a receipt."""
        found = self._db.execute("SELECT 1 FROM receipts WHERE receipt = ?", (receipt,))
        return found.fetchone() is not None

    def receipt_begun(self, receipt: str) -> int:
        """How often its printing was begun."""
        row = self._db.execute("SELECT begun FROM receipts WHERE receipt = ?", (receipt,)).fetchone()
        return int(row[0]) if row else 0

    def print_job(self, job: str) -> Print | None:
        """A print that waits."""
        row = self._db.execute(
            "SELECT job, receipt, asked_by, begun FROM print_jobs WHERE job = ?", (job,)
        ).fetchone()
        return None if row is None else Print(row[0], row[1], row[2], bool(row[3]))

    def prints_waiting(self) -> int:
        """How many prints wait."""
        return int(self._db.execute("SELECT COUNT(*) FROM print_jobs").fetchone()[0])
