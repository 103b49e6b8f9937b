"""The kiosk's line to the real agent: what it asks is understood, and what it is told has the shapes it reads."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from edge_agent.domain import commands
from hardware import messages
from kiosk_ui.agent_client import Agent, AgentClient, RefusedError
from kiosk_ui.answers import Done, Drawn, Quote
from kiosk_ui.orders import Order
from kiosk_ui.requests import AskPrice, Basket, CancelOrder, LeaveMember, PlaceOrder, PlayGame, Wish
from tests.edge_live import LiveAgent

PRIZES = [{"prize": "air", "kind": "nothing", "weight": 1, "name_zh": "谢谢参与", "name_en": "Next time"}]
ALWAYS = {"starts_at": "2020-01-01T00:00:00Z", "ends_at": "2099-01-01T00:00:00Z"}
WHEEL = {
    "game": "spring",
    "kind": "wheel",
    "name_zh": "转盘",
    "name_en": "Wheel",
    "per": "visit",
    "prizes": PRIZES,
}


@pytest.fixture
def live(tmp_path: Path) -> Iterator[LiveAgent]:
    with LiveAgent(tmp_path, None, serve=True) as found:
        found.stock(("vm-1", "1", "A", 9), ("vm-1", "2", "B", 9), price_minor=250)
        born = messages.Describe(
            kind="vending", model="m", serial="s", firmware="1", boot="b", capabilities={"drop_sensor": True}
        )
        found.do(commands.DeviceIntroduced("", "vm-1", born))
        found.do(commands.DevicePresence("", "vm-1", messages.State(status="ready", boot="b")))
        yield found


@pytest.fixture
def kiosk(live: LiveAgent) -> Iterator[AgentClient]:
    client = AgentClient(Agent(live.url, live.agent.access.kiosk_token, "kiosk-1"))
    yield client
    client.close()


def as_staff(live: LiveAgent, path: str, body: object) -> None:
    key = {"Authorization": f"Bearer {live.agent.access.staff_token}", "Idempotency-Key": live.key()}
    requests.post(live.url + path, json=body, headers=key, timeout=10).raise_for_status()


def test_a_cart_is_priced_ordered_and_let_go(live: LiveAgent, kiosk: AgentClient) -> None:
    item = kiosk.snapshot().items["A"]
    assert (item.available, item.ways[0]) == (9, "vend")
    basket = Basket((Wish("A", 2), Wish("B", 1)))
    quote = kiosk.send(AskPrice(basket))
    assert isinstance(quote, Quote)
    assert (quote.total_minor, quote.tax, quote.lines[0].handover) == (750, "inclusive", "vend")
    placed = kiosk.send(PlaceOrder("tap-1", basket, whole=True))
    assert isinstance(placed, Order)
    assert (placed.total_minor, placed.device, [line.handover for line in placed.lines]) == (
        750,
        "kiosk-1",
        ["vend", "vend"],
    )
    assert (placed.handovers, placed.receipt, placed.points_earned) == ((), None, 0)
    gone = kiosk.send(CancelOrder("tap-2", placed.id))
    assert isinstance(gone, Order)
    assert gone.over


def test_a_coupon_that_is_none_is_said_so_in_the_quote_and_refused_with_the_order(
    live: LiveAgent, kiosk: AgentClient
) -> None:
    basket = Basket((Wish("A", 1),), coupons=("PS1.C.AA.AA",))
    quote = kiosk.send(AskPrice(basket))
    assert isinstance(quote, Quote)
    assert [(each.ok, each.why) for each in quote.coupons] == [(False, "coupon_invalid")]
    with pytest.raises(RefusedError) as said:
        kiosk.send(PlaceOrder("tap-1", basket))
    assert said.value.refusal.code == "coupon_invalid"


def test_a_game_of_the_shop_is_read_and_played_once(live: LiveAgent, kiosk: AgentClient) -> None:
    as_staff(live, "/api/games", {"games": [WHEEL | ALWAYS]})
    game = kiosk.snapshot().games["spring"]
    assert (game.kind, game.open, [prize.kind for prize in game.prizes]) == ("wheel", True, ["nothing"])
    drawn = kiosk.send(PlayGame("tap-1", "spring", "visit-1"))
    assert isinstance(drawn, Drawn)
    assert (drawn.prize, drawn.kind, drawn.name_en, drawn.coupon) == ("air", "nothing", "Next time", None)
    with pytest.raises(RefusedError):
        kiosk.send(PlayGame("tap-2", "spring", "visit-1"))


def test_who_leaves_leaves_quietly(live: LiveAgent, kiosk: AgentClient) -> None:
    assert kiosk.send(LeaveMember("leave")) == Done()
