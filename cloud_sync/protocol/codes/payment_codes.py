"""Codes that a shopper's wallet shows and the till charges (付款码): which wallet a number is of.

Alipay: 16–24 digits that begin with 25–30 (alipay.trade.pay, `auth_code`). WeChat Pay: 18 digits that begin with 10–15
(付款码支付, `auth_code`). Both are shown as a QR Code and as Code 128, live for about a minute and are as good as cash.
"""

from __future__ import annotations

from typing import Final, Literal

from cloud_sync.protocol.codes.symbologies import Symbology

Wallet = Literal["alipay", "wechat"]

LENGTHS: Final = range(16, 25)
CARRIERS: Final = (Symbology.QR, Symbology.CODE_128, Symbology.UNKNOWN)
RULE: Final = (
    "a payment code has 18 digits and begins with 10–15 (WeChat Pay),"
    " or has 16–24 digits and begins with 25–30 (Alipay)"
)

_ALIPAY: Final = frozenset(map(str, range(25, 31)))
_WECHAT: Final = frozenset(map(str, range(10, 16)))


def wallet_of(digits: str) -> Wallet | None:
    """The wallet that shows such a number, by its length and its first two digits."""
    if digits[:2] in _ALIPAY and len(digits) in LENGTHS:
        return "alipay"
    if digits[:2] in _WECHAT and len(digits) == 18:
        return "wechat"
    return None
