"""Which product a scanned code stands for: a GTIN, a Digital Link, a SKU, a machine's slot or a shelf label."""

from __future__ import annotations

from typing import Final, Protocol
from urllib.parse import parse_qs, urlsplit

from cloud_sync.protocol.codes.meaning import meaning_of

MAX_CODE_CHARS: Final = 300


class Codes(Protocol):
    """What is planned and listed."""

    def sku_of_gtin(self, gtin14: str) -> str: ...
    def sku_at(self, device: str, place: str) -> str: ...
    def is_listed(self, sku: str) -> bool: ...


def sku_of(codes: Codes, text: str) -> str:
    """The SKU behind a code, or nothing. A link to our own page counts by the code that it carries."""
    text = text.strip()[:MAX_CODE_CHARS]
    inner = parse_qs(urlsplit(text).query).get("c") if text.startswith(("http://", "https://")) else None
    if inner:
        text = inner[0].strip()
    meaning = meaning_of(text, context="product")
    if meaning.gtin14 and (found := codes.sku_of_gtin(meaning.gtin14)):
        return found
    device, slash, place = text.partition("/")
    if slash and (found := codes.sku_at(device, place)):
        return found
    return text if text and codes.is_listed(text) else ""
