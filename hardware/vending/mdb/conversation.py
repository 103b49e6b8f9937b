"""Hearing commands and getting answers through: blocks, confirmations, repetitions. Pure. MDB/ICP 4.3 §2.2.

Knows nothing of what is said. A command that the controller repeats because it missed our answer is answered again
here and counts once.
"""

from __future__ import annotations

from typing import Final

from hardware.vending.mdb.answers import MOOT_AFTER_ANY_COMMAND, Answer, Answers
from hardware.vending.mdb.frames import OUR_ACK, OUR_NAK, Assembler, Block, Confirmation, Frame, Words
from hardware.vending.mdb.requests import Poll, Request, read_request

REPEAT_WITHIN_S: Final = 1.0
"""The same command again, with nothing in between: the controller missed our answer and repeats itself."""


class Conversation:
    """The words between a controller and one device."""

    def __init__(self, address: int, confirms: bool) -> None:
        """`confirms`: both sides' confirmations pass through here, not through the adapter alone."""
        self._confirms = confirms
        self._assembler = Assembler(address)
        self.waiting = Answers(confirms)
        self._sent: list[Words] = []
        self._last: tuple[bytes, float] = (b"", 0.0)
        self._reply: list[Words] = []

    def hear(self, now_s: float, word: int, wide: bool) -> list[Request | None]:
        """The command that a word completes, if any; None for a repeated one, which has been answered."""
        frames = self._assembler.feed((word,), wide)
        return [found for frame in frames for found in self._understand(now_s, frame, wide)]

    def silence(self, now_s: float, wide: bool) -> list[Request | None]:
        """Nothing came for a while: what has begun is all there is."""
        frames = self._assembler.silence()
        return [found for frame in frames for found in self._understand(now_s, frame, wide)]

    def _understand(self, now_s: float, frame: Frame, wide: bool) -> list[Request | None]:
        if isinstance(frame, Confirmation):
            again = self.waiting.confirmed(frame.code)
            self._sent += [again] if again else []
            return []
        if not isinstance(frame, Block):
            self._sent += [OUR_NAK] if self._confirms else []
            return []
        data, at_s = self._last
        if self._confirms and frame.data == data and now_s - at_s < REPEAT_WITHIN_S:
            self._sent += self._reply
            return [None]
        request = read_request(frame.data, wide)
        is_poll = isinstance(request, Poll)
        self._last = (b"" if is_poll else frame.data, now_s)
        self._reply = []
        self.waiting.unheard()
        if not is_poll:
            self.waiting.forget(*MOOT_AFTER_ANY_COMMAND)
        return [request]

    def say(self, answer: Answer) -> None:
        """Put it on the bus."""
        self._put(self.waiting.say(answer))

    def ack(self) -> None:
        """Heard, nothing to say."""
        if self._confirms:
            self._put(OUR_ACK)

    def _put(self, words: Words) -> None:
        self._sent.append(words)
        self._reply.append(words)

    def take_sent(self) -> tuple[Words, ...]:
        """What went on the bus since it was asked last."""
        sent, self._sent = tuple(self._sent), []
        return sent
