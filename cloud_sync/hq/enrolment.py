"""Enrols stores: a one-time code is carried to the store, which trades it for its token and a new epoch.

Of codes and tokens only hashes are kept. Joining again always mints a new epoch; the old token dies with it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cloud_sync.hq.credentials import hash_code, hash_token, make_code, make_token
from cloud_sync.hq.database.pool import Pool, again
from cloud_sync.hq.database.postgres_books import transaction
from cloud_sync.hq.rules import joining
from cloud_sync.protocol.identifiers import is_name
from cloud_sync.protocol.session import JoinReply, JoinRequest

CODE_LIFETIME: Final = timedelta(hours=24)
USUAL: Final = ("Asia/Shanghai", "CNY")
"""Time zone and currency of a new store where nobody says otherwise."""
MAX_EPOCH: Final = 10_000
"""More than a store can have joined; a higher one is no store's word."""
MAX_MACHINE_CHARS: Final = 200

_ENROL: Final = """
INSERT INTO stores (store, name, timezone, currency, code_hash, code_expires_at, enrolled_at)
VALUES (%(store)s, %(name)s, %(timezone)s, %(currency)s, %(code)s, %(expires)s, %(now)s)
ON CONFLICT (store) DO UPDATE
SET name = excluded.name, timezone = excluded.timezone, currency = excluded.currency,
    code_hash = excluded.code_hash, code_expires_at = excluded.code_expires_at, code_used_at = NULL,
    code_epoch = NULL"""
_KNOWN: Final = "SELECT name, timezone, currency FROM stores WHERE store = %s"
_FIND_CODE: Final = """
SELECT store, name, timezone, currency, code_expires_at, code_used_at
FROM stores WHERE code_hash = %s FOR UPDATE"""
_JOIN: Final = """
UPDATE stores SET code_epoch = epoch, token_hash = %s, joined_at = %s WHERE store = %s"""
_STORE_OF: Final = "SELECT store FROM stores WHERE token_hash = %s"


class EnrolmentError(ValueError):
    """The store cannot be enrolled or joined like this. `code` is for programs, the text for people."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True)
class Enrolment:
    """A code, valid until `expires_at` and until the store that used it has synced."""

    store: str
    code: str
    expires_at: datetime


def enrol(pool: Pool, store: str, name: str, timezone: str, currency: str, now: datetime) -> Enrolment:
    """Write a store into the books (or change its entry) and make a one-time code for it.

    What is empty stays as it is for a store that is known; a new one is called by its id, and is where most are.
    Raises EnrolmentError when a name, time zone or currency is none.
    """
    name, timezone, currency = _as_known(pool, store, name, timezone, currency)
    if not is_name(store):
        raise EnrolmentError(
            "bad_store", f"{store!r} cannot name a store: use a-z, 0-9 and hyphens, at most 63"
        )
    if not name.strip() or len(name) > 200 or "\0" in name:
        raise EnrolmentError("bad_name", "the store needs a name of 1 to 200 characters")
    try:
        ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise EnrolmentError(
            "bad_timezone", f"unknown time zone {timezone!r}: use an IANA name such as Asia/Shanghai"
        ) from None
    if re.fullmatch(r"[A-Z]{3}", currency) is None:
        raise EnrolmentError("bad_currency", f"{currency!r} is no ISO 4217 code such as CNY")
    code = make_code()
    expires_at = now + CODE_LIFETIME
    values = {
        "store": store,
        "name": name.strip(),
        "timezone": timezone,
        "currency": currency,
        "code": hash_code(code),
        "expires": expires_at,
        "now": now,
    }
    with pool.connection() as connection:
        connection.execute(_ENROL, values)
    return Enrolment(store, code, expires_at)


def _as_known(pool: Pool, store: str, *given: str) -> tuple[str, ...]:
    """What is given, and for what is not, what the books say: a new code alone changes nothing of a store."""
    if all(given) or not is_name(store):
        return given
    with pool.connection() as connection:
        known = connection.execute(_KNOWN, [store]).fetchone() or (store, *USUAL)
    return tuple(new or old for new, old in zip(given, known, strict=True))


def join(pool: Pool, request: JoinRequest, now: datetime) -> JoinReply:
    """Trade a code for a token and the store's next epoch. Raises EnrolmentError.

    The reply may get lost: until the store has synced the code may be used again, each time for another epoch.
    """
    if (
        not 0 <= request.epoch <= MAX_EPOCH
        or len(request.machine) > MAX_MACHINE_CHARS
        or "\0" in request.machine
    ):
        raise EnrolmentError("malformed", "epoch or machine out of range")
    return again(lambda: _join(pool, request, now))


def _join(pool: Pool, request: JoinRequest, now: datetime) -> JoinReply:
    with transaction(pool) as books:
        found = books.cursor.execute(_FIND_CODE, [hash_code(request.code)]).fetchone()
        if found is None:
            raise EnrolmentError("unknown_code", "headquarters knows no such code: enrol the store again")
        store, name, timezone, currency, expires_at, used_at = found
        if used_at is not None:
            raise EnrolmentError(
                "code_used", "this code was used already: enrol the store again for a new one"
            )
        if expires_at <= now:
            raise EnrolmentError("code_expired", "this code is older than 24 hours: enrol the store again")
        record = books.lock_store(store)
        assert record is not None, "the code's own row is locked"
        epoch = joining.begin_epoch(books, record, request.epoch, request.machine, now).epoch
        token = make_token()
        books.cursor.execute(_JOIN, [hash_token(token), now, store])
    return JoinReply(store=store, name=name, timezone=timezone, currency=currency, epoch=epoch, token=token)


def store_of(pool: Pool, token: str) -> str | None:
    """The store that a bearer token belongs to, if any."""
    with pool.connection() as connection:
        found = connection.execute(_STORE_OF, [hash_token(token)]).fetchone()
    return None if found is None else str(found[0])
