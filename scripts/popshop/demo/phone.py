"""What a shopper's phone does with headquarters' pages: pays, and keeps the codes that a page shows. Pure."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import parse_qs, urlsplit

from cloud_sync.hq.member_acts import CONSENT_VERSION
from popshop.demo.steps import Press

_OFFLINE_PAGE: Final = "/p/s"
_CODE: Final = r"PS1\.{letter}\.[A-Z2-7]+\.[A-Z2-7]+"


def pays(pay_url: str) -> Press:
    """The pay button of the page that the kiosk's QR leads to: of an online store, or of one that is offline."""
    address = urlsplit(pay_url)
    if address.path != _OFFLINE_PAGE:
        return Press(pay_url, {"answer": "pay"})
    code = parse_qs(address.query).get("c", [""])[0]
    return Press(f"{address.scheme}://{address.netloc}{_OFFLINE_PAGE}/pay", {"c": code})


def declines(pay_url: str) -> Press:
    """The other button, which only an online store's page has."""
    return Press(pay_url, {"answer": "decline"})


def joins(phone_url: str) -> Press:
    """The form by which somebody becomes a member, agreed to and otherwise empty."""
    return Press(f"{phone_url}/m/join", {"agree": CONSENT_VERSION})


def receipt_of(page: str) -> str:
    """The signed receipt on a page; empty when there is none."""
    return _code(page, "R")


def member_code_of(page: str) -> str:
    """The member's code on a page; empty when there is none."""
    return _code(page, "M")


def _code(page: str, letter: str) -> str:
    found = re.search(_CODE.format(letter=letter), page or "")
    return found[0] if found else ""
