"""The kiosk's line to an agent that is slow, lossy, gone and back: nothing is asked for twice."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from kiosk_ui.agent_client import Agent
from kiosk_ui.agent_link import AgentLink, backoff_s
from kiosk_ui.events import Answered, ChangesArrived, Event, LinkLost, Refused, SnapshotArrived
from kiosk_ui.requests import Basket, CancelOrder, PlaceOrder, RequestPayment, Wish
from tests.fake_agent import TOKEN, FakeAgent, serving
from tests.kiosk_views import ITEMS

PATIENCE_S = 10.0


class Line:
    """A link whose events can be waited for."""

    def __init__(self, agent: Agent) -> None:
        self._events: queue.Queue[Event] = queue.Queue()
        self.link = AgentLink(agent, self._events.put)

    def next(self, kind: type[Any]) -> Any:
        """The next event of that kind; others are passed over."""
        until = time.monotonic() + PATIENCE_S
        while True:
            event = self._events.get(timeout=max(0.01, until - time.monotonic()))
            if isinstance(event, kind):
                return event


@pytest.fixture
def agent() -> Iterator[FakeAgent]:
    items = [{name: getattr(item, name) for name in item.__struct_fields__} for item in ITEMS]
    with serving(FakeAgent(items)) as running:
        yield running


@pytest.fixture
def line(agent: FakeAgent) -> Iterator[Line]:
    line = Line(Agent(agent.url, TOKEN, "kiosk-1"))
    line.link.start()
    yield line
    line.link.close()


def test_a_snapshot_then_changes_as_they_happen(agent: FakeAgent, line: Line) -> None:
    shop = line.next(SnapshotArrived).shop
    assert (shop.store.name, len(shop.items)) == ("星光天地快闪店", len(ITEMS))
    line.next(ChangesArrived)
    agent.change("item", "A01", {**agent.entities["item"]["A01"], "available": 1})
    change = line.next(ChangesArrived)
    assert shop.with_changes(change.seq, change.changes).items["A01"].available == 1


def test_a_lost_answer_is_asked_for_again_and_the_order_is_placed_once(agent: FakeAgent, line: Line) -> None:
    agent.lose_answers = 2
    line.link.submit(PlaceOrder("key-1", Basket((Wish("A03", 2),))))
    answer = line.next(Answered)
    assert answer.order.total_minor == 700
    assert agent.keys_seen == ["key-1"] * 3
    assert len(agent.orders) == 1


def test_an_agent_that_says_no_is_not_asked_again(agent: FakeAgent, line: Line) -> None:
    agent.refuse_next = {"code": "sold_out", "message_zh": "售罄", "message_en": "Sold out", "detail": None}
    line.link.submit(PlaceOrder("key-1", Basket((Wish("A03", 1),))))
    assert line.next(Refused).refusal.code == "sold_out"
    assert agent.keys_seen == ["key-1"]


def test_money_is_asked_for_and_an_order_cancelled(agent: FakeAgent, line: Line) -> None:
    line.link.submit(PlaceOrder("key-1", Basket((Wish("A03", 1),))))
    order = line.next(Answered).order
    line.link.submit(RequestPayment("key-2", order.id, "sandbox"))
    assert line.next(Answered).order.payment.pay_url.startswith(agent.url)
    line.link.submit(CancelOrder("key-3", order.id))
    assert line.next(Answered).order.state == "cancelled"


def test_after_a_break_the_feed_goes_on_where_it_was(agent: FakeAgent, line: Line) -> None:
    line.next(SnapshotArrived)
    line.next(ChangesArrived)
    agent.down = True
    line.next(LinkLost)
    agent.change("store", "mall-1", {**agent.store, "selling": False, "notice": None})
    agent.down = False
    until = time.monotonic() + PATIENCE_S
    while not (event := line.next(ChangesArrived)).changes:
        assert time.monotonic() < until
    assert event.changes[0].value.selling is False


def test_an_agent_that_is_not_there_is_reported_without_the_token() -> None:
    line = Line(Agent("http://127.0.0.1:9", "a-secret", "kiosk-1"))
    line.link.start()
    assert "a-secret" not in line.next(LinkLost).reason
    line.link.close()


def test_a_wrong_token_is_reported(agent: FakeAgent) -> None:
    line = Line(replace(Agent(agent.url, TOKEN, "kiosk-1"), token="wrong"))
    line.link.start()
    assert "401" in line.next(LinkLost).reason
    line.link.close()


def test_closing_ends_both_threads(agent: FakeAgent) -> None:
    line = Line(Agent(agent.url, TOKEN, "kiosk-1"))
    line.link.start()
    line.next(SnapshotArrived)
    line.link.close()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("kiosk-")]


def test_waits_grow_to_five_seconds() -> None:
    assert [backoff_s(attempt) for attempt in (0, 1, 2, 3, 9, 99)] == [0.0, 0.25, 0.5, 1.0, 5.0, 5.0]
