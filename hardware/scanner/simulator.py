"""A scanner as a pure state machine: it reports every code it is shown, each once while it is held there."""

from __future__ import annotations

from collections.abc import Sequence

from hardware.behaviour import CommandGiven, Condition, Identity, Input, Output, Say, Update
from hardware.messages import CodeScanned, CommandRefused
from hardware.scanner.port import CodeHeldUp

SYMBOLOGIES = ("EAN-13", "EAN-8", "UPC-A", "Code 128", "QR Code", "Data Matrix")
SAME_CODE_S = 1.0
"""The same code again within this time is still being held up."""


class ScannerSimulator:
    """Implements `hardware.behaviour.Behaviour`."""

    def __init__(self, *, serial: str = "SIM-0001") -> None:
        self._serial = serial
        self._last: CodeHeldUp | None = None
        self._last_s = 0.0

    def identity(self) -> Identity:
        """Kind, model and symbologies."""
        return Identity(
            kind="scanner",
            model="popshop-simulator",
            serial=self._serial,
            firmware="1.0.0",
            capabilities={"symbologies": list(SYMBOLOGIES)},
        )

    def start(self, now_s: float) -> Update:
        """Power came on."""
        self._last = None
        return self.update(now_s, [])

    def update(self, now_s: float, inputs: Sequence[Input]) -> Update:
        """See `Behaviour.update`."""
        outputs: list[Output] = []
        for happening in inputs:
            match happening:
                case CodeHeldUp(symbology=symbology, text=text):
                    if happening != self._last or now_s - self._last_s > SAME_CODE_S:
                        outputs.append(Say(CodeScanned(symbology=symbology, text=text)))
                    self._last, self._last_s = happening, now_s
                case CommandGiven(command=command):
                    if command.kind != "identify":
                        outputs.append(Say(CommandRefused(command_id=command.id, reason="unsupported")))
                case _:
                    raise TypeError(f"a scanner knows no {type(happening).__name__}")
        return Update([*outputs, Condition()])
