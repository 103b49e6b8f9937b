"""What headquarters lays down for each store (`StoreRules`), and telling it whenever it differs from what was told.

A chore compares and tells under the store's own lock, so that a new epoch, another key, limit or address needs no
further act.
"""

from __future__ import annotations

from typing import Final

import msgspec

from cloud_sync.hq.clock import Clock
from cloud_sync.hq.credentials import Credentials, code_key
from cloud_sync.hq.database.pool import Cursor, Pool, again
from cloud_sync.hq.database.postgres_books import transaction
from cloud_sync.hq.offline_limits import laid_down
from cloud_sync.hq.rules.books import ACTIVE
from cloud_sync.hq.rules.member_points import point_value_minor
from cloud_sync.hq.rules.rights import tell
from cloud_sync.protocol.rules_facts import StoreRules
from cloud_sync.protocol.shop_instructions import Rules

_TOLD: Final = "SELECT epoch, rules::text FROM rules_told WHERE store = %s"
_TELL: Final = """
INSERT INTO rules_told (store, epoch, rules) VALUES (%s, %s, %s)
ON CONFLICT (store) DO UPDATE SET epoch = excluded.epoch, rules = excluded.rules"""
_CURRENCY: Final = "SELECT currency FROM stores WHERE store = %s"


class RulesDesk:
    """`tell_all` is a chore."""

    def __init__(self, pool: Pool, credentials: Credentials, clock: Clock, phone_url: str) -> None:
        self._pool = pool
        self._credentials = credentials
        self._clock = clock
        self._phone_url = phone_url

    def tell_all(self) -> None:
        """Tell each store that may be told what changed. Each is a transaction of its own."""
        with self._pool.connection() as db:
            stores = [row[0] for row in db.execute("SELECT store FROM stores WHERE epoch > 0 ORDER BY store")]
        for store in stores:
            again(lambda store=store: self._tell(store))  # type: ignore[misc]

    def _tell(self, store: str) -> None:
        with transaction(self._pool) as books:
            found = books.cursor.execute(_TOLD, [store]).fetchone()
            told = None if found is None else msgspec.json.decode(found[1], type=StoreRules)
            key = code_key(self._credentials)
            wanted = msgspec.structs.replace(
                told or StoreRules(version=0),
                code_keys={key.id: key.public.hex()},
                offline_limits=laid_down(books.cursor, store),
                phone_url=self._phone_url,
                point_value_minor=point_value_minor(_currency(books.cursor, store)),
            )
            record = books.lock_store(store)
            if record is None or record.state != ACTIVE or books.hq().refilling:
                return
            if found is not None and found[0] == record.epoch and wanted == told:
                return
            wanted = msgspec.structs.replace(wanted, version=wanted.version + 1)
            tell(books, record, Rules(rules=wanted), self._clock())
            rules = msgspec.json.encode(wanted).decode()
            books.cursor.execute(_TELL, [store, record.epoch, rules])


def _currency(cursor: Cursor, store: str) -> str:
    found = cursor.execute(_CURRENCY, [store]).fetchone()
    return "" if found is None else str(found[0])
