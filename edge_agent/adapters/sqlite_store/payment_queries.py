"""Payments as the tills, the tablet and the command line ask for them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from cloud_sync.protocol.envelope import parse_time
from cloud_sync.protocol.offline_limits import limit_of
from cloud_sync.protocol.rules_facts import StoreRules
from edge_agent.adapters.sqlite_store.reading import Entity, Reading
from edge_agent.domain.reconciliation import MOST_DAYS, WITHOUT_BOOK, wanted_since

_rules = msgspec.json.Decoder(StoreRules)

_LIVE: Final = """SELECT p.id, p.order_id AS "order", p.method, p.state, p.amount_minor, p.currency, p.provider_ref,
    p.scanned, o.expires_at, o.cancel_requested, (SELECT name FROM store) || ' ' || o.id AS subject
    FROM payments p JOIN orders o ON o.id = p.order_id"""


class PaymentQueries(Reading):
    """The part of `Queries` on payments. `methods` are the ways of paying that the store takes."""

    methods: frozenset[str] = frozenset()

    def payment_methods(self) -> list[Entity]:
        """The ways of paying, and which of them are of no use while headquarters cannot be reached."""
        online = self.online()
        row = self._one("SELECT rules FROM store_rules")
        limits = {} if row is None else _rules.decode(row["rules"]).offline_limits
        useless = {m for m in self.methods if not online and not limit_of(m, limits).payment_minor}
        return [
            {"method": m, "usable": m not in useless, "reason": "offline_limit" if m in useless else ""}
            for m in sorted(self.methods)
        ]

    def online(self) -> bool:
        """Whether headquarters can be reached."""
        return bool((self._one("SELECT online FROM link") or {"online": 1})["online"])

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

    def books(self, methods: Collection[str], now: datetime) -> list[Entity]:
        """Providers' books of the last days with what came of comparing them, the newest day first.

        `state`: running (the day goes on, or its book is not out), due (to be compared, or again), agrees, differs.
        """
        row = self._one("SELECT timezone, currency FROM store") or {"timezone": "UTC", "currency": ""}
        zone = ZoneInfo(row["timezone"])
        today = now.astimezone(zone).date()
        since = today - timedelta(days=MOST_DAYS - 1)
        closings: dict[str, list[datetime]] = defaultdict(list)
        for z in self._rows("SELECT day, closed_at FROM closed_days WHERE day >= ?", since.isoformat()):
            closed_at = parse_time(z["closed_at"])
            if closed_at is not None:
                closings[z["day"]].append(closed_at)
        found = []
        for method in sorted(set(methods) - WITHOUT_BOOK):
            compared = self._compared(method, since.isoformat())
            for day in self._days_of(method, since, today, zone):
                wanted = wanted_since(method, day, closings[day], now, zone)
                found.append(_book(method, day, row["currency"], compared.get(day), wanted))
        return sorted(found, key=lambda book: book["day"], reverse=True)

    def _compared(self, method: str, since: str) -> dict[str, Entity]:
        rows = self._rows(
            "SELECT s.*, (SELECT COUNT(*) FROM differences d WHERE d.method = s.method AND d.day = s.day"
            " AND d.settled_at = '') + s.more AS open FROM statements s WHERE s.method = ? AND s.day >= ?",
            method,
            since,
        )
        return {row["day"]: row for row in rows}

    def _days_of(self, method: str, since: date, today: date, zone: ZoneInfo) -> list[str]:
        """Days from a method's first payment on: before it there was nothing that a provider could have booked."""
        row = self._one("SELECT MIN(at) AS at FROM payments WHERE method = ? AND at > ''", method)
        first = None if row is None else parse_time(row["at"] or "")
        if first is None:
            return []
        begin = max(since, first.astimezone(zone).date())
        return [(begin + timedelta(days=n)).isoformat() for n in range((today - begin).days + 1)]

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


def _book(method: str, day: str, currency: str, compared: Entity | None, wanted: datetime | None) -> Entity:
    at = None if compared is None else parse_time(compared["at"])
    state = "running"
    if wanted is not None and (at is None or at < wanted):
        state = "due"
    elif compared is not None:
        state = "differs" if compared["open"] else "agrees"
    last = compared or {"at": "", "ours_minor": 0, "theirs_minor": 0, "lines": 0, "open": 0}
    return {
        "method": method,
        "day": day,
        "state": state,
        "compared_at": last["at"],
        "currency": currency,
        **{name: last[name] for name in ("ours_minor", "theirs_minor", "lines", "open")},
    }
