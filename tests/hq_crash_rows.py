"""Headquarters dies while it takes a shopper's money or a store's rows: who does what, what each sees afterwards."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import requests

from cloud_sync.hq import address
from popshop.shop.client import AgentRefused
from tests.crash_points import Nursery, kill, wait_until_gone
from tests.desk_crashes import Act, Deed, Desk, new
from tests.edge_live import eventually
from tests.hq_process import Headquarters
from tests.offline_store import pay, receipt_on
from tests.sale_crashes import PRICE_MINOR, doom


class MortalHeadquarters:
    """That headquarters as a process that dies where it is told to, and stands up again at the same address."""

    def __init__(self, hq: Headquarters, nursery: Nursery) -> None:
        hq.process.kill()
        hq.process.wait()
        self._nursery = nursery
        self._folder = hq.folder
        arguments = hq.process.args
        assert isinstance(arguments, list)
        self._options = [
            "hq", "run", "--data", str(hq.folder), "--port", hq.url.rpartition(":")[2], "--dsn", str(arguments[-1]),
        ]  # fmt: skip
        self._place = hq.folder / "place"
        self.start()

    def start(self) -> None:
        """Start, and wait until it answers."""
        self.pid = self._nursery.bear("mortal", str(self._place), *self._options)
        eventually(self._answers, what="headquarters")

    def _answers(self) -> bool:
        with suppress(FileNotFoundError):
            return address.read(self._folder).pid == self.pid
        return False

    def dies_at(self, place: str, act: Act) -> None:
        """It comes to that place, dies, and is started again; who asked has asked on."""
        doom(self.pid, self._place, place)
        doing = threading.Thread(target=act, daemon=True)
        doing.start()
        wait_until_gone(self.pid)
        self.start()
        doing.join(30)
        assert not doing.is_alive(), "nobody answers"

    def end(self) -> None:
        """Leave no process behind."""
        if Path(f"/proc/{self.pid}").exists():
            kill(self.pid)


# ── the deeds ───────────────────────────────────────────────────────────────────────────────────────


def pays_on_the_page(desk: Desk) -> Iterator[Act]:
    """The shopper presses pay, again where no page comes back."""
    name = desk.order()["id"]
    desk.kiosk.pay(name, "sandbox", key=new())
    page = _page(desk, name)
    yield lambda: eventually(lambda: _pressed(page), 30, "the page")
    eventually(lambda: desk.state(name) == "completed", 30, "the goods")


def asks_for_the_page(desk: Desk) -> Iterator[Act]:
    """The store asks headquarters for the page to pay at."""
    name = desk.order()["id"]
    yield lambda: desk.kiosk.pay(name, "sandbox", key=new())
    eventually(lambda: _pressed(_page(desk, name)), 30, "the page")
    eventually(lambda: desk.state(name) == "completed", 30, "the goods")


def pays_for_a_receipt(desk: Desk) -> Iterator[Act]:
    """The shopper pays for a signed receipt, and holds it before the store's reader."""
    name = desk.order()["id"]
    desk.kiosk.pay(name, "signed", key=new())
    page = _page(desk, name)
    receipts: list[str] = []
    yield lambda: eventually(lambda: _receipt(page, receipts), 30, "the receipt")
    assert receipt_on(requests.get(page, timeout=10).text) == receipts[0]

    def shown() -> bool:
        with suppress(AgentRefused):
            scan = desk.kiosk.post("/api/scans", {"device": "kiosk-1", "text": receipts[0]}, new())
            desk.kiosk.post(f"/api/scans/{scan['id']}/use", {"order": name}, new())
        return desk.state(name) == "completed"

    eventually(shown, 30, "the receipt's being taken")


def gets_money_back(desk: Desk) -> Iterator[Act]:
    """Staff give a line up: headquarters is to give its money back."""
    name = desk.order("staff")["id"]
    desk.kiosk.pay(name, "sandbox", key=new())
    eventually(lambda: _pressed(_page(desk, name)), 30, "the page")
    (line,) = eventually(lambda: desk.staff.order(name)["handovers"], 30, "the payment")
    path = f"/api/handovers/{line['handover']}/failed"
    yield lambda: desk.staff.post(path, {"reason": "moths"}, new())
    eventually(lambda: desk.state(name) == "refunded", 30, "the refund")


def is_sold(desk: Desk) -> Iterator[Act]:
    """The store sells; its rows are on their way to headquarters."""
    act = desk.ordering()
    yield lambda: desk.staff.pay(act()["id"], "card", key=new())


def _page(desk: Desk, name: str) -> str:
    def found() -> str:
        return str((desk.staff.order(name).get("payment") or {}).get("pay_url") or "")

    return str(eventually(found, 30, "the address to pay at"))


def _pressed(page: str) -> bool:
    with suppress(requests.RequestException):
        return requests.post(page, data={"answer": "pay"}, timeout=10).ok
    return False


def _receipt(page: str, receipts: list[str]) -> bool:
    with suppress(requests.RequestException):
        shown = requests.get(page, timeout=10).text
        receipts.append(receipt_on(shown) if "<code>" in shown else pay(page))
    return bool(receipts)


# ── the rows ────────────────────────────────────────────────────────────────────────────────────────


class HqRow(NamedTuple):
    """Where headquarters dies, at what, and what each sees when all is running again."""

    step: str
    place: str
    deed: Deed
    shopper: str
    store: str
    headquarters: str
    refunded: int = 0
    """In minor units."""


def _both(step: str, place: str, done: str, deed: Deed, shopper: str, *, refunded: int = 0) -> list[HqRow]:
    store = "a line given up, a payment and its refund" if refunded else "one sale, one payment"
    headquarters = "paid and refunded, once" if refunded else "the same sale, paid once"
    return [
        HqRow(f"{step}: {when}", f"{place}:{side}", deed, shopper, store, headquarters, refunded)
        for side, when in (("before", "nothing is written"), ("after", done))
    ]


_TOLD = "written, nobody told"
HQ_ROWS = [
    *_both("A store asks for the page to pay at", "page:create", _TOLD, asks_for_the_page, "the goods"),
    *_both(
        "The shopper presses pay on the page", "page:answer", _TOLD, pays_on_the_page,
        "the goods; the page says paid when opened again",
    ),
    *_both(
        "The shopper pays for a signed receipt", "page:pay_order", _TOLD, pays_for_a_receipt,
        "the same receipt when the page is opened again, and the goods",
    ),
    *_both(
        "A store has money given back", "page:refund", _TOLD, gets_money_back, "the money back, once",
        refunded=PRICE_MINOR,
    ),
    *_both("The rows of a payment have come", "rows:payment.paid", "taken, the store not told", is_sold, "the goods"),
    *_both(
        "The rows of a handover have come", "rows:handover.done", "taken, the store not told", is_sold, "the goods"
    ),
]  # fmt: skip
