"""The pages and calls that only a training gateway has: what comes next, the shopper's confirmation, notifications."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Any, Final, NamedTuple

import requests
from fastapi import BackgroundTasks, FastAPI
from fastapi.responses import HTMLResponse, Response

from popshop.gateways.book import BEHAVIOURS, BY_ENDING, Book, Trade

NOTIFY_TIMEOUT_S: Final = 5.0


class Note(NamedTuple):
    """A notification as it goes to the store."""

    headers: dict[str, str]
    body: bytes


MakeNote = Callable[[Trade, bool], Note]
"""Of a trade; forged: signed with a key that is not the provider's."""


class Broken(Response):
    """An answer whose connection breaks before its body."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Promise a body, and send none: the server closes the connection."""
        head = [(b"content-length", b"1000"), (b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": 200, "headers": head})


def notify(book: Book, make: MakeNote, number: str, *, times: int = 1, forged: bool = False) -> list[int]:
    """Tell the store how a trade stands; the HTTP statuses that it answered, 0 for none."""
    trade = book.find(number)
    if trade is None or not trade.notify_url:
        return []
    statuses: list[int] = []
    for _ in range(2 if trade.behaviour == "twice" else times):
        note = make(trade, forged)
        try:
            told = requests.post(
                trade.notify_url, data=note.body, headers=note.headers, timeout=NOTIFY_TIMEOUT_S
            )
            statuses.append(told.status_code)
        except requests.RequestException:
            statuses.append(0)
    return statuses


def add_training(app: FastAPI, book: Book, make: MakeNote, name: str) -> None:
    """The routes under /training, and the shopper's page."""

    @app.post("/training/next/{behaviour}")
    def behave(behaviour: str) -> dict[str, Any]:
        if behaviour not in BEHAVIOURS:
            return {"error": f"one of {', '.join(BEHAVIOURS)}"}
        book.behave(behaviour)
        return {"next": behaviour}

    @app.post("/training/pay/{number}")
    def pay(number: str, later: BackgroundTasks, late: bool = False) -> Any:
        trade = book.pay(number, late=late)
        if trade is not None and trade.state == "paid":
            later.add_task(notify, book, make, number)
        return {"state": None if trade is None else trade.state}

    @app.post("/training/notify/{number}")
    def tell(number: str, times: int = 1, forged: bool = False) -> dict[str, Any]:
        return {"statuses": notify(book, make, number, times=max(1, min(times, 10)), forged=forged)}

    @app.get("/training/trades")
    def trades() -> list[dict[str, Any]]:
        return [
            {
                "number": t.number, "state": t.state, "amount_minor": t.amount_minor,
                "refunded_minor": t.refunded_minor, "behaviour": t.behaviour, "ref": t.ref,
            }
            for t in book.trades()
        ]  # fmt: skip

    @app.get("/", response_class=HTMLResponse)
    def page() -> str:
        rows = "".join(
            f"<tr><td>{escape(t.number)}<td>{t.amount_minor}<td>{escape(t.behaviour)}<td>{t.state}<td>"
            f'<form method="post" action="/training/pay/{escape(t.number)}"><button>支付 Pay</button></form>'
            for t in book.trades()
        )
        endings = "".join(f"<li>…{n}: {b} — {BEHAVIOURS[b]}" for n, b in sorted(BY_ENDING.items()))
        return (
            f"<!doctype html><meta charset=utf-8><title>{name}</title><h1>{name} 培训网关 · training gateway</h1>"
            f"<p>不会扣款 · No money moves. The last two digits of an amount choose what happens:<ul>{endings}"
            f"</ul><table><tr><th>Payment<th>Fen<th>Behaviour<th>State<th></tr>{rows}</table>"
        )
