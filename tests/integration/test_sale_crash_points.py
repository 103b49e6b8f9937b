"""kill -9 at every step of a sale: the shopper has the goods or the money, the store has a record, headquarters agrees.

Each row of the table in docs/crash-points.md is a test here, and the table is written out of these rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from popshop.shop.client import StaffClient
from tests.crash_points import Nursery, kill
from tests.desk_crash_rows import DESK_ROWS, DeskRow
from tests.edge_harness import assert_chained
from tests.edge_live import eventually
from tests.hq_crash_rows import HQ_ROWS, HqRow
from tests.hq_process import Headquarters
from tests.sale_crash_rows import COUNTER_ROWS, GOODS, MONEY_BACK, CounterRow, End
from tests.sale_crashes import PRICE_MINOR, Shop, Shopper, assert_books_agree, opened

PAGE = Path(__file__).resolve().parents[2] / "docs" / "crash-points.md"


class Row(NamedTuple):
    """One crash point: where the agent dies, in words and for `sale_crashes.arm`, and the end."""

    step: str
    place: str
    end: End
    method: str = "sandbox"
    jams: bool = False


def _commit(step: str, fact: str, end: End, **more: Any) -> list[Row]:
    return [
        Row(f"{step}: before it is written", f"commit:{fact}:before", end, **more),
        Row(f"{step}: written, nobody told", f"commit:{fact}:after", end, **more),
    ]


ROWS = [
    *_commit("The order is placed and its units are held", "OrderPlaced", GOODS),
    *_commit("The payment is asked for", "PaymentRequested", GOODS),
    Row("The provider is about to be told", "provider:create:before", GOODS),
    Row("The provider knows, the store does not", "provider:create:after", GOODS),
    *_commit("The address to pay at is known", "PaymentPending", GOODS),
    Row("The provider is asked whether money came", "provider:ask:after", GOODS),
    *_commit("The money is in, the vend is asked for, the receipt has its number", "PaymentPaid", GOODS),
    *_commit("The same with cash at the counter", "PaymentPaid", GOODS, method="counter"),
    *_commit("The same with the receipt that headquarters signed", "PaymentPaid", GOODS, method="signed"),
    Row("The vend command is about to leave", "wire:command:before", GOODS),
    Row("The vend command has left", "wire:command:after", GOODS),
    *_commit("The motor turns", "VendStarted", GOODS),
    *_commit("The can fell", "VendDispensed", GOODS),
    *_commit("The can stayed inside for certain: the money is owed", "VendFailed", MONEY_BACK, jams=True),
    Row("The provider is about to give the money back", "provider:refund:before", MONEY_BACK, jams=True),
    Row("The provider gave it back, the store does not know", "provider:refund:after", MONEY_BACK, jams=True),
    *_commit("The money went back", "PaymentRefunded", MONEY_BACK, jams=True),
]


class PowerCut(NamedTuple):
    """The power goes while the motor turns: nobody can know, so a person looks; and the end after that."""

    step: str
    dies: str
    verdict: str
    end: End


SEEN_TO_FALL = GOODS._replace(
    store="a case until staff look, then one sale", shopper="a case number, and the can"
)
SEEN_INSIDE = MONEY_BACK._replace(
    store="a case until staff look, then a failed vend and a refund",
    shopper="a case number, then the money back",
)
POWER_CUTS = [
    PowerCut("The machine's power goes under the motor; the can fell", "machine", "dispensed", SEEN_TO_FALL),
    PowerCut("The same; the can did not fall", "machine", "not_dispensed", SEEN_INSIDE),
    PowerCut("The whole store's power goes; the can fell", "everything", "dispensed", SEEN_TO_FALL),
    PowerCut("The same; the can did not fall, after all", "everything", "not_dispensed", SEEN_INSIDE),
]


# ── the rows ────────────────────────────────────────────────────────────────────────────────────────


class Place(NamedTuple):
    """A store with a machine, where one row after the other is played."""

    shop: Shop
    inside: Any

    def seen(self, staff: StaffClient) -> Seen:
        """What there is now, in the books and behind the glass."""
        entities, totals = staff.snapshot()["entities"], staff.totals()
        (slot,) = entities["device"]["vm-1"]["slots"]
        orders = entities.get("order", {})
        return Seen(slot["count"], self.inside.inside("1"), len(orders), totals["takings_minor"])


class Seen(NamedTuple):
    """A store between two rows."""

    booked: int
    units: int
    orders: int
    takings_minor: int


@contextmanager
def _place(folder: Path, nursery: Nursery, hq: Headquarters, *, jams: bool) -> Iterator[Place]:
    with opened(folder, nursery, hq) as shop, shop.machine(jams=jams) as inside:
        yield Place(shop, inside)
        shop.kill_if_alive()
        assert_chained(shop.data / "store.db")


@pytest.fixture(scope="module")
def works(
    tmp_path_factory: pytest.TempPathFactory, nursery: Nursery, shared_headquarters: Headquarters
) -> Iterator[Place]:
    """A store whose machine works."""
    with _place(tmp_path_factory.mktemp("works"), nursery, shared_headquarters, jams=False) as place:
        yield place


@pytest.fixture(scope="module")
def jams(
    tmp_path_factory: pytest.TempPathFactory, nursery: Nursery, shared_headquarters: Headquarters
) -> Iterator[Place]:
    """A store whose machine keeps every can."""
    with _place(tmp_path_factory.mktemp("jams"), nursery, shared_headquarters, jams=True) as place:
        yield place


@pytest.mark.parametrize(
    "row", ROWS, ids=lambda row: f"{row.place}{'-' + row.method if row.method != 'sandbox' else ''}"
)
def test_after_kill_9_the_sale_ends_as_if_nothing_had_happened(
    row: Row, works: Place, jams: Place, shared_headquarters: Headquarters
) -> None:
    place = jams if row.jams else works
    shop = place.shop
    shop.stand_up()
    with shop.client() as staff:
        staff.wait_until_ready(["vm-1"])
        if row.jams:
            staff.post("/api/devices/vm-1/slots/1/unblock", None, row.place)
        before = place.seen(staff)
    shop.dies_at(row.place)
    shopper = Shopper(shop, row.method)
    shopper.begin()
    shop.died()
    shop.start_agent()
    order = shopper.leave()
    _assert_shopper(row.end, order, before.units - place.inside.inside("1"))
    with shop.client() as staff:
        _assert_store(row.end, before, place.seen(staff), staff.snapshot()["entities"])
        assert_books_agree(shop, staff, shared_headquarters)


@pytest.mark.parametrize("row", POWER_CUTS, ids=lambda row: f"{row.dies}-{row.verdict}")
def test_after_a_power_cut_under_the_motor_a_person_looks_and_the_sale_ends_by_what_they_saw(
    row: PowerCut, tmp_path: Path, nursery: Nursery, shared_headquarters: Headquarters
) -> None:
    with opened(tmp_path, nursery, shared_headquarters) as shop, shop.client() as staff:
        motor = shop.start_machine(motor_ms=60_000)
        staff.wait_until_ready(["vm-1"])
        shopper = Shopper(shop)
        shopper.begin()
        eventually(lambda: _states(staff) == ["dispensing"], what="the motor's turning")
        kill(motor)
        if row.dies == "everything":
            shop.kill_agent()
            shop.start_agent()
        motor = shop.start_machine(motor_ms=0)
        order = shopper.leave()
        (vend,) = order["vends"]
        assert (vend["state"], vend["case"]) == ("unknown", vend["id"]), "the number on the shopper's screen"
        staff.post(f"/api/vends/{vend['id']}/settle", {"outcome": row.verdict}, "settle")
        eventually(lambda: staff.order(order["id"])["state"] == row.end.state, what=row.end.state)
        assert staff.totals()["takings_minor"] == (row.end.paid - row.end.refunded) * PRICE_MINOR
        assert_books_agree(shop, staff, shared_headquarters)
        kill(motor)


def _states(staff: StaffClient) -> list[str]:
    orders = staff.snapshot()["entities"]["order"].values()
    return [vend["state"] for order in orders for vend in order["vends"]]


def _assert_shopper(end: End, order: dict[str, Any], units: int) -> None:
    assert order["state"] == end.state
    assert units == end.units, "what fell out of the machine"
    assert order["paid_minor"] == end.paid * PRICE_MINOR
    assert order["refunded_minor"] == end.refunded * PRICE_MINOR


def _assert_store(end: End, before: Seen, now: Seen, entities: dict[str, Any]) -> None:
    assert now.takings_minor - before.takings_minor == (end.paid - end.refunded) * PRICE_MINOR
    assert now.orders - before.orders == 1, "one shopper, one order"
    assert not [v for o in entities["order"].values() for v in o["vends"] if v["state"] == "unknown"]
    assert now.booked == before.booked - end.units
    (slot,) = entities["device"]["vm-1"]["slots"]
    assert entities["item"]["A"]["available"] == (0 if slot["blocked"] else now.booked)


def test_the_page_says_what_the_rows_say() -> None:
    sales: list[Row | PowerCut | CounterRow] = [*ROWS, *POWER_CUTS, *COUNTER_ROWS]
    others: list[DeskRow | HqRow] = [*DESK_ROWS, *HQ_ROWS]
    seen: list[tuple[str, End | DeskRow | HqRow]] = [(row.step, row.end) for row in sales]
    seen += [(row.step, row) for row in others]
    lines = [f"| {step} | {end.shopper} | {end.store} | {end.headquarters} |" for step, end in seen]
    written = [line for line in PAGE.read_text().splitlines() if line.startswith("| ") and line[2].isupper()]
    assert sorted(written) == sorted(lines)
