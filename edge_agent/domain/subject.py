"""Who takes part in something of the shop: the random key of a visit or a member, and never a person."""

from __future__ import annotations

import re
from typing import Final

_KEY: Final = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9_.:-]{1,64}")
WHAT_A_KEY_IS: Final = "a random key of 1 to 64 letters, digits, '_', '.', ':' or '-'"


def is_key(subject: str) -> bool:
    """Tell whether a text can be a random key: never a phone number (no letter in it), an e-mail address or a name in
    another script.
    """
    return _KEY.fullmatch(subject) is not None
