"""A scanner as a pure state machine: it reports every code it is shown, each once while it is held there."""

from __future__ import annotations

from collections.abc import Sequence

from hardware.behaviour import CommandGiven, Condition, Identity, Input, Output, Say, Update
from hardware.messages import CodeScanned, CommandRefused
from hardware.scanner.debounce import Debouncer
from hardware.scanner.port import CodeHeldUp

SYMBOLOGIES = ("EAN-13", "EAN-8", "UPC-A", "Code 128", "QR Code", "Data Matrix")


class ScannerSimulator:
    """Implements `hardware.behaviour.Behaviour`."""

    def __init__(self, *, serial: str = "SIM-0001") -> None:
        self._serial = serial
        self._debouncer = Debouncer()

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
        self._debouncer.forget()
        return self.update(now_s, [])

    def update(self, now_s: float, inputs: Sequence[Input]) -> Update:
        """See `Behaviour.update`."""
        outputs: list[Output] = []
        for happening in inputs:
            match happening:
                case CodeHeldUp(symbology=symbology, text=text):
                    if self._debouncer.is_news("window", symbology, text, now_s):
                        outputs.append(Say(CodeScanned(symbology=symbology, text=text)))
                case CommandGiven(command=command):
                    if command.kind != "identify":
                        outputs.append(Say(CommandRefused(command_id=command.id, reason="unsupported")))
                case _:
                    raise TypeError(f"a scanner knows no {type(happening).__name__}")
        return Update([*outputs, Condition()])
