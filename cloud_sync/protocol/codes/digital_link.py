"""GS1 Digital Link URIs (URI syntax 1.2 to 1.4, uncompressed) on any domain: what the path and the query identify.

Only read, never opened. biip's reader starts at the first thing that looks like a key, takes any length of GTIN, wrong
check digits and the last of two values, and looks at no host; hence our own.
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import parse_qsl, unquote

from cloud_sync.protocol.codes import gs1, gtins
from cloud_sync.protocol.codes.errors import CodeError

_URI: Final = re.compile(
    r"([A-Za-z][A-Za-z0-9+.-]*):(?://([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#.*)?", re.DOTALL
)
_CHARACTERS: Final = re.compile(r"(?:[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=]|%[0-9A-Fa-f]{2})*")
_HOST: Final = re.compile(
    r"(?:[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?"
)
_BROKEN: Final = re.compile(r"/(?:01|gtin)/[0-9]{8,14}(?:/|$)")
"""A product's number in a path that does not lead there in pairs."""
_MAX_QUERY_FIELDS: Final = 50

_KEYS: Final[dict[str, tuple[tuple[str, ...], ...]]] = {
    "00": (),
    "01": (("22", "10", "21"), ("235",)),
    "253": (),
    "255": (),
    "401": (),
    "402": (),
    "414": (("254",), ("7040",)),
    "415": (("8020",),),
    "417": (("7040",),),
    "8003": (),
    "8004": (("7040",),),
    "8006": (("22", "10", "21"),),
    "8010": (("8011",),),
    "8013": (),
    "8017": (("8019",),),
    "8018": (("8019",),),
}
"""What may stand first in a path, and in which order what may follow it (GS1's barcode syntax dictionary, `dlpkey`)."""

_WORDS: Final = {
    "cpid": "8010", "cpsn": "8011", "cpv": "22", "gcn": "255", "gdti": "253", "giai": "8004", "ginc": "401",
    "gln": "414", "glnx": "254", "gmn": "8013", "grai": "8003", "gsin": "402", "gsrn": "8018", "gsrnp": "8017",
    "gtin": "01", "itip": "8006", "lot": "10", "party": "417", "refno": "8020", "ser": "21", "srin": "8019",
    "sscc": "00",
}  # fmt: skip
"""Words for identifiers in paths: allowed up to version 1.1, and still printed on packs."""


def looks_like(text: str) -> bool:
    """Tell whether a text is an address of any kind."""
    found = _URI.fullmatch(text)
    return found is not None and (found[2] is not None or "/" in found[3])


def read(text: str) -> dict[str, str]:
    """Application identifiers and their values; empty for an address that is none of GS1's. Raises CodeError."""
    found = _URI.fullmatch(text)
    if found is None:
        return {}
    scheme, host, path, query = found.groups(default="")
    pairs = _pairs(path.split("/"))
    if not pairs:
        if _BROKEN.search(path):
            raise CodeError("a GS1 Digital Link goes on in pairs of identifier and value behind its (01)")
        return {}
    if scheme.lower() not in ("http", "https"):
        raise CodeError("a GS1 Digital Link begins with https:// or http://")
    if _CHARACTERS.fullmatch(text) is None:
        raise CodeError("the address has characters that may not stand in one")
    if _HOST.fullmatch(host) is None:
        raise CodeError("the address names no plain host")
    (key, value), *qualifiers = pairs
    _check_order(key, [ai for ai, _ in qualifiers])
    in_path = [(key, gtins.gtin14(value) if key == "01" else value), *qualifiers]
    return gs1.collect([*in_path, *_attributes(query)])


def _pairs(segments: list[str]) -> list[tuple[str, str]]:
    """Pairs of the path from its end back to a key, which is where the part that GS1 defines begins."""
    if segments[-1] == "":
        segments = segments[:-1]
    pairs: list[tuple[str, str]] = []
    while len(segments) >= 2:
        *segments, name, value = segments
        ai = _WORDS.get(name, name)
        pairs.insert(0, (ai, _decoded(value)))
        if ai in _KEYS:
            return pairs
        if not (ai.isascii() and ai.isdigit() and 2 <= len(ai) <= 4):
            break
    return []


def _check_order(key: str, qualifiers: list[str]) -> None:
    for allowed in _KEYS[key]:
        rest = iter(allowed)
        if all(qualifier in rest for qualifier in qualifiers):
            return
    if qualifiers:
        raise CodeError(f"({qualifiers[0]}) may not stand in this place behind ({key}) in a GS1 Digital Link")


def _attributes(query: str) -> list[tuple[str, str]]:
    """What the query adds. Its other fields belong to whoever runs the site."""
    try:
        fields = parse_qsl(query.replace(";", "&"), keep_blank_values=True, max_num_fields=_MAX_QUERY_FIELDS)
    except ValueError:
        raise CodeError(
            f"the address has more than {_MAX_QUERY_FIELDS} fields behind its question mark"
        ) from None
    found = [
        (name, value) for name, value in fields if name.isascii() and name.isdigit() and 2 <= len(name) <= 4
    ]
    for name, _ in found:
        if name in _KEYS:
            raise CodeError(
                f"({name}) belongs into the path of a GS1 Digital Link, not behind its question mark"
            )
    return found


def _decoded(segment: str) -> str:
    # What is not UTF-8 becomes U+FFFD, which no value may have.
    return unquote(segment, errors="replace")
