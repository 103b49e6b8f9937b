"""The keys of a training gateway and its merchant, made once in a folder, and the store's payments.json for them."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from fastapi import FastAPI

from popshop.gateways import alipay, wechat
from popshop.gateways.book import Book

KINDS: Final = ("alipay", "wechat")


def key(path: Path) -> rsa.RSAPrivateKey:
    """The key in a file, made when there is none; for its user alone."""
    if not path.exists():
        made = rsa.generate_private_key(65537, 2048)
        _keep(path, made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        _keep(path.with_suffix(".pub"), _public(made))
    found = load_pem_private_key(path.read_bytes(), None)
    if not isinstance(found, rsa.RSAPrivateKey):
        raise ValueError(f"{path} is no RSA key")
    return found


def _public(made: rsa.RSAPrivateKey) -> bytes:
    return made.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def _keep(path: Path, content: bytes) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)


def gateway(kind: str, folder: Path, now: Callable[[], datetime]) -> tuple[FastAPI, Book]:
    """A training gateway over a folder, and its book, which the caller closes."""
    folder.mkdir(parents=True, exist_ok=True)
    merchant, own, stranger = (
        key(folder / f"{kind}-{who}.pem") for who in ("merchant", "provider", "stranger")
    )
    book = Book(folder / f"{kind}.db", now)
    if kind == "alipay":
        return alipay.AlipayGateway(book, merchant.public_key(), own, stranger).app(), book
    secret = folder / "wechat-apiv3.txt"
    if not secret.exists():
        _keep(secret, secrets.token_hex(16).encode())
    made = wechat.WechatGateway(book, merchant.public_key(), own, stranger, secret.read_text())
    return made.app(), book


def contract(kind: str, folder: Path, url: str) -> dict[str, Any]:
    """What the store's payments.json says of this gateway."""
    own = {"private_key": str((folder / f"{kind}-merchant.pem").resolve())}
    if kind == "alipay":
        return own | {
            "app_id": alipay.APP_ID,
            "alipay_public_key": str((folder / "alipay-provider.pub").resolve()),
            "gateway": f"{url}/gateway.do",
        }
    return own | {
        "mchid": wechat.MCHID,
        "appid": wechat.APPID,
        "serial": wechat.SERIAL,
        "apiv3_key": str((folder / "wechat-apiv3.txt").resolve()),
        "public_key": str((folder / "wechat-provider.pub").resolve()),
        "public_key_id": wechat.KEY_ID,
        "gateway": url,
    }


def write_contract(kind: str, folder: Path, url: str, store: Path, **more: Any) -> Path:
    """Put the gateway into a store's payments.json, beside what it has already."""
    path = store / "payments.json"
    known = json.loads(path.read_text()) if path.exists() else {}
    known[kind] = contract(kind, folder, url) | more
    store.mkdir(parents=True, exist_ok=True)
    _keep(path, json.dumps(known, indent=2).encode())
    return path
