"""Who speaks at an end of an MDB adapter's line: bytes in, bytes out, without the line itself. Pure.

`ReaderTalker` is our cashless device behind a dialect; `VmcTalker` a simulated machine behind a nine-bit adapter.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

import msgspec

from hardware.vending.mdb import port
from hardware.vending.mdb.dialects import Dialect, NineBit
from hardware.vending.mdb.frames import Assembler, Frame, Words
from hardware.vending.mdb.profile import Profile
from hardware.vending.mdb.reader import Reader
from hardware.vending.mdb.trace import Interpreter
from hardware.vending.mdb.vmc_simulator import HeardReader, Vmc, VmcInput

Trace = Callable[[str, str], None]
"""Is told who said what: `vmc` or `us`, and the text."""


class Speech(msgspec.Struct, frozen=True):
    """Bytes for the line, and when to ask again (monotonic)."""

    data: bytes = b""
    wake_s: float | None = None


class Talker(Protocol):
    """One end of a line."""

    def opened(self, now_s: float) -> Speech:
        """The line is there."""

    def lost(self, now_s: float, reason: str) -> None:
        """The line is gone, or could not be opened."""

    def step(self, now_s: float, data: bytes, orders: Sequence[Any]) -> Speech:
        """Bytes came, things were ordered, time went on."""

    def silence(self, now_s: float) -> Speech:
        """No byte came for longer than a block has gaps."""


class ReaderTalker:
    """Our cashless device. What happens on the bus goes to `tell`, which must neither wait nor raise."""

    def __init__(
        self,
        profile: Profile,
        dialect: Dialect,
        tell: Callable[[port.Happening], None],
        trace: Trace | None = None,
    ) -> None:
        self._profile = profile
        self._dialect = dialect
        self._reader = Reader(profile, dialect.wire)
        self._tell = tell
        self._trace = trace
        self._interpreter = Interpreter(profile)
        self._overhears = Assembler(profile.address)

    def opened(self, now_s: float) -> Speech:
        """Tell the adapter who we are, the driver that the line is there, and begin anew."""
        self._tell(port.LineFound())
        opening = self._dialect.opening(self._profile.address)
        speech = self._turn(now_s, [port.LineGone()])
        return Speech(opening + speech.data, speech.wake_s)

    def lost(self, now_s: float, reason: str) -> None:
        """Said at every attempt: whoever missed it hears it at the next."""
        self._dialect.silence()
        self._turn(now_s, [port.LineGone()])
        self._tell(port.LineLost(reason))

    def step(self, now_s: float, data: bytes, orders: Sequence[port.Order]) -> Speech:
        """See `Talker`."""
        if any(isinstance(order, port.TellState) for order in orders):
            self._tell(port.LineFound())
        return self._hear(now_s, self._dialect.hear(data), list(orders))

    def silence(self, now_s: float) -> Speech:
        """See `Talker`."""
        speech = self._hear(now_s, self._dialect.silence(), [port.Silence()])
        self._show(self._overhears.silence())
        return speech

    def _hear(self, now_s: float, words: Words, then: list[port.ReaderInput]) -> Speech:
        self._show(self._overhears.feed(words, self._reader.wide))
        return self._turn(now_s, [port.Heard(words), *then] if words else then)

    def _show(self, frames: Sequence[Frame]) -> None:
        for frame in frames if self._trace is not None else ():
            self._note("vmc", self._interpreter.command(frame, self._reader.wide))

    def _turn(self, now_s: float, inputs: Sequence[port.ReaderInput]) -> Speech:
        turn = self._reader.update(now_s, inputs)
        for happening in turn.happened:
            self._tell(happening)
        if self._trace is not None:
            for words in turn.send:
                self._note("us", self._interpreter.answer(words, self._reader.wide))
        return Speech(b"".join(self._dialect.say(words) for words in turn.send), turn.wake_s)

    def _note(self, who: str, text: str) -> None:
        if text and self._trace is not None:
            self._trace(who, text)


class VmcTalker:
    """A simulated machine; what shoppers do comes as orders."""

    def __init__(self, vmc: Vmc, after: Callable[[Vmc], Sequence[VmcInput]] | None = None) -> None:
        """`after` sees the machine after every turn and may answer with what a shopper does then."""
        self._vmc = vmc
        self._adapter = NineBit()
        self._after = after

    def opened(self, now_s: float) -> Speech:
        """A machine talks whether somebody listens or not."""
        return self.step(now_s, b"", ())

    def lost(self, now_s: float, reason: str) -> None:
        """Nobody listens."""
        self._adapter.silence()

    def silence(self, now_s: float) -> Speech:
        """Half a word is none."""
        self._adapter.silence()
        return self.step(now_s, b"", ())

    def step(self, now_s: float, data: bytes, orders: Sequence[VmcInput]) -> Speech:
        """See `Talker`."""
        words = self._adapter.hear(data)
        turn = self._vmc.update(now_s, [*orders, HeardReader(words)] if words else list(orders))
        said = list(turn.send)
        if self._after is not None and (done := self._after(self._vmc)):
            turn = self._vmc.update(now_s, done)
            said += turn.send
        return Speech(b"".join(self._adapter.say(words) for words in said), turn.wake_s)
