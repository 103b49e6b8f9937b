"""Promotions over HTTP: listed by staff, a coupon handed out and used at checkout, a game played, all of it seen."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from cloud_sync.protocol.codes import own_codes
from edge_agent.domain import commands
from edge_agent.entrypoints.access import load_or_make
from hardware import messages
from tests.edge_live import LiveAgent

ALWAYS = {"starts_at": "2026-01-01T00:00:00Z", "ends_at": "2126-01-01T00:00:00Z"}


class Caller:
    """Somebody who calls the agent's API."""

    def __init__(self, live: LiveAgent, token: str) -> None:
        self._live = live
        self._http = requests.Session()
        self._http.headers["Authorization"] = f"Bearer {token}"

    def post(self, path: str, body: Any, status: int = 201, key: str = "") -> Any:
        headers = {"Idempotency-Key": key or self._live.key()}
        answer = self._http.post(self._live.url + path, json=body, headers=headers, timeout=10)
        assert answer.status_code == status, answer.text
        return answer.json()

    def get(self, path: str) -> Any:
        answer = self._http.get(self._live.url + path, timeout=10)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def close(self) -> None:
        self._http.close()


@pytest.fixture
def live(tmp_path: Path) -> Iterator[LiveAgent]:
    with LiveAgent(tmp_path, None, serve=True) as found:
        found.stock(("vm-1", "1", "A", 9), price_minor=2500)
        born = messages.Describe(
            kind="vending", model="m", serial="s", firmware="1", boot="b", capabilities={"drop_sensor": True}
        )
        found.do(commands.DeviceIntroduced("", "vm-1", born))
        found.do(commands.DevicePresence("", "vm-1", messages.State(status="ready", boot="b")))
        yield found


@pytest.fixture
def staff(live: LiveAgent, tmp_path: Path) -> Iterator[Caller]:
    caller = Caller(live, load_or_make(tmp_path).staff_token)
    yield caller
    caller.close()


@pytest.fixture
def kiosk(live: LiveAgent, tmp_path: Path) -> Iterator[Caller]:
    caller = Caller(live, load_or_make(tmp_path).kiosk_token)
    yield caller
    caller.close()


def test_staff_list_a_coupon_that_a_kiosk_hands_out_once_to_each(staff: Caller, kiosk: Caller) -> None:
    ten = {
        "promotion": "ten",
        "name_en": "Ten off",
        "rule": {"type": "coupon", "amount_minor": 1000},
    } | ALWAYS
    assert staff.post("/api/promotions", {"promotions": [ten]}, 200) == {"listed": 1}
    assert kiosk.post("/api/promotions", {"promotions": [ten]}, 403)["code"] == "forbidden"
    (shown,) = kiosk.get("/api/promotions")["promotions"]
    assert (shown["promotion"], shown["kind"], shown["open"]) == ("ten", "coupon", True)
    wanted = {"promotion": "ten", "visit": "v-1", "device": "kiosk-1"}
    coupon = kiosk.post("/api/coupons", wanted, key="tap")
    assert kiosk.post("/api/coupons", wanted, key="tap") == coupon
    assert kiosk.post("/api/coupons", wanted, 409)["code"] == "coupon_taken_already"
    content = own_codes.read(coupon["code"]).content
    assert (content.id, content.store) == (coupon["coupon"], "pop-1")
    shared = {"what": "A", "visit": "v-2", "device": "kiosk-1"}
    assert kiosk.post("/api/shares", shared)["coupon"] is None
    assert kiosk.post("/api/shares", shared | {"promotion": "ten"})["coupon"]["code"]
    nonsense = ten | {"rule": {"type": "coupon", "amount_minor": "much"}}
    assert staff.post("/api/promotions", {"promotions": [nonsense]}, 400)["code"] == "malformed"
    assert kiosk.get("/api/snapshot")["entities"]["promotion"]["ten"]["issued"] == 2


def test_a_quote_says_which_coupons_count_and_a_coupon_is_used_up_by_its_order(
    staff: Caller, kiosk: Caller
) -> None:
    rule = {"type": "coupon", "amount_minor": 1000, "from_minor": 5000}
    ten = {"promotion": "ten", "name_en": "Ten off", "rule": rule} | ALWAYS
    staff.post("/api/promotions", {"promotions": [ten]}, 200)
    code = kiosk.post("/api/coupons", {"promotion": "ten", "visit": "v-1"})["code"]

    def order(qty: int, *coupons: str) -> dict[str, Any]:
        return {"device": "kiosk-1", "lines": [{"sku": "A", "qty": qty}], "coupons": list(coupons)}

    quote = kiosk.post("/api/quote", order(2, code, "PS1.C.AA.AA", code), 200)
    assert (quote["total_minor"], quote["tax"]) == (4000, "inclusive")
    assert [(each["ok"], each["why"]) for each in quote["coupons"]] == [
        (True, ""), (False, "coupon_invalid"), (False, "coupon_spent"),
    ]  # fmt: skip
    assert kiosk.post("/api/quote", order(1, code), 200)["coupons"][0]["why"] == "coupon_idle"
    placed = kiosk.post("/api/orders", order(2, code))
    assert placed["total_minor"] == 4000
    assert kiosk.post("/api/orders", order(2, code), 409)["code"] == "coupon_spent"
    assert kiosk.post("/api/quote", order(2, code), 200)["coupons"][0]["why"] == "coupon_spent"
    kiosk.post(f"/api/orders/{placed['id']}/cancel", {}, 200)
    assert kiosk.post("/api/quote", order(2, code), 200)["coupons"][0]["ok"]


def test_a_game_is_listed_played_once_and_shown_with_what_is_left(staff: Caller, kiosk: Caller) -> None:
    won = {
        "promotion": "won",
        "name_en": "Won",
        "rule": {"type": "coupon", "percent_bp": 1000, "given": "draw"},
    }
    staff.post("/api/promotions", {"promotions": [won | ALWAYS]}, 200)
    prizes = [
        {"prize": "p", "kind": "coupon", "promotion": "won", "weight": 1, "stock": 2, "name_en": "10 %"}
    ]
    game = {"game": "wheel", "kind": "wheel", "name_en": "Wheel", "per": "visit", "prizes": prizes} | ALWAYS
    assert staff.post("/api/games", {"games": [game]}, 200) == {"listed": 1}
    drawn = kiosk.post("/api/games/wheel/play", {"visit": "v-1", "device": "kiosk-1"}, key="tap")
    assert (drawn["prize"], drawn["kind"], drawn["number"], drawn["name_en"]) == ("p", "coupon", 1, "10 %")
    assert own_codes.read(drawn["coupon"]["code"]).kind == "coupon"
    assert kiosk.post("/api/games/wheel/play", {"visit": "v-1", "device": "kiosk-1"}, key="tap") == drawn
    assert kiosk.post("/api/games/wheel/play", {"visit": "v-1"}, 409)["code"] == "played_already"
    assert kiosk.post("/api/coupons", {"promotion": "won", "visit": "v-9"}, 403)["code"] == "forbidden"
    (shown,) = kiosk.get("/api/games")["games"]
    assert (shown["prizes"][0]["left"], shown["played"], shown["seed"]) == (1, 1, "")
    assert len(shown["seed_hash"]) == 64
