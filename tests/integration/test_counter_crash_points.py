"""kill -9 while staff hand over, give up a line or its money, or close the day: rows of docs/crash-points.md."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest

from popshop.shop.client import StaffClient
from tests.crash_points import Nursery
from tests.desk_crashes import new
from tests.edge_harness import assert_chained
from tests.edge_live import eventually
from tests.hq_process import Headquarters
from tests.sale_crash_rows import COUNTER_ROWS, CounterRow
from tests.sale_crashes import PRICE_MINOR, Shop, assert_books_agree, opened


@pytest.fixture(scope="module")
def shop(
    tmp_path_factory: pytest.TempPathFactory, nursery: Nursery, shared_headquarters: Headquarters
) -> Iterator[Shop]:
    """A store with shirts in its stock room, where one row after the other is played."""
    with opened(tmp_path_factory.mktemp("counter"), nursery, shared_headquarters) as found:
        with found.client() as staff:
            staff.post("/api/stock/receive", {"sku": "A", "qty": 50, "kind": "supplier"}, "receive")
        yield found
        found.kill_if_alive()
        assert_chained(found.data / "store.db")


class Seen(NamedTuple):
    """The store's sums between two rows."""

    paid: int
    refunded: int
    available: int
    z_reports: int


def _seen(staff: StaffClient) -> Seen:
    totals = staff.totals()
    (right,) = staff.get("/api/stock")["stock"]
    reports = staff.get("/api/day/z")["reports"]
    assert sorted(z["z"] for z in reports) == list(range(1, len(reports) + 1)), (
        "none is missing, none is twice"
    )
    return Seen(totals["paid_minor"], totals["refunded_minor"], right["available"], len(reports))


def _paid(staff: StaffClient) -> dict[str, Any]:
    """A shirt out of the stock room, paid by card, waiting for staff."""
    line = {"sku": "A", "qty": 1, "handover": "staff"}
    order = staff.place_order([line], key=new(), channel="kiosk", device="kiosk-1")
    staff.pay(order["id"], "card", key=new())
    return staff.order(order["id"])


def _deed(shop: Shop, deed: str, order: dict[str, Any]) -> None:
    """What staff do; asked again with its key until somebody answers."""
    with shop.client() as staff:
        if deed == "close":
            staff.post("/api/day/close", {"uncounted": True}, new())
            return
        (line,) = order["handovers"]
        if deed == "refund":
            back = {"lines": [{"line": line["line"], "units": line["qty"]}]}
            staff.post(f"/api/orders/{order['id']}/refund", back, new())
            return
        body = {} if deed == "done" else {"reason": "moths"}
        staff.post(f"/api/handovers/{line['handover']}/{deed}", body, new())


@pytest.mark.parametrize("row", COUNTER_ROWS, ids=lambda row: row.place)
def test_after_kill_9_what_staff_did_is_done_once(
    row: CounterRow, shop: Shop, shared_headquarters: Headquarters
) -> None:
    shop.stand_up()
    with shop.client() as staff:
        before = _seen(staff)
        order = _paid(staff)
        if row.deed in ("close", "refund"):
            _deed(shop, "done", order)
    shop.dies_at(row.place)
    doing = threading.Thread(target=_deed, args=(shop, row.deed, order))
    doing.start()
    shop.died()
    shop.start_agent()
    doing.join(30)
    assert not doing.is_alive()
    with shop.client() as staff:
        if row.deed in ("failed", "refund"):
            (refund,) = staff.order(order["id"])["refunds"]
            staff.post(f"/api/refunds/{refund['id']}/paid-out", None, new())
        eventually(lambda: staff.order(order["id"])["state"] == row.end.state, what=row.end.state)
        now = _seen(staff)
        assert now.paid - before.paid == row.end.paid * PRICE_MINOR
        assert now.refunded - before.refunded == row.end.refunded * PRICE_MINOR
        assert before.available - now.available == (0 if row.deed == "failed" else 1)
        assert now.z_reports - before.z_reports == (1 if row.deed == "close" else 0)
        assert_books_agree(shop, staff, shared_headquarters)
