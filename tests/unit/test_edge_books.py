"""Daily reconciliation by itself: after the Z, again the next morning, and until a provider that was away answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from edge_agent.adapters.payments.books import AGAIN_S, Books, NotOutYet
from edge_agent.adapters.payments.port import (
    Forged,
    Pace,
    PaymentAsked,
    ProviderAnswer,
    ProviderTrouble,
    RefundAsked,
    StatementLine,
)
from edge_agent.domain import commands
from edge_agent.domain.day.commands import CloseDay
from edge_agent.domain.payment_commands import LinkChanged
from edge_agent.domain.reconciliation import not_out, wanted_since
from tests.edge_harness import Store

ZONE = ZoneInfo("Asia/Shanghai")
TODAY = "2026-05-01"


class Bank:
    """Fills the provider's port: has a book, and is away when the test says so."""

    pace = Pace(1.0, 1.0)

    def __init__(self) -> None:
        self.book: list[StatementLine] = []
        self.asked: list[str] = []
        self.away: set[str] = set()
        self.answer = ProviderAnswer("pending")

    def create(self, asked: PaymentAsked) -> ProviderAnswer:
        return self.answer

    ask = close = create

    def refund(self, asked: RefundAsked) -> str:
        return "given"

    def statement(self, day: str) -> list[StatementLine]:
        self.asked.append(day)
        if day in self.away:
            raise ProviderTrouble("no route")
        return [line for line in self.book if line.at == day]

    def notified(self, headers: Mapping[str, str], body: bytes) -> tuple[str, ProviderAnswer]:
        raise Forged("sends none")


class Office:
    """A store with one provider, whose books are compared by hand of the test."""

    def __init__(self, folder: Path, method: str = "sandbox") -> None:
        self.store = Store(folder / "store.db")
        self.store.stock(("vm-1", "1", "A", 9))
        self.method, self.bank = method, Bank()
        self.restart()

    def restart(self) -> None:
        self.books = Books({self.method: self.bank}, self.store.queries, self.store.brain, self.store.clock)

    def sell(self) -> str:
        """One unit, paid by the provider and booked there."""
        order = self.store.order(("A", 1)).subject
        self.store.do(commands.RequestPayment(self.store.key(), order, self.method))
        payment = f"{order}-P1"
        self.store.do(
            commands.ProviderAnswered(self.store.key(), payment, "paid", amount_minor=500, currency="CNY")
        )
        self.bank.book.append(StatementLine(payment, "", 500, "CNY", TODAY))
        return payment

    def later(self, **much: float) -> None:
        self.store.clock.pass_s(timedelta(**much).total_seconds())

    def step(self) -> None:
        self.books.step()
        while self.store.brain.step(0):
            pass

    def close_day(self) -> None:
        assert not self.store.do(CloseDay(self.store.key(), uncounted=True)).refused

    @property
    def states(self) -> dict[str, str]:
        return {book["day"]: book["state"] for book in self.books.standing()}


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = Office(tmp_path)
    yield made
    made.store.close()


def test_a_day_is_compared_after_its_z_and_again_the_next_morning_and_then_no_more(office: Office) -> None:
    office.sell()
    office.step()
    assert (office.states, office.bank.asked) == ({TODAY: "running"}, [])
    office.later(hours=9)
    office.close_day()
    office.step()
    office.step()
    assert (office.states, office.bank.asked) == ({TODAY: "agrees"}, [TODAY])
    office.later(hours=14)
    office.step()
    office.restart()
    office.step()
    assert office.bank.asked == [TODAY] * 2
    assert office.states == {TODAY: "agrees", "2026-05-02": "running"}


def test_a_day_that_nobody_closed_is_compared_all_the_same(office: Office) -> None:
    office.sell()
    office.later(hours=24)
    office.step()
    assert office.states[TODAY] == "agrees"


def test_what_the_books_say_differently_becomes_a_case_and_ends_when_they_agree_by_morning(
    office: Office,
) -> None:
    late = office.sell()
    line = office.bank.book.pop()
    office.later(hours=2)
    office.close_day()
    office.step()
    assert [d["case"] for d in office.store.queries.open_differences()] == [f"sandbox-{late}"]
    assert office.states[TODAY] == "differs"
    office.bank.book.append(line)
    office.later(hours=22)
    office.step()
    assert office.store.queries.open_differences() == []
    assert office.states[TODAY] == "agrees"


def test_a_provider_that_is_away_is_asked_again_slower_and_at_once_when_the_line_is_back(
    office: Office,
) -> None:
    office.sell()
    office.later(hours=1)
    office.close_day()
    office.bank.away = {TODAY}
    for _ in range(3):
        office.step()
    assert (office.bank.asked, office.states) == ([TODAY], {TODAY: "due"})
    (book,) = office.books.standing()
    assert (book["reason"], book["said"]) == ("no_answer", "no route")
    for times, pause_s in enumerate((AGAIN_S[0], AGAIN_S[0] * 2), start=2):
        office.later(seconds=pause_s)
        office.step()
        assert len(office.bank.asked) == times
    office.store.do(LinkChanged("", online=False, at="2026-05-01T05:00:00.000Z"))
    office.step()
    office.bank.away = set()
    office.store.do(LinkChanged("", online=True, at="2026-05-01T05:01:00.000Z"))
    office.step()
    assert office.states == {TODAY: "agrees"}


def test_a_book_that_can_never_be_read_keeps_no_later_day_waiting(office: Office) -> None:
    office.sell()
    office.bank.away = {TODAY}
    office.later(days=2)
    for _ in range(3):
        office.step()
        office.later(seconds=AGAIN_S[1])
    assert office.states[TODAY] == "due"
    assert office.states["2026-05-02"] == "agrees"


def test_a_crash_between_asking_and_writing_loses_no_day(office: Office) -> None:
    office.sell()
    office.later(hours=1)
    office.close_day()
    office.books.step()
    office.store.restart()
    office.restart()
    office.step()
    assert (office.bank.asked, office.states) == ([TODAY, TODAY], {TODAY: "agrees"})


def test_a_provider_that_makes_its_book_overnight_is_not_believed_to_have_booked_nothing(
    tmp_path: Path,
) -> None:
    office = Office(tmp_path, "alipay")
    first = datetime(2026, 5, 1, 12, tzinfo=UTC)
    assert wanted_since("alipay", TODAY, [first], first, ZONE) is None
    assert wanted_since("alipay", TODAY, [], first + timedelta(hours=15), ZONE) is not None
    with pytest.raises(NotOutYet):
        office.books.read("alipay", TODAY)
    office.later(hours=24)
    assert office.books.read("alipay", TODAY).booked == ()
    office.store.close()


def test_a_bill_that_is_late_is_waited_for_a_day_where_money_moved() -> None:
    def late(hours: int, *, money: bool) -> bool:
        morning = datetime(2026, 5, 2, 11, tzinfo=ZONE)
        return not_out("wechat", TODAY, morning + timedelta(hours=hours), ZONE, money=money)

    assert [late(0, money=False), late(23, money=True), late(24, money=True)] == [False, True, False]


def test_money_under_way_while_the_book_is_fetched_is_no_difference(office: Office) -> None:
    office.sell()
    paying = office.store.order(("A", 1)).subject
    office.store.do(commands.RequestPayment(office.store.key(), paying, "sandbox"))
    office.bank.book.append(StatementLine(f"{paying}-P1", "", 500, "CNY", TODAY))
    office.later(minutes=1)
    read = office.books.read("sandbox", TODAY)
    office.later(seconds=1)
    office.sell()
    office.store.do(read)
    assert office.store.queries.open_differences() == []


def test_money_taken_before_midnight_and_heard_of_hours_after_it_is_no_difference_on_either_day(
    office: Office,
) -> None:
    office.later(hours=11)
    order = office.store.order(("A", 1)).subject
    office.store.do(commands.RequestPayment(office.store.key(), order, "sandbox"))
    office.bank.book.append(StatementLine(f"{order}-P1", "", 500, "CNY", TODAY))
    office.later(hours=3)
    arrived = commands.ProviderAnswered("", f"{order}-P1", "paid", amount_minor=500, currency="CNY")
    office.store.do(arrived)
    office.later(days=2)
    office.step()
    assert office.states[TODAY] == office.states["2026-05-02"] == "agrees"
    assert office.store.queries.open_differences() == []


def test_receipts_signed_by_headquarters_have_no_second_book(tmp_path: Path) -> None:
    office = Office(tmp_path, "signed")
    assert (office.books.methods, office.books.standing()) == ([], [])
    office.store.close()
