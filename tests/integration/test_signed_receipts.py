"""A store whose line is cut is paid by a receipt that headquarters signs, once, in that store, for that order only."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec
import pytest
import requests

from cloud_sync.hq.credentials import Credentials, code_key
from cloud_sync.protocol.codes.own_codes import Content, mint
from edge_agent.adapters import identity, joining, witness_file
from edge_agent.domain import commands
from edge_agent.domain.signed_receipt import PresentReceipt
from hardware.broker import EmbeddedBroker
from hardware.runner import DeviceRunner
from tests.edge_harness import assert_chained
from tests.edge_live import STORE, LiveAgent, eventually, machine
from tests.hostile_hq import HttpServer, Wire
from tests.hq_process import Headquarters

PRICE = 500


@pytest.fixture
def headquarters(tmp_path: Path, postgres_dsn: str) -> Iterator[Headquarters]:
    headquarters = Headquarters.start(tmp_path / "hq", postgres_dsn)
    yield headquarters
    headquarters.stop()


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[EmbeddedBroker]:
    broker = EmbeddedBroker(tmp_path / "broker", STORE)
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
    headquarters: Headquarters, wire: tuple[Wire, HttpServer], broker: EmbeddedBroker, tmp_path: Path
) -> Iterator[LiveAgent]:
    """A store that joined, heard its rules, and whose line is cut since."""
    folder = tmp_path / "store"
    code = headquarters.enrol(STORE, "Pop").partition("@")[0]
    joining.join(folder, witness_file.beside(folder), f"{code}@{wire[1].url}")
    mine = identity.load(folder)
    assert mine is not None
    with LiveAgent(folder, broker, identity=mine, serve=True) as agent:
        agent.stock(("vm-1", "1", "A", 99), price_minor=PRICE)
        device, _ = machine(broker, tmp_path / "vm-1")
        with DeviceRunner([device]):
            agent.ready("vm-1")
            eventually(lambda: agent.queries.reader().store_rules().phone_url, what="the rules")
            eventually(lambda: agent.queries.acked("ledger")[0] == agent.queries.last_seq("ledger"))
            wire[0].cut = True
            eventually(lambda: agent.agent.status.sync()["state"] == "offline")
            yield agent
    assert_chained(agent.path)


def ask(agent: LiveAgent) -> tuple[str, str]:
    """An order that waits for its signed receipt; and the address in its QR."""
    line = (commands.RequestedLine("A", 1),)
    order = agent.do(commands.PlaceOrder(agent.key(), "kiosk", "kiosk-1", line)).subject
    assert agent.do(commands.RequestPayment(agent.key(), order, "signed")).refusal is None
    return order, eventually(lambda: look(agent, order)["payment"]["pay_url"])


def look(agent: LiveAgent, order: str) -> dict[str, Any]:
    found = agent.queries.order(order)
    assert found is not None
    return found


def pay(address: str) -> str:
    """The shopper's phone pays; the text of the receipt's code."""
    assert "付款 · Pay" in requests.get(address, timeout=10).text
    code = parse_qs(urlsplit(address).query)["c"][0]
    page = requests.post(address.partition("?")[0] + "/pay", data={"c": code}, timeout=10).text
    found = re.search(r"<code>([^<]+)</code>", page)
    assert found is not None, page
    return unescape(found[1])


def show(agent: LiveAgent, text: str) -> str:
    """Show a code to the shop; why it was refused, or nothing."""
    answer = agent.do(PresentReceipt(agent.key(), text, "sc-1"))
    return "" if answer.refusal is None else answer.refusal.code


def test_an_offline_store_is_paid_by_a_receipt_once_and_gives_goods_for_it(
    agent: LiveAgent, wire: tuple[Wire, HttpServer], headquarters: Headquarters
) -> None:
    order, address = ask(agent)
    receipt = pay(address)
    assert pay_again(address) == receipt, "paid once, however often the button is pressed"

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


def pay_again(address: str) -> str:
    found = re.search(r"<code>([^<]+)</code>", requests.get(address, timeout=10).text)
    assert found is not None
    return unescape(found[1])


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
    agent: LiveAgent, headquarters: Headquarters
) -> None:
    order, address = ask(agent)
    refused_by_the_page(headquarters, parse_qs(urlsplit(address).query)["c"][0])
    secrets = msgspec.json.decode((headquarters.folder / "credentials.json").read_bytes(), type=Credentials)
    key = code_key(secrets)

    def made(private: bytes = key.private, **other: Any) -> str:
        said: dict[str, Any] = {
            "key": key.id,
            "id": "R1",
            "store": STORE,
            "order": order,
            "amount_minor": PRICE,
            "currency": "CNY",
            "expires_at": int(time.time()) + 60,
        }
        return mint("receipt", Content(**said | other), private)

    assert show(agent, made(store="pop-2")) == "receipt_elsewhere"
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
    assert show(agent, pay(address)) == "", "and the right one is taken after all of them"
    assert agent.settled(order) == ["dispensed"]


def refused_by_the_page(headquarters: Headquarters, code: str) -> None:
    """Headquarters takes nothing for what no store signed."""
    content = Content(
        key="s1", id="P1", store=STORE, order="O1", amount_minor=1, currency="CNY", expires_at=2**32
    )
    for wrong in (mint("order", content, b"\7" * 32), code[:-4], "hello", "", "<script>"):
        answer = requests.post(f"{headquarters.url}/p/s/pay", data={"c": wrong}, timeout=10)
        assert answer.status_code == 400
        assert "无法付款" in answer.text
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
