"""WeChat Pay's API v3 for training: checks the merchant's signature, signs its answers, seals its notifications."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
import re
import secrets
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from fastapi import BackgroundTasks, FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response

from popshop.gateways.book import Book, Dropped, Refused, Trade, Unknown
from popshop.gateways.training import Broken, Note, add_training, notify

MCHID: Final = "1900000109"
APPID: Final = "wx0000000000000000"
SERIAL: Final = "444F4864EA9B34415B5B5B5B5B5B5B5B5B5B5B5B"
KEY_ID: Final = "PUB_KEY_ID_0000000000000000000000000001"
_STATES: Final = {"waiting": "USERPAYING", "paid": "SUCCESS", "closed": "CLOSED"}
_NO: Final = {"TRADE_NOT_EXIST": "RESOURCE_NOT_EXISTS", "SELLER_BALANCE_NOT_ENOUGH": "NOT_ENOUGH"}
_ORDER: Final = "/v3/pay/transactions/out-trade-no/"

Said = tuple[int, dict[str, Any] | str]


class WechatGateway:
    """The routes over a book. `merchant` checks the store's requests; `key` signs, `stranger` forges."""

    def __init__(
        self, book: Book, merchant: RSAPublicKey, key: RSAPrivateKey, stranger: RSAPrivateKey, apiv3: str
    ) -> None:
        self.book = book
        self._merchant = merchant
        self._key = key
        self._stranger = stranger
        self._apiv3 = apiv3

    def app(self) -> FastAPI:
        """The server's application."""
        app = FastAPI(title="WeChat Pay for training")

        @app.api_route("/v3/{path:path}", methods=["GET", "POST"])
        async def gateway(path: str, request: Request, later: BackgroundTasks) -> Response:
            body = (await request.body()).decode()
            try:
                status, said = await run_in_threadpool(self._answer, request, body, later)
            except Dropped:
                return Broken()
            text = said if isinstance(said, str) else json.dumps(said, ensure_ascii=False)
            kind = "text/plain" if isinstance(said, str) else "application/json"
            content = "" if status == 204 else text
            headers = self._headers(content, self._key)
            return Response(content or None, status, headers, kind, later)

        add_training(app, self.book, self.note, "微信支付 WeChat Pay")
        return app

    def _trusted(self, request: Request, body: str) -> bool:
        found = dict(re.findall(r'(\w+)="([^"]*)"', request.headers.get("authorization", "")))
        path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        text = f"{request.method}\n{path}\n{found.get('timestamp')}\n{found.get('nonce_str')}\n{body}\n"
        try:
            sign = base64.b64decode(found.get("signature", ""))
            self._merchant.verify(sign, text.encode(), PKCS1v15(), SHA256())
        except (InvalidSignature, ValueError):
            return False
        return found.get("mchid") == MCHID and found.get("serial_no") == SERIAL

    def _answer(self, request: Request, body: str, later: BackgroundTasks) -> Said:
        if not self._trusted(request, body):
            return 401, {"code": "SIGN_ERROR", "message": "training"}
        path = request.url.path
        try:
            asked: dict[str, Any] = json.loads(body) if body else {}
            if path in ("/v3/pay/transactions/native", "/v3/pay/transactions/codepay"):
                return self._pay(asked, later, scanned=path.endswith("codepay"))
            if path.startswith(_ORDER):
                number, _, what = path.removeprefix(_ORDER).partition("/")
                return self._order(number, what)
            if path == "/v3/refund/domestic/refunds":
                return self._refund(asked)
            if path == "/v3/bill/tradebill":
                bill = _bill(self.book, request.query_params["bill_date"])
                url = f"{request.base_url}v3/bill/file?day={request.query_params['bill_date']}"
                digest = hashlib.sha1(bill.encode()).hexdigest()
                return 200, {"hash_type": "SHA1", "hash_value": digest, "download_url": url}
            if path == "/v3/bill/file":
                return 200, _bill(self.book, request.query_params["day"])
        except Unknown:
            return 500, {"code": "SYSTEM_ERROR", "message": "training"}
        except Refused as no:
            return 403, {"code": _NO.get(str(no), str(no)), "message": "training"}
        except (KeyError, ValueError):
            return 400, {"code": "PARAM_ERROR", "message": "training"}
        return 404, {"code": "RESOURCE_NOT_EXISTS", "message": "training"}

    def _pay(self, asked: dict[str, Any], later: BackgroundTasks, *, scanned: bool) -> Said:
        if asked["mchid"] != MCHID or asked["appid"] != APPID or asked["amount"]["currency"] != "CNY":
            return 400, {"code": "PARAM_ERROR", "message": "training"}
        if scanned and not re.fullmatch(r"\d{18}", asked["payer"]["auth_code"]):
            return 400, {"code": "AUTH_CODE_INVALID", "message": "training"}
        trade = self.book.open(
            asked["out_trade_no"],
            int(asked["amount"]["total"]),
            asked["description"],
            asked.get("attach", ""),
            asked.get("notify_url", ""),
            scanned=scanned,
        )
        if not scanned:
            return 200, {"code_url": f"weixin://wxpay/bizpayurl?pr={trade.ref}"}
        if trade.state == "waiting":
            return 400, {"code": "USERPAYING", "message": "training"}
        later.add_task(notify, self.book, self.note, trade.number)
        return 200, _told(trade)

    def _order(self, number: str, what: str) -> Said:
        if what in ("close", "reverse"):
            trade, _ = self.book.cancel(number)
            if trade is None:
                return 404, {"code": "ORDER_NOT_EXIST", "message": "training"}
            return (204, {}) if what == "close" else (200, {"out_trade_no": number})
        trade = self.book.query(number)
        if trade is None:
            return 404, {"code": "ORDER_NOT_EXIST", "message": "training"}
        return 200, _told(trade)

    def _refund(self, asked: dict[str, Any]) -> Said:
        amount = asked["amount"]
        trade, _ = self.book.refund(asked["out_refund_no"], asked["out_trade_no"], int(amount["refund"]))
        if amount["total"] != trade.amount_minor:
            return 400, {"code": "PARAM_ERROR", "message": "total"}
        return 200, {
            "refund_id": f"R{trade.ref}",
            "out_refund_no": asked["out_refund_no"],
            "status": "SUCCESS",
        }

    def _headers(self, body: str, key: RSAPrivateKey) -> dict[str, str]:
        at, nonce = str(int(self.book.now().timestamp())), secrets.token_hex(16)
        sign = key.sign(f"{at}\n{nonce}\n{body}\n".encode(), PKCS1v15(), SHA256())
        return {
            "Wechatpay-Timestamp": at,
            "Wechatpay-Nonce": nonce,
            "Wechatpay-Serial": KEY_ID,
            "Wechatpay-Signature-Type": "WECHATPAY2-SHA256-RSA2048",
            "Wechatpay-Signature": base64.b64encode(sign).decode(),
        }

    def note(self, trade: Trade, forged: bool) -> Note:
        """A notification of a trade."""
        nonce = secrets.token_hex(6)
        sealed = AESGCM(self._apiv3.encode()).encrypt(
            nonce.encode(), json.dumps(_told(trade)).encode(), b"transaction"
        )
        resource = {
            "algorithm": "AEAD_AES_256_GCM", "original_type": "transaction", "nonce": nonce,
            "associated_data": "transaction", "ciphertext": base64.b64encode(sealed).decode(),
        }  # fmt: skip
        body = json.dumps(
            {
                "id": secrets.token_hex(8), "event_type": "TRANSACTION.SUCCESS",
                "resource_type": "encrypt-resource", "resource": resource,
            }
        )  # fmt: skip
        headers = self._headers(body, self._stranger if forged else self._key)
        return Note(headers | {"Content-Type": "application/json"}, body.encode())


def _told(trade: Trade) -> dict[str, Any]:
    state = "NOTPAY" if trade.state == "waiting" and not trade.scanned else _STATES[trade.state]
    return {
        "appid": APPID,
        "mchid": MCHID,
        "out_trade_no": trade.told_number,
        "transaction_id": trade.ref,
        "trade_state": state,
        "trade_state_desc": "training",
        "attach": trade.attach,
        "amount": {"total": trade.told_minor, "currency": "CNY"},
    }


def _bill(book: Book, day: str) -> str:
    paid, back = book.bill(day)
    text = io.StringIO()
    out = csv.writer(text)
    out.writerow(
        [
            "交易时间",
            "微信订单号",
            "商户订单号",
            "交易状态",
            "货币种类",
            "商户退款单号",
            "订单金额",
            "申请退款金额",
        ]
    )
    for row in paid:
        yuan = f"{row['amount_minor'] // 100}.{row['amount_minor'] % 100:02d}"
        cells = [row["at"], row["ref"], row["number"], "SUCCESS", "CNY", "", yuan, "0.00"]
        out.writerow([f"`{cell}" for cell in cells])
    for row in back:
        yuan = f"{row['amount_minor'] // 100}.{row['amount_minor'] % 100:02d}"
        cells = [row["at"], row["ref"], row["number"], "REFUND", "CNY", row["refund"], "0.00", yuan]
        out.writerow([f"`{cell}" for cell in cells])
    out.writerow(["总交易单数"])
    return text.getvalue()
