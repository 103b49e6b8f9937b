"""Keeps the kiosk in touch with its agent: two threads, one that listens and one that asks.

It turns everything into events for `view_state.step`. It owns its threads; `close` ends them.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable, Iterator
from typing import Final, cast

import requests
from websockets.exceptions import InvalidStatus, WebSocketException
from websockets.http11 import Response
from websockets.sync.client import ClientConnection

from kiosk_ui.agent_client import Agent, AgentClient, RefusedError
from kiosk_ui.answers import Answer
from kiosk_ui.events import (
    Answered,
    ChangesArrived,
    Event,
    LinkLost,
    Refused,
    SnapshotArrived,
    Told,
    Unreachable,
)
from kiosk_ui.orders import Order
from kiosk_ui.requests import AskPrice, ForgetAddress, LeaveMember, OrderRequest, Request
from kiosk_ui.shop import ContractError, read_feed

SILENCE_S: Final = 12.0
"""The feed gives a sign of life every 5 s; after two are missing the line is dead."""
GIVE_UP_S: Final = 20.0
"""How long a request is tried before the shopper is told."""
LISTEN_SLICE_S: Final = 0.5
MAX_WAITING_REQUESTS: Final = 20

_LOST = (OSError, requests.RequestException, WebSocketException, ContractError)
_log = logging.getLogger(__name__)


def backoff_s(attempt: int) -> float:
    """How long to wait before try number `attempt` (0: the first): 0, 0.25, 0.5 … 5 s."""
    return 0.0 if attempt == 0 else min(5.0, 0.25 * 2 ** min(attempt - 1, 10))


class AgentLink:
    """The kiosk's line to the agent. `emit` is called from the link's threads."""

    def __init__(self, agent: Agent, emit: Callable[[Event], None]) -> None:
        self._agent = agent
        self._emit = emit
        self._stop = threading.Event()
        self._seq = -1
        self._requests: queue.Queue[Request | None] = queue.Queue(MAX_WAITING_REQUESTS)
        self._threads = (
            threading.Thread(target=self._run, args=(self._listen,), name="kiosk-feed"),
            threading.Thread(target=self._run, args=(self._ask,), name="kiosk-requests"),
        )
        self.failure: BaseException | None = None
        """What ended a thread that should have gone on: a mistake of ours. Its owner should end too."""

    def start(self) -> None:
        """Begin to listen and to ask."""
        for thread in self._threads:
            thread.start()

    def submit(self, request: Request) -> None:
        """Send a request; its answer comes as an event. Raises queue.Full beyond 20 that wait."""
        self._requests.put_nowait(request)

    def close(self) -> None:
        """Stop both threads and wait for them."""
        self._stop.set()
        self._requests.put(None)
        for thread in self._threads:
            thread.join()

    def _run(self, work: Callable[[AgentClient], None]) -> None:
        client = AgentClient(self._agent)
        try:
            work(client)
        except BaseException as error:
            self.failure = error
            raise
        finally:
            client.close()

    # the one that listens

    def _listen(self, client: AgentClient) -> None:
        attempt = 0
        while not self._stop.wait(backoff_s(attempt)):
            attempt += 1
            try:
                if self._seq < 0:
                    shop = client.snapshot()
                    self._emit(SnapshotArrived(shop))
                    self._seq = shop.seq
                with client.feed(self._seq) as connection:
                    for message in self._messages(connection):
                        attempt = 1
                        self._emit(message)
            except _LOST as error:
                if isinstance(error, ContractError):
                    self._seq = -1
                level = logging.WARNING if attempt == 1 else logging.DEBUG
                _log.log(level, "the agent's feed is gone: %s", _without_token(error))
                self._emit(LinkLost(_reason(error)))

    def _messages(self, connection: ClientConnection) -> Iterator[ChangesArrived]:
        """What the feed says, until stopped, or until the agent wants a new snapshot to be taken."""
        silent_s = 0.0
        while not self._stop.is_set():
            try:
                message = read_feed(connection.recv(timeout=LISTEN_SLICE_S))
            except TimeoutError:
                silent_s += LISTEN_SLICE_S
                if silent_s >= SILENCE_S:
                    raise ConnectionError(f"no sign of life for {SILENCE_S:.0f} s") from None
                continue
            silent_s = 0.0
            if message.reset:
                self._seq = -1
                return
            self._seq = max(self._seq, message.seq)
            yield ChangesArrived(message.seq, message.changes)

    # the one that asks

    def _ask(self, client: AgentClient) -> None:
        while (request := self._requests.get()) is not None and not self._stop.is_set():
            self._emit(self._outcome(client, request))

    def _outcome(self, client: AgentClient, request: Request) -> Event:
        """Try until there is an answer, always with the same key: the agent does it once."""
        # A price is asked for again by itself, and who left is forgotten in time; nobody's order should wait behind it.
        once = isinstance(request, AskPrice | LeaveMember | ForgetAddress)
        give_up_at = time.monotonic() + (0 if once else GIVE_UP_S)
        attempt = 0
        while True:
            try:
                answer = client.send(request)
                return _event_of(request, answer)
            except RefusedError as refused:
                return Refused(request, refused.refusal)
            except (requests.RequestException, ContractError) as error:
                attempt += 1
                _log.warning("%s: no answer: %s", request.key, _without_token(error))
            if self._stop.wait(backoff_s(attempt)) or time.monotonic() >= give_up_at:
                return Unreachable(request)


def _event_of(request: Request, answer: Order | Answer) -> Event:
    if isinstance(answer, Order):
        return Answered(cast(OrderRequest, request), answer)
    return Told(request, answer)


def _reason(error: Exception) -> str:
    """A few words in small print for an operator."""
    match error:
        case requests.HTTPError(response=requests.Response(status_code=status)):
            return f"HTTP {status}"
        case InvalidStatus(response=Response(status_code=status)):
            return f"HTTP {status}"
        case ContractError():
            return str(error)[:120]
        case requests.Timeout() | TimeoutError():
            return "timeout"
        case requests.ConnectionError() | OSError():
            return "no connection"
        case _:
            return type(error).__name__


def _without_token(error: Exception) -> str:
    """The error in one line, without the secret that stands in the feed's address."""
    return f"{type(error).__name__}: {error}".split("token=")[0][:300]
