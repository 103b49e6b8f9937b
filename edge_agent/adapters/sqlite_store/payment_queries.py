"""Payments as the tills, the tablet and the command line ask for them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

import msgspec

from cloud_sync.protocol.offline_limits import limit_of
from cloud_sync.protocol.rules_facts import StoreRules
from edge_agent.adapters.sqlite_store.reading import Entity, Reading

_rules = msgspec.json.Decoder(StoreRules)

_LIVE: Final = """SELECT p.id, p.order_id AS "order", p.method, p.state, p.amount_minor, p.currency, p.provider_ref,
    p.scanned, o.expires_at, o.cancel_requested, (SELECT name FROM store) || ' ' || o.id AS subject
    FROM payments p JOIN orders o ON o.id = p.order_id"""


class PaymentQueries(Reading):
    """The part of `Queries` on payments. `methods` are the ways of paying that the store takes."""

    methods: frozenset[str] = frozenset()

    def payment_methods(self) -> list[Entity]:
        """The ways of paying, and which of them are of no use while headquarters cannot be reached."""
        link = self._one("SELECT online FROM link") or {"online": 1}
        row = self._one("SELECT rules FROM store_rules")
        limits = {} if row is None else _rules.decode(row["rules"]).offline_limits
        useless = {m for m in self.methods if not link["online"] and not limit_of(m, limits).payment_minor}
        return [
            {"method": m, "usable": m not in useless, "reason": "offline_limit" if m in useless else ""}
            for m in sorted(self.methods)
        ]

    def live_payments(self, methods: Collection[str]) -> list[Entity]:
        """Payments by these methods that may still bring money, with what their order wants."""
        marks = ",".join("?" * len(methods))
        return self._rows(
            f"{_LIVE} WHERE p.state IN ('created', 'pending', 'unknown') AND p.method IN ({marks}) ORDER BY p.id",
            *methods,
        )

    def new_payments(self, methods: Collection[str]) -> list[Entity]:
        """Those of them whose provider was not told yet."""
        marks = ",".join("?" * len(methods))
        return self._rows(f"{_LIVE} WHERE p.state = 'created' AND p.method IN ({marks})", *methods)

    def payment_owner(self, payment: str) -> str | None:
        """The order of a payment."""
        row = self._one('SELECT order_id AS "order" FROM payments WHERE id = ?', payment)
        return None if row is None else str(row["order"])

    def unknown_payments(self) -> list[Entity]:
        """Payments whose outcome nobody knows, oldest first: a person may have to look."""
        return self._rows(
            'SELECT p.id, p.order_id AS "order", p.method, p.amount_minor, p.currency, p.reason, p.at,'
            " o.state AS order_state FROM payments p JOIN orders o ON o.id = p.order_id"
            " WHERE p.state = 'unknown' ORDER BY p.at, p.id LIMIT 200"
        )

    def payments_at_counter(self) -> list[Entity]:
        """Payments that shoppers come to the counter with."""
        return self._rows(
            'SELECT p.id, p.order_id AS "order", p.method, p.amount_minor, p.currency, p.at FROM payments p'
            " WHERE p.state IN ('created', 'pending', 'unknown') AND p.method IN ('counter', 'card')"
            " ORDER BY p.at, p.id LIMIT 200"
        )

    def statement_of(self, method: str, day: str) -> Entity | None:
        """The last comparison of a provider's day with ours, with all its differences."""
        found = self._one("SELECT * FROM statements WHERE method = ? AND day = ?", method, day)
        if found is None:
            return None
        return found | {
            "differences": self._rows(
                'SELECT id AS "case", kind, payment, refund, ours_minor, theirs_minor, note, settled_at'
                " FROM differences WHERE method = ? AND day = ? ORDER BY id",
                method,
                day,
            )
        }

    def open_differences(self) -> list[Entity]:
        """Differences that wait for a person."""
        return self._rows(
            'SELECT d.id AS "case", d.kind, d.method, d.day, d.payment, d.refund, d.ours_minor, d.theirs_minor,'
            " (SELECT currency FROM store) AS currency FROM differences d WHERE d.settled_at = ''"
            " ORDER BY d.day, d.id LIMIT 200"
        )
