"""Training money at headquarters: payments that stores ask for, that shoppers pay on the phone page, and refunds.

A payment by signed receipt is paid here while its store is offline; what the store's ledger says of it later decides:
spent, or closed and then given back by itself. Every act may be repeated with the same ids and changes nothing more.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final, NamedTuple

from psycopg.rows import class_row

from cloud_sync.hq.clock import Clock
from cloud_sync.hq.credentials import Credentials, code_key, make_receipt, make_token
from cloud_sync.hq.database.pool import Pool
from cloud_sync.hq.rules.phone_standing import UNSPENT
from cloud_sync.protocol.codes.errors import CodeError
from cloud_sync.protocol.codes.own_codes import Content, check_signature, mint, read, why_not_good
from cloud_sync.protocol.money import MAX_MINOR

MAX_ID_CHARS: Final = 64
MOST_GIVEN_BACK: Final = 500
"""Of one round; the rest comes in the next."""
_COLUMNS: Final = (
    "store, payment, order_id, signed, token, amount_minor, currency, state, ledger, receipt, expires_at,"
    " refunded_minor"
)


class PaymentRefused(Exception):
    """It cannot be done. `code` is for programs and pages, the text for people."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class Payment:
    """One payment as it stands."""

    store: str
    payment: str
    order_id: str
    signed: bool
    token: str | None
    amount_minor: int
    currency: str
    state: str
    ledger: str
    receipt: str
    expires_at: datetime | None
    refunded_minor: int


class Paid(NamedTuple):
    """A payment by signed receipt after it was paid, with the receipt's code; empty once it is no longer good."""

    payment: Payment
    code: str


class PhonePayments:
    """The acts, each a transaction of its own. Raises PaymentRefused."""

    def __init__(self, pool: Pool, credentials: Credentials, clock: Clock) -> None:
        self._pool = pool
        self._credentials = credentials
        self._clock = clock

    # ── asked by stores ─────────────────────────────────────────────────────────────────────────────

    def create(self, store: str, payment: str, order: str, amount_minor: int, currency: str) -> Payment:
        """Open a payment for the page."""
        names_fit = all(0 < len(text) <= MAX_ID_CHARS and text.isprintable() for text in (payment, order))
        if (
            not names_fit
            or not 0 < amount_minor <= MAX_MINOR
            or not (currency.isalpha() and len(currency) == 3)
        ):
            raise PaymentRefused("malformed", "a payment, its order, an amount above 0 and its currency")
        with self._pool.connection() as db:
            db.execute(
                "INSERT INTO phone_payments (store, payment, order_id, signed, token, amount_minor, currency, state,"
                " asked_at) VALUES (%s, %s, %s, false, %s, %s, %s, 'pending', %s)"
                " ON CONFLICT (store, payment) DO NOTHING",
                [store, payment, order, make_token(), amount_minor, currency, self._clock()],
            )
        found = self.look(store, payment)
        if found is None or (found.order_id, found.amount_minor, found.currency) != (
            order,
            amount_minor,
            currency,
        ):
            raise PaymentRefused("payment_differs", "this payment was asked for with another order or amount")
        return found

    def look(self, store: str, payment: str) -> Payment | None:
        """One payment of a store."""
        return self._one("store = %s AND payment = %s", store, payment)

    def close(self, store: str, payment: str) -> Payment | None:
        """Take no money for it any more; what is paid stays paid."""
        self._move("store = %s AND payment = %s AND NOT signed", "closed", store, payment)
        return self.look(store, payment)

    def refund(self, store: str, payment: str, refund: str, amount_minor: int) -> str:
        """Give back part or all of what was paid, once per refund id; returns the reference."""
        with self._pool.connection() as db:
            found = db.execute(
                "SELECT amount_minor, refunded_minor, state FROM phone_payments"
                " WHERE store = %s AND payment = %s FOR UPDATE",
                [store, payment],
            ).fetchone()
            if found is None or found[2] != "paid":
                raise PaymentRefused("never_paid", "this payment was never paid here")
            known = db.execute(
                "SELECT 1 FROM phone_refunds WHERE store = %s AND refund = %s", [store, refund]
            ).fetchone()
            if known is None:
                if not 0 < amount_minor <= found[0] - found[1]:
                    raise PaymentRefused("too_much", f"only {found[0] - found[1]} of it is left")
                self._give_back(db, store, payment, refund, amount_minor)
        return f"page-{refund}"

    def _give_back(self, db: Any, store: str, payment: str, refund: str, amount_minor: int) -> None:
        db.execute(
            "INSERT INTO phone_refunds (store, refund, payment, amount_minor, at) VALUES (%s, %s, %s, %s, %s)",
            [store, refund, payment, amount_minor, self._clock()],
        )
        db.execute(
            "UPDATE phone_payments SET refunded_minor = refunded_minor + %s WHERE store = %s AND payment = %s",
            [amount_minor, store, payment],
        )

    def statement(self, store: str, day: str) -> list[dict[str, Any]]:
        """What moved on a day of the store's calendar. Raises PaymentRefused for no day."""
        try:
            date.fromisoformat(day)
        except ValueError:
            raise PaymentRefused("malformed", "a day is written YYYY-MM-DD") from None
        zone = "(SELECT timezone FROM stores s WHERE s.store = p.store)"
        with self._pool.connection() as db:
            rows = db.execute(
                "SELECT p.payment, '', p.amount_minor, p.currency, p.paid_at FROM phone_payments p"
                f" WHERE p.store = %(s)s AND p.state = 'paid' AND (p.paid_at AT TIME ZONE {zone})::date = %(d)s"
                " UNION ALL SELECT r.payment, r.refund, r.amount_minor, p.currency, r.at FROM phone_refunds r"
                " JOIN phone_payments p USING (store, payment)"
                f" WHERE r.store = %(s)s AND (r.at AT TIME ZONE {zone})::date = %(d)s ORDER BY 5, 1, 2 LIMIT 50000",
                {"s": store, "d": day},
            ).fetchall()
        names = ("payment", "refund", "amount_minor", "currency", "at")
        return [dict(zip(names, [*row[:4], row[4].isoformat()], strict=True)) for row in rows]

    # ── the shopper's page ──────────────────────────────────────────────────────────────────────────

    def by_token(self, token: str) -> Payment | None:
        """The payment of a page."""
        return self._one("token = %s", token)

    def answer(self, token: str, *, pays: bool) -> Payment | None:
        """The shopper presses pay, or no; a payment that has ended stays as it is."""
        self._move("token = %s", "paid" if pays else "closed", token)
        return self.by_token(token)

    # ── paying while the store is offline ───────────────────────────────────────────────────────────

    def read_order(self, text: str) -> Content:
        """What a store's signed order code says, once its store's key vouches for it. Raises PaymentRefused."""
        try:
            code = read(text.strip())
        except CodeError:
            raise PaymentRefused(
                "unreadable", "this is no code of an order, or it was not read whole"
            ) from None
        content = code.content
        if code.kind != "order" or not content.store or not content.order or not content.expires_at:
            raise PaymentRefused("unreadable", "this code is not that of a payment")
        with self._pool.connection() as db:
            keys = db.execute(
                "SELECT public_key FROM store_keys WHERE store = %s", [content.store]
            ).fetchall()
        if not any(check_signature(code, {content.key: bytes(key)})[0] == "valid" for (key,) in keys):
            raise PaymentRefused("forged", "no key of that store vouches for this code")
        if not 0 < content.amount_minor <= MAX_MINOR or len(content.currency) != 3:
            raise PaymentRefused("unreadable", "this code names no amount")
        return content

    def of_order(self, asked: Content) -> Paid | None:
        """A payment by signed receipt, if anything is known of it."""
        found = self.look(asked.store, asked.id)
        return None if found is None else Paid(found, self._receipt_code(found))

    def pay_order(self, asked: Content) -> Paid:
        """Take the money of a verified order code, once per payment, and sign its receipt. Raises PaymentRefused."""
        now = self._clock()
        with self._pool.connection() as db:
            db.execute(
                "INSERT INTO phone_payments (store, payment, order_id, signed, amount_minor, currency, state, asked_at)"
                " VALUES (%s, %s, %s, true, %s, %s, 'pending', %s) ON CONFLICT (store, payment) DO NOTHING",
                [asked.store, asked.id, asked.order, asked.amount_minor, asked.currency, now],
            )
            found = db.execute(
                "SELECT state, ledger, order_id, amount_minor, currency, signed FROM phone_payments"
                " WHERE store = %s AND payment = %s FOR UPDATE",
                [asked.store, asked.id],
            ).fetchone()
            assert found is not None, "written or found just now"
            if found[2:] != (asked.order, asked.amount_minor, asked.currency, True):
                raise PaymentRefused("payment_differs", "this payment is known with another order or amount")
            if found[0] == "pending":
                if found[1] in ("closed", "spent"):
                    raise PaymentRefused("order_ended", "the store has ended this payment")
                if why_not_good(asked, now=now):
                    raise PaymentRefused("expired", "the time to pay this order is over")
                db.execute(
                    "UPDATE phone_payments SET state = 'paid', paid_at = %s, receipt = %s, expires_at = %s"
                    " WHERE store = %s AND payment = %s",
                    [
                        now,
                        make_receipt(),
                        datetime.fromtimestamp(asked.expires_at, UTC),
                        asked.store,
                        asked.id,
                    ],
                )
        known = self.look(asked.store, asked.id)
        assert known is not None
        return Paid(known, self._receipt_code(known))

    def _receipt_code(self, paid: Payment) -> str:
        if (
            paid.state != "paid"
            or paid.expires_at is None
            or paid.refunded_minor
            or paid.ledger in ("closed", "spent")
        ):
            return ""
        key = code_key(self._credentials)
        content = Content(
            key=key.id,
            id=paid.receipt,
            store=paid.store,
            expires_at=int(paid.expires_at.timestamp()),
            order=paid.order_id,
            amount_minor=paid.amount_minor,
            currency=paid.currency,
        )
        return mint("receipt", content, key.private)

    def give_back_unspent(self) -> None:
        """Refund what a store's ledger says was never spent, once: the store refuses its receipt from then on.

        Also of a store that a person retired: its ledger will say nothing any more.
        """
        with self._pool.connection() as db:
            owed = db.execute(
                "SELECT p.store, p.payment, p.amount_minor FROM phone_payments p JOIN stores s USING (store)"
                " WHERE p.signed AND p.state = 'paid' AND p.refunded_minor = 0 AND (p.ledger = 'closed' OR"
                " (s.state = 'retired' AND p.ledger <> 'spent' AND p.expires_at < %s))"
                " ORDER BY p.store, p.payment LIMIT %s FOR UPDATE OF p",
                [self._clock(), MOST_GIVEN_BACK],
            ).fetchall()
            for store, payment, amount_minor in owed:
                self._give_back(db, store, payment, f"{payment}{UNSPENT}", amount_minor)

    # ── rows ────────────────────────────────────────────────────────────────────────────────────────

    def _move(self, where: str, state: str, *values: str) -> None:
        paid_at = self._clock() if state == "paid" else None
        with self._pool.connection() as db:
            db.execute(
                f"UPDATE phone_payments SET state = %s, paid_at = %s WHERE state = 'pending' AND {where}".encode(),
                [state, paid_at, *values],
            )

    def _one(self, where: str, *values: str) -> Payment | None:
        if any("\0" in value for value in values):
            return None
        with self._pool.connection() as db, db.cursor(row_factory=class_row(Payment)) as cursor:
            statement = f"SELECT {_COLUMNS} FROM phone_payments WHERE {where}".encode()
            return cursor.execute(statement, list(values)).fetchone()
