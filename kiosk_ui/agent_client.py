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

from kiosk_ui.events import CancelOrder, PlaceOrder, Request, RequestPayment, TakeSample
from kiosk_ui.shop import Order, Refusal, Shop, read_order, read_refusal, read_snapshot

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

    def send(self, request: Request) -> Order:
        """Ask for something, once, under the request's own key.

        Raises RefusedError, or requests.RequestException / ContractError when the outcome is not known.
        """
        path, body = self._call_of(request)
        answer = self._session.post(
            f"{self._base}{path}",
            json=body,
            headers={"Idempotency-Key": request.key},
            timeout=(CONNECT_TIMEOUT_S, ANSWER_TIMEOUT_S),
        )
        if answer.ok:
            return read_order(answer.content)
        if answer.headers.get("content-type", "").startswith("application/json"):
            refusal = read_refusal(answer.content)
            if refusal.code not in PASSING_REFUSALS:
                raise RefusedError(refusal)
        raise requests.HTTPError(f"the agent answered {answer.status_code}", response=answer)

    def _call_of(self, request: Request) -> tuple[str, object]:
        match request:
            case PlaceOrder(sku=sku, qty=qty):
                lines = [{"sku": sku, "qty": qty}]
                return "/api/orders", {"channel": "kiosk", "device": self._agent.device, "lines": lines}
            case RequestPayment(order=order, method=method):
                return f"/api/orders/{quote(order, safe='')}/payments", {"method": method}
            case TakeSample(campaign=campaign, visit=visit, consent=consent):
                wanted = {"campaign": campaign, "claimant": visit, "consent": consent or None}
                return "/api/samples", wanted | {"screen": self._agent.device}
            case CancelOrder(order=order):
                return f"/api/orders/{quote(order, safe='')}/cancel", None

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
