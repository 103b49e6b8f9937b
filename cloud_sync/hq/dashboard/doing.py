"""Does what a person asked for with a form: each act is one transaction over the books, by their rules."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from cloud_sync.hq import joining, rights, warehouse
from cloud_sync.hq.books import RETIRED, SET_ASIDE, StoreRecord
from cloud_sync.hq.dashboard.acts import BadField, number
from cloud_sync.hq.dashboard.words import Language, has_word, word
from cloud_sync.hq.pool import Pool, again
from cloud_sync.hq.postgres_books import PostgresBooks, transaction
from cloud_sync.hq.rights import RightsRefused

MAX_COVER_DAYS: Final = 365
_CLOSE: Final = """
UPDATE alerts SET closed_at = %s, closed_as = %s
WHERE kind = %s AND store = %s AND sku = %s AND reference = %s AND closed_at IS NULL"""
_POLICY: Final = """
INSERT INTO stock_policies (store, sku, cover_days, minimum, ceiling) VALUES (%s, %s, %s, %s, %s)
ON CONFLICT (store, sku) DO UPDATE SET cover_days = excluded.cover_days, minimum = excluded.minimum,
    ceiling = excluded.ceiling"""

Values = Mapping[str, str]


def do(pool: Pool, act: str, values: Values, language: Language, now: datetime) -> None:
    """Do it, or raise BadField with words for the person who asked. Nothing is done in part."""

    def once() -> None:
        with transaction(pool) as books:
            _DOINGS[act](books, values, language, now)

    try:
        again(once)
    except RightsRefused as refused:
        key = f"refused.{refused.code}"
        told = word(language, key) if has_word(key) else ""
        raise BadField(f"{told} ({refused.message})" if told else refused.message) from None


def _grant(books: PostgresBooks, values: Values, language: Language, now: datetime) -> None:
    why = values.get("why", "")
    rights.grant(books, _store(books, values), values["sku"], number(language, values, "qty"), why, now)


def _recall(books: PostgresBooks, values: Values, language: Language, now: datetime) -> None:
    why = values.get("why", "")
    rights.recall(books, _store(books, values), values["sku"], number(language, values, "qty"), why, now)


def _receive(books: PostgresBooks, values: Values, language: Language, now: datetime) -> None:
    transfer = values.get("transfer", "")
    qty = number(language, values, "qty")
    if not warehouse.receive(books, values["sku"], qty, values["receipt"], now, transfer=transfer):
        raise BadField(word(language, "refused.known_receipt"))


def _correct(books: PostgresBooks, values: Values, language: Language, now: datetime) -> None:
    warehouse.correct(books, values["sku"], number(language, values, "difference"), values["why"], now)


def _policy(books: PostgresBooks, values: Values, language: Language, now: datetime) -> None:
    try:
        days = float(values["cover_days"])
    except ValueError:
        raise BadField(word(language, "refused.malformed")) from None
    minimum, ceiling = number(language, values, "minimum"), number(language, values, "ceiling")
    if not (0 <= days <= MAX_COVER_DAYS and 0 <= minimum <= ceiling <= rights.MAX_UNITS):
        raise BadField(word(language, "refused.malformed"))
    books.cursor.execute(_POLICY, [values["store"], values["sku"], days, minimum, ceiling])


def _bring_back(books: PostgresBooks, values: Values, language: Language, now: datetime) -> None:
    qty = number(language, values, "qty")
    rights.check_qty(qty)
    if not joining.bring_back(books, _store(books, values), values["sku"], qty, now):
        raise BadField(word(language, "refused.nothing"))


def _write_off(books: PostgresBooks, values: Values, language: Language, now: datetime) -> None:
    if not joining.write_off(books, _store(books, values), values["sku"], now):
        raise BadField(word(language, "refused.nothing"))


def _close(books: PostgresBooks, values: Values, language: Language, now: datetime) -> None:
    named = [values.get(name, "") for name in ("kind", "store", "sku", "reference")]
    books.cursor.execute(_CLOSE, [now, values["note"], *named])


def _retire(books: PostgresBooks, values: Values, language: Language, now: datetime) -> None:
    joining.give_up(books, _store(books, values), RETIRED, now)


def _set_aside(books: PostgresBooks, values: Values, language: Language, now: datetime) -> None:
    joining.give_up(books, _store(books, values), SET_ASIDE, now)


def _store(books: PostgresBooks, values: Values) -> StoreRecord:
    record = books.lock_store(values["store"])
    if record is None:
        raise RightsRefused("unknown_store", values["store"])
    return record


_DOINGS: Final[dict[str, Callable[[PostgresBooks, Values, Language, datetime], None]]] = {
    "grant": _grant,
    "recall": _recall,
    "receive": _receive,
    "correct": _correct,
    "policy": _policy,
    "bring-back": _bring_back,
    "write-off": _write_off,
    "close": _close,
    "retire": _retire,
    "set-aside": _set_aside,
}
