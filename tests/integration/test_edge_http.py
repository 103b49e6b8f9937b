"""The agent's HTTP API and live feed, held to docs/agent-api.md: who may, once only, in both languages."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import requests
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection, connect

from cloud_sync.protocol.eva_dts import dex
from edge_agent.domain import commands
from edge_agent.entrypoints import feed as feed_module
from edge_agent.entrypoints.main import MAX_BODY_BYTES
from edge_agent.services.inbox import Inbox
from hardware import messages
from tests.edge_live import LiveAgent, eventually

DOCS = (Path(__file__).resolve().parents[2] / "docs/agent-api.md").read_text("utf-8")
STOCK_DEEDS: list[tuple[str, Any]] = [
    ("/api/stock/receive", {"sku": "A", "qty": 1, "kind": "supplier"}),
    ("/api/stock/send", {"sku": "A", "qty": 1, "kind": "transfer"}),
    ("/api/stock/return", {"sku": "A", "qty": 1, "condition": "available"}),
    ("/api/stock/count", {"sku": "A", "counted": 1}),
    ("/api/stock/move", {"sku": "A", "qty": 1, "source": "available", "target": "tester"}),
    ("/api/stock/waste", {"sku": "A", "qty": 1, "reason": "broken"}),
    ("/api/stock/fill", {"device": "vm-1", "slot": "1", "qty": 1}),
    ("/api/stock/count-in", {"skus": ["A"]}),
    ("/api/pins/X/hand-over", {"how": "picked_up"}),
]
STAFF_ONLY: list[tuple[str, Any]] = [
    ("/api/orders/X/refund", {"amount_minor": 1, "reason": ""}),
    ("/api/refunds/X/paid-out", None),
    ("/api/vends/X/settle", {"outcome": "dispensed"}),
    ("/api/audits/X/settle", {"verdict": "counted"}),
    ("/api/devices/vm-1/slots/1/count", {"count": 1}),
    ("/api/devices/vm-1/slots/1/block", {"reason": ""}),
    ("/api/devices/vm-1/slots/1/unblock", None),
    ("/api/catalogue", {"items": []}),
    ("/api/planogram", {"slots": []}),
    ("/api/labels", {"labels": []}),
    ("/api/campaigns", {"campaigns": []}),
    ("/api/devices/vm-1/release-food", {"outcome": "fine"}),
    *STOCK_DEEDS,
]


@pytest.fixture(scope="module")
def agent(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveAgent]:
    with LiveAgent(tmp_path_factory.mktemp("http") / "store", None, serve=True) as agent:
        agent.stock(("vm-1", "1", "A", 90))
        born = messages.Describe(kind="vending", model="m", serial="s", firmware="1", boot="b")
        agent.do(commands.DeviceIntroduced("", "vm-1", born))
        agent.do(commands.DevicePresence("", "vm-1", messages.State(status="ready", boot="b")))
        yield agent


class Caller:
    """Somebody with a token; every POST has a key of its own unless one is given."""

    def __init__(self, agent: LiveAgent, token: str) -> None:
        self.agent = agent
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}

    def get(self, path: str) -> requests.Response:
        return requests.get(self.agent.url + path, headers=self.headers, timeout=10)

    def post(self, path: str, body: Any = None, key: str = "") -> requests.Response:
        headers = self.headers | {"Idempotency-Key": key or self.agent.key()}
        return requests.post(self.agent.url + path, json=body, headers=headers, timeout=10)

    def order(self, qty: int = 1, **more: Any) -> Any:
        body = {"channel": "kiosk", "device": "kiosk-1", "lines": [{"sku": "A", "qty": qty, **more}]}
        return self.post("/api/orders", body)


@pytest.fixture
def kiosk(agent: LiveAgent) -> Caller:
    return Caller(agent, agent.agent.access.kiosk_token)


@pytest.fixture
def staff(agent: LiveAgent) -> Caller:
    return Caller(agent, agent.agent.access.staff_token)


def refused(answer: requests.Response, status: int, code: str) -> None:
    """A refusal as documented, with a sentence in each language."""
    assert answer.status_code == status, answer.text
    content = answer.json()
    assert set(content) == {"code", "message_zh", "message_en", "detail"}
    assert content["code"] == code
    assert re.search(r"[\u4e00-\u9fff]", content["message_zh"])
    assert re.fullmatch(r"[\x20-\x7e]+", content["message_en"])


# ── who may ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("token", ["", "wrong", "x" * 5_000])
def test_nobody_calls_without_a_token(agent: LiveAgent, token: str) -> None:
    who = Caller(agent, token)
    refused(who.order(), 401, "unauthorised")
    for path in ("/api/snapshot", "/api/orders/X", "/api/totals"):
        refused(who.get(path), 401, "unauthorised")
    for path, body in STAFF_ONLY:
        refused(who.post(path, body), 401, "unauthorised")
    with pytest.raises(InvalidStatus, match="403"):
        connect(f"{feed_url(agent)}?token={token}")


def test_a_kiosk_may_not_do_what_is_for_staff(kiosk: Caller) -> None:
    for path, body in STAFF_ONLY:
        refused(kiosk.post(path, body), 403, "forbidden")
    for path in ("/api/totals", "/api/stock", "/api/pins"):
        refused(kiosk.get(path), 403, "forbidden")
    refused(kiosk.order(price_minor=1), 403, "forbidden")
    refused(kiosk.order(slot="1"), 403, "forbidden")
    order = kiosk.order().json()["id"]
    waits = kiosk.post(f"/api/orders/{order}/payments", {"method": "counter"}).json()
    assert waits["state"] == "awaiting_payment", "only staff can say that the money is there"


def test_health_and_figures_need_no_token_and_tell_no_secret(agent: LiveAgent) -> None:
    health = requests.get(agent.url + "/api/health", timeout=5).json()
    assert (health["store"], health["status"]) == ("pop-1", "selling")
    figures = requests.get(agent.url + "/metrics", timeout=5).text
    assert 'popshop_journal_rows_total{stream="ledger"}' in figures
    for secret in (agent.agent.access.staff_token, agent.agent.access.kiosk_token):
        assert secret not in figures + json.dumps(health)


def test_credentials_and_identity_are_for_their_owner_only(agent: LiveAgent) -> None:
    assert (agent.path.parent / "credentials.json").stat().st_mode & 0o077 == 0


# ── once ────────────────────────────────────────────────────────────────────────────────────────────


def test_a_key_used_again_gets_the_same_order(agent: LiveAgent, kiosk: Caller) -> None:
    body = {"lines": [{"sku": "A", "qty": 1}]}
    first, second = (kiosk.post("/api/orders", body, key="the tap") for _ in range(2))
    assert first.status_code == second.status_code == 201
    assert first.json() == second.json()


@pytest.mark.parametrize("key", [None, "", "k" * 201])
def test_without_a_proper_key_nothing_is_done(agent: LiveAgent, kiosk: Caller, key: str | None) -> None:
    headers = kiosk.headers | ({} if key is None else {"Idempotency-Key": key})
    body = {"lines": [{"sku": "A", "qty": 1}]}
    refused(requests.post(agent.url + "/api/orders", json=body, headers=headers, timeout=5), 400, "malformed")


# ── what may be said ────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "body",
    [
        None, [], {}, {"lines": []}, {"lines": [{"sku": "A", "qty": 0}]}, {"lines": [{"sku": "A", "qty": "1"}]},
        {"lines": [{"sku": "A", "qty": 1.0}]}, {"lines": [{"sku": "", "qty": 1}]},
        {"lines": [{"sku": "\ud800", "qty": 1}]},
        {"lines": [{"sku": "A", "qty": 1, "colour": "red"}]}, {"lines": [{"sku": "A", "qty": 1}] * 21},
        {"lines": [{"sku": "A", "qty": 11}] * 2},
    ],
)  # fmt: skip
def test_a_request_that_makes_no_sense_is_refused_in_words(kiosk: Caller, body: Any) -> None:
    refused(kiosk.post("/api/orders", body), 400, "malformed")


def test_the_shops_rules_refuse_by_name(kiosk: Caller, staff: Caller) -> None:
    refused(kiosk.post("/api/orders", {"lines": [{"sku": "Z", "qty": 1}]}), 404, "unknown_item")
    refused(kiosk.get("/api/orders/NONE"), 404, "unknown_order")
    refused(kiosk.post("/api/orders/NONE/cancel"), 404, "unknown_order")
    order = kiosk.order().json()["id"]
    assert kiosk.post(f"/api/orders/{order}/cancel").json()["state"] == "cancelled"
    refused(kiosk.post(f"/api/orders/{order}/cancel"), 409, "order_closed")
    refused(kiosk.post(f"/api/orders/{order}/payments", {"method": "gold"}), 409, "order_closed")
    other = kiosk.order().json()["id"]
    refused(kiosk.post(f"/api/orders/{other}/payments", {"method": "gold"}), 409, "unknown_method")
    refused(staff.post("/api/vends/NONE/settle", {"outcome": "dispensed"}), 404, "unknown_vend")
    refused(staff.post("/api/devices/vm-1/slots/99/count", {"count": 1}), 404, "unknown_slot")
    wrong_gtin = {"items": [{"sku": "G", "name_en": "G", "price_minor": 1, "gtin": "4006381333932"}]}
    refused(staff.post("/api/catalogue", wrong_gtin), 400, "malformed")


def test_a_body_that_is_too_large_is_refused_unread_whoever_sends_it(agent: LiveAgent) -> None:
    def without_end() -> Iterator[bytes]:
        for _ in range(MAX_BODY_BYTES // 1_000_000 + 2):
            yield b" " * 1_000_000

    try:
        answer = requests.post(agent.url + "/api/orders", data=without_end(), timeout=20)
    except requests.ConnectionError:
        pass  # The agent hung up while it was still being talked to, as it may.
    else:
        refused(answer, 413, "payload_too_large")
    assert requests.get(agent.url + "/api/health", timeout=5).ok


def test_a_shop_that_cannot_take_more_says_that_it_is_busy(
    agent: LiveAgent, kiosk: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    full: Inbox[Any] = Inbox(0)
    monkeypatch.setattr(agent.agent.brain, "_inbox", full)
    refused(kiosk.order(), 503, "busy")


def test_a_machine_that_never_came_can_be_counted_and_blocked(staff: Caller) -> None:
    slot = {"device": "vm-9", "slot": "1", "sku": "A", "par_level": 1, "capacity": 9}
    assert staff.post("/api/planogram", {"slots": [slot]}).json() == {"planned": 1}
    assert staff.post("/api/devices/vm-9/slots/1/count", {"count": 4}).json()["slots"][0]["count"] == 4
    assert staff.post("/api/devices/vm-9/slots/1/block", {}).json()["slots"][0]["blocked"] == "staff"


def test_an_audit_that_differs_is_settled_once_by_staff(agent: LiveAgent, staff: Caller) -> None:
    for n, units in enumerate((0, 3), start=900):
        body = dex.compose([("PA1", ["1"]), ("PA2", [str(units)])], machine="POP0000001")
        read = messages.AuditRead(dex=body.decode())
        agent.do(commands.DeviceReported(f"vm-7/b-{n}", "vm-7", "b", n - 899, "", read, "", b""))
    (case,) = staff.get("/api/snapshot").json()["entities"]["audit"].values()
    assert set(case) == documented("audit")
    assert set(case["lines"][0]) == documented_inside("audit", "lines")
    path = f"/api/audits/{case['audit']}/settle"
    refused(staff.post(path, {"verdict": "lost"}), 400, "malformed")
    assert staff.post(path, {"verdict": "counted"}).json() == {"audit": case["audit"], "verdict": "counted"}
    refused(staff.post(path, {"verdict": "counted"}), 409, "audit_settled")
    refused(staff.post("/api/audits/X/settle", {"verdict": "counted"}), 404, "unknown_audit")


# ── as documented ───────────────────────────────────────────────────────────────────────────────────


def documented(kind: str) -> set[str]:
    """The keys of an entity's value as the table in docs/agent-api.md names them."""
    row = next(line for line in DOCS.splitlines() if line.startswith(f"| `{kind}` |"))
    return keys_of(row[row.index("{") :])


def keys_of(shape: str) -> set[str]:
    inner, depth = "", 0
    for char in shape[1:]:
        if char in "{[(":
            depth += 1
        elif char in "}])":
            depth -= 1
            if depth < 0:
                break
        if depth == 0 and char not in "}])":
            inner += char
    return {part.split(":")[0].strip() for part in inner.split(",") if part.strip()}


def documented_inside(kind: str, key: str) -> set[str]:
    row = next(line for line in DOCS.splitlines() if line.startswith(f"| `{kind}` |"))
    at = row.index(f"{key}: ")
    return keys_of(row[row.index("{", at) :])


def test_every_entity_has_the_documented_keys_and_no_others(
    agent: LiveAgent, kiosk: Caller, staff: Caller
) -> None:
    order = kiosk.order(2).json()
    paid = staff.post(f"/api/orders/{order['id']}/payments", {"method": "counter"}).json()
    failed = messages.VendFailed(command_id=paid["vends"][0]["id"], slot="1", code="EJC")
    agent.do(commands.DeviceReported("vm-1/b-1", "vm-1", "b", 1, "", failed, "", b""))
    campaign = {"campaign": "spring", "name_en": "Spring", "skus": ["A"], "per": "visit", "limit": 9}
    times = {"starts_at": "2020-01-01T00:00:00Z", "ends_at": "2999-01-01T00:00:00Z"}
    assert staff.post("/api/campaigns", {"campaigns": [campaign | times]}).json() == {"listed": 1}
    entities = kiosk.get("/api/snapshot").json()["entities"]
    for kind in ("store", "item", "order", "device", "sync", "campaign"):
        for value in entities[kind].values():
            assert set(value) == documented(kind), kind
    value = kiosk.get(f"/api/orders/{order['id']}").json()
    for key in ("lines", "refunds", "vends"):
        assert set(value[key][0]) == documented_inside("order", key), key
    assert set(value["payment"]) == documented_inside("order", "payment")
    assert set(entities["device"]["vm-1"]["slots"][0]) == documented_inside("device", "slots")


def test_the_api_describes_itself(agent: LiveAgent) -> None:
    paths = requests.get(agent.url + "/openapi.json", timeout=5).json()["paths"]
    told = set(re.findall(r"`(?:POST|GET) (/[^`?]*)`", DOCS))
    told |= {path.replace("/block", "/unblock") for path in told if path.endswith("/block")}
    assert told <= set(paths), "what the page names is there"


# ── the feed ────────────────────────────────────────────────────────────────────────────────────────


def feed_url(agent: LiveAgent) -> str:
    return agent.url.replace("http", "ws") + "/api/feed"


def listen(agent: LiveAgent, after: int) -> ClientConnection:
    return connect(f"{feed_url(agent)}?after={after}&token={agent.agent.access.kiosk_token}", max_queue=None)


def until(socket: ClientConnection, kind: str, key: str) -> dict[str, Any]:
    """The next change of that entity, with the message's number."""
    while True:
        message = json.loads(socket.recv(timeout=10))
        for change in message["changes"]:
            if (change["kind"], change["key"]) == (kind, key):
                return {"seq": message["seq"], **change}


def test_a_snapshot_and_the_changes_after_it_are_the_whole_picture(
    agent: LiveAgent, kiosk: Caller, staff: Caller
) -> None:
    snapshot = kiosk.get("/api/snapshot").json()
    picture, seq = snapshot["entities"], snapshot["seq"]
    with listen(agent, seq) as socket:
        order = kiosk.order(2).json()["id"]
        kiosk.post(f"/api/orders/{kiosk.order().json()['id']}/cancel")
        staff.post(f"/api/orders/{order}/payments", {"method": "counter"})
        staff.post("/api/devices/vm-1/slots/1/count", {"count": 80})
        goal = kiosk.get("/api/snapshot").json()
        while seq < goal["seq"]:
            message = json.loads(socket.recv(timeout=5))
            assert message["seq"] >= seq
            seq = message["seq"]
            for change in message["changes"]:
                picture[change["kind"]][change["key"]] = change["value"]
    for kind in ("item", "order", "device", "store"):
        assert picture[kind] == goal["entities"][kind]


def test_a_screen_that_was_away_gets_what_it_missed_and_how_the_store_stands(
    agent: LiveAgent, kiosk: Caller
) -> None:
    seq = kiosk.get("/api/snapshot").json()["seq"]
    order = kiosk.order().json()["id"]
    with listen(agent, seq) as socket:
        first = json.loads(socket.recv(timeout=5))
    kinds = {change["kind"] for change in first["changes"]}
    assert {"order", "item", "store", "sync"} <= kinds
    assert [c for c in first["changes"] if c["key"] == order]


def test_a_notice_that_came_between_snapshot_and_feed_is_seen(
    agent: LiveAgent, kiosk: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    seq = kiosk.get("/api/snapshot").json()["seq"]
    with listen(agent, seq) as other:
        until(other, "store", "pop-1")
        try:
            with monkeypatch.context() as full_disk:
                # Once a second the agent looks for itself.
                full_disk.setattr(shutil, "disk_usage", lambda _folder: SimpleNamespace(free=0))
                agent.agent.brain.storage_full = True
                with listen(agent, seq) as socket:
                    notice = until(socket, "store", "pop-1")["value"]["notice"]
                    assert notice["code"] == "disk_full"
                    refused(kiosk.order(), 503, "disk_full")
        finally:
            agent.agent.brain.storage_full = False


def test_a_number_from_another_file_and_one_too_far_back_are_told_to_start_anew(
    agent: LiveAgent, monkeypatch: pytest.MonkeyPatch
) -> None:
    with listen(agent, 10**9) as socket:
        assert json.loads(socket.recv(timeout=5))["reset"] is True
    monkeypatch.setattr(feed_module, "MOST_ROWS_BEHIND", 3)
    with listen(agent, 1) as socket:
        assert json.loads(socket.recv(timeout=5))["reset"] is True


def test_screens_are_told_to_start_anew_when_more_changed_at_once_than_a_message_holds(
    agent: LiveAgent, kiosk: Caller, staff: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed_module, "MOST_ROWS_BEHIND", 20)
    with listen(agent, kiosk.get("/api/snapshot").json()["seq"]) as socket:
        socket.recv(timeout=5)
        items = [{"sku": f"N{n}", "name_en": "n", "price_minor": 1} for n in range(50)]
        staff.post("/api/catalogue", {"items": items})
        eventually(lambda: json.loads(socket.recv(timeout=5)).get("reset"))


def test_a_screen_may_say_what_it_likes_and_still_listens(agent: LiveAgent, kiosk: Caller) -> None:
    with listen(agent, kiosk.get("/api/snapshot").json()["seq"]) as socket:
        socket.send("hello")
        socket.send(b"\xff")
        order = kiosk.order().json()["id"]
        assert until(socket, "order", order)["value"]["id"] == order


def test_a_sign_of_life_comes_even_when_nothing_happens(
    agent: LiveAgent, kiosk: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed_module, "HEARTBEAT_S", 0.5)
    seq = kiosk.get("/api/snapshot").json()["seq"]
    with listen(agent, seq) as socket:
        socket.recv(timeout=5)
        quiet = [json.loads(socket.recv(timeout=5)) for _ in range(2)]
    assert {message["seq"] for message in quiet} == {seq}
    assert all(change["kind"] == "sync" for message in quiet for change in message["changes"])


def test_a_screen_that_cannot_keep_up_is_let_go_and_the_others_go_on(agent: LiveAgent) -> None:
    feed = agent.agent.feed
    slow, quick = feed.join(), feed.join()
    for _ in range(feed_module.SCREEN_QUEUE + 5):
        feed._send({"seq": 1, "changes": []})
        if not quick.empty():
            quick.get_nowait()
    held = [slow.get_nowait() for _ in range(slow.qsize())]
    assert held[-1] is None, "it is ended, and comes back for a snapshot"
    assert len(held) == feed_module.SCREEN_QUEUE, "its queue never grew beyond its limit"
    assert slow not in feed._screens
    assert quick in feed._screens
    feed.leave(quick)


def test_staff_say_which_label_shows_which_product_and_see_what_it_shows(
    agent: LiveAgent, staff: Caller
) -> None:
    wanted = {"device": "shelf-1", "label": "l1", "sku": "ghost"}
    assert staff.post("/api/labels", {"labels": [wanted]}).status_code == 404
    answer = staff.post("/api/labels", {"labels": [wanted | {"sku": "A"}]})
    assert answer.json() == {"planned": 1}
    label = staff.get("/api/snapshot").json()["entities"]["label"]["shelf-1/l1"]
    assert (label["sku"], label["version"], label["shown"], label["state"]) == ("A", 1, None, "waiting")
    too_many = staff.post("/api/labels", {"labels": [wanted] * 5_001})
    assert (too_many.status_code, too_many.json()["code"]) == (400, "malformed")


def test_the_totals_tell_who_came_in_today(agent: LiveAgent, staff: Caller) -> None:
    before = staff.get("/api/totals").json()
    counted = messages.FootfallCounted(
        entered=3, left=1, from_at="2026-05-01T04:00:00Z", to_at="2026-05-01T04:01:00Z"
    )
    agent.do(commands.DeviceReported("door-1/b-1", "door-1", "b", 1, "", counted, "", b"{}"))
    after = staff.get("/api/totals").json()
    assert after["visitors"] == before["visitors"] + 3
    assert after["visitors_today"] == before["visitors_today"] + 3, "an impossible date counts for now"
