"""A scanner of real sources (cameras, USB, serial, network) as a pure state machine in the shell of a device.

It turns what sources read into reports and how they are into presence. It touches no source: see `sources`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from hardware.behaviour import CommandGiven, Condition, Identity, Input, Output, Say, Update
from hardware.messages import CodeScanned, Command, CommandRefused, FaultCleared, FaultRaised
from hardware.scanner import aim
from hardware.scanner.debounce import Debouncer
from hardware.scanner.port import (
    CodeRead,
    CodeUnreadable,
    DrawAttention,
    PictureChanged,
    SourceChanged,
    SourceState,
)
from hardware.scanner.vision.settings import DEFAULT_SYMBOLOGIES

SOURCE_LOST: Final = "source_lost"
"""EVA-DTS has no event of a scanner that is unplugged or blind, so these faults have names in plain words;
`part` names the source."""
MOST_CHARS: Final = 10_000
"""The largest QR Code holds 7,089 digits (ISO/IEC 18004, version 40-L); a longer text is no code."""


class _Source(msgspec.Struct):
    """What is known of one source. `fault` is the code that was raised for it, if any."""

    state: SourceState | None = None
    fault: str = ""


class ScannerDriver:
    """Implements `hardware.behaviour.Behaviour`. `sources` are the names of all it has; others are not known."""

    def __init__(self, sources: Sequence[str], *, serial: str, model: str = "popshop-scanner") -> None:
        self._serial = serial
        self._model = model
        self._sources = {name: _Source() for name in sources}
        self._debouncer = Debouncer()
        self._unreadable = 0

    def identity(self) -> Identity:
        """Kind, model, symbologies and sources."""
        return Identity(
            kind="scanner",
            model=self._model,
            serial=self._serial,
            firmware="1.0.0",
            capabilities={"symbologies": list(DEFAULT_SYMBOLOGIES), "sources": list(self._sources)},
        )

    def start(self, now_s: float) -> Update:
        """A new boot. Sources are as they were, and what is wrong with them is said anew."""
        self._debouncer.forget()
        self._unreadable = 0
        faulty = [(name, source.fault) for name, source in self._sources.items() if source.fault]
        raised = [Say(FaultRaised(code=code, part=name)) for name, code in faulty]
        return Update([*raised, self._condition()])

    def update(self, now_s: float, inputs: Sequence[Input]) -> Update:
        """See `Behaviour.update`."""
        outputs: list[Output] = []
        for happening in inputs:
            match happening:
                case CodeRead():
                    outputs += self._read(happening, now_s)
                case CodeUnreadable(count=count):
                    self._unreadable += count
                case SourceChanged(source=name, state=state):
                    outputs += self._changed(name, state)
                case PictureChanged(source=name, trouble=trouble):
                    if self._sources[name].state == "up":
                        outputs += self._fault(name, trouble)
                case CommandGiven(command=command):
                    outputs += self._obey(command)
                case _:
                    raise TypeError(f"a scanner knows no {type(happening).__name__}")
        return Update([*outputs, self._condition()])

    def _read(self, read: CodeRead, now_s: float) -> list[Output]:
        if not read.text:
            return []
        text = aim.as_reported(read.aim, read.text)
        if len(text) > MOST_CHARS or not _can_be_sent(text):
            self._unreadable += 1
            return []
        symbology = read.symbology or aim.symbology(read.aim, read.text)
        if read.held and not self._debouncer.is_news(read.source, symbology, text, now_s):
            return []
        return [Say(CodeScanned(symbology=symbology, text=text))]

    def _changed(self, name: str, state: SourceState) -> list[Output]:
        source = self._sources[name]
        still_up = source.state == state == "up"
        source.state = state
        if still_up:
            return []  # Said again; what is wrong with its picture goes on.
        return self._fault(name, SOURCE_LOST if state == "down" else "")

    def _fault(self, name: str, code: str) -> list[Output]:
        """Change what is wrong with a source, telling what is over and what began."""
        source = self._sources[name]
        before, source.fault = source.fault, code
        if before == code:
            return []
        outputs: list[Output] = []
        if before:
            outputs.append(Say(FaultCleared(code=before, part=name)))
        if code:
            outputs.append(Say(FaultRaised(code=code, part=name)))
        return outputs

    def _obey(self, command: Command) -> list[Output]:
        if command.kind == "identify":
            return [DrawAttention()]
        return [Say(CommandRefused(command_id=command.id, reason="unsupported"))]

    def _condition(self) -> Condition:
        """`init` until a source has said how it is, `alert` when none of them can read."""
        sources = self._sources.values()
        working = [source for source in sources if source.state == "up" and not source.fault]
        if working:
            status = "ready"
        elif any(source.state is None for source in sources):
            status = "init"
        else:
            status = "alert"
        readings = (
            ("sources_up_count", float(len(working))),
            ("unreadable_count", float(self._unreadable)),
        )
        faults = {source.fault for source in sources if source.fault}
        return Condition(status, tuple(sorted(faults)), readings)


def _can_be_sent(text: str) -> bool:
    """Half of a surrogate pair, which a decoder may make of garbage, is no text that JSON can carry."""
    return not any("\ud800" <= character <= "\udfff" for character in text)
