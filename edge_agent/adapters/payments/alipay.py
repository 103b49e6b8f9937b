"""Alipay through python-alipay-sdk: codes that phones show (trade.pay), our QR (precreate), query, cancel, refund.

The SDK signs (RSA2) and checks every answer's signature. What it lacks is added here: a gateway that can be another
one, requests with time limits whose parameters are no part of an address, and times of Beijing whatever the computer's.
Codes and states: opendocs.alipay.com, alipay.trade.pay / query / cancel / refund.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

import requests
from alipay import AliPay  # type: ignore[import-untyped]
from alipay.exceptions import AliPayException, AliPayValidationError  # type: ignore[import-untyped]

from cloud_sync.protocol.money import MoneyError, decimal_text, parse_minor
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

GATEWAY: Final = "https://openapi.alipay.com/gateway.do"
TIMEOUT_S: Final = (3.05, 5.0)
MAX_BILL_BYTES: Final = 32 * 1024 * 1024
CURRENCY: Final = "CNY"
_BEIJING: Final = ZoneInfo("Asia/Shanghai")
_OK, _WAITS, _FAILED = "10000", "10003", "40004"
_UNSURE: Final = frozenset({"ACQ.SYSTEM_ERROR", "aop.ACQ.SYSTEM_ERROR", "ACQ.TRADE_HAS_SUCCESS"})
"""Failures that are none: the trade may be paid, so it is asked for."""
_STATES: Final = {
    "WAIT_BUYER_PAY": "pending",
    "TRADE_SUCCESS": "paid",
    "TRADE_FINISHED": "paid",
    "TRADE_CLOSED": "closed",
}


@dataclass(frozen=True, slots=True)
class AlipayMerchant:
    """Who we are at Alipay. Keys are PEM texts; `notify_url` empty: no notifications are asked for."""

    app_id: str
    private_key: str
    alipay_public_key: str
    gateway: str = GATEWAY
    notify_url: str = ""


class _Gateway(AliPay):  # type: ignore[misc]
    """The SDK with a gateway of our choice, and a limit to how long it waits."""

    def __init__(self, merchant: AlipayMerchant) -> None:
        super().__init__(
            merchant.app_id,
            merchant.notify_url or None,
            merchant.private_key,
            merchant.alipay_public_key,
            sign_type="RSA2",
        )
        self._gateway = merchant.gateway

    def verified_sync_response(self, data: dict[str, Any], response_type: str) -> Any:
        """Send, and take the answer only when Alipay signed it."""
        answer = requests.post(
            self._gateway,
            params={"charset": "utf-8"},
            data=self.sign_data(data),
            headers={"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"},
            timeout=TIMEOUT_S,
        )
        answer.raise_for_status()
        return self._verify_and_return_sync_response(answer.text, response_type)


class Alipay:
    """Fills `port.PaymentProvider`. `now` is the store's clock."""

    def __init__(self, merchant: AlipayMerchant, now: Callable[[], datetime], pace: Pace) -> None:
        self.pace = pace
        self._merchant = merchant
        self._now = now
        self._sdk = _Gateway(merchant)

    def create(self, asked: PaymentAsked) -> ProviderAnswer:
        """Have the shown code pay, or get a QR."""
        wanted = {
            "out_trade_no": asked.payment,
            "total_amount": decimal_text(asked.amount_minor, asked.currency),
            "subject": asked.subject or asked.order,
        }
        if not asked.pay_code:
            said = self._call("alipay.trade.precreate", wanted, notify=True)
            if said["code"] == _OK:
                return ProviderAnswer("pending", pay_url=str(said["qr_code"]), payment=asked.payment)
            return _refused(said)
        said = self._call(
            "alipay.trade.pay", wanted | {"scene": "bar_code", "auth_code": asked.pay_code}, notify=True
        )
        if said["code"] == _OK:
            return _paid(said)
        if said["code"] == _WAITS:
            return ProviderAnswer("pending", payment=asked.payment)
        return _refused(said)

    def ask(self, asked: PaymentAsked) -> ProviderAnswer:
        """alipay.trade.query."""
        said = self._call("alipay.trade.query", {"out_trade_no": asked.payment})
        if said["code"] == _OK:
            return _standing(said)
        if said.get("sub_code") == "ACQ.TRADE_NOT_EXIST":
            return ProviderAnswer("unheard")
        raise ProviderTrouble(_why(said))

    def close(self, asked: PaymentAsked) -> ProviderAnswer:
        """Cancel it, unless it is paid. Money that comes while it is cancelled goes back there by itself."""
        found = self.ask(asked)
        if found.state in ("paid", "closed"):
            return found
        said = self._call("alipay.trade.cancel", {"out_trade_no": asked.payment})
        if said["code"] != _OK or said.get("retry_flag") == "Y":
            raise ProviderTrouble(_why(said))
        back = said.get("action") == "refund"
        return ProviderAnswer("closed", reason="cancelled, the money went back" if back else "cancelled")

    def refund(self, asked: RefundAsked) -> str:
        """alipay.trade.refund, once per refund id."""
        said = self._call(
            "alipay.trade.refund",
            {
                "out_trade_no": asked.payment,
                "out_request_no": asked.refund,
                "refund_amount": decimal_text(asked.amount_minor, asked.currency),
            },
        )
        if said["code"] == _OK:
            if said.get("fund_change") == "Y" or self._went_back(asked):
                return f"{said.get('trade_no', '')}/{asked.refund}"
            raise ProviderTrouble("the refund is not through yet")
        if said["code"] == _FAILED and said.get("sub_code") not in _UNSURE:
            raise RefundRefusedByProvider(_why(said))
        raise ProviderTrouble(_why(said))

    def _went_back(self, asked: RefundAsked) -> bool:
        """What `fund_change` N leaves open: whether an earlier request did it."""
        said = self._call(
            "alipay.trade.fastpay.refund.query",
            {"out_trade_no": asked.payment, "out_request_no": asked.refund},
        )
        return said["code"] == _OK and bool(said.get("refund_amount"))

    def statement(self, day: str) -> list[StatementLine]:
        """The trade bill of a day: a ZIP with a CSV in GBK, whose lines before and after begin with #."""
        said = self._call(
            "alipay.data.dataservice.bill.downloadurl.query", {"bill_type": "trade", "bill_date": day}
        )
        if said["code"] != _OK:
            if said.get("sub_code") == "isp.bill_not_exist":
                return []
            raise ProviderTrouble(_why(said))
        try:
            bill = requests.get(str(said["bill_download_url"]), timeout=TIMEOUT_S)
            bill.raise_for_status()
            return read_bill(bill.content[:MAX_BILL_BYTES])
        except (requests.RequestException, zipfile.BadZipFile, ValueError, KeyError) as error:
            raise ProviderTrouble(f"the bill of {day} cannot be read: {error}") from None

    def notified(self, headers: Mapping[str, str], body: bytes) -> tuple[str, ProviderAnswer]:
        """An asynchronous notification: a form that Alipay signed, of our application."""
        try:
            form = dict(parse_qsl(body.decode(), keep_blank_values=True, strict_parsing=True))
            sign = form.pop("sign")
            if form.get("app_id") != self._merchant.app_id or not self._sdk.verify(dict(form), sign):
                raise Forged("not signed by Alipay for this application")
            return form["out_trade_no"], _standing(form)
        except Forged:
            raise
        except Exception as error:
            # Whatever a stranger sends: the SDK's own errors have no common root.
            raise Forged(f"{type(error).__name__}: {error}"[:200]) from None

    def _call(self, method: str, content: dict[str, Any], *, notify: bool = False) -> dict[str, Any]:
        at = self._now().astimezone(_BEIJING).strftime("%Y-%m-%d %H:%M:%S")
        extra = {"notify_url": self._merchant.notify_url} if notify else {}
        try:
            said = self._sdk.server_api(method, content, timestamp=at, **extra)
        except (requests.RequestException, AliPayException, AliPayValidationError, ValueError) as error:
            raise ProviderTrouble(f"{method}: {type(error).__name__} {error}"[:200]) from None
        if not isinstance(said, dict) or "code" not in said:
            raise ProviderTrouble(f"{method}: an answer without a code")
        return said


def _paid(said: Mapping[str, Any]) -> ProviderAnswer:
    try:
        amount_minor: int | None = parse_minor(str(said["total_amount"]), CURRENCY)
    except (KeyError, MoneyError):
        amount_minor = None
    return ProviderAnswer(
        "paid",
        provider_ref=str(said.get("trade_no", "")),
        amount_minor=amount_minor,
        currency=str(said.get("trans_currency") or CURRENCY),
        payment=str(said.get("out_trade_no", "")),
    )


def _standing(said: Mapping[str, Any]) -> ProviderAnswer:
    state = _STATES.get(str(said.get("trade_status")))
    if state is None:
        raise ProviderTrouble(f"a trade in state {said.get('trade_status')!r}")
    if state == "paid":
        return _paid(said)
    return ProviderAnswer(
        state, provider_ref=str(said.get("trade_no", "")), payment=str(said.get("out_trade_no", ""))
    )


def _refused(said: Mapping[str, Any]) -> ProviderAnswer:
    if said["code"] != _FAILED or said.get("sub_code") in _UNSURE:
        raise ProviderTrouble(_why(said))
    return ProviderAnswer("closed", reason=_why(said))


def _why(said: Mapping[str, Any]) -> str:
    return f"{said.get('sub_code') or said['code']}: {said.get('sub_msg') or said.get('msg', '')}"[:200]


def read_bill(archive: bytes) -> list[StatementLine]:
    """The lines of a bill's detail file. Raises ValueError or KeyError for something else."""
    out: list[StatementLine] = []
    with zipfile.ZipFile(io.BytesIO(archive)) as files:
        # Of two files the one without 汇总 (summary) in its name has the lines.
        for name in files.namelist():
            text = files.read(name).decode("gb18030")
            rows = [line for line in text.splitlines() if line and not line.startswith("#")]
            for row in csv.DictReader(rows) if rows and "商户订单号" in rows[0] else ():
                cells = {(key or "").strip(): (value or "").strip() for key, value in row.items()}
                refund = cells["退款批次号/请求号"] if cells["业务类型"] == "退款" else ""
                minor = parse_minor(cells["订单金额（元）"].lstrip("-"), CURRENCY)
                out.append(StatementLine(cells["商户订单号"], refund, minor, CURRENCY, cells["完成时间"]))
    return out
