"""Proof that "never" is held by a rule and seen by a test: with the rule taken out, the same check must fail."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest

from cloud_sync.protocol import device_facts, facts
from cloud_sync.protocol.envelope import rfc3339
from cloud_sync.protocol.numbered_log import Verdict
from edge_agent.adapters.device_relay import DeviceRelay
from edge_agent.domain import commands, vend
from edge_agent.domain.order import Order, Vend
from edge_agent.services import brain as brain_module
from edge_agent.services.brain import Answer, Brain, Entry
from hardware import messages
from tests.edge_harness import Store, assert_books_hold, read_journal

Check = Callable[[Store], None]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path / "store.db")
    store.stock(("vm-1", "1", "A", 5))
    yield store
    store.close()


class CommandsSent:
    """Fills the relay's port to the machines; keeps what it was given."""

    def __init__(self) -> None:
        self.ids: list[str] = []

    def command(self, device: str, command: messages.Command) -> bool:
        self.ids.append(command.id)
        return True


def no_report_counts_twice(store: Store) -> None:
    for seq in (1, 2, 2, 1, 2):
        store.report(messages.DoorOpened(), seq=seq)
    assert len(store.facts(device_facts.DoorOpened)) == 2


def no_answer_comes_before_its_row_is_on_disk(store: Store) -> None:
    placed: list[int] = []

    def answered(_: Answer) -> None:
        placed.append(sum(isinstance(fact, facts.OrderPlaced) for _, fact in read_journal(store.path)))

    line = (commands.RequestedLine("A", 1),)
    store.brain.submit(commands.PlaceOrder("o", "kiosk", "", line), answered)
    store.brain.step(0)
    assert placed == [1]


def no_unit_is_vended_twice(store: Store) -> None:
    sent = CommandsSent()
    withheld: list[str] = []
    relay = DeviceRelay(store.queries, sent, store.clock, withheld.append)
    order = store.paid_order(("A", 1))
    relay.step()
    store.report(messages.VendStarted(command_id=sent.ids[0], slot="1"))
    for _ in range(3):
        store.clock.pass_s(40)
        for late in store.queries.overdue_vends(rfc3339(store.clock.at)):
            store.do(commands.VendOverdue("", late))
        relay.start_over()
        relay.step()
    assert len(set(sent.ids)) == 1, "one unit was paid for"
    assert store.look(order["id"])["vends"][0]["state"] == "unknown"


def no_unit_stays_promised_after_the_end(store: Store) -> None:
    order = store.paid_order(("A", 2))
    for each in order["vends"]:
        store.report(messages.VendFailed(command_id=each["id"], slot="1", code="EJC"))
    assert_books_hold(store.path)


def take_every_number(*_: object) -> tuple[Verdict, str]:
    return Verdict.APPLY, ""


class HastyBrain(Brain):
    """Answers, then commits."""

    def _commit(self, batch: Iterable[Entry]) -> list[Answer]:
        now = self._clock.now()
        self._journal.begin(now)
        answers = []
        for command, done in batch:
            answers.append(self._handle(command, now))
            if done is not None:
                done(answers[-1])
        self._journal.commit()
        return answers


def try_once_more(order: Order | None, vend_id: str, reason: str) -> list[facts.Fact]:
    assert order is not None
    old = order.vend(vend_id)
    soon = "2030-01-01T00:00:00.000000Z"
    again = facts.VendRequested(
        vend=f"{vend_id}x", order=order.id, line=old.line, device=old.device, slot=old.slot, sku=old.sku,
        expires_at=soon, due_by=soon,
    )  # fmt: skip
    return [
        facts.VendUnknown(
            vend=vend_id, order=order.id, device=old.device, slot=old.slot, reason=reason, case=""
        ),
        again,
    ]


def forget_the_refund(order: Order, one: object, code: str, *, by: str) -> list[facts.Fact]:
    assert isinstance(one, Vend)
    return [
        facts.VendFailed(
            vend=one.id,
            order=order.id,
            line=one.line,
            device=one.device,
            slot=one.slot,
            sku=one.sku,
            code=code,
            by=by,
        )
    ]


def without_numbers(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(brain_module, "place", take_every_number)


def answering_first(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    store.brain.__class__ = HastyBrain


def vending_again(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vend, "unknown", try_once_more)


def keeping_the_money(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vend, "_failed", forget_the_refund)


RULES = [
    pytest.param(no_report_counts_twice, without_numbers, id="numbers keep reports single"),
    pytest.param(
        no_answer_comes_before_its_row_is_on_disk, answering_first, id="commit comes before the answer"
    ),
    pytest.param(no_unit_is_vended_twice, vending_again, id="an unknown vend is left to a person"),
    pytest.param(no_unit_stays_promised_after_the_end, keeping_the_money, id="a failed vend is refunded"),
]


@pytest.mark.parametrize(("check", "taken_out"), RULES)
def test_with_the_rule_it_holds(store: Store, check: Check, taken_out: object) -> None:
    check(store)


@pytest.mark.parametrize(("check", "taken_out"), RULES)
def test_without_the_rule_the_check_fails(
    store: Store,
    check: Check,
    taken_out: Callable[[Store, pytest.MonkeyPatch], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    taken_out(store, monkeypatch)
    with pytest.raises(AssertionError):
        check(store)
