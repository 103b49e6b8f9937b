"""kill -9 while staff hand over, give up a line, or close the day; the rows stand in docs/crash-points.md."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from popshop.shop.client import StaffClient
from tests.crash_points import Nursery
from tests.edge_harness import assert_chained
from tests.edge_live import eventually
from tests.hq_process import Headquarters
from tests.sale_crash_rows import COUNTER_ROWS, CounterRow
from tests.sale_crashes import PRICE_MINOR, Shop, assert_books_agree, opened


def _paid(staff: StaffClient) -> dict[str, Any]:
    """A shirt out of the stock room, paid on headquarters' page, waiting for staff."""
    staff.post("/api/stock/receive", {"sku": "A", "qty": 5, "kind": "supplier"}, "receive")
    line = {"sku": "A", "qty": 1, "handover": "staff"}
    order = staff.place_order([line], key="order", channel="kiosk", device="kiosk-1")
    staff.pay(order["id"], "card", key="pay")
    return staff.order(order["id"])


def _deed(shop: Shop, deed: str, order: dict[str, Any]) -> None:
    """What staff do; asked again with its key until somebody answers."""
    with shop.client() as staff:
        if deed == "close":
            staff.post("/api/day/close", {"uncounted": True}, "close")
            return
        (line,) = order["handovers"]
        body = {} if deed == "done" else {"reason": "moths"}
        staff.post(f"/api/handovers/{line['handover']}/{deed}", body, "deed")


@pytest.mark.parametrize("row", COUNTER_ROWS, ids=lambda row: row.place)
def test_after_kill_9_what_staff_did_is_done_once(
    row: CounterRow, tmp_path: Path, nursery: Nursery, shared_headquarters: Headquarters
) -> None:
    with opened(tmp_path, nursery, shared_headquarters) as shop:
        with shop.client() as staff:
            order = _paid(staff)
            if row.deed == "close":
                _deed(shop, "done", order)
        shop.dies_at(row.place)
        doing = threading.Thread(target=_deed, args=(shop, row.deed, order))
        doing.start()
        shop.died()
        shop.start_agent()
        doing.join(30)
        assert not doing.is_alive()
        with shop.client() as staff:
            if row.deed == "failed":
                (refund,) = staff.order(order["id"])["refunds"]
                staff.post(f"/api/refunds/{refund['id']}/paid-out", None, "paid-out")
            eventually(lambda: staff.order(order["id"])["state"] == row.end.state, what=row.end.state)
            totals = staff.totals()
            assert totals["paid_minor"] == row.end.paid * PRICE_MINOR
            assert totals["refunded_minor"] == row.end.refunded * PRICE_MINOR
            (right,) = staff.get("/api/stock")["stock"]
            assert right["available"] == 99 + (5 if row.deed == "failed" else 4)
            if row.deed == "close":
                assert [z["z"] for z in staff.get("/api/day/z")["reports"]] == [1]
            assert_books_agree(shop, staff, shared_headquarters)
        shop.kill_agent()
        assert_chained(shop.data / "store.db")
