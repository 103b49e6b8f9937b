"""A kiosk logs a member in over HTTP, orders for the visit, and forgets them; who is nobody buys all the same."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from cloud_sync.protocol import instructions
from cloud_sync.protocol.codes.own_codes import Content, mint
from cloud_sync.protocol.shop_instructions import Rules
from edge_agent.adapters.member_desk import MOST_GREETED
from edge_agent.domain import commands
from hardware.messages import State
from tests.edge_live import LiveAgent
from tests.unit.test_edge_members import KEY, RULES

CODE = mint("member", Content(key="hq-1", id="m-ann", expires_at=4_000_000_000, tier="T2"), KEY)


class Kiosk:
    """What a kiosk can do."""

    def __init__(self, agent: LiveAgent) -> None:
        self.agent = agent
        self.token = agent.agent.access.kiosk_token

    def call(self, method: str, path: str, **body: Any) -> requests.Response:
        headers = {"Authorization": f"Bearer {self.token}", "Idempotency-Key": self.agent.key()}
        return requests.request(method, self.agent.url + path, json=body, headers=headers, timeout=10)

    def order(self, visit: str) -> Any:
        body = {"channel": "kiosk", "device": "k1", "lines": [{"sku": "A", "qty": 1}], "visit": visit}
        answer = self.call("POST", "/api/orders", **body)
        assert answer.status_code == 201, answer.text
        return answer.json()

    def here(self) -> Any:
        return self.call("GET", "/api/snapshot").json()["entities"].get("member", {}).get("k1")


@pytest.fixture
def kiosk(tmp_path: Path) -> Iterator[Kiosk]:
    with LiveAgent(tmp_path / "store", None, serve=True) as agent:
        agent.stock(("vm-1", "1", "A", 9))
        agent.do(commands.DevicePresence("", "vm-1", State(status="ready", boot="b")))
        row = instructions.write(1, 1, "2026-05-01T00:00:00.000000Z", Rules(rules=RULES))
        assert agent.do(commands.ApplyDown("", row)).refusal is None
        yield Kiosk(agent)


def test_a_code_logs_a_member_in_for_the_visit_and_nothing_is_left_afterwards(kiosk):
    shown = kiosk.call("POST", "/api/members/show", text=CODE, device="k1", visit="v1")
    assert shown.status_code == 200, shown.text
    told = shown.json()
    assert (told["member"], told["tier"], told["points"], told["points_total"]) == ("m-ann", "T2", 0, 0)
    assert kiosk.here()["tier"] == "T2"
    assert kiosk.here()["service_en"]
    assert kiosk.order("v1")["member"] is True
    (greeting,) = kiosk.agent.agent.members.to_greet()
    assert greeting == {k: kiosk.here()[k] for k in ("device", "since", "tier", "service_zh", "service_en")}
    assert "m-ann" not in str(greeting), "staff learn what to do, and not who it is"
    assert kiosk.call("DELETE", "/api/members/session?device=k1").json() == {"member": None}
    assert kiosk.here() is None
    assert kiosk.agent.agent.members.to_greet() == []
    assert kiosk.order("v2")["member"] is False


def test_staff_greet_by_tier_the_newest_first_and_so_many_at_a_time(kiosk):
    for number in range(MOST_GREETED + 2):
        tier = "T3" if number else "T1"
        code = mint("member", Content(key="hq-1", id=f"m-{number}", expires_at=4_000_000_000, tier=tier), KEY)
        device = {"device": f"k{number}", "visit": f"v{number}"}
        assert kiosk.call("POST", "/api/members/show", text=code, **device).status_code == 200
    devices = [each["device"] for each in kiosk.agent.agent.members.to_greet()]
    assert devices == [f"k{number}" for number in range(MOST_GREETED + 1, 1, -1)]


def test_a_member_whose_code_a_scanner_read_is_greeted_there(kiosk):
    scan = kiosk.call("POST", "/api/scans", device="sc-1", text=CODE).json()
    assert kiosk.agent.agent.members.to_greet() == [], "a scan alone does nothing"
    assert kiosk.call("POST", f"/api/scans/{scan['id']}/use").status_code == 200
    (greeting,) = kiosk.agent.agent.members.to_greet()
    assert (greeting["device"], greeting["tier"]) == ("sc-1", "T2")


def test_a_code_that_is_not_good_is_a_sentence_and_the_shopper_buys(kiosk):
    refused = kiosk.call("POST", "/api/members/show", text=CODE[:-3], device="k1", visit="v1")
    assert (refused.status_code, refused.json()["code"]) == (409, "member_invalid")
    assert "buy without" in refused.json()["message_en"]
    assert kiosk.here() is None
    assert kiosk.order("v1")["member"] is False


def test_a_screen_without_the_stores_token_learns_nothing_of_members(kiosk):
    kiosk.token = "nobody's"
    assert kiosk.call("POST", "/api/members/show", text=CODE, device="k1").status_code == 401
    assert kiosk.call("GET", "/api/members/here?device=k1").status_code == 401
