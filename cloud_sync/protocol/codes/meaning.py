"""The meaning of a scanned text, decided in one place: by what it is made of, by the symbology where the reader names
it, and by the context where that is not enough. Nothing is opened, charged or looked up here.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from datetime import datetime
from typing import Final, Literal

import msgspec

from cloud_sync.protocol.codes import digital_link, gs1, gtins, own_codes, payment_codes, symbologies
from cloud_sync.protocol.codes.errors import CodeError
from cloud_sync.protocol.codes.symbologies import Symbology

Word = Literal[
    "gtin",
    "gs1",
    "digital_link",
    "member",
    "coupon",
    "order",
    "receipt",
    "payment_code",
    "staff",
    "enrolment",
    "unknown",
]
Context = Literal["", "payment", "product", "kiosk", "staff", "goods_in", "enrolment"]

CONTEXTS: Final[dict[str, Context]] = {
    "": "",
    **dict.fromkeys(("payment", "pay", "checkout", "till", "cashier"), "payment"),
    **dict.fromkeys(("product", "retail", "shelf", "stocktake"), "product"),
    **dict.fromkeys(("kiosk", "shopper"), "kiosk"),
    **dict.fromkeys(("staff", "sign_in", "login"), "staff"),
    **dict.fromkeys(
        ("goods_in", "receiving", "inbound", "delivery", "logistics", "warehouse", "stock"), "goods_in"
    ),
    **dict.fromkeys(("enrolment", "enrol"), "enrolment"),
}
"""What is being waited for where a code is scanned, by the words that people use for it."""

MAX_CHARS: Final = 2_048
"""Longer than any code we know; a QR Code can hold twice as much."""
_ENDINGS: Final = " \t\r\n"
"""What readers that play keyboard put behind a code. Not `str.strip`'s own list: it would take FNC1 off."""
_INVISIBLE: Final = frozenset({"Cc", "Cf"})
"""Control characters, and those that join letters or turn the direction of text."""
_NO_GTIN: Final = "{} digits are no GTIN: 8, 12, 13 or 14 are needed"
_NO_SSCC: Final = "18 digits: a carton's SSCC is only read with its identifier (00), or where goods come in"


class Meaning(msgspec.Struct, frozen=True, kw_only=True):
    """What a text means. A text that only looks like a code is `unknown`, and `error` says why."""

    meaning: Word = "unknown"
    gtin14: str = ""
    ais: dict[str, str] = {}
    error: str = ""
    """For a code of ours also why it is not good: its signature, its time, its store."""
    wallet: payment_codes.Wallet | Literal[""] = ""
    code: own_codes.Content | None = None
    """What a code of ours says."""
    signature: own_codes.Signature = ""


def context_of(word: str) -> Context:
    """The context that a word names (`goods-in`, `checkout` …). Raises CodeError with those there are."""
    found = CONTEXTS.get(word.strip().lower().replace("-", "_").replace(" ", "_"))
    if found is None:
        there_are = ", ".join(sorted(set(CONTEXTS.values()) - {""}))
        raise CodeError(f"no context {word[:40]!r}: there are {there_are}")
    return found


def meaning_of(
    text: str,
    symbology: str = "",
    context: Context = "",
    *,
    keys: Mapping[str, bytes] | None = None,
    store: str = "",
    now: datetime | None = None,
) -> Meaning:
    """What a scanned text means. Never raises, whatever the text.

    `symbology`: as the reader names it, or nothing. `keys`: raw Ed25519 public keys by id; without them signatures are
    not checked. `store` and `now` (aware): where and when a code of ours should be good.
    """
    try:
        kind, clean = _cleaned(text, symbologies.named(symbology))
        if own_codes.looks_like(clean):
            return _ours(clean, keys, store, now)
        return _read(clean, kind, context)
    except CodeError as error:
        return Meaning(error=str(error))


def _cleaned(text: str, named: Symbology) -> tuple[Symbology, str]:
    if len(text) > MAX_CHARS:
        raise CodeError(f"too long: {len(text)} characters, and no code has more than {MAX_CHARS}")
    text = text.strip(_ENDINGS)
    prefixed, text = symbologies.split(text)
    if not text.strip(_ENDINGS + gs1.SEPARATOR):
        raise CodeError("empty: there is nothing to read")
    body = text.replace(gs1.SEPARATOR, "")
    kinds = set() if body.isprintable() else {unicodedata.category(char) for char in body}
    if "Cs" in kinds:
        raise CodeError("bytes that are no text: what is read must be UTF-8")
    if kinds & _INVISIBLE:
        raise CodeError("control characters or invisible ones, which no code has")
    if text.isdecimal() and not text.isascii():
        raise CodeError("digits of another script: codes are written with 0 to 9")
    return prefixed or named, text


def _read(text: str, symbology: Symbology, context: Context) -> Meaning:
    if text.isdecimal():
        return _number(text, symbology, context)
    if symbology is Symbology.EAN:
        # An add-on is written apart by some readers.
        return _number(text.replace(" ", ""), symbology, context)
    if symbology in (Symbology.GS1, Symbology.DATABAR):
        # Readers say GS1 also of a QR Code or Data Matrix that holds a Digital Link.
        return _link(text) if digital_link.looks_like(text) else _gs1(text)
    if digital_link.looks_like(text):
        return _link(text)
    return _gs1(text) if gs1.looks_like(text) else Meaning()


def _number(digits: str, symbology: Symbology, context: Context) -> Meaning:
    if symbology is not Symbology.GS1:
        number = _product(digits, symbology)
        if number:
            return Meaning(meaning="gtin", gtin14=number)
    if symbology in (Symbology.GS1, Symbology.DATABAR):
        return _gs1(digits)
    if context == "goods_in" and len(digits) == 18 and symbology is not Symbology.QR:
        return _bare_sscc(digits, symbology)
    if payment_codes.wallet_of(digits) is not None:
        return _payment(digits, symbology)
    # Of eighteen digits two stand behind a product's number, and no identifier has its value in none.
    if gs1.looks_like(digits) and len(digits) != 18:
        return _gs1(digits)
    return _no_number(digits, context)


def _product(digits: str, symbology: Symbology) -> str:
    """The GTIN that a number is by its symbology or its length; nothing where it is none."""
    if not digits.isdecimal():
        raise CodeError("an EAN or UPC symbol holds digits only")
    if symbology is Symbology.UPC_E and len(digits) in gtins.UPC_E_LENGTHS:
        return gtins.from_upc_e(digits)
    if symbology is Symbology.EAN and len(digits) in gtins.WITH_ADD_ON:
        return gtins.gtin14(digits[:13])
    if len(digits) in gtins.LENGTHS:
        return gtins.gtin14(digits)
    if symbology in (Symbology.EAN, Symbology.UPC_E):
        raise CodeError(_NO_GTIN.format(len(digits)))
    return ""


def _bare_sscc(digits: str, symbology: Symbology) -> Meaning:
    """A carton's number printed without its identifier. A payment code shown by mistake stays one."""
    try:
        return _gs1("00" + digits)
    except CodeError:
        if payment_codes.wallet_of(digits) is None:
            raise
        return _payment(digits, symbology)


def _payment(digits: str, symbology: Symbology) -> Meaning:
    wallet = payment_codes.wallet_of(digits)
    if wallet is None or symbology not in payment_codes.CARRIERS:
        raise CodeError("digits like a payment code's, but wallets show QR Code and Code 128 only")
    return Meaning(meaning="payment_code", wallet=wallet)


def _no_number(digits: str, context: Context) -> Meaning:
    if context == "payment" and len(digits) in payment_codes.LENGTHS:
        raise CodeError(payment_codes.RULE)
    if context == "product":
        raise CodeError(_NO_GTIN.format(len(digits)))
    if len(digits) == 18:
        raise CodeError(_NO_SSCC)
    return Meaning()


def _gs1(text: str) -> Meaning:
    ais = gs1.read(text)
    return Meaning(meaning="gs1", gtin14=ais.get("01", ""), ais=ais)


def _link(text: str) -> Meaning:
    ais = digital_link.read(text)
    return Meaning(meaning="digital_link", gtin14=ais.get("01", ""), ais=ais) if ais else Meaning()


def _ours(text: str, keys: Mapping[str, bytes] | None, store: str, now: datetime | None) -> Meaning:
    code = own_codes.read(text)
    signature, error = own_codes.check_signature(code, keys)
    return Meaning(
        meaning=code.kind,
        code=code.content,
        signature=signature,
        error=error or own_codes.why_not_good(code.content, store=store, now=now),
    )
