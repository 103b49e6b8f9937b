"""A pick-up code in front of a kiosk's scanner: where to go, and what there is to say of it."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec import structs

from kiosk_ui.answers import Pickup, ScanUsed
from kiosk_ui.events import Refused, SnapshotArrived, Told, Touched, WentBack
from kiosk_ui.orders import Order
from kiosk_ui.requests import UseScan
from kiosk_ui.shop import Refusal
from kiosk_ui.views import Attract, Collect, Ending, Home, Pay
from tests.kiosk_mind import Mind
from tests.kiosk_sale_views import PICKUP_CODE, equipped, handed, several
from tests.kiosk_views import SHOP, order

SALE = equipped(SHOP, "alipay")


def fetched(state: str, *states: str) -> Order:
    """Somebody else's order, paid before."""
    found = several(SALE, state, paid_minor=10590, handovers=handed(*states) if states else ())
    return structs.replace(found, device="phone")


def shown(found: Order, standing: str, at: str = "") -> Mind:
    kiosk = Mind(SALE)
    kiosk.scans("order")
    pickup = Pickup(found.id, standing, at, "staff")
    kiosk.happens(Told(kiosk.last(UseScan), ScanUsed("order", order=found, pickup=pickup)))
    return kiosk


def test_who_comes_for_their_goods_is_sent_to_the_counter_and_sees_them_handed_over() -> None:
    kiosk = shown(fetched("fulfilling", "requested", "requested"), "ready")
    body = kiosk.body()
    assert isinstance(body, Collect)
    assert (body.kind, [unit.way for unit in body.units]) == ("ready", ["staff", "pickup"])
    kiosk.order_is(fetched("fulfilling", "done", "requested"))
    assert kiosk.body().kind == "ready", "one line is still to come"
    kiosk.order_is(fetched("completed", "done", "done"))
    assert kiosk.body().kind == "handed"


@pytest.mark.parametrize(
    ("found", "standing", "kind"),
    [
        (fetched("completed", "done", "done"), "collected", "collected"),
        (fetched("refunded", "failed", "failed"), "refunded", "refunded"),
        (fetched("open"), "unpaid", "unpaid"),
        (fetched("cancelled"), "cancelled", "cancelled"),
        (fetched("completed"), "a_word_of_later", "nothing"),
    ],
)
def test_what_cannot_be_collected_is_said(found: Order, standing: str, kind: str) -> None:
    kiosk = shown(found, standing, "2026-11-22T04:20:00.000000Z" if standing == "collected" else "")
    assert kiosk.body().kind == kind
    assert bool(kiosk.body().at) == (kind == "collected")


def test_the_page_goes_by_a_tap_or_by_itself() -> None:
    for leave in (lambda kiosk: kiosk.happens(WentBack()), lambda kiosk: kiosk.waits(61)):
        kiosk = shown(fetched("fulfilling", "requested", "requested"), "ready")
        leave(kiosk)
        assert isinstance(kiosk.body(), Home | Attract)
        assert kiosk.state.pickup is None


def test_an_order_the_agent_does_not_speak_of_any_more_leaves_no_page() -> None:
    kiosk = shown(fetched("completed", "done", "done"), "collected")
    kiosk.happens(SnapshotArrived(SALE))
    assert isinstance(kiosk.body(), Home)


def test_a_code_of_another_store_is_refused_with_the_agents_sentence() -> None:
    kiosk = Mind(SALE)
    kiosk.scans("order")
    refusal = Refusal("order_code_elsewhere", "此取货码属于另一家门店。", "Another store's.")
    kiosk.happens(Refused(kiosk.last(UseScan), refusal))
    assert isinstance(kiosk.body(), Home)
    assert kiosk.message == "此取货码属于另一家门店。"
    kiosk.happens(Touched())
    kiosk.happens(WentBack())
    assert kiosk.message == ""


def test_nobody_who_pays_is_disturbed_by_somebody_elses_code() -> None:
    kiosk = Mind(SALE.with_order(structs.replace(order("A03", 1, "awaiting_payment"))))
    kiosk.scans("order")
    assert kiosk.asked == []
    assert isinstance(kiosk.body(), Pay)


def test_the_ending_shows_the_code_for_what_is_collected_later() -> None:
    more: dict[str, Any] = {"handovers": handed("done", "requested"), "pickup_code": PICKUP_CODE}
    kiosk = Mind(SALE.with_order(several(SALE, "fulfilling", paid_minor=10590)))
    kiosk.order_is(several(SALE, "fulfilling", paid_minor=10590, **more))
    body = kiosk.body()
    assert isinstance(body, Ending)
    assert (body.kind, body.pickup_code) == ("arranged", PICKUP_CODE)
