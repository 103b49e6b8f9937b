"""Headquarters' books in PostgreSQL, second half: accounts, down logs, reservations, and what a person looks into.

Balances change by deltas, never to absolute values, and the pool's rows are locked in one order.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Final

from cloud_sync.hq.database.event_copy import copy_postings
from cloud_sync.hq.database.pool import Cursor
from cloud_sync.hq.rules.accounts import is_kept
from cloud_sync.hq.rules.books import Alert, Balances, DownEntry, Posting, Reservation
from cloud_sync.protocol.instructions import (
    Grant,
    Instruction,
    Pin,
    Recall,
    Shortage,
    StockInstruction,
    Unpin,
)
from cloud_sync.protocol.shop_instructions import CarryOver, GrantPoints, RecallPoints, Rules
from cloud_sync.protocol.stock_rights import POOL

COPY_FROM: Final = 20
"""So many postings go in by COPY; fewer are quicker by INSERT."""
MAX_REFERENCE_CHARS: Final = 400
"""Of an alert: it is part of a key, and an index entry holds 2,700 bytes."""

# Of one store: every account of it begins with its name and a slash, and 0 follows the slash.
_HOLDINGS: Final = """
SELECT account, sku, units FROM balances WHERE account >= %s || '/' AND account < %s || '0'"""
_BALANCES: Final = f"{_HOLDINGS} AND sku = ANY(%s)"
_LOCK_POOL: Final = """
SELECT sku, units FROM balances WHERE account = %s AND sku = ANY(%s) ORDER BY sku FOR UPDATE"""
_POSTING_COLUMNS: Final = "sku, source, target, qty, cause, reference, store, epoch, seq, at"
_POST: Final = f"""
INSERT INTO postings ({_POSTING_COLUMNS})
SELECT *, %s::timestamptz FROM unnest(%s::text[], %s::text[], %s::text[], %s::bigint[], %s::text[], %s::text[],
    %s::text[], %s::integer[], %s::bigint[])"""
# MERGE, because an upsert would hold the change itself against the CHECK before it looks for the row.
_CHANGE: Final = """
MERGE INTO balances AS old
USING unnest(%s::text[], %s::text[], %s::bigint[]) AS new (account, sku, units)
ON old.account = new.account AND old.sku = new.sku
WHEN MATCHED THEN UPDATE SET units = old.units + new.units
WHEN NOT MATCHED THEN INSERT (account, sku, units) VALUES (new.account, new.sku, new.units)"""
_ADD_UP: Final = """
INSERT INTO account_changes (account, sku, units) SELECT * FROM unnest(%s::text[], %s::text[], %s::bigint[])"""
_POSTED: Final = "SELECT EXISTS (SELECT 1 FROM postings WHERE cause = %s AND reference = %s)"
_AWAY: Final = "SELECT units FROM away WHERE store = %s AND sku = %s"
_ADD_AWAY: Final = """
INSERT INTO away (store, sku, units) SELECT %s, * FROM unnest(%s::text[], %s::bigint[])
ON CONFLICT (store, sku) DO UPDATE SET units = away.units + excluded.units"""
_NOTE_CLAIM: Final = """
INSERT INTO claims (store, sku, qty) VALUES (%s, %s, %s)
ON CONFLICT (store, sku) DO UPDATE SET qty = excluded.qty"""
_CLAIMS: Final = "SELECT sku, qty FROM claims WHERE store = %s"
_DROP_CLAIM: Final = "DELETE FROM claims WHERE store = %s AND sku = %s"
_OWE: Final = """
INSERT INTO pool_owes (sku, qty) VALUES (%s, %s) ON CONFLICT (sku) DO UPDATE SET qty = excluded.qty"""
_OWE_NO_MORE: Final = "DELETE FROM pool_owes WHERE sku = %s"
_POOL_OWES: Final = "SELECT sku, qty FROM pool_owes"

_DOWN_HEAD: Final = "SELECT seq FROM down_heads WHERE store = %s AND epoch = %s"
_MOVE_DOWN_HEAD: Final = """
INSERT INTO down_heads AS old (store, epoch, seq) VALUES (%s, %s, %s)
ON CONFLICT (store, epoch) DO UPDATE SET seq = greatest(old.seq, excluded.seq)"""
_ADD_DOWN: Final = """
INSERT INTO down_rows (store, epoch, seq, kind, reference, sku, qty, why, body, made_at)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"""
_DOWN_AFTER: Final = """
SELECT body FROM down_rows WHERE store = %s AND epoch = %s AND seq > %s ORDER BY seq LIMIT %s"""
_ANSWER_DOWN: Final = """
UPDATE down_rows SET answered_at = %s, answered_qty = %s
WHERE store = %s AND epoch = %s AND seq = %s AND answered_at IS NULL"""

_RESERVATION_COLUMNS: Final = "id, sku, qty, how, store, state, expires_at, confirmed"
_RESERVATION: Final = f"SELECT {_RESERVATION_COLUMNS} FROM reservations WHERE id = %s FOR UPDATE"
_INSERT_RESERVATION: Final = f"""
INSERT INTO reservations ({_RESERVATION_COLUMNS}, changed_at) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)"""
_CHANGE_RESERVATION: Final = """
UPDATE reservations SET state = %s, confirmed = %s, expires_at = %s, changed_at = %s WHERE id = %s"""
_PROMISE: Final = f"""
WITH taken AS (
    UPDATE balances SET units = units - %(qty)s
    WHERE account = %(source)s AND sku = %(sku)s AND units >= %(qty)s RETURNING sku
), promised AS (
    INSERT INTO reservations ({_RESERVATION_COLUMNS}, changed_at)
    SELECT %(id)s, sku, %(qty)s, %(how)s, %(store)s, %(state)s, %(expires_at)s, %(confirmed)s, %(now)s FROM taken
), added AS (
    INSERT INTO account_changes (account, sku, units) SELECT %(target)s, sku, %(qty)s FROM taken
)
INSERT INTO postings (sku, source, target, qty, cause, reference, at)
SELECT sku, %(source)s, %(target)s, %(qty)s, %(cause)s, %(id)s, %(now)s FROM taken"""
_OVERDUE: Final = """
SELECT id FROM reservations WHERE state IN ('reserved', 'pinning') AND NOT confirmed AND expires_at <= %s
ORDER BY expires_at, id LIMIT %s"""
_PINNED_IN: Final = f"""
SELECT {_RESERVATION_COLUMNS} FROM reservations
WHERE store = %s AND sku = %s AND store <> '' AND state IN ('reserved', 'pinning') ORDER BY id"""
_ALERT: Final = """
INSERT INTO alerts (kind, store, sku, reference, qty, at) VALUES (%s, %s, %s, %s, %s, %s)
ON CONFLICT DO NOTHING"""


class StockBooks:
    """Accounts, down logs, reservations and alerts, in one open transaction."""

    def __init__(self, cursor: Cursor) -> None:
        self.cursor = cursor
        self._absent: set[str] = set()

    # ── accounts ────────────────────────────────────────────────────────────────────────────────────

    def balances(self, store: str, skus: Collection[str]) -> Balances:
        """What a store's hold and limbos have of these SKUs; the store's row must be locked."""
        rows = self.cursor.execute(_BALANCES, [store, store, list(skus)])
        return {(account, sku): units for account, sku, units in rows}

    def holdings(self, store: str) -> Balances:
        """What a store's hold and limbos have of every SKU."""
        rows = self.cursor.execute(_HOLDINGS, [store, store])
        return {(account, sku): units for account, sku, units in rows}

    def lock_pool(self, skus: Collection[str]) -> dict[str, int]:
        """What the pool has of these SKUs, kept for this transaction."""
        return dict(self.cursor.execute(_LOCK_POOL, [POOL, sorted(skus)]).fetchall())

    def post(
        self, postings: Collection[Posting], changes: Mapping[tuple[str, str], int], now: datetime
    ) -> None:
        """Write postings and change balances. The database refuses a balance below 0."""
        pool = [sku for (account, sku), by in changes.items() if account == POOL and by]
        if len(pool) > 1:
            self.lock_pool(pool)
        if len(postings) >= COPY_FROM:
            copy_postings(self.cursor, postings, now)
        elif postings:
            columns = [list(column) for column in zip(*postings, strict=True)]
            self.cursor.execute(_POST, [now, *columns])
        changed = [(account, sku, by) for (account, sku), by in sorted(changes.items()) if by]
        if changed:
            self.cursor.execute(_CHANGE, [list(column) for column in zip(*changed, strict=True)])
        added = [(account, sku, by) for (account, sku), by in _not_kept(postings).items()]
        if added:
            self.cursor.execute(_ADD_UP, [list(column) for column in zip(*added, strict=True)])

    def posted(self, cause: str, reference: str) -> bool:
        """Whether there is a posting of this cause and name."""
        # Planned for these very values, so that the partial index of receipts serves.
        found = self.cursor.execute(_POSTED, [cause, reference], prepare=False).fetchone()
        return found is not None and bool(found[0])

    def away(self, store: str, sku: str) -> int:
        """Rights of the store to goods that stand elsewhere; below 0: goods there that are the pool's."""
        found = self.cursor.execute(_AWAY, [store, sku]).fetchone()
        return 0 if found is None else int(found[0])

    def add_away(self, store: str, changes: Mapping[str, int]) -> None:
        """Change `away` by deltas."""
        self.cursor.execute(_ADD_AWAY, [store, list(changes), list(changes.values())])

    def note_claim(self, store: str, sku: str, qty: int) -> None:
        """Remember what a count entitles to; a later count counts."""
        self.cursor.execute(_NOTE_CLAIM, [store, sku, qty])

    def claims(self, store: str) -> dict[str, int]:
        """What counts entitle the store to and was not granted yet."""
        return dict(self.cursor.execute(_CLAIMS, [store]).fetchall())

    def drop_claim(self, store: str, sku: str) -> None:
        """The claim was answered, or is void."""
        self.cursor.execute(_DROP_CLAIM, [store, sku])

    def pool_owes(self) -> dict[str, int]:
        """Units promised before a restore that the pool of the backup lacked."""
        return dict(self.cursor.execute(_POOL_OWES).fetchall())

    def note_pool_owes(self, sku: str, qty: int) -> None:
        """What the pool owes of a SKU from now on; 0: nothing."""
        if qty:
            self.cursor.execute(_OWE, [sku, qty])
        else:
            self.cursor.execute(_OWE_NO_MORE, [sku])

    # ── the down log ────────────────────────────────────────────────────────────────────────────────

    def down_head(self, store: str, epoch: int) -> int:
        """The last number of a store's down log."""
        found = self.cursor.execute(_DOWN_HEAD, [store, epoch]).fetchone()
        return 0 if found is None else int(found[0])

    def move_down_head(self, store: str, epoch: int, seq: int) -> None:
        """Numbers up to `seq` are used, whether we still know for what or not."""
        self.cursor.execute(_MOVE_DOWN_HEAD, [store, epoch, seq])

    def add_down(self, entry: DownEntry, now: datetime) -> None:
        """Append a row to a store's down log."""
        told = entry.instruction
        kind = type(told).__name__.lower()
        why = told.why if isinstance(told, Grant | Recall) else ""
        sku, qty = (told.sku, told.qty) if isinstance(told, StockInstruction) else ("", 0)
        values = [entry.store, entry.epoch, entry.seq, kind, _reference(told), sku, qty, why]
        self.cursor.execute(_ADD_DOWN, [*values, entry.body, now])
        self.move_down_head(entry.store, entry.epoch, entry.seq)

    def down_after(self, store: str, epoch: int, seq: int, most: int) -> list[bytes]:
        """The rows behind `seq`, in order."""
        return [bytes(body) for (body,) in self.cursor.execute(_DOWN_AFTER, [store, epoch, seq, most])]

    def answer_down(self, store: str, epoch: int, seq: int, qty: int, now: datetime) -> None:
        """The store applied the row, and `qty` units moved; the first answer counts."""
        self.cursor.execute(_ANSWER_DOWN, [now, qty, store, epoch, seq])

    # ── online reservations ─────────────────────────────────────────────────────────────────────────

    def reservation(self, reservation: str) -> Reservation | None:
        """A reservation, kept for this transaction."""
        found = self.cursor.execute(_RESERVATION, [reservation]).fetchone()
        if found is None:
            self._absent.add(reservation)
            return None
        return Reservation(*found)

    def save_reservation(self, reservation: Reservation, now: datetime) -> None:
        """Write a reservation. One that was not there is inserted: of two at once the second one is done again."""
        if reservation.id in self._absent:
            self.cursor.execute(_INSERT_RESERVATION, [*_values(reservation), now])
            self._absent.discard(reservation.id)
            return
        values = [reservation.state, reservation.confirmed, reservation.expires_at, now, reservation.id]
        self.cursor.execute(_CHANGE_RESERVATION, values)

    def promise(self, reservation: Reservation, posting: Posting, now: datetime) -> bool:
        """Save a new reservation and post its units out of the pool in one statement; False: not enough there."""
        values = {
            "id": reservation.id,
            "sku": posting.sku,
            "qty": posting.qty,
            "how": reservation.how,
            "store": reservation.store,
            "state": reservation.state,
            "expires_at": reservation.expires_at,
            "confirmed": reservation.confirmed,
            "source": posting.source,
            "target": posting.target,
            "cause": posting.cause,
            "now": now,
        }
        promised = self.cursor.execute(_PROMISE, values).rowcount == 1
        if promised:
            self._absent.discard(reservation.id)
        return promised

    def overdue(self, now: datetime, most: int) -> list[str]:
        """Reservations that nobody confirmed in time."""
        return [name for (name,) in self.cursor.execute(_OVERDUE, [now, most])]

    def pinned_in(self, store: str, sku: str) -> list[Reservation]:
        """What buyers were promised of a store's own goods and was not handed over yet."""
        return [Reservation(*row) for row in self.cursor.execute(_PINNED_IN, [store, sku])]

    def alert(self, alert: Alert, now: datetime) -> None:
        """Tell a person, once."""
        reference = alert.reference[:MAX_REFERENCE_CHARS]
        self.cursor.execute(_ALERT, [alert.kind, alert.store, alert.sku, reference, alert.qty, now])


def _not_kept(postings: Collection[Posting]) -> Balances:
    """What postings add to the accounts whose balance is not kept."""
    sums: Balances = {}
    for posting in postings:
        for account, by in ((posting.source, -posting.qty), (posting.target, posting.qty)):
            if not is_kept(account):
                key = (account, posting.sku)
                sums[key] = sums.get(key, 0) + by
    return sums


def _reference(told: Instruction) -> str:
    match told:
        case Grant():
            return told.grant
        case Recall():
            return told.recall
        case Shortage():
            return told.claim
        case Pin() | Unpin():
            return told.reservation
        case Rules():
            return str(told.rules.version)
        case CarryOver():
            return f"Z {told.z}"
        case GrantPoints():
            return told.grant
        case RecallPoints():
            return told.recall
        case _:
            return told.member


def _values(reservation: Reservation) -> list[Any]:
    r = reservation
    return [r.id, r.sku, r.qty, r.how, r.store, r.state, r.expires_at, r.confirmed]
