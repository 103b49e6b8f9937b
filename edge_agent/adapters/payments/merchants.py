"""The store's contracts with Alipay and WeChat Pay: DATA/payments.json, whose keys lie in files of their own.

A contract that is not there is a way of paying that is not offered. Secrets are for the store's user alone.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Final

import msgspec

from edge_agent.adapters.payments.port import Pace, PaymentProvider
from edge_agent.domain.methods import ALIPAY, WECHAT

FILE: Final = "payments.json"


class BadContract(Exception):
    """The file cannot be used; the text says why."""


class Times(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How often a payment is asked for, and after how long a scanned one is taken back."""

    first_s: float = 1.5
    most_s: float = 5.0
    give_up_s: float = 40.0


class AlipayContract(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Keys are paths, from the folder that the file is in."""

    app_id: str
    private_key: str
    alipay_public_key: str
    gateway: str = ""
    notify_url: str = ""
    pace: Times = Times()


class WechatContract(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Keys are paths, from the folder that the file is in; either the public key or `cert_dir` is given."""

    mchid: str
    appid: str
    serial: str
    private_key: str
    apiv3_key: str
    public_key: str = ""
    public_key_id: str = ""
    cert_dir: str = ""
    gateway: str = ""
    notify_url: str = ""
    pace: Times = Times()


class Contracts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file."""

    alipay: AlipayContract | None = None
    wechat: WechatContract | None = None


def load(folder: Path, url: str, now: Callable[[], datetime]) -> dict[str, PaymentProvider]:
    """The providers that a store has contracts with. `url`: where notifications reach it. Raises BadContract."""
    path = folder / FILE
    if not path.exists():
        return {}
    try:
        if path.stat().st_mode & 0o077:
            raise BadContract(f"{path} can be read by others. Run: chmod 600 {path}")
        contracts = msgspec.json.decode(path.read_bytes(), type=Contracts)
        return _built(contracts, folder, url, now)
    except (OSError, msgspec.DecodeError, ValueError) as error:
        raise BadContract(f"{path} cannot be used: {error}") from None


def _built(
    contracts: Contracts, folder: Path, url: str, now: Callable[[], datetime]
) -> dict[str, PaymentProvider]:
    # The libraries are read by stores that have a contract, and by no other.
    found: dict[str, PaymentProvider] = {}
    a, w = contracts.alipay, contracts.wechat
    if a is not None:
        from edge_agent.adapters.payments import alipay

        merchant = alipay.AlipayMerchant(
            a.app_id,
            (folder / a.private_key).read_text(),
            (folder / a.alipay_public_key).read_text(),
            a.gateway or alipay.GATEWAY,
            a.notify_url or f"{url}/notify/{ALIPAY}",
        )
        found[ALIPAY] = alipay.Alipay(merchant, now, _pace(a.pace))
    if w is not None:
        from edge_agent.adapters.payments import wechat

        if bool(w.public_key) == bool(w.cert_dir):
            raise BadContract("wechat needs either public_key with public_key_id, or cert_dir")
        found[WECHAT] = wechat.Wechat(
            wechat.WechatMerchant(
                w.mchid,
                w.appid,
                w.serial,
                (folder / w.private_key).read_text(),
                (folder / w.apiv3_key).read_text().strip(),
                (folder / w.public_key).read_text() if w.public_key else "",
                w.public_key_id,
                str(folder / w.cert_dir) if w.cert_dir else "",
                w.gateway or wechat.GATEWAY,
                w.notify_url or f"{url}/notify/{WECHAT}",
            ),
            _pace(w.pace),
        )
    return found


def _pace(times: Times) -> Pace:
    return Pace(times.first_s, times.most_s, times.give_up_s)
