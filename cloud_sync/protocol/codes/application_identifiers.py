"""The table of GS1 application identifiers, as biip ships it. Loading it costs a tenth of a second, so that only `gs1`
does, when a text needs it.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, NamedTuple

from biip import ParseError
from biip.gs1_application_identifiers import GS1ApplicationIdentifier

MAX_LENGTH: Final = 4
"""Digits of the longest identifier."""
_COUNTED_AS_ONE: Final = "|%[0-9A-Fa-f][0-9A-Fa-f]%[0-9A-Fa-f][0-9A-Fa-f]"
"""biip lets six characters of an encoded letter count as one, where GS1 counts what is printed. Two ways to read the
same text would also let a hostile value keep the matching busy for years."""


class Identifier(NamedTuple):
    """An identifier and what may stand behind it."""

    ai: str
    length: int
    """Characters of a value of pre-defined length (General Specifications, figure 7.8.5-2); 0: up to a separator."""
    form: str
    """As the General Specifications write it: `N2+X..20`."""
    pattern: re.Pattern[str]
    """Of identifier and value together. ASCII: biip's own matching takes digits of any script."""


@lru_cache(maxsize=4_096)
def starting(head: str) -> Identifier | None:
    """The identifier that a text begins with; `head` is its first `MAX_LENGTH` characters."""
    try:
        found = GS1ApplicationIdentifier.extract(head)
    except ParseError:
        return None
    _, *parts = found.format.split("+")
    length = 0 if found.separator_required else sum(int(part.removeprefix("N")) for part in parts)
    pattern = re.compile(found.pattern.replace(_COUNTED_AS_ONE, ""), re.ASCII)
    return Identifier(found.ai, length, found.format, pattern)
