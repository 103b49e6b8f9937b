"""The kiosk's line to the real agent: what it asks is understood, and what it is told has the shapes it reads."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from cloud_sync.protocol import instructions
from cloud_sync.protocol.codes.own_codes import Content, mint
from cloud_sync.protocol.shop_instructions import Rules
from edge_agent.domain import commands
from hardware import messages
from kiosk_ui.agent_client import Agent, AgentClient, RefusedError
from kiosk_ui.answers import AddressAsked, Done, Drawn, Pickup, Quote, ScanUsed
from kiosk_ui.orders import Order
from kiosk_ui.requests import (
    AskAddress,
    AskPrice,
    Basket,
    CancelOrder,
    ForgetAddress,
    LeaveMember,
    PlaceOrder,
    PlayGame,
    UseScan,
    Wish,
)
from kiosk_ui.shop import AddressState, read_feed
from tests.edge_live import LiveAgent
from tests.unit.test_edge_members import KEY, RULES

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


def test_a_pick_up_code_in_front_of_the_scanner_is_understood(live: LiveAgent, kiosk: AgentClient) -> None:
    assert live.do(commands.ReceiveStock(live.key(), "A", 4, "supplier")).refusal is None
    placed = kiosk.send(PlaceOrder("tap-1", Basket((Wish("A", 1, "pickup"),))))
    assert isinstance(placed, Order)
    assert live.do(commands.RequestPayment(live.key(), placed.id, "counter")).refusal is None
    paid = kiosk.snapshot().orders[placed.id]
    assert (paid.arranged, paid.to_collect) == (True, True)
    seen = live.agent.scanning.desk.seen("kiosk-1", paid.pickup_code)
    used = kiosk.send(UseScan("scan-1", seen.id, "order", "visit-1"))
    assert isinstance(used, ScanUsed)
    assert used.order == paid
    assert used.pickup == Pickup(placed.id, "ready")


def test_what_is_sent_waits_for_the_phone_and_goes_with_its_address(
    live: LiveAgent, kiosk: AgentClient
) -> None:
    assert live.do(commands.ReceiveStock(live.key(), "A", 4, "supplier")).refusal is None
    item = kiosk.snapshot().items["A"]
    assert item.ways == ("vend", "staff", "pickup", "ship_store")
    asked = kiosk.send(AskAddress("ask-1"))
    assert isinstance(asked, AddressAsked)
    typed = {"name": "Han Meimei", "phone": "13700137000", "address": "7 Peace Road"}
    with kiosk.feed(kiosk.snapshot().seq) as feed:
        states = []
        while "given" not in states:
            told = read_feed(feed.recv(timeout=10))
            states += [each.value.state for each in told.changes if isinstance(each.value, AddressState)]
            if states == ["waiting"]:
                requests.post(asked.url, data=typed, timeout=10).raise_for_status()
    wanted = PlaceOrder("tap-1", Basket((Wish("A", 1, "ship_store"),)), whole=True, address=asked.id)
    placed = kiosk.send(wanted)
    assert isinstance(placed, Order)
    assert [line.handover for line in placed.lines] == ["ship_store"]
    kept = live.agent.contacts.of(placed.id)
    assert kept is not None
    assert kept.address == "7 Peace Road"
    assert isinstance(kiosk.send(ForgetAddress("gone-1", asked.id)), Done)
    lost = PlaceOrder("tap-2", Basket((Wish("A", 1, "ship_store"),)), address=asked.id)
    with pytest.raises(RefusedError, match="address_missing"):
        kiosk.send(lost)


def test_a_free_sample_is_a_line_of_the_cart_and_given_once(live: LiveAgent, kiosk: AgentClient) -> None:
    live.stock(("sm-1", "1", "S", 3), price_minor=900)
    born = messages.Describe(kind="sampling", model="m", serial="s2", firmware="1", boot="b")
    live.do(commands.DeviceIntroduced("", "sm-1", born))
    live.do(commands.DevicePresence("", "sm-1", messages.State(status="ready", boot="b")))
    consent = {"consent_zh": "同意", "consent_en": "agree", "consent_version": "1"}
    spring = {
        "campaign": "spring",
        "skus": ["S"],
        "per": "visit",
        "limit": 9,
        "name_en": "Spring",
        **ALWAYS,
        **consent,
    }
    as_staff(live, "/api/campaigns", {"campaigns": [spring]})
    campaign = kiosk.snapshot().campaigns["spring"]
    assert (campaign.available, campaign.per) == (3, "visit")
    visit = "0123456789abcdef" * 2
    sample = Wish("S", 1, "sample", "spring", "1")
    basket = Basket((Wish("A", 1), sample), claimant=visit)
    quote = kiosk.send(AskPrice(basket))
    assert isinstance(quote, Quote)
    assert [(line.sku, line.price_minor) for line in quote.lines] == [("A", 250), ("S", 0)]
    placed = kiosk.send(PlaceOrder("tap-1", basket, whole=True))
    assert isinstance(placed, Order)
    assert placed.total_minor == 250
    with pytest.raises(RefusedError, match="sample_taken_already"):
        kiosk.send(PlaceOrder("tap-2", Basket((sample,), claimant=visit)))
    kiosk.send(CancelOrder("tap-3", placed.id))
    again = kiosk.send(PlaceOrder("tap-4", Basket((sample,), claimant=visit)))
    assert isinstance(again, Order), "an order that ended unpaid let its sample go"
    with pytest.raises(RefusedError, match="consent_needed"):
        kiosk.send(PlaceOrder("tap-5", Basket((Wish("S", 1, "sample", "spring"),), claimant="f" * 32)))


def test_a_sample_for_members_is_claimed_by_the_member_of_the_visit_whom_the_kiosk_does_not_know(
    live: LiveAgent, kiosk: AgentClient
) -> None:
    live.stock(("sm-1", "1", "S", 3))
    live.do(commands.DevicePresence("", "sm-1", messages.State(status="ready", boot="b")))
    once = {"campaign": "spring", "name_en": "Spring", "skus": ["S"], "per": "member", "limit": 9, **ALWAYS}
    as_staff(live, "/api/campaigns", {"campaigns": [once]})
    row = instructions.write(1, 1, "2026-05-01T00:00:00.000000Z", Rules(rules=RULES))
    assert live.do(commands.ApplyDown("", row)).refusal is None
    code = mint("member", Content(key="hq-1", id="0a" * 16, expires_at=4_000_000_000, tier="T2"), KEY)
    sample, number = (Wish("S", 1, "sample", "spring"),), iter(range(9))

    def visits(visit: str) -> None:
        shown = {"text": code, "device": "kiosk-1", "visit": visit}
        headers = {"Authorization": f"Bearer {live.agent.access.kiosk_token}", "Idempotency-Key": visit}
        requests.post(
            f"{live.url}/api/members/show", json=shown, headers=headers, timeout=10
        ).raise_for_status()

    def takes(visit: str) -> Order:
        placed = kiosk.send(PlaceOrder(f"tap-{next(number)}", Basket(sample, visit=visit)))
        assert isinstance(placed, Order)
        return placed

    with pytest.raises(RefusedError, match="malformed"):
        takes("nobody")
    visits("visit-1")
    assert takes("visit-1").total_minor == 0
    visits("visit-2")
    with pytest.raises(RefusedError, match="sample_taken_already"):
        takes("visit-2")
