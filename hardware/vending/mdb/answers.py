"""What a cashless device has to say and how it gets there: in order, repeated until it is confirmed. Pure.

MDB/ICP 4.3 §2.2: data that the controller answers with NAK, or with nothing, is said again at a later POLL; RET asks
for it at once.
"""

from __future__ import annotations

from collections import deque
from typing import Final

import msgspec

from hardware.vending.mdb.codes import Response
from hardware.vending.mdb.frames import ACK, RET, Words, answer_words

MOOT_AFTER_ANY_COMMAND: Final = frozenset(
    {
        Response.READER_CONFIG,
        Response.PERIPHERAL_ID,
        Response.CANCELLED,
        Response.END_SESSION,
        Response.REVALUE_DENIED,
    }
)
"""Once the controller goes on to another command it has heard these, or asks again."""


class Answer(msgspec.Struct):
    """Something to say: a response code and what follows it."""

    code: Response
    body: bytes = b""
    sent: bool = False

    @property
    def words(self) -> Words:
        """As it goes on the bus."""
        return answer_words(bytes([self.code]) + self.body)


class Answers:
    """What waits to be said, and what was said and not confirmed yet."""

    def __init__(self, confirms: bool) -> None:
        """`confirms`: the controller's confirmations are seen here; otherwise what is said is taken as heard."""
        self._confirms = confirms
        self._waiting: deque[Answer] = deque()
        self._said: Answer | None = None

    def clear(self) -> None:
        """Forget everything."""
        self._waiting.clear()
        self._said = None

    def add(self, answer: Answer) -> None:
        """Say this when it is its turn; what has the same code and waits is replaced."""
        self.forget(answer.code)
        self._waiting.append(answer)

    def forget(self, *codes: Response) -> None:
        """These have no use any more."""
        self._waiting = deque(answer for answer in self._waiting if answer.code not in codes)
        if self._said is not None and self._said.code in codes:
            self._said = None

    def has(self, code: Response) -> bool:
        """Whether this waits to be said or confirmed."""
        return any(answer.code == code for answer in (*self._waiting, self._said) if answer is not None)

    def unheard(self) -> None:
        """The controller went on without confirming: what was said last is said again."""
        if self._said is not None:
            self._waiting.appendleft(self._said)
            self._said = None

    def next(self) -> Answer | None:
        """What to say now, if anything."""
        return self._waiting.popleft() if self._waiting else None

    def say(self, answer: Answer) -> Words:
        """It is said now."""
        answer.sent = True
        self._said = answer if self._confirms else None
        return answer.words

    def confirmed(self, code: int) -> Words:
        """The controller's ACK, NAK or RET; what to say at once because of it."""
        said = self._said
        if said is None:
            return ()
        if code == RET:
            return said.words
        if code == ACK:
            self._said = None
        else:
            self.unheard()
        return ()
