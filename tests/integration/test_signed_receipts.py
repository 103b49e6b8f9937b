"""A store whose line is cut is paid by a receipt that headquarters signs, once, in that store, for that order only."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec
import pytest
import requests

from cloud_sync.hq.credentials import Credentials, code_key
from cloud_sync.protocol.codes.own_codes import Content, mint
from edge_agent.domain import commands
from edge_agent.domain.signed_receipt import PresentReceipt
from hardware.broker import EmbeddedBroker
from hardware.runner import DeviceRunner
from tests.edge_harness import assert_chained
from tests.edge_live import LiveAgent, eventually, machine
from tests.hostile_hq import HttpServer, Wire
from tests.hq_process import Headquarters
from tests.offline_store import PRICE, ask, join, look, opened, pay, receipt_on, show, stock_still, synced

_numbers = count(1)


@pytest.fixture
def headquarters(shared_headquarters: Headquarters) -> Headquarters:
    return shared_headquarters


@pytest.fixture
def store() -> str:
    """Each test has a store of its own at the one headquarters."""
    return f"pop-{next(_numbers)}"


@pytest.fixture
def broker(tmp_path: Path, store: str) -> Iterator[EmbeddedBroker]:
    broker = EmbeddedBroker(tmp_path / "broker", store)
    broker.device_credentials("vm-1")
    broker.start()
    yield broker
    broker.stop()


@pytest.fixture
def wire(headquarters: Headquarters) -> Iterator[tuple[Wire, HttpServer]]:
    wire = Wire(headquarters.url)
    with HttpServer(wire) as server:
        yield wire, server


@pytest.fixture
def agent(
    headquarters: Headquarters,
    wire: tuple[Wire, HttpServer],
    broker: EmbeddedBroker,
    store: str,
    tmp_path: Path,
) -> Iterator[LiveAgent]:
    """A store that joined, heard its rules, and whose line is cut since."""
    folder = tmp_path / "store"
    mine = join(headquarters, folder, store, wire[1].url)
    with opened(folder, mine, broker, serve=True) as agent:
        agent.stock(("vm-1", "1", "A", 99), price_minor=PRICE)
        device, _ = machine(broker, tmp_path / "vm-1", store=store)
        with DeviceRunner([device]):
            agent.ready("vm-1")
            synced(agent)
            wire[0].cut = True
            # Something to tell has it notice at once.
            agent.do(commands.ListItems(agent.key(), (commands.ListedItem("B", "B", "B", PRICE),)))
            eventually(lambda: agent.agent.status.sync()["state"] == "offline")
            yield agent
    assert_chained(agent.path)


def test_an_offline_store_is_paid_by_a_receipt_once_and_gives_goods_for_it(
    agent: LiveAgent, wire: tuple[Wire, HttpServer], headquarters: Headquarters
) -> None:
    order, address = ask(agent)
    receipt = pay(address)
    assert receipt_on(requests.get(address, timeout=10).text) == receipt, (
        "paid once, however often the button is pressed"
    )

    # The screen's own reader hands the scan in, and has it made use of.
    head = {"Authorization": f"Bearer {agent.agent.access.kiosk_token}", "Idempotency-Key": "k1"}
    scan = requests.post(
        agent.url + "/api/scans", json={"device": "kiosk-1", "text": receipt}, headers=head, timeout=10
    ).json()
    assert scan["meaning"] == "receipt"
    assert receipt not in str(scan), "screens get a masked text"
    used = requests.post(f"{agent.url}/api/scans/{scan['id']}/use", json={}, headers=head, timeout=10)
    assert used.status_code == 200, used.text
    assert agent.settled(order) == ["dispensed"]
    assert look(agent, order)["paid_minor"] == PRICE

    assert show(agent, receipt) == "receipt_used"
    other, _ = ask(agent)
    assert show(agent, receipt) == "receipt_used", "it pays no other order"
    assert look(agent, other)["payment"]["state"] == "pending"

    wire[0].cut = False
    eventually(lambda: "已在店里使用" in requests.get(address, timeout=10).text, what="spent")


def test_another_store_of_the_same_headquarters_refuses_the_receipt_and_the_first_still_takes_it(
    agent: LiveAgent, headquarters: Headquarters, tmp_path: Path
) -> None:
    order, address = ask(agent)
    receipt = pay(address)
    folder = tmp_path / "second"
    with opened(folder, join(headquarters, folder, f"other-{next(_numbers)}")) as second:
        stock_still(second)
        theirs, _ = ask(second)
        assert show(second, receipt) == "receipt_elsewhere"
        assert look(second, theirs)["payment"]["state"] == "pending"
        assert show(agent, receipt) == ""
        assert show(second, receipt) == "receipt_elsewhere"
        assert look(second, theirs)["paid_minor"] == 0
    assert agent.settled(order) == ["dispensed"]


def test_a_restored_image_does_not_take_a_receipt_that_was_used_after_it_was_made(
    headquarters: Headquarters, store: str, tmp_path: Path
) -> None:
    folder = tmp_path / "restored"
    mine = join(headquarters, folder, store)
    with opened(folder, mine) as agent:
        stock_still(agent)
        order, address = ask(agent)
        receipt = pay(address)
    shutil.copytree(folder, tmp_path / "image")
    with opened(folder, mine) as agent:
        assert show(agent, receipt) == ""
    shutil.rmtree(folder)
    shutil.copytree(tmp_path / "image", folder)
    with LiveAgent(folder, None, identity=mine) as again:
        assert look(again, order)["payment"]["state"] == "pending", "the image remembers no payment"
        assert show(again, receipt) == "must_join", "the witness outside of the image knows better"
        assert look(again, order)["paid_minor"] == 0


def test_money_for_a_receipt_that_was_never_shown_goes_back_once_the_store_says_so(
    agent: LiveAgent, wire: tuple[Wire, HttpServer]
) -> None:
    order, address = ask(agent)
    receipt = pay(address)
    assert agent.do(commands.CancelOrder(agent.key(), order)).refusal is None
    eventually(lambda: look(agent, order)["state"] == "cancelled")
    assert show(agent, receipt) == "receipt_late"
    assert "已退款" not in requests.get(address, timeout=10).text, "headquarters has not heard of it yet"
    wire[0].cut = False
    eventually(lambda: "已退款" in requests.get(address, timeout=10).text, what="the refund")
    assert show(agent, receipt) == "receipt_late"


def test_wrong_receipts_are_refused_by_name_and_ten_thousand_of_them_leave_nothing_behind(
    agent: LiveAgent, headquarters: Headquarters, store: str
) -> None:
    order, address = ask(agent)
    refused_by_the_page(headquarters, store, parse_qs(urlsplit(address).query)["c"][0])
    secrets = msgspec.json.decode((headquarters.folder / "credentials.json").read_bytes(), type=Credentials)
    key = code_key(secrets)

    def made(private: bytes = key.private, **other: Any) -> str:
        said: dict[str, Any] = {
            "key": key.id,
            "id": "R1",
            "store": store,
            "order": order,
            "amount_minor": PRICE,
            "currency": "CNY",
            "expires_at": int(time.time()) + 60,
        }
        return mint("receipt", Content(**said | other), private)

    assert show(agent, made(store="elsewhere")) == "receipt_elsewhere"
    assert show(agent, made(b"\1" * 32)) == "receipt_invalid"
    assert show(agent, made(amount_minor=PRICE - 1)) == "receipt_differs"
    assert show(agent, made(currency="USD")) == "receipt_differs"
    assert show(agent, made(expires_at=int(time.time()) - 1)) == "receipt_expired"
    assert show(agent, made(order="O-nobody")) == "unknown_order"
    assert show(agent, "PS1.R.AAAA.BBBB") == "receipt_invalid"

    before = agent.queries.last_seq("ledger"), agent.queries.last_seq("interactions")
    forged = [made(b"\2" * 32, id=f"R{number}") for number in range(100)]
    answers: list[str] = []
    for number in range(10_000):
        command = PresentReceipt(agent.key(), forged[number % 100], "sc-1")
        agent.agent.brain.submit(command, lambda a: answers.append(a.refusal.code if a.refusal else "taken"))
    eventually(lambda: len(answers) == 10_000, timeout_s=60, what="all answers")
    assert set(answers) == {"receipt_invalid"}
    assert (agent.queries.last_seq("ledger"), agent.queries.last_seq("interactions")) == before
    handed_in_by_http(agent, forged)
    assert (agent.queries.last_seq("ledger"), agent.queries.last_seq("interactions")) == before
    assert show(agent, pay(address)) == "", "and the right one is taken after all of them"
    assert agent.settled(order) == ["dispensed"]


def refused_by_the_page(headquarters: Headquarters, store: str, code: str) -> None:
    """Headquarters takes nothing for what no store signed."""
    content = Content(
        key="s1", id="P1", store=store, order="O1", amount_minor=1, currency="CNY", expires_at=2**32
    )
    for wrong in (mint("order", content, b"\7" * 32), code[:-4], "hello", "", "<script>"):
        answer = requests.post(f"{headquarters.url}/p/s/pay", data={"c": wrong}, timeout=10)
        assert answer.status_code == 400
        assert "无法付款" in answer.text
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")


def handed_in_by_http(agent: LiveAgent, forged: list[str]) -> None:
    """The same by a screen's own reader: each is kept in memory, refused when used, and written nowhere."""
    with requests.Session() as kiosk:
        kiosk.headers["Authorization"] = f"Bearer {agent.agent.access.kiosk_token}"
        for number in range(200):
            body = {"device": "kiosk-1", "text": forged[number % 100]}
            key = {"Idempotency-Key": f"wrong-{number}"}
            scan = kiosk.post(f"{agent.url}/api/scans", json=body, headers=key, timeout=10).json()
            used = kiosk.post(f"{agent.url}/api/scans/{scan['id']}/use", json={}, headers=key, timeout=10)
            assert used.json()["code"] == "receipt_invalid", used.text
