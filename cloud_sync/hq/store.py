"""Headquarters' copy of every store's log, in PostgreSQL: the rules of `intake` over the books there.

All that is remembered stands in the database; this process keeps nothing.
"""

from __future__ import annotations

from datetime import datetime

from cloud_sync.hq.database.pool import Pool, again
from cloud_sync.hq.database.postgres_books import open_books
from cloud_sync.hq.rules import intake
from cloud_sync.hq.rules.books import Books, StoreRecord
from cloud_sync.hq.rules.intake import AnswerWants, Taken
from cloud_sync.protocol.session import SalvageReply, SalvageRequest, SyncRequest


def grant_nothing(_books: Books, _record: StoreRecord, _skus: list[str], _now: datetime) -> None:
    """Answer no store that ran out: people grant by hand."""


class LogStore:
    """What stores may send. `answer_wants` grants to a store that ran out, in the sync that says so."""

    def __init__(self, pool: Pool, answer_wants: AnswerWants = grant_nothing) -> None:
        self.pool = pool
        self.open_books = open_books(pool)
        self._answer_wants = answer_wants

    def sync(self, request: SyncRequest, now: datetime) -> Taken:
        """Take a request's new rows; see `intake.sync`. Raises SyncRefused or Fenced."""
        return again(lambda: intake.sync(self.open_books, request, now, self._answer_wants))

    def salvage(self, request: SalvageRequest, now: datetime) -> SalvageReply:
        """Keep rows of a fork aside; see `intake.salvage`. Raises SyncRefused or Fenced."""
        return again(lambda: intake.salvage(self.open_books, request, now))
