"""Alipay's gateway for training: checks the merchant's RSA2 signature, signs its answers, bills and notifications."""

from __future__ import annotations

import base64
import csv
import io
import json
import zipfile
from datetime import datetime
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from fastapi import BackgroundTasks, FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response

from cloud_sync.protocol.money import MoneyError, parse_minor
from popshop.gateways.book import Book, Dropped, Refused, Trade, Unknown
from popshop.gateways.training import Broken, Note, add_training, notify

APP_ID: Final = "2021000000000000"
_STATES: Final = {"waiting": "WAIT_BUYER_PAY", "paid": "TRADE_SUCCESS", "closed": "TRADE_CLOSED"}


class AlipayGateway:
    """The routes over a book. `merchant` checks the store's requests; `key` signs, `stranger` forges."""

    def __init__(
        self, book: Book, merchant: RSAPublicKey, key: RSAPrivateKey, stranger: RSAPrivateKey
    ) -> None:
        self.book = book
        self._merchant = merchant
        self._key = key
        self._stranger = stranger

    def app(self) -> FastAPI:
        """The server's application."""
        app = FastAPI(title="Alipay for training")

        @app.post("/gateway.do")
        async def gateway(request: Request, later: BackgroundTasks) -> Response:
            form = dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))
            try:
                answer = await run_in_threadpool(self._answer, form, str(request.base_url), later)
            except Dropped:
                return Broken()
            return Response(self._signed(form.get("method", ""), answer), media_type="application/json")

        @app.get("/bill/{day}")
        def bill(day: str) -> Response:
            return Response(_bill(self.book, day), media_type="application/zip")

        add_training(app, self.book, self.note, "支付宝 Alipay")
        return app

    def _answer(self, form: dict[str, str], url: str, later: BackgroundTasks) -> dict[str, Any]:
        sign = form.pop("sign", "")
        text = "&".join(f"{k}={v}" for k, v in sorted(form.items()))
        try:
            self._merchant.verify(base64.b64decode(sign), text.encode(), PKCS1v15(), SHA256())
            asked: dict[str, Any] = json.loads(form.get("biz_content", "{}"))
        except (InvalidSignature, ValueError):
            return _no("40002", "isv.invalid-signature")
        if form.get("app_id") != APP_ID or form.get("sign_type") != "RSA2":
            return _no("40002", "isv.invalid-app-id")
        does = {
            "alipay.trade.pay": self._pay,
            "alipay.trade.precreate": self._pay,
            "alipay.trade.query": self._query,
            "alipay.trade.cancel": self._cancel,
            "alipay.trade.refund": self._refund,
            "alipay.trade.fastpay.refund.query": self._refunded,
        }.get(form["method"])
        try:
            if form["method"] == "alipay.data.dataservice.bill.downloadurl.query":
                return _yes(bill_download_url=f"{url}bill/{asked['bill_date']}")
            if does is None:
                return _no("40004", "isv.invalid-method")
            answer = does(asked | {"notify_url": form.get("notify_url", "")})
        except Unknown:
            return _no("20000", "aop.ACQ.SYSTEM_ERROR")
        except Refused as no:
            return _no("40004", f"ACQ.{no}")
        except (KeyError, MoneyError):
            return _no("40004", "ACQ.INVALID_PARAMETER")
        if does == self._pay and answer.get("trade_no"):
            later.add_task(notify, self.book, self.note, asked["out_trade_no"])
        return answer

    def _pay(self, asked: dict[str, Any]) -> dict[str, Any]:
        scanned = "auth_code" in asked
        trade = self.book.open(
            asked["out_trade_no"],
            parse_minor(str(asked["total_amount"]), "CNY"),
            asked["subject"],
            "",
            asked["notify_url"],
            scanned=scanned,
        )
        if not scanned:
            return _yes(out_trade_no=trade.number, qr_code=f"https://qr.alipay.com/{trade.ref}")
        if trade.state == "waiting":
            return {"code": "10003", "msg": "order success pay inprocess", "out_trade_no": trade.number}
        return _yes(**_told(trade))

    def _query(self, asked: dict[str, Any]) -> dict[str, Any]:
        trade = self.book.query(asked["out_trade_no"])
        # What only has a QR is no trade yet.
        if trade is None or (trade.state == "waiting" and not trade.scanned):
            raise Refused("TRADE_NOT_EXIST")
        return _yes(**_told(trade), trade_status=_STATES[trade.state])

    def _cancel(self, asked: dict[str, Any]) -> dict[str, Any]:
        _, back = self.book.cancel(asked["out_trade_no"])
        return _yes(out_trade_no=asked["out_trade_no"], retry_flag="N", action="refund" if back else "close")

    def _refund(self, asked: dict[str, Any]) -> dict[str, Any]:
        trade, now = self.book.refund(
            asked["out_request_no"], asked["out_trade_no"], parse_minor(str(asked["refund_amount"]), "CNY")
        )
        return _yes(
            trade_no=trade.ref, out_trade_no=trade.number, fund_change="Y" if now else "N",
            refund_fee=_yuan(trade.refunded_minor),
        )  # fmt: skip

    def _refunded(self, asked: dict[str, Any]) -> dict[str, Any]:
        minor = self.book.refunded(asked["out_request_no"])
        return _yes(**({} if minor is None else {"refund_amount": _yuan(minor)}))

    def _signed(self, method: str, answer: dict[str, Any]) -> bytes:
        content = json.dumps(answer, ensure_ascii=False, separators=(",", ":"))
        sign = base64.b64encode(self._key.sign(content.encode(), PKCS1v15(), SHA256())).decode()
        return f'{{"{method.replace(".", "_")}_response":{content},"sign":"{sign}"}}'.encode()

    def note(self, trade: Trade, forged: bool) -> Note:
        """A notification of a trade."""
        form = {
            "app_id": APP_ID, "charset": "utf-8", "version": "1.0", "notify_type": "trade_status_sync",
            "trade_status": _STATES[trade.state], **_told(trade),
        }  # fmt: skip
        text = "&".join(f"{k}={v}" for k, v in sorted(form.items()))
        key = self._stranger if forged else self._key
        sign = base64.b64encode(key.sign(text.encode(), PKCS1v15(), SHA256())).decode()
        body = urlencode(form | {"sign": sign, "sign_type": "RSA2"}).encode()
        return Note({"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}, body)


def _told(trade: Trade) -> dict[str, Any]:
    return {
        "trade_no": trade.ref,
        "out_trade_no": trade.told_number,
        "total_amount": _yuan(trade.told_minor),
        "gmt_payment": datetime.fromisoformat(trade.at).strftime("%Y-%m-%d %H:%M:%S"),
    }


def _yuan(minor: int) -> str:
    return f"{minor // 100}.{minor % 100:02d}"


def _yes(**said: Any) -> dict[str, Any]:
    return {"code": "10000", "msg": "Success", **said}


def _no(code: str, sub_code: str) -> dict[str, Any]:
    return {"code": code, "msg": "Business Failed", "sub_code": sub_code, "sub_msg": "training"}


def _bill(book: Book, day: str) -> bytes:
    paid, back = book.bill(day)
    text = io.StringIO()
    text.write("#支付宝业务明细查询\n")
    out = csv.writer(text)
    out.writerow(
        ["支付宝交易号", "商户订单号", "业务类型", "完成时间", "订单金额（元）", "退款批次号/请求号"]
    )
    for row in paid:
        out.writerow([row["ref"], row["number"], "交易", row["at"], _yuan(row["amount_minor"]), ""])
    for row in back:
        out.writerow(
            [row["ref"], row["number"], "退款", row["at"], f"-{_yuan(row['amount_minor'])}", row["refund"]]
        )
    text.write("#业务明细列表结束\n")
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as files:
        files.writestr(f"{APP_ID}_{day}_业务明细.csv", text.getvalue().encode("gb18030"))
    return archive.getvalue()
