"""What of a scanned text may be written down. Whatever may be a payment code is as good as cash: two digits at each end
stay. Codes that stand for a person leave only their kind; coupons, orders and receipts leave what they say, not the
signature that makes them good.
"""

from __future__ import annotations

import re
from typing import Final

from cloud_sync.protocol.codes.payment_codes import LENGTHS

MAX_KEPT: Final = 256
"""Characters of a text that are kept at most."""
GAP: Final = "…"

# Digits of any script, also with spaces, hyphens and the like between them, and wherever they stand in a text. Longer
# than a payment code too: a reader's prefix may have joined them. What parts an address or GS1 data parts numbers.
_BETWEEN: Final = r"(?:[^\w/?&=():;#]|_)"
_DIGITS: Final = re.compile(rf"\d(?:{_BETWEEN}{{0,3}}\d){{{LENGTHS.start - 1},}}")
_OURS: Final = re.compile(r"(PS\d{1,3}\.)([A-Z])\.([A-Z0-9]*)[A-Z0-9.]*", re.IGNORECASE)
_OF_NO_PERSON: Final = frozenset("COR")


def masked(text: str) -> str:
    """A scanned text fit for journals, logs and screens: printable, at most `MAX_KEPT` characters."""
    text = _OURS.sub(_our_code, text)
    text = _DIGITS.sub(_ends, text)
    return "".join(char if char.isprintable() else "\ufffd" for char in text[:MAX_KEPT])


def _ends(found: re.Match[str]) -> str:
    return f"{found[0][:2]}{GAP}{found[0][-2:]}"


def _our_code(found: re.Match[str]) -> str:
    kept = found[3] if found[2].upper() in _OF_NO_PERSON else ""
    return f"{found[1]}{found[2]}.{kept}{GAP}"
