"""Providers' books of a day: gets them, and has the shop hold them against its own, by itself day after day.

Which days are due stands in the tables: a crash loses none. A provider that is away is asked again, slower and slower.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final
from zoneinfo import ZoneInfo

import structlog

from cloud_sync.protocol.envelope import rfc3339
from edge_agent.adapters.payments.port import PaymentProvider, ProviderTrouble
from edge_agent.adapters.sqlite_store.queries import Queries
from edge_agent.domain.payment_commands import StatementRead
from edge_agent.domain.reconciliation import WITHOUT_BOOK, not_out
from edge_agent.services.brain import Answer, Brain
from edge_agent.services.ports import Clock

log = structlog.get_logger(__name__)

LOOK_EVERY_S: Final = 5.0
"""How often the tables are looked through for days that are due; a Z has it done at once."""
AGAIN_S: Final = (30.0, 900.0)
"""A book that cannot be had is asked for again after this long at first and at most."""


class NotOutYet(ProviderTrouble):
    """The provider makes its book of that day later."""


@dataclass(frozen=True, slots=True)
class Away:
    """A provider whose book could not be had: when it is asked again by itself, on the monotonic clock."""

    pause_s: float
    due_s: float


class Books:
    """`read` from any thread but the writer's; `step` is one thread's."""

    def __init__(
        self, providers: Mapping[str, PaymentProvider], queries: Queries, brain: Brain, clock: Clock
    ) -> None:
        self._providers = providers
        self._queries = queries
        self._brain = brain
        self._clock = clock
        self._away: dict[str, Away] = {}
        self._why: dict[tuple[str, str], tuple[str, str]] = {}
        self._failed: Counter[tuple[str, str]] = Counter()
        self._under_way: set[tuple[str, str]] = set()
        self._online = True

    @property
    def methods(self) -> list[str]:
        """The ways of paying whose providers keep a book."""
        return sorted(set(self._providers) - WITHOUT_BOOK)

    @property
    def today(self) -> str:
        """The day of the store's calendar."""
        return self._queries.business_day(self._clock.now())

    def read(self, method: str, day: str) -> StatementRead:
        """A provider's book of a day, as the command that has it compared. Raises ProviderTrouble."""
        try:
            found = self._read(method, day)
        except Exception as trouble:
            code = "not_out" if isinstance(trouble, NotOutYet) else "no_answer"
            said = str(trouble) if isinstance(trouble, ProviderTrouble) else type(trouble).__name__
            self._why[day, method] = code, said[:200]
            raise
        self._why.pop((day, method), None)
        return found

    def _read(self, method: str, day: str) -> StatementRead:
        asked_at = self._clock.now()
        lines = self._providers[method].statement(day)
        zone = ZoneInfo(str(self._queries.store()["timezone"]))
        moved = self._queries.reader().moved_on(method, day, "")
        if not lines and not_out(method, day, asked_at, zone, money=any(not each.near for each in moved)):
            raise NotOutYet(f"the book of {day} is not out yet")
        booked = tuple((x.payment, x.refund, x.amount_minor, x.currency) for x in lines)
        return StatementRead("", method, day, booked, rfc3339(asked_at))

    def standing(self) -> list[dict[str, Any]]:
        """The books of the last days, as `PaymentQueries.books` has them.

        With why one could not be had when it was asked for last: `reason` not_out or no_answer, and `said`.
        """
        found = []
        for book in self._queries.books(self.methods, self._clock.now()):
            reason, said = self._why.get((book["day"], book["method"]), ("", ""))
            found.append(book | {"reason": reason, "said": said})
        return found

    def step(self) -> None:
        """Have every day that is due compared, the oldest first; of a provider that is away none."""
        now_s = self._clock.monotonic()
        online = self._queries.online()
        if online and not self._online:
            # What kept the books away was most likely our own line.
            self._away = {method: replace(away, due_s=now_s) for method, away in self._away.items()}
        self._online = online
        books = self._queries.books(self.methods, self._clock.now())
        due = sorted((str(book["day"]), str(book["method"])) for book in books if book["state"] == "due")
        # One day whose book can never be read must not keep the days behind it waiting.
        for day, method in sorted(due, key=lambda one: self._failed[one]):
            away = self._away.get(method)
            if away is None or away.due_s <= now_s:
                self._compare(method, day)

    def _compare(self, method: str, day: str) -> None:
        if (method, day) in self._under_way:
            return
        try:
            read = self.read(method, day)
        except Exception as trouble:
            # One book that breaks its provider's file must not keep the other providers' waiting.
            self._failed[day, method] += 1
            self._put_off(method)
            known = isinstance(trouble, ProviderTrouble)
            log.warning("book_waits", method=method, day=day, reason=str(trouble), exc_info=not known)
            return
        self._away.pop(method, None)
        self._under_way.add((method, day))

        def done(_: Answer) -> None:
            self._under_way.discard((method, day))

        self._brain.submit(read, done)

    def _put_off(self, method: str) -> None:
        first_s, most_s = AGAIN_S
        before = self._away.get(method)
        pause_s = first_s if before is None else min(before.pause_s * 2, most_s)
        self._away[method] = Away(pause_s, self._clock.monotonic() + pause_s)


def is_day(text: str) -> bool:
    """Tell whether a text is a day of the calendar, written YYYY-MM-DD."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
