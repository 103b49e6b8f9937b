"""WeChat Pay's API v3 through wechatpayv3: codes that phones show (codepay), our QR (native), query, close, refund.

The SDK signs requests and checks answers of success; an answer of failure is never believed to be money. Its gateway
is made another one where the store's file names it. Codes and states: pay.weixin.qq.com/doc/v3/merchant.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha1
from typing import Any, Final

import requests
from wechatpayv3 import WeChatPay, WeChatPayType  # type: ignore[import-untyped]

from cloud_sync.protocol.money import parse_minor
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

GATEWAY: Final = "https://api.mch.weixin.qq.com"
TIMEOUT_S: Final = (3.05, 5.0)
MAX_BILL_BYTES: Final = 32 * 1024 * 1024
_STATES: Final = {
    "SUCCESS": "paid",
    "REFUND": "paid",
    "NOTPAY": "pending",
    "USERPAYING": "pending",
    "ACCEPT": "pending",
    "CLOSED": "closed",
    "REVOKED": "closed",
    "PAYERROR": "closed",
}
_UNSURE: Final = frozenset(
    {"SYSTEM_ERROR", "SYSTEMERROR", "BANK_ERROR", "BANKERROR", "ORDER_PAID", "ORDERPAID", "FREQUENCY_LIMITED"}
)
"""Failures that are none: the order may be paid, so it is asked for."""
_NOT_THERE: Final = frozenset({"ORDER_NOT_EXIST", "ORDERNOTEXIST", "RESOURCE_NOT_EXISTS"})


@dataclass(frozen=True, slots=True)
class WechatMerchant:
    """Who we are at WeChat Pay. Keys are PEM texts; without a public key, certificates are kept in `cert_dir`."""

    mchid: str
    appid: str
    serial: str
    private_key: str
    apiv3_key: str
    public_key: str = ""
    public_key_id: str = ""
    cert_dir: str = ""
    gateway: str = GATEWAY
    notify_url: str = ""


class Wechat:
    """Fills `port.PaymentProvider`."""

    def __init__(self, merchant: WechatMerchant, pace: Pace) -> None:
        self.pace = pace
        self._merchant = merchant
        self._built: Any = None

    @property
    def _sdk(self) -> Any:
        """Built when it is first needed: it may have to get WeChat's certificates, which must not stop a start."""
        if self._built is None:
            m = self._merchant
            sdk = WeChatPay(
                wechatpay_type=WeChatPayType.NATIVE,
                mchid=m.mchid,
                private_key=m.private_key,
                cert_serial_no=m.serial,
                appid=m.appid,
                apiv3_key=m.apiv3_key,
                notify_url=m.notify_url,
                cert_dir=m.cert_dir or None,
                timeout=TIMEOUT_S,
                public_key=m.public_key or None,
                public_key_id=m.public_key_id or None,
            )
            sdk._core._gate_way = m.gateway.rstrip("/")
            self._built = sdk
        return self._built

    def create(self, asked: PaymentAsked) -> ProviderAnswer:
        """Have the shown code pay, or get a QR."""
        amount = {"total": asked.amount_minor, "currency": asked.currency}
        wanted = {
            "description": (asked.subject or asked.order)[:120],
            "out_trade_no": asked.payment,
            "amount": amount,
            "attach": asked.order,
        }
        if not asked.pay_code:
            status, said = self._call(lambda: self._sdk.pay(**wanted, pay_type=WeChatPayType.NATIVE))
            if status == 200:
                return ProviderAnswer("pending", pay_url=str(said["code_url"]), payment=asked.payment)
            return _refused(status, said)
        status, said = self._call(
            lambda: self._sdk.pay(
                **wanted,
                payer={"auth_code": asked.pay_code},
                scene_info={"store_info": {"id": self._merchant.mchid}},
                pay_type=WeChatPayType.CODEPAY,
            )
        )
        if status == 200:
            return _standing(said)
        if said.get("code") == "USERPAYING":
            return ProviderAnswer("pending", payment=asked.payment)
        return _refused(status, said)

    def ask(self, asked: PaymentAsked) -> ProviderAnswer:
        """Query by our own number."""
        status, said = self._call(lambda: self._sdk.query(out_trade_no=asked.payment))
        if status == 200:
            return _standing(said)
        if said.get("code") in _NOT_THERE:
            return ProviderAnswer("unheard")
        raise ProviderTrouble(_why(status, said))

    def close(self, asked: PaymentAsked) -> ProviderAnswer:
        """Reverse a payment by code, close one by QR, unless it is paid. Reversed money goes back there by itself."""
        found = self.ask(asked)
        if found.state in ("paid", "closed"):
            return found
        take_back = self._sdk.codepay_reverse if asked.scanned else self._sdk.close
        status, said = self._call(lambda: take_back(out_trade_no=asked.payment))
        if status in (200, 204) and said.get("recall") != "Y":
            return ProviderAnswer("closed", reason="reversed" if asked.scanned else "closed")
        if said.get("code") in _NOT_THERE | {"ORDER_CLOSED", "ORDER_REVERSED"}:
            return ProviderAnswer("closed", reason=_why(status, said))
        raise ProviderTrouble(_why(status, said))

    def refund(self, asked: RefundAsked) -> str:
        """Ask for a refund, once per refund id; asked again it tells how it stands."""
        amount = {"refund": asked.amount_minor, "total": asked.paid_minor, "currency": asked.currency}
        status, said = self._call(
            lambda: self._sdk.refund(out_refund_no=asked.refund, out_trade_no=asked.payment, amount=amount)
        )
        if status == 200:
            if said.get("status") == "SUCCESS":
                return str(said.get("refund_id", ""))
            if said.get("status") in ("CLOSED", "ABNORMAL"):
                raise RefundRefusedByProvider(f"the refund ended as {said['status']}")
            raise ProviderTrouble("the refund is on its way")
        if 400 <= status < 500 and said.get("code") and said["code"] not in _UNSURE:
            raise RefundRefusedByProvider(_why(status, said))
        raise ProviderTrouble(_why(status, said))

    def statement(self, day: str) -> list[StatementLine]:
        """The trade bill of a day: a CSV whose values begin with a backtick; its address comes with a SHA-1."""
        status, said = self._call(lambda: self._sdk.trade_bill(bill_date=day))
        if said.get("code") == "NO_STATEMENT_EXIST":
            return []
        if status != 200:
            raise ProviderTrouble(_why(status, said))
        try:
            status, bill = self._sdk.download_bill(url=str(said["download_url"]))
            content = bill.encode() if isinstance(bill, str) else bytes(bill)
            if content[:2] == b"\x1f\x8b":
                content = gzip.decompress(content)
            if status != 200 or sha1(content).hexdigest() != str(said["hash_value"]).lower():
                raise ValueError("not what its checksum says")
            return read_bill(content[:MAX_BILL_BYTES].decode("utf-8-sig"))
        except (requests.RequestException, ValueError, KeyError) as error:
            raise ProviderTrouble(f"the bill of {day} cannot be read: {error}") from None

    def notified(self, headers: Mapping[str, str], body: bytes) -> tuple[str, ProviderAnswer]:
        """A notification: signed by WeChat, sealed with our own key (AES-256-GCM), about our own merchant."""
        plain = {name.lower(): value for name, value in headers.items()}
        ours = self._merchant.public_key_id
        if ours and plain.get("wechatpay-serial") != ours:
            # The SDK would go and look for a certificate of that name.
            raise Forged("signed with a key that is not WeChat's")
        try:
            read = self._sdk.callback(plain, body)
            said = read["resource"]
            if said["mchid"] != self._merchant.mchid or said["appid"] != self._merchant.appid:
                raise Forged("about another merchant")
            return str(said["out_trade_no"]), _standing(said)
        except Forged:
            raise
        except Exception as error:
            # Whatever a stranger sends: the SDK raises plain exceptions, and answers None for a wrong signature.
            raise Forged(f"{type(error).__name__}: {error}"[:200]) from None

    def _call(self, send: Callable[[], tuple[int, Any]]) -> tuple[int, dict[str, Any]]:
        try:
            status, text = send()
            said = json.loads(text) if text else {}
        except Exception as error:
            # The SDK raises plain exceptions, for a forged answer too.
            raise ProviderTrouble(f"{type(error).__name__}: {error}"[:200]) from None
        if not isinstance(said, dict):
            raise ProviderTrouble("an answer that is no object")
        return status, said


def _standing(said: Mapping[str, Any]) -> ProviderAnswer:
    state = _STATES.get(str(said.get("trade_state")))
    if state is None:
        raise ProviderTrouble(f"an order in state {said.get('trade_state')!r}")
    amount = said.get("amount") or {}
    total = amount.get("total")
    return ProviderAnswer(
        state,
        provider_ref=str(said.get("transaction_id", "")),
        amount_minor=total if isinstance(total, int) else None,
        currency=str(amount.get("currency", "")),
        payment=str(said.get("out_trade_no", "")),
        order=str(said.get("attach", "")),
        reason=str(said.get("trade_state_desc", ""))[:200] if state == "closed" else "",
    )


def _refused(status: int, said: Mapping[str, Any]) -> ProviderAnswer:
    if not 400 <= status < 500 or not said.get("code") or said["code"] in _UNSURE:
        raise ProviderTrouble(_why(status, said))
    return ProviderAnswer("closed", reason=_why(status, said))


def _why(status: int, said: Mapping[str, Any]) -> str:
    return f"{said.get('code') or status}: {said.get('message', '')}"[:200]


def read_bill(text: str) -> list[StatementLine]:
    """The lines of a bill of all trades. Raises ValueError or KeyError for something else."""
    rows = csv.DictReader(io.StringIO(text))
    out: list[StatementLine] = []
    for row in rows:
        cells = {(key or "").strip(): (value or "").strip().lstrip("`") for key, value in row.items()}
        if cells.get("交易状态") not in ("SUCCESS", "REFUND", "REVOKED"):
            # The sums at the end.
            continue
        back = cells["交易状态"] != "SUCCESS"
        minor = parse_minor(cells["申请退款金额" if back else "订单金额"], cells["货币种类"])
        refund = (cells["商户退款单号"] or f"{cells['商户订单号']}-reversed") if back else ""
        out.append(StatementLine(cells["商户订单号"], refund, minor, cells["货币种类"], cells["交易时间"]))
    return out
