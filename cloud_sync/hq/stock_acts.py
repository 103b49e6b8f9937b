"""What people do with the shared stock: each act is one transaction, and done once however often its key is sent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

import msgspec

from cloud_sync.hq.clock import Clock
from cloud_sync.hq.credentials import hash_token, make_token
from cloud_sync.hq.database.pool import Pool, again
from cloud_sync.hq.database.postgres_books import PostgresBooks, transaction
from cloud_sync.hq.rules import joining, refill, rights, warehouse
from cloud_sync.hq.rules.books import ACTIVE, RETIRED, SET_ASIDE, StoreRecord
from cloud_sync.hq.rules.rights import RightsRefused, check_qty
from cloud_sync.protocol.identifiers import is_name

Answer = dict[str, Any]
Work = Callable[[PostgresBooks], Answer]

MAX_TEXT_CHARS: Final = 200
MAX_DAYS: Final = 3_650
_DONE: Final = "SELECT asked, answer FROM acts_done WHERE key = %s"
_NOTE_DONE: Final = "INSERT INTO acts_done (key, asked, answer, at) VALUES (%s, %s, %s, %s)"
_SET_POLICY: Final = """
INSERT INTO stock_policies (store, sku, cover_days, minimum, ceiling) VALUES (%s, %s, %s, %s, %s)
ON CONFLICT (store, sku) DO UPDATE SET cover_days = excluded.cover_days, minimum = excluded.minimum,
    ceiling = excluded.ceiling"""
_DROP_POLICY: Final = "DELETE FROM stock_policies WHERE store = %s AND sku = %s"
_CLOSE: Final = """
UPDATE alerts SET closed_at = %s, closed_as = %s
WHERE kind = %s AND store = %s AND sku = %s AND reference = %s AND closed_at IS NULL"""
_SELLER: Final = """
INSERT INTO sellers (name, token_hash, made_at) VALUES (%s, %s, %s)
ON CONFLICT (name) DO UPDATE SET token_hash = excluded.token_hash, made_at = excluded.made_at"""


@dataclass(frozen=True)
class StockActs:
    """Every act takes `key`, an Idempotency-Key: with the same one it is done once. All raise RightsRefused."""

    pool: Pool
    clock: Clock

    def grant(self, store: str, sku: str, qty: int, why: str = "", *, key: str = "") -> Answer:
        """Move units from the pool to a store."""
        check_texts(store, sku, why)

        def work(books: PostgresBooks) -> Answer:
            record = _locked(books, store)
            return {"grant": rights.grant(books, record, sku, qty, why or "by hand", self.clock())}

        return self._once(key, ("grant", store, sku, qty, why), work)

    def recall(self, store: str, sku: str, qty: int, why: str = "", *, key: str = "") -> Answer:
        """Ask a store to give back up to `qty`; its answer comes with a later sync."""
        check_texts(store, sku, why)

        def work(books: PostgresBooks) -> Answer:
            record = _locked(books, store)
            return {"recall": rights.recall(books, record, sku, qty, why or "by hand", self.clock())}

        return self._once(key, ("recall", store, sku, qty, why), work)

    def receive(self, sku: str, qty: int, receipt: str, transfer: str = "", *, key: str = "") -> Answer:
        """Goods came into the warehouse; `new` is False when this receipt is in the books already."""
        check_texts(sku, receipt, transfer)
        if not receipt:
            raise RightsRefused("malformed", "a receipt needs a number, so that it is booked once")

        def work(books: PostgresBooks) -> Answer:
            return {"new": warehouse.receive(books, sku, qty, receipt, self.clock(), transfer=transfer)}

        return self._once(key, ("receive", sku, qty, receipt, transfer), work)

    def correct(self, sku: str, difference: int, why: str, *, key: str = "") -> Answer:
        """The warehouse was counted: `difference` more (or fewer) than the pool has."""
        check_texts(sku, why)

        def work(books: PostgresBooks) -> Answer:
            warehouse.correct(books, sku, difference, why, self.clock())
            return {"pool": books.lock_pool([sku]).get(sku, 0)}

        return self._once(key, ("correct", sku, difference, why), work)

    def set_policy(
        self, store: str, sku: str, cover_days: float, minimum: int, ceiling: int, *, key: str = ""
    ) -> Answer:
        """Say how well stores are to be supplied; `*` stands for any store or SKU."""
        check_texts(store, sku)
        if not (0 <= cover_days <= MAX_DAYS and 0 <= minimum <= ceiling <= rights.MAX_UNITS):
            raise RightsRefused(
                "malformed",
                f"cover of 0 to {MAX_DAYS} days, a minimum of 0 or more and a ceiling that is not below it",
            )

        def work(books: PostgresBooks) -> Answer:
            if store != "*":
                _locked(books, store)
            books.cursor.execute(_SET_POLICY, [store, sku, cover_days, minimum, ceiling])
            return {"store": store, "sku": sku}

        return self._once(key, ("policy", store, sku, cover_days, minimum, ceiling), work)

    def drop_policy(self, store: str, sku: str) -> Answer:
        """Leave it to people again; `dropped` is False when there was no such policy."""
        check_texts(store, sku)
        return self._once(
            "", (), lambda books: {"dropped": books.cursor.execute(_DROP_POLICY, [store, sku]).rowcount == 1}
        )

    def retire(self, store: str, *, key: str = "") -> Answer:
        """The store died for good: what it held goes into limbo, and its agent is refused until it joins again."""

        def work(books: PostgresBooks) -> Answer:
            record = _locked(books, store)
            if record.state != RETIRED:
                joining.give_up(books, record, RETIRED, self.clock())
            return {"store": store, "limbo": limbo_of(books, store)}

        return self._once(key, ("retire", store), work)

    def set_aside(self, store: str, *, key: str = "") -> Answer:
        """While headquarters is refilled: go on without this store, which must join to come back."""

        def work(books: PostgresBooks) -> Answer:
            if not books.hq().refilling:
                raise RightsRefused("not_refilling", "headquarters is not waiting for any store")
            record = _locked(books, store)
            if record.state == ACTIVE:
                joining.give_up(books, record, SET_ASIDE, self.clock())
            return {"store": store, "refilling": books.hq().refilling, "awaited": refill.awaited(books)}

        return self._once(key, ("set_aside", store), work)

    def end_refill(self, *, key: str = "") -> Answer:
        """Go on without every store that is still awaited."""

        def work(books: PostgresBooks) -> Answer:
            given_up = refill.awaited(books) if books.hq().refilling else []
            for store in given_up:
                joining.give_up(books, _locked(books, store), SET_ASIDE, self.clock())
            return {"set_aside": given_up, "refilling": books.hq().refilling}

        return self._once(key, ("end_refill",), work)

    def bring_back(self, store: str, sku: str, qty: int, *, key: str = "") -> Answer:
        """Goods of a store in limbo were counted at the warehouse: up to `qty` may be sold again."""
        check_texts(store, sku)
        check_qty(qty)

        def work(books: PostgresBooks) -> Answer:
            return {"moved": joining.bring_back(books, _locked(books, store), sku, qty, self.clock())}

        return self._once(key, ("bring_back", store, sku, qty), work)

    def write_off(self, store: str, sku: str, *, key: str = "") -> Answer:
        """Give up what of a SKU is in limbo."""
        check_texts(store, sku)

        def work(books: PostgresBooks) -> Answer:
            return {"moved": joining.write_off(books, _locked(books, store), sku, self.clock())}

        return self._once(key, ("write_off", store, sku), work)

    def close_alert(
        self, kind: str, store: str, sku: str, reference: str, note: str, *, key: str = ""
    ) -> Answer:
        """A person looked into it; `closed` is False when it was closed before."""
        if len(note) > MAX_TEXT_CHARS or "\0" in kind + store + sku + reference + note:
            raise RightsRefused("malformed", f"a note of at most {MAX_TEXT_CHARS} characters")

        def work(books: PostgresBooks) -> Answer:
            values = [self.clock(), note, kind, store, sku, reference]
            return {"closed": books.cursor.execute(_CLOSE, values).rowcount == 1}

        return self._once(key, ("close", kind, store, sku, reference, note), work)

    def seller(self, name: str) -> str:
        """Let an online channel in, or give it a new token: the old one is void. Returns the token, shown once."""
        if not is_name(name):
            raise RightsRefused("malformed", f"{name!r} cannot name a seller: use a-z, 0-9 and hyphens")
        token = make_token()
        values = [name, hash_token(token), self.clock()]
        self._once("", (), lambda books: {"rows": books.cursor.execute(_SELLER, values).rowcount})
        return token

    def _once(self, key: str, asked: tuple[Any, ...], work: Work) -> Answer:
        if len(key) > MAX_TEXT_CHARS or "\0" in key:
            raise RightsRefused("malformed", f"an Idempotency-Key of at most {MAX_TEXT_CHARS} characters")
        digest = sha256(msgspec.json.encode(asked)).digest()

        def attempt() -> Answer:
            with transaction(self.pool) as books:
                if not key:
                    return work(books)
                found = books.cursor.execute(_DONE, [key]).fetchone()
                if found is not None:
                    return _same(found, digest)
                answer = work(books)
                values = [key, digest, msgspec.json.encode(answer), self.clock()]
                # Of two at once with one key the second is undone here, and finds the answer of the first.
                books.cursor.execute(_NOTE_DONE, values)
                return answer

        return again(attempt)


def _same(found: tuple[bytes, bytes], digest: bytes) -> Answer:
    if bytes(found[0]) != digest:
        raise RightsRefused("another", "this Idempotency-Key was used for something else")
    answer: Answer = msgspec.json.decode(bytes(found[1]))
    return answer


def _locked(books: PostgresBooks, store: str) -> StoreRecord:
    record = None if "\0" in store else books.lock_store(store)
    if record is None:
        raise RightsRefused("unknown_store", f"no store {store!r} is enrolled")
    return record


def limbo_of(books: PostgresBooks, store: str) -> dict[str, int]:
    """What of a store is in limbo, by SKU; its row must be locked."""
    found: dict[str, int] = {}
    for (account, sku), units in books.holdings(store).items():
        if "/limbo/" in account and units:
            found[sku] = found.get(sku, 0) + units
    return found


def check_texts(*texts: str) -> None:
    """Raises RightsRefused for names and reasons that the books cannot hold; the first one must not be empty."""
    if not texts[0] or any(len(text) > MAX_TEXT_CHARS or "\0" in text for text in texts):
        raise RightsRefused("malformed", f"names and reasons of 1 to {MAX_TEXT_CHARS} characters")
