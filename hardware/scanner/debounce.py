"""One scan per time that a code is held up, however often it is seen. Pure: the time is handed in."""

from __future__ import annotations

from typing import Final

SAME_CODE_S: Final = 1.0
"""A code seen again within this time has not been away."""
MOST_REMEMBERED: Final = 256
"""More codes than this are never in view within a second."""


class Debouncer:
    """Tells a code that comes from one that is still there, for every source by itself."""

    def __init__(self, same_code_s: float = SAME_CODE_S) -> None:
        self._same_code_s = same_code_s
        # The one seen last stands last.
        self._seen_s: dict[tuple[str, str, str], float] = {}

    def is_news(self, source: str, symbology: str, text: str, now_s: float) -> bool:
        """Whether this sighting (monotonic seconds) is a new scan. Every sighting keeps the code from being new."""
        code = (source, symbology, text)
        before_s = self._seen_s.pop(code, None)
        self._seen_s[code] = now_s
        if len(self._seen_s) > MOST_REMEMBERED:
            del self._seen_s[next(iter(self._seen_s))]
        return before_s is None or now_s - before_s > self._same_code_s

    def forget(self) -> None:
        """Whatever is seen next is new."""
        self._seen_s.clear()
