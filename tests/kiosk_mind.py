"""A kiosk's mind with a clock in hand: events go in, what it asks of the agent and what it shows come out."""

from __future__ import annotations

from typing import Any, TypeVar

from kiosk_ui.events import ChangesArrived, Event, SnapshotArrived, Ticked, Told
from kiosk_ui.orders import Order
from kiosk_ui.requests import AskPrice, Request
from kiosk_ui.shop import Change, Scan, Shop
from kiosk_ui.showing import show
from kiosk_ui.state import State
from kiosk_ui.view_state import step
from tests.kiosk_sale_views import quote_of

Asked = TypeVar("Asked", bound=Request)


class Mind:
    """`asked` is everything that was asked of the agent but prices, which are in `priced`."""

    def __init__(self, shop: Shop | None, session: str = "run1", **state: Any) -> None:
        self.now_s = 1000.0
        self.state = State("kiosk-1", session, lost_since_s=self.now_s, touched_at_s=self.now_s, **state)
        self.asked: list[Any] = []
        self.priced: list[AskPrice] = []
        if shop is not None:
            self.happens(SnapshotArrived(shop))

    def happens(self, *events: Event) -> None:
        """One after the other."""
        for event in events:
            self.state, requests = step(self.state, event, self.now_s)
            self.priced.extend(request for request in requests if isinstance(request, AskPrice))
            self.asked.extend(request for request in requests if not isinstance(request, AskPrice))

    def waits(self, seconds: float) -> None:
        """Time goes by."""
        self.now_s += seconds
        self.happens(Ticked())

    def change(self, kind: str, key: str, value: Any) -> None:
        """The feed tells."""
        assert self.state.shop is not None
        self.happens(ChangesArrived(self.state.shop.seq + 1, (Change(kind, key, value),)))

    def order_is(self, changed: Order) -> None:
        """The feed tells of an order."""
        self.change("order", changed.id, changed)

    def scans(self, meaning: str, device: str = "sc-1", sku: str = "", number: int = 1) -> None:
        """Something is held in front of a scanner."""
        self.change("scan", device, Scan(f"{device}-{meaning}-{number}", device, meaning, sku))

    def told_price(self, why: str = "") -> None:
        """The agent answers what it was asked for prices, until it is asked no more."""
        while self.state.waits_for(AskPrice):
            assert self.state.shop is not None
            quote = quote_of(self.priced[-1].basket, self.state.shop.items, why)
            self.happens(Told(self.priced[-1], quote))

    def last(self, kind: type[Asked]) -> Asked:
        """The newest request, which must be of that kind."""
        assert isinstance(self.asked[-1], kind), self.asked
        return self.asked[-1]

    def body(self) -> Any:
        """What stands on the glass."""
        return show(self.state, self.now_s).body

    @property
    def message(self) -> str:
        """What the agent, or the kiosk, has to say."""
        return show(self.state, self.now_s).message
