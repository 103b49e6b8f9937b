"""What the rows of docs/crash-points.md rest on: without the rule, the same crash does the harm that the row denies."""

from __future__ import annotations

from pathlib import Path

from tests.crash_points import Nursery
from tests.desk_crashes import desk_of, new
from tests.edge_live import eventually
from tests.hq_process import Headquarters
from tests.sale_crashes import Shopper, opened


def test_without_the_refunds_id_the_store_asks_for_the_money_twice(
    tmp_path: Path, nursery: Nursery, shared_headquarters: Headquarters
) -> None:
    with (
        opened(tmp_path, nursery, shared_headquarters) as shop,
        shop.machine(jams=True),
        shop.client() as staff,
    ):
        staff.wait_until_ready(["vm-1"])
        shop.dies_at("provider:refund:after")
        shopper = Shopper(shop)
        shopper.begin()
        shop.died()
        shop.start_agent(without="refund")
        eventually(
            lambda: [each["state"] for each in staff.order(shopper.order["id"])["refunds"]] == ["refused"]
        )


def test_without_beginning_a_print_a_second_slip_passes_for_the_first(
    tmp_path: Path, nursery: Nursery, shared_headquarters: Headquarters
) -> None:
    with desk_of(tmp_path, nursery, shared_headquarters) as desk:
        receipt = f"kiosk-1-{desk.paid()['receipt']['number']}"
        key = new()
        desk.shop.kill_agent()
        desk.shop.start_agent(without="begun")
        desk.dies_at(
            "printer:send:after", lambda: desk.kiosk.post(f"/api/receipts/{receipt}/print", None, key)
        )
        eventually(lambda: len(desk.slips) == 2, what="both slips")
        assert not any("COPY" in slip.text for slip in desk.slips)
