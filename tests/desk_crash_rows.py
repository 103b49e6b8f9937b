"""The rows of docs/crash-points.md about shelf and counter, coupons, points, games, paper, cash and shown codes."""

from __future__ import annotations

from typing import NamedTuple

from tests import desk_crashes as deeds
from tests.desk_crashes import Deed
from tests.sale_crashes import PRICE_MINOR


class DeskRow(NamedTuple):
    """Where the agent dies, at what, and what each sees when all is running again."""

    step: str
    place: str
    deed: Deed
    shopper: str
    store: str
    headquarters: str
    paid: int = 0
    """In minor units, as is `refunded`: of the whole deed, by every book."""
    refunded: int = 0
    orders: int = 0


_SAME = "the same sale"
_BOTH = ((": before it is written", "before"), (": written, nobody told", "after"))


def _commit(
    step: str, fact: str, deed: Deed, *seen: str, paid: int = 0, refunded: int = 0, orders: int = 1
) -> list[DeskRow]:
    shopper, store, headquarters = seen
    return [
        DeskRow(
            step + when, f"commit:{fact}:{side}", deed, shopper, store, headquarters, paid, refunded, orders
        )
        for when, side in _BOTH
    ]


def _print(step: str, place: str, papers: str, shopper: str, store: str) -> DeskRow:
    deed = deeds.prints(papers)
    return DeskRow(step, place, deed, shopper, store, "the receipt, once", PRICE_MINOR, 0, 1)


def _code(step: str, place: str, shopper: str) -> DeskRow:
    store = "one payment; a code that never left is a closed one"
    return DeskRow(step, place, deeds.shows_a_code, shopper, store, _SAME, PRICE_MINOR, 0, 1)


SHELF_AND_COUNTER = [
    *_commit(
        "The money is in, and what stands on the shelf is the shopper's", "HandedOver", deeds.takes_from_shelf,
        "the goods", "one line handed over, one payment", _SAME, paid=PRICE_MINOR,
    ),
    *_commit(
        "The kiosk sends the shopper to the counter", "PaymentPending", deeds.asks_for_the_counter,
        "the goods, once staff have the money", "one payment to collect, then a sale", _SAME, paid=PRICE_MINOR,
    ),
    *_commit(
        "Staff say that they have the money", "PaymentPaid", deeds.is_confirmed,
        "the goods", "one payment", _SAME, paid=PRICE_MINOR,
    ),
]  # fmt: skip
PROMOTIONS = [
    *_commit(
        "An order uses a coupon", "OrderPlaced", deeds.uses_a_coupon,
        "the lower price", "one order, the coupon spent once", _SAME, paid=PRICE_MINOR - 100,
    ),
    *_commit(
        "An order with a coupon is given up", "OrderClosed", deeds.gives_up_with_a_coupon,
        "the coupon, still good", "one order given up, nothing held", "no sale",
    ),
    *_commit(
        "A sale brings a member points", "PointsEarned", deeds.earns_points,
        "the points, once", "one sale, its points", _SAME, paid=PRICE_MINOR,
    ),
    *_commit(
        "An order spends points", "PointsSpent", deeds.spends_points,
        "the lower price; the points again when the order is given up", "one order, its points spent once",
        "no sale of it", paid=2 * PRICE_MINOR, orders=3,
    ),
    *_commit(
        "A prize is drawn", "PrizeDrawn", deeds.draws,
        "the same prize as before", "one draw, no number missing, one prize less", "the same draw",
    ),
]  # fmt: skip
PAPER = [
    _print("A print is asked for: before it is written", "commit:ReceiptPrintAsked:before", "o",
           "one receipt", "one print"),
    _print("A print is asked for: written, nobody told", "commit:ReceiptPrintAsked:after", "o",
           "one receipt", "one print"),
    _print("The print is begun: before it is written", "commit:ReceiptPrintBegun:before", "o",
           "one receipt", "one print"),
    _print("The print is begun: written, no byte has left", "commit:ReceiptPrintBegun:after", "c",
           "one slip, marked as a copy", "two prints begun, one done"),
    _print("The printer has all of it, the store does not know", "printer:send:after", "oc",
           "the receipt, and a slip marked as a copy", "two prints begun, one done"),
    _print("The print is done: before it is written", "commit:ReceiptPrinted:before", "oc",
           "the receipt, and a slip marked as a copy", "two prints begun, one done"),
    _print("The print is done: written, nobody told", "commit:ReceiptPrinted:after", "o",
           "one receipt", "one print"),
]  # fmt: skip
DRAWER = [
    *_commit(
        "Cash is put into the drawer", "CashMoved", deeds.moves_cash,
        "nothing of it", "one movement", "the same movement", orders=0,
    ),
    *_commit(
        "The drawer is counted blind", "DrawerCounted", deeds.counts_the_drawer,
        "nothing of it", "one count", "the same count", orders=0,
    ),
]  # fmt: skip
CODES_AND_REFUNDS = [
    _code("A payment code was shown: before it is written", "commit:PaymentRequested:before",
          "the goods; the kiosk sends the code again"),
    _code("A payment code was shown: written, nobody told", "commit:PaymentRequested:after",
          "the goods; at worst the code is asked for once more"),
    _code("The provider is about to be told the code", "alipay:create:before",
          "the goods; at worst the code is asked for once more"),
    _code("The provider took the money, the store does not know", "alipay:create:after",
          "the goods, paid once"),
    *_commit(
        "The provider refuses to give money back", "RefundRefused", deeds.gets_no_refund,
        "the money, in cash", "a refund for a person, paid out once", "paid and refunded",
        paid=PRICE_MINOR, refunded=PRICE_MINOR,
    ),
    *_commit(
        "A person pays out what the provider refused", "PaymentRefunded", deeds.is_paid_out,
        "the money, in cash", "one refund", "paid and refunded", paid=PRICE_MINOR, refunded=PRICE_MINOR,
    ),
]  # fmt: skip
DESK_ROWS = [*SHELF_AND_COUNTER, *PROMOTIONS, *PAPER, *DRAWER, *CODES_AND_REFUNDS]
