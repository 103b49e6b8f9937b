"""Stores that joined a real headquarters and heard its rules, their orders, and a phone that pays, for tests."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests

from edge_agent.adapters import identity, joining, witness_file
from edge_agent.domain import commands
from edge_agent.domain.signed_receipt import PresentReceipt
from hardware.broker import EmbeddedBroker
from hardware.messages import Describe, State
from tests.edge_live import LiveAgent, eventually
from tests.hq_process import Headquarters

PRICE = 500


def join(hq: Headquarters, folder: Path, store: str, url: str = "") -> identity.Identity:
    """Make a folder that of a store; `url`: where it finds headquarters, if not directly."""
    code = hq.enrol(store, store).partition("@")[0]
    return joining.join(folder, witness_file.beside(folder), f"{code}@{url or hq.url}")


@contextmanager
def opened(
    folder: Path, mine: identity.Identity, broker: EmbeddedBroker | None = None, *, serve: bool = False
) -> Iterator[LiveAgent]:
    """A running agent that knows headquarters' rules."""
    with LiveAgent(folder, broker, identity=mine, serve=serve) as agent:
        eventually(lambda: agent.queries.reader().store_rules().phone_url, what="the rules")
        yield agent


def stock_still(agent: LiveAgent) -> None:
    """One kind of goods in a machine that is spoken for and never moves."""
    agent.stock(("vm-1", "1", "A", 99), price_minor=PRICE)
    born = Describe(kind="vending", model="m", serial="s", firmware="1", boot="b")
    agent.do(commands.DeviceIntroduced("", "vm-1", born))
    agent.do(commands.DevicePresence("", "vm-1", State(status="ready", boot="b")))


def synced(agent: LiveAgent) -> None:
    """Wait until headquarters has all that the store wrote."""
    eventually(lambda: agent.queries.acked("ledger")[0] == agent.queries.last_seq("ledger"))


def look(agent: LiveAgent, order: str) -> dict[str, Any]:
    """An order as it stands."""
    found = agent.queries.order(order)
    assert found is not None
    return found


def ask(agent: LiveAgent, method: str = "signed") -> tuple[str, str]:
    """An order that waits for its money; and the address in its QR."""
    line = (commands.RequestedLine("A", 1),)
    order = agent.do(commands.PlaceOrder(agent.key(), "kiosk", "kiosk-1", line)).subject
    assert agent.do(commands.RequestPayment(agent.key(), order, method)).refusal is None
    return order, eventually(lambda: look(agent, order)["payment"]["pay_url"])


def receipt_on(page: str) -> str:
    """The receipt's code on a page."""
    found = re.search(r"<code>([^<]+)</code>", page)
    assert found is not None, page
    return unescape(found[1])


def pay(address: str) -> str:
    """The shopper's phone pays an offline store; the text of the receipt's code."""
    assert "<title>付款</title>" in requests.get(address, timeout=10).text
    code = parse_qs(urlsplit(address).query)["c"][0]
    return receipt_on(requests.post(address.partition("?")[0] + "/pay", data={"c": code}, timeout=10).text)


def show(agent: LiveAgent, text: str) -> str:
    """Show a code to the shop; why it was refused, or nothing."""
    answer = agent.do(PresentReceipt(agent.key(), text, "sc-1"))
    return "" if answer.refusal is None else answer.refusal.code
