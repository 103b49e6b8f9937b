"""Money on headquarters' phone page: the training provider of a store that joined, and payment by signed receipt.

Headquarters being away is `ProviderTrouble`; only a signed receipt is asked for without it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import quote, urlencode

import msgspec
import requests

from cloud_sync.protocol.codes.own_codes import Content, mint
from cloud_sync.protocol.envelope import parse_time
from cloud_sync.protocol.page_payments import (
    PAYMENTS_PATH,
    STATEMENTS_PATH,
    PageAsked,
    PagePayment,
    PageRefund,
    PageRefunded,
)
from edge_agent.adapters.payments.port import (
    Forged,
    Pace,
    PaymentAsked,
    ProviderAnswer,
    ProviderTrouble,
    RefundAsked,
    RefundRefusedByProvider,
    StatementLine,
)
from edge_agent.adapters.sqlite_store.queries import Queries
from edge_agent.services.rules import CodeKey

TIMEOUT_S: Final = (2.0, 5.0)
MAX_REPLY_BYTES: Final = 16 * 1024 * 1024


class HqPage:
    """Fills `port.PaymentProvider` for payments that headquarters' page takes while the store is online."""

    pace = Pace(first_s=0.3, most_s=0.6)

    def __init__(self, hq_url: str, token: str, phone_url: Callable[[], str]) -> None:
        """`phone_url`: where shoppers' phones find headquarters, by its rules; its own address when empty."""
        self._url = hq_url
        self._token = token
        self._phone_url = phone_url

    def create(self, asked: PaymentAsked) -> ProviderAnswer:
        """Open the payment and say where the shopper pays."""
        body = PageAsked(order=asked.order, amount_minor=asked.amount_minor, currency=asked.currency)
        return self._answer(self._call("POST", _path(asked.payment), body))

    def ask(self, asked: PaymentAsked) -> ProviderAnswer:
        """How it stands."""
        return self._answer(self._call("GET", _path(asked.payment)))

    def close(self, asked: PaymentAsked) -> ProviderAnswer:
        """Take no money for it any more."""
        return self._answer(self._call("POST", f"{_path(asked.payment)}/close"))

    def refund(self, asked: RefundAsked) -> str:
        """Give money back, once per refund."""
        path = f"{_path(asked.payment)}/refunds/{quote(asked.refund, safe='')}"
        status, body = self._call("POST", path, PageRefund(amount_minor=asked.amount_minor))
        if status in (400, 404, 409):
            raise RefundRefusedByProvider(f"headquarters refused it ({status})")
        told: PageRefunded = _read(body, status, PageRefunded)
        return told.reference

    def statement(self, day: str) -> list[StatementLine]:
        """What moved on a day."""
        status, body = self._call("GET", f"{STATEMENTS_PATH}/{quote(day, safe='')}")
        lines: list[StatementLine] = _read(body, status, list[StatementLine])
        return lines

    def notified(self, headers: Mapping[str, str], body: bytes) -> tuple[str, ProviderAnswer]:
        """It never sends anything by itself."""
        raise Forged("headquarters' page sends no notifications")

    def _answer(self, told: tuple[int, bytes]) -> ProviderAnswer:
        status, body = told
        if status == 404:
            return ProviderAnswer("unheard")
        found = _read(body, status, PagePayment)
        base = self._phone_url() or self._url
        return ProviderAnswer(
            state=found.state,
            provider_ref=f"page-{found.payment}",
            pay_url=f"{base}{found.path}" if found.path else "",
            amount_minor=found.amount_minor,
            currency=found.currency,
            payment=found.payment,
            order=found.order,
        )

    def _call(self, how: str, path: str, body: msgspec.Struct | None = None) -> tuple[int, bytes]:
        try:
            answer = requests.request(
                how,
                self._url + path,
                data=b"" if body is None else msgspec.json.encode(body),
                headers={"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"},
                timeout=TIMEOUT_S,
                allow_redirects=False,
            )
        except (requests.RequestException, OSError) as error:
            raise ProviderTrouble(f"headquarters does not answer: {type(error).__name__}") from None
        if len(answer.content) > MAX_REPLY_BYTES:
            raise ProviderTrouble("headquarters answers beyond measure")
        return answer.status_code, answer.content


class SignedReceipts:
    """Fills `port.PaymentProvider` for payments by signed receipt: asking needs nobody, refunds need headquarters.

    The money is taken by the phone's own line; the store hears of it by the receipt that the shopper shows.
    """

    pace = Pace(first_s=1.0, most_s=30.0)

    def __init__(
        self, page: HqPage, key: CodeKey, store: str, queries: Queries, phone_url: Callable[[], str]
    ) -> None:
        self._page = page
        self._key = key
        self._store = store
        self._queries = queries
        self._phone_url = phone_url

    def create(self, asked: PaymentAsked) -> ProviderAnswer:
        """Sign the order for headquarters' page."""
        order = self._queries.order(asked.order)
        until = None if order is None else parse_time(str(order["expires_at"]))
        base = self._phone_url()
        if until is None or not base:
            raise ProviderTrouble("headquarters has not told its address for phones yet")
        content = Content(
            key=self._key.name,
            id=asked.payment,
            store=self._store,
            expires_at=int(until.timestamp()),
            order=asked.order,
            amount_minor=asked.amount_minor,
            currency=asked.currency,
        )
        code = mint("order", content, self._key.private)
        return ProviderAnswer(
            "pending", provider_ref="signed", pay_url=f"{base}/p/s?{urlencode({'c': code})}"
        )

    def ask(self, asked: PaymentAsked) -> ProviderAnswer:
        """It waits for its receipt; nobody else can tell."""
        return ProviderAnswer("pending", provider_ref="signed")

    def close(self, asked: PaymentAsked) -> ProviderAnswer:
        """From here on its receipt is refused; headquarters gives the money back when it hears of that."""
        return ProviderAnswer("closed", reason="no receipt was shown")

    def refund(self, asked: RefundAsked) -> str:
        """Have headquarters give money back that it took."""
        return self._page.refund(asked)

    def statement(self, day: str) -> list[StatementLine]:
        """Headquarters' book of the day counts when it took the money, not when the receipt was shown: none."""
        return []

    def notified(self, headers: Mapping[str, str], body: bytes) -> tuple[str, ProviderAnswer]:
        """Nobody sends any."""
        raise Forged("receipts are shown, not sent")


def _path(payment: str) -> str:
    return f"{PAYMENTS_PATH}/{quote(payment, safe='')}"


def _read(body: bytes, status: int, shape: Any) -> Any:
    if status != 200:
        raise ProviderTrouble(f"headquarters answers {status}")
    try:
        return msgspec.json.decode(body, type=shape)
    except msgspec.MsgspecError:
        raise ProviderTrouble("headquarters' answer cannot be read") from None
