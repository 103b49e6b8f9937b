"""A store whose agent dies while people do things that are not a motor's: at shelf and counter, with coupons, points,
games, paper, cash and shown codes. A deed is a generator: it prepares, yields what is done while the agent dies, and
afterwards says what each must see."""

from __future__ import annotations

import re
import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from html import unescape
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import requests

from hardware.device import Device
from hardware.runner import DeviceRunner, random_boot_mark, system_clock
from hardware.shelf.port import Plate
from hardware.shelf.simulator import ShelfSimulator
from popshop.shop.client import AgentRefused, StaffClient
from popshop.shop.training_printer import Slip, TrainingPrinter
from tests.crash_points import Nursery
from tests.edge_live import device_address, eventually
from tests.hq_process import Headquarters
from tests.payment_gateways import QUICK, running_gateway
from tests.sale_crashes import PRICE_MINOR, Shop, assert_books_agree, opened

JSON = dict[str, Any]
Act = Callable[[], object]
Deed = Callable[["Desk"], Iterator[Act]]
ALWAYS = {"starts_at": "2026-01-01T00:00:00Z", "ends_at": "2126-01-01T00:00:00Z"}
COUPONS = [
    {"promotion": "one-off", "name_en": "One off", "rule": {"type": "coupon", "amount_minor": 100}, **ALWAYS}
]
PRIZES = [{"prize": "sweet", "kind": "sku", "sku": "B", "weight": 1, "stock": 20, "name_en": "A sweet"}]
GAMES = [{"game": "wheel", "kind": "wheel", "name_en": "Wheel", "per": "visit", "prizes": PRIZES, **ALWAYS}]


class Books(NamedTuple):
    """The store's sums as staff see them."""

    paid: int
    refunded: int
    takings: int
    x_takings: int
    orders: int


class Desk:
    """The store, its shopper and its staff, who go on after each crash with the same keys."""

    def __init__(self, shop: Shop, hq: Headquarters, gateway: str, slips: list[Slip], member: str) -> None:
        self.shop = shop
        self.hq = hq
        self.gateway = gateway
        self.slips = slips
        self.member_code = member
        self.staff = shop.client()
        self.kiosk = shop.client("kiosk")
        self._codes = 28_763_443_825_660_000

    # ── what people do ──────────────────────────────────────────────────────────────────────────────

    def order(self, handover: str = "shelf", **more: Any) -> JSON:
        """A shopper's order of one can."""
        return self.ordering(handover, **more)()

    def ordering(self, handover: str = "shelf", **more: Any) -> Callable[[], JSON]:
        """The same, to be done, however often it is asked for."""
        key = new()
        lines = [{"sku": "A", "qty": 1, "handover": handover}]
        body = {"channel": "kiosk", "device": "kiosk-1", "lines": lines, **more}
        return lambda: self.kiosk.post("/api/orders", body, key)

    def paid(self, handover: str = "shelf", **more: Any) -> JSON:
        """An order that staff took the money of."""
        name = self.order(handover, **more)["id"]
        return self.staff.pay(name, "card", key=new())

    def pay_by_code(self, order: str) -> Act:
        """The shopper holds a new payment code before the reader."""
        self._codes += 1
        shown = {"method": "alipay", "pay_code": f"{self._codes}"}
        key = new()
        return lambda: self.kiosk.post(f"/api/orders/{order}/payments", shown, key)

    def coupon(self) -> str:
        """A coupon of the shop; its code."""
        wanted = {"promotion": "one-off", "visit": new(), "device": "kiosk-1"}
        return str(self.kiosk.post("/api/coupons", wanted, new())["code"])

    def member(self) -> JSON:
        """The member comes in and shows the code; the visit, and the points."""
        shown = {"text": self.member_code, "device": "kiosk-1", "visit": new()}
        return self.kiosk.post("/api/members/show", shown, new())

    def state(self, order: str) -> str:
        return str(self.staff.order(order)["state"])

    def behave(self, how: str) -> None:
        """How the provider is to treat the next payment."""
        requests.post(f"{self.gateway}/training/next/{how}", timeout=10).raise_for_status()

    # ── the crash ───────────────────────────────────────────────────────────────────────────────────

    def dies_at(self, place: str, act: Act) -> None:
        """The agent comes to that place, dies, and is started again; who asked has asked on."""
        self.shop.dies_at(place)
        trouble: list[BaseException] = []
        doing = threading.Thread(target=_guarded, args=(act, trouble), daemon=True)
        doing.start()
        eventually(lambda: trouble or not self.shop.alive, what="the agent's death")
        assert not trouble, trouble
        self.shop.start_agent()
        doing.join(30)
        assert not doing.is_alive(), "nobody answers"
        assert not trouble, trouble

    # ── what each sees ──────────────────────────────────────────────────────────────────────────────

    def books(self) -> Books:
        totals, x = self.staff.totals(), self.staff.get("/api/day/x")
        orders = self.staff.snapshot()["entities"].get("order", {})
        return Books(
            totals["paid_minor"],
            totals["refunded_minor"],
            totals["takings_minor"],
            x["takings_minor"],
            len(orders),
        )

    def agree(self, before: Books, paid: int, refunded: int, orders: int) -> None:
        """So much was paid and given back since, by every book."""
        taken = paid - refunded
        now = self.books()
        told = Books(*(a - b for a, b in zip(now, before, strict=True)))
        assert told == (paid, refunded, taken, taken, orders)
        assert_books_agree(self.shop, self.staff, self.hq)


def new() -> str:
    """A key nobody had; with a letter, as one of digits alone might be a phone number."""
    return f"k{secrets.token_hex(6)}"


def _guarded(act: Act, trouble: list[BaseException]) -> None:
    try:
        act()
    except BaseException as error:
        trouble.append(error)


# ── the deeds ───────────────────────────────────────────────────────────────────────────────────────


def takes_from_shelf(desk: Desk) -> Iterator[Act]:
    """Money and goods in one breath: what stands on the shelf is the shopper's once it is paid."""
    name = desk.order()["id"]
    key = new()
    yield lambda: desk.staff.pay(name, "card", key=key)
    order = desk.staff.order(name)
    assert (order["state"], [each["state"] for each in order["handovers"]]) == ("completed", ["done"])


def asks_for_the_counter(desk: Desk) -> Iterator[Act]:
    """The kiosk sends the shopper to the counter, where staff take the money."""
    name = desk.order()["id"]
    key = new()
    yield lambda: desk.kiosk.pay(name, "counter", key=key)
    _collected(desk, name)


def is_confirmed(desk: Desk) -> Iterator[Act]:
    """Staff say that they have the money."""
    name = desk.order()["id"]
    desk.kiosk.pay(name, "counter", key=new())
    payment = _at_counter(desk, name)
    key = new()
    yield lambda: desk.staff.post(f"/api/payments/{payment}/confirm", {"reference": "7"}, key)
    assert desk.state(name) == "completed"
    with suppress(AgentRefused):
        desk.staff.post(f"/api/payments/{payment}/confirm", {"reference": "8"}, new())


def _collected(desk: Desk, name: str) -> None:
    desk.staff.post(f"/api/payments/{_at_counter(desk, name)}/confirm", {"reference": "7"}, new())
    assert desk.state(name) == "completed"


def _at_counter(desk: Desk, name: str) -> str:
    def waiting() -> list[str]:
        open_ones = desk.staff.get("/api/payments/open")["at_counter"]
        return [each["id"] for each in open_ones if each["id"].startswith(name)]

    (payment,) = eventually(waiting, what="the payment at the counter")
    return str(payment)


def uses_a_coupon(desk: Desk) -> Iterator[Act]:
    """A coupon counts for one order."""
    code = desk.coupon()
    act = desk.ordering(coupons=[code])
    yield act
    order = act()
    assert order["total_minor"] == PRICE_MINOR - 100
    assert _why(desk, code) == "coupon_spent"
    desk.staff.pay(order["id"], "card", key=new())


def gives_up_with_a_coupon(desk: Desk) -> Iterator[Act]:
    """The order is given up: its coupon may be used for another."""
    code = desk.coupon()
    name = desk.order(coupons=[code])["id"]
    key = new()
    yield lambda: desk.kiosk.post(f"/api/orders/{name}/cancel", None, key)
    assert desk.state(name) == "cancelled"
    assert _why(desk, code) == ""


def _why(desk: Desk, code: str) -> str:
    lines = [{"sku": "A", "qty": 1, "handover": "shelf"}]
    quote = desk.kiosk.post("/api/quote", {"device": "kiosk-1", "lines": lines, "coupons": [code]}, new())
    return str(quote["coupons"][0]["why"])


def earns_points(desk: Desk) -> Iterator[Act]:
    """A member's points come with the end of the sale, once."""
    shown = desk.member()
    name = desk.order(visit=shown["visit"])["id"]
    key = new()
    yield lambda: desk.staff.pay(name, "card", key=key)
    assert desk.member()["points"] == shown["points"] + PRICE_MINOR // 100


def spends_points(desk: Desk) -> Iterator[Act]:
    """Points count for one order, and come back when it is given up."""
    desk.paid(visit=desk.member()["visit"])
    shown = desk.member()
    act = desk.ordering(visit=shown["visit"], points=2)
    yield act
    order = act()
    assert desk.member()["points"] == shown["points"] - 2
    desk.kiosk.post(f"/api/orders/{order['id']}/cancel", None, new())
    assert desk.member()["points"] == shown["points"]
    assert order["total_minor"] < PRICE_MINOR
    desk.paid()


def draws(desk: Desk) -> Iterator[Act]:
    """One draw: the same prize however often the button is pressed, and one prize less."""
    before = _game(desk)
    key, played = new(), {"visit": new(), "device": "kiosk-1"}

    def act() -> JSON:
        return desk.kiosk.post("/api/games/wheel/play", played, key)

    yield act
    drawn, after = act(), _game(desk)
    assert after["played"] == before["played"] + 1 == drawn["number"]
    assert after["prizes"][0]["left"] == before["prizes"][0]["left"] - 1
    assert desk.state(drawn["order"]) == "completed"


def _game(desk: Desk) -> JSON:
    (found,) = desk.kiosk.get("/api/games")["games"]
    return dict(found)


def prints(papers: str) -> Deed:
    """A receipt on paper; `papers`: what comes out, a letter a slip: o the receipt, c one that says it is a copy."""

    def deed(desk: Desk) -> Iterator[Act]:
        name = f"kiosk-1-{desk.paid()['receipt']['number']}"
        desk.slips.clear()
        key = new()
        yield lambda: desk.kiosk.post(f"/api/receipts/{name}/print", None, key)
        eventually(lambda: not desk.staff.get("/api/receipts")["waiting"], what="the printer to be done")
        eventually(lambda: len(desk.slips) >= len(papers), what="the paper")
        came = "".join("c" if "COPY" in slip.text else "o" for slip in desk.slips)
        assert came == papers
        assert all(name in slip.text for slip in desk.slips)

    return deed


def moves_cash(desk: Desk) -> Iterator[Act]:
    """Cash out of the drawer, once."""
    before = desk.staff.get("/api/day/drawer")["moves"]
    key, moved = new(), {"kind": "paid_in", "amount_minor": 250, "reason": "coins"}
    yield lambda: desk.staff.post("/api/day/cash", moved, key)
    assert len(desk.staff.get("/api/day/drawer")["moves"]) == len(before) + 1


def counts_the_drawer(desk: Desk) -> Iterator[Act]:
    """A blind count stands once."""
    before = desk.staff.get("/api/day/drawer")["counts"]
    key = new()
    yield lambda: desk.staff.post("/api/day/count", {"counted_minor": 10_000}, key)
    assert len(desk.staff.get("/api/day/drawer")["counts"]) == len(before) + 1


def shows_a_code(desk: Desk) -> Iterator[Act]:
    """The code is lost with the process. The provider says what became of it; the shopper pays once."""
    name = desk.order()["id"]
    yield desk.pay_by_code(name)
    eventually(lambda: _code_has_ended(desk, name), 30, "what became of the code")
    if desk.state(name) == "awaiting_payment":
        desk.pay_by_code(name)()
    eventually(lambda: desk.state(name) == "completed", what="the payment")
    assert _taken(desk, name) == PRICE_MINOR


def _code_has_ended(desk: Desk, name: str) -> bool:
    order = desk.staff.order(name)
    return order["state"] == "completed" or (order.get("payment") or {}).get("state") == "closed"


def _taken(desk: Desk, name: str) -> int:
    """What the provider took for an order, in minor units."""
    trades = requests.get(f"{desk.gateway}/training/trades", timeout=10).json()
    mine = [each for each in trades if each["number"].startswith(name) and each["state"] == "paid"]
    return sum(each["amount_minor"] - each["refunded_minor"] for each in mine)


def gets_no_refund(desk: Desk) -> Iterator[Act]:
    """The line cannot be handed over and the provider refuses to give the money back: a person pays it out."""
    name, handover = _owed(desk)
    key = new()
    yield lambda: desk.staff.post(f"/api/handovers/{handover}/failed", {"reason": "moths"}, key)
    refund = _refused(desk, name)
    desk.staff.post(f"/api/refunds/{refund}/paid-out", None, new())
    assert desk.state(name) == "refunded"


def is_paid_out(desk: Desk) -> Iterator[Act]:
    """A person pays out what the provider refused."""
    name, handover = _owed(desk)
    desk.staff.post(f"/api/handovers/{handover}/failed", {"reason": "moths"}, new())
    refund = _refused(desk, name)
    key = new()
    yield lambda: desk.staff.post(f"/api/refunds/{refund}/paid-out", None, key)
    assert desk.state(name) == "refunded"


def _owed(desk: Desk) -> tuple[str, str]:
    desk.behave("refund_refused")
    name = str(desk.order("staff")["id"])
    desk.pay_by_code(name)()
    eventually(lambda: desk.staff.order(name)["handovers"], what="the payment")
    return name, str(desk.staff.order(name)["handovers"][0]["handover"])


def _refused(desk: Desk, name: str) -> str:
    def refused() -> list[str]:
        return [each["id"] for each in desk.staff.order(name)["refunds"] if each["state"] == "refused"]

    (refund,) = eventually(refused, what="the refusal")
    return str(refund)


# ── the world ───────────────────────────────────────────────────────────────────────────────────────


@contextmanager
def desk_of(folder: Path, nursery: Nursery, hq: Headquarters) -> Iterator[Desk]:
    """A store with a shelf, a printer, a provider of payment codes, a coupon, a game and one member."""
    with ExitStack() as ends:
        slips: list[Slip] = []
        printer = TrainingPrinter("127.0.0.1", 0, slips.append)
        ends.enter_context(printer)
        threading.Thread(target=printer.serve_forever, args=(0.02,), daemon=True).start()
        ends.callback(printer.shutdown)
        shop = ends.enter_context(opened(folder, nursery, hq))
        gateway, _ = ends.enter_context(running_gateway("alipay", folder / "gateway", shop.data, QUICK))
        shop.options = ("--printer", f"tcp://127.0.0.1:{printer.port}?profile=gb18030-80")
        shop.kill_agent()
        shop.start_agent()
        ends.enter_context(DeviceRunner([_shelf(shop)]))
        desk = Desk(shop, hq, gateway, slips, _join(hq.url))
        ends.callback(desk.staff.close)
        ends.callback(desk.kiosk.close)
        _stock(desk.staff)
        yield desk


def _stock(staff: StaffClient) -> None:
    staff.wait_until_ready(["shelf-1"])
    staff.list_items([{"sku": "B", "name_en": "Sweet", "price_minor": 100}], key="sweets")
    plates = [("p1", "A"), ("p2", "B")]
    how = {"device": "shelf-1", "par_level": 5, "capacity": 99, "count": 90}
    staff.plan([{"slot": plate, "sku": sku, **how} for plate, sku in plates], key="shelf")
    staff.post("/api/stock/receive", {"sku": "A", "qty": 50, "kind": "supplier"}, "receive")
    staff.post("/api/promotions", {"promotions": COUPONS}, "promotions")
    staff.post("/api/games", {"games": GAMES}, "games")
    staff.post("/api/day/open", {"float_minor": 10_000}, "open")


def _shelf(shop: Shop) -> Device:
    inside = ShelfSimulator(
        [Plate(plate="p1", item="A", weight_g=350), Plate(plate="p2", item="B", weight_g=9)], rng=Random(1)
    )
    folder = shop.folder / "shelf"
    folder.mkdir()
    address = device_address(shop.broker, "shelf-1")
    return Device(
        shop.store, "shelf-1", inside, folder, address, clock=system_clock, new_boot_mark=random_boot_mark
    )


def _join(hq: str) -> str:
    """Become a member on headquarters' page; the code to show."""
    version = re.search(r'name="agree" value="([^"]+)"', requests.get(f"{hq}/m/join", timeout=10).text)
    assert version is not None
    page = requests.post(f"{hq}/m/join", data={"agree": version[1]}, timeout=10).text
    found = re.search(r"<code>([^<]+)</code>", page)
    assert found is not None
    return unescape(found[1])
