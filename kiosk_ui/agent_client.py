"""Calls to the edge agent, as docs/agent-api.md has them: snapshot, the shopper's requests, feed.

One client belongs to one thread. Nothing is retried here; see `agent_link`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, urlencode, urlsplit

import requests
from websockets.sync.client import ClientConnection, connect

from kiosk_ui.answers import (
    NOT_THERE,
    Answer,
    Done,
    read_address_asked,
    read_drawn,
    read_quote,
    read_scan_used,
)
from kiosk_ui.orders import Order
from kiosk_ui.requests import (
    AskAddress,
    AskPrice,
    Basket,
    CancelOrder,
    ForgetAddress,
    LeaveMember,
    PlaceOrder,
    PlayGame,
    PrintReceipt,
    Request,
    RequestPayment,
    TakeSample,
    UseScan,
)
from kiosk_ui.shop import Refusal, Shop, read_order, read_refusal, read_snapshot

CONNECT_TIMEOUT_S: Final = 3.0
ANSWER_TIMEOUT_S: Final = 8.0
MAX_FEED_BYTES: Final = 16 * 1024 * 1024
PASSING_REFUSALS: Final = ("busy",)
"""Refusals that say: ask again in a moment."""


class RefusedError(Exception):
    """The agent understood and says no."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(f"{refusal.code}: {refusal.message_en}")
        self.refusal = refusal


@dataclass(frozen=True)
class Agent:
    """Where the agent is, and who this kiosk is to it."""

    url: str
    token: str
    device: str


class AgentClient:
    """One HTTP session with the agent."""

    def __init__(self, agent: Agent) -> None:
        self._agent = agent
        self._base = agent.url.rstrip("/")
        self._session = requests.Session()
        self._session.headers["Authorization"] = f"Bearer {agent.token}"

    def close(self) -> None:
        """Give the connections back."""
        self._session.close()

    def snapshot(self) -> Shop:
        """The shop as it is now. Raises requests.RequestException, ContractError."""
        answer = self._session.get(
            f"{self._base}/api/snapshot", timeout=(CONNECT_TIMEOUT_S, ANSWER_TIMEOUT_S)
        )
        answer.raise_for_status()
        return read_snapshot(answer.content)

    def send(self, request: Request) -> Order | Answer:
        """Ask for something, once, under the request's own key.

        Raises RefusedError, or requests.RequestException / ContractError when the outcome is not known.
        """
        path, body = self._call_of(request)
        answer = self._session.request(
            "DELETE" if isinstance(request, LeaveMember | ForgetAddress) else "POST",
            f"{self._base}{path}",
            json=body,
            headers={"Idempotency-Key": request.key},
            timeout=(CONNECT_TIMEOUT_S, ANSWER_TIMEOUT_S),
        )
        if answer.ok:
            return _read(request, answer.content)
        if isinstance(request, AskPrice) and answer.status_code in (404, 405):
            raise RefusedError(Refusal(NOT_THERE, "", ""))
        if answer.headers.get("content-type", "").startswith("application/json"):
            refusal = read_refusal(answer.content)
            if refusal.code not in PASSING_REFUSALS:
                raise RefusedError(refusal)
        raise requests.HTTPError(f"the agent answered {answer.status_code}", response=answer)

    def _call_of(self, request: Request) -> tuple[str, object]:
        device = self._agent.device
        match request:
            case AskPrice(basket=basket):
                return "/api/quote", self._order_of(basket)
            case PlaceOrder(basket=basket, address=address):
                return "/api/orders", self._order_of(basket) | ({"address": address} if address else {})
            case AskAddress():
                return "/api/addresses", {"device": device}
            case ForgetAddress(address=address):
                return f"/api/addresses/{_part(address)}", None
            case RequestPayment(order=order, method=method):
                return f"/api/orders/{_part(order)}/payments", {"method": method}
            case TakeSample(campaign=campaign, visit=visit, consent=consent):
                wanted = {"campaign": campaign, "claimant": visit, "consent": consent or None}
                return "/api/samples", wanted | {"screen": device}
            case CancelOrder(order=order):
                return f"/api/orders/{_part(order)}/cancel", None
            case UseScan(scan=scan, order=order, visit=visit):
                at = {"device": device, "visit": visit} | ({"order": order} if order else {})
                return f"/api/scans/{_part(scan)}/use", at
            case LeaveMember():
                return f"/api/members/session?{urlencode({'device': device})}", None
            case PlayGame(game=game, visit=visit):
                return f"/api/games/{_part(game)}/play", {"device": device, "visit": visit}
            case PrintReceipt(receipt=receipt):
                return f"/api/receipts/{_part(receipt)}/print", {}

    def _order_of(self, basket: Basket) -> dict[str, object]:
        """The body of an order. What is empty is left out: an agent of before knows no such field."""
        lines: list[dict[str, object]] = []
        for wish in basket.lines:
            told = {"handover": wish.handover, "campaign": wish.campaign}
            known: dict[str, object] = {name: text for name, text in told.items() if text}
            lines.append({"sku": wish.sku, "qty": wish.qty} | known)
        more = {
            "coupons": list(basket.coupons),
            "points": basket.points,
            "visit": basket.visit,
            "claimant": basket.claimant,
            "consent": next((wish.consent for wish in basket.lines if wish.consent), ""),
        }
        body: dict[str, object] = {"channel": "kiosk", "device": self._agent.device, "lines": lines}
        return body | {name: value for name, value in more.items() if value}

    @contextmanager
    def feed(self, after: int) -> Iterator[ClientConnection]:
        """The feed from that number on. Raises OSError, websockets' WebSocketException."""
        parts = urlsplit(self._base)
        scheme = "wss" if parts.scheme == "https" else "ws"
        query = urlencode({"after": after, "token": self._agent.token})
        with connect(
            f"{scheme}://{parts.netloc}{parts.path}/api/feed?{query}",
            open_timeout=CONNECT_TIMEOUT_S + ANSWER_TIMEOUT_S,
            close_timeout=1,
            max_size=MAX_FEED_BYTES,
            proxy=None,
        ) as connection:
            yield connection


def _part(name: str) -> str:
    """A name as one part of a path."""
    return quote(name, safe="")


def _read(request: Request, body: bytes) -> Order | Answer:
    match request:
        case AskPrice():
            return read_quote(body)
        case UseScan():
            return read_scan_used(body)
        case PlayGame():
            return read_drawn(body)
        case AskAddress():
            return read_address_asked(body)
        case PrintReceipt() | LeaveMember() | ForgetAddress():
            return Done()
        case _:
            return read_order(body)
