"""A cloud shelf as a device: what its plates, labels, screen and RFID reader say becomes reports. Pure.

The same for a real shelf (`wire` brings what it says and carries what it is asked) and a simulated one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from hardware.behaviour import CommandGiven, Condition, Identity, Input, Output, Say, Update
from hardware.messages import (
    Command,
    CommandRefused,
    FaultCleared,
    FaultRaised,
    ItemPickedUp,
    ItemPutBack,
)
from hardware.shelf.labels import Labels
from hardware.shelf.port import (
    Identify,
    LabelAnswered,
    Light,
    Plate,
    ShopperCame,
    ShopperLeft,
    TagRead,
    TareOrdered,
    Weighed,
    WireBack,
    WireLost,
    check_planogram,
)
from hardware.shelf.screen import Screen
from hardware.shelf.tags import Tags
from hardware.shelf.weighing.scale import Finding, Moved, Scale

FAULT_CODES: Final = {"saturated": "OAA", "silent": "ECF"}
"""EVA-DTS 6.1, Annex C: maintenance is needed (something too heavy lies there), a cable or plug has a fault."""
WIRE: Final = "plates"
CLOCK_BACK_S: Final = 1.0
"""Plates that are asked one after the other may be told a little out of order."""
LINE_AWAY_S: Final = 10.0
HEARD_WITHIN_S: Final = 5.0
"""A line on which no sample comes for longer is as good as none: a wrong speed, another device, noise."""


class ShelfDriver:
    """Implements `hardware.behaviour.Behaviour`."""

    def __init__(
        self,
        plates: Sequence[Plate],
        *,
        tags: Mapping[str, str] | None = None,
        model: str = "weight-plates",
        serial: str = "",
        firmware: str = "1.0.0",
    ) -> None:
        """`plates` is the planogram; `tags` has SKUs by EPC or GTIN-14. Raises ValueError for a wrong row."""
        self._rows = check_planogram(list(plates))
        self._model, self._serial, self._firmware = model, serial, firmware
        self._labels = Labels(dict.fromkeys(plate.label for plate in plates if plate.label))
        self._screen = Screen()
        self._tags = Tags(tags or {})
        self._faults: dict[tuple[str, str], None] = {}
        self._unheard_since_s: float | None = None
        """While there is a line: when a sample last came."""
        self._begin_weighing()

    def identity(self) -> Identity:
        """Kind, model, plates and labels."""
        return Identity(
            kind="shelf",
            model=self._model,
            serial=self._serial,
            firmware=self._firmware,
            capabilities={
                "plates": [{"plate": row.plate, "item": row.item} for row in self._rows],
                "labels": self._labels.names,
            },
        )

    def start(self, now_s: float) -> Update:
        """Power came on: plates are tared, what shoppers were doing was not seen. Labels keep their text."""
        self._begin_weighing()
        self._screen.start()
        self._labels.start()
        self._faults.clear()
        if self._unheard_since_s is not None:
            self._unheard_since_s = now_s
        return self.update(now_s, [])

    def update(self, now_s: float, inputs: Sequence[Input]) -> Update:
        """See `Behaviour.update`."""
        outputs: list[Output] = []
        for happening in inputs:
            outputs += self._take(now_s, happening)
        outputs += self._labels.due(now_s)
        deaf_s = None if self._unheard_since_s is None else self._unheard_since_s + HEARD_WITHIN_S
        if deaf_s is not None and now_s >= deaf_s:
            outputs += self._fault(FAULT_CODES["silent"], WIRE, True)
            deaf_s = None
        codes = tuple(sorted({code for code, _ in self._faults}))
        outputs.append(Condition("ready", codes, self._labels.readings()))
        wakes = [at_s for at_s in (self._labels.wake_s(), deaf_s) if at_s is not None]
        return Update(outputs, min(wakes, default=None))

    def _begin_weighing(self) -> None:
        self._scale = Scale(self._rows)
        self._numbers = {name: number for number, name in enumerate(self._scale.plates)}
        self._stream_s = float("-inf")

    def _take(self, now_s: float, happening: Input) -> list[Output]:
        match happening:
            case Weighed(samples=samples):
                return [*self._heard(now_s), *self._weigh(samples)]
            case ShopperCame():
                return self._screen.came(now_s)
            case ShopperLeft():
                return self._screen.left(now_s)
            case TagRead(epc=epc):
                sensed = self._tags.heard(now_s, epc)
                return [Say(sensed)] if sensed is not None else []
            case LabelAnswered():
                return self._labels.answered(now_s, happening)
            case TareOrdered():
                self._scale.tare()
                return []
            case WireLost():
                self._unheard_since_s = None
                return self._fault(FAULT_CODES["silent"], WIRE, True)
            case WireBack():
                self._unheard_since_s = now_s
                return self._fault(FAULT_CODES["silent"], WIRE, False)
            case CommandGiven(command=command):
                return self._obey(now_s, command)
        raise TypeError(f"a shelf knows no {type(happening).__name__}")

    # ── commands ────────────────────────────────────────────────────────────────────────────────────

    def _obey(self, now_s: float, command: Command) -> list[Output]:
        orders: dict[str, Callable[[], list[Output]]] = {
            "set_label": lambda: self._labels.set(now_s, command),
            "show": lambda: self._screen.show(now_s, command.content),
            "light": lambda: self._light(command),
            "identify": lambda: [Identify()],
        }
        order = orders.get(command.kind)
        return order() if order else [Say(CommandRefused(command_id=command.id, reason="unsupported"))]

    def _light(self, command: Command) -> list[Output]:
        if command.plate not in self._numbers:
            return [Say(CommandRefused(command_id=command.id, reason="unknown_slot"))]
        return [Light(command.plate)]

    # ── plates ──────────────────────────────────────────────────────────────────────────────────────

    def _heard(self, now_s: float) -> list[Output]:
        if self._unheard_since_s is None:
            return []
        self._unheard_since_s = now_s
        return self._fault(FAULT_CODES["silent"], WIRE, False)

    def _weigh(self, samples: Sequence[tuple[float, str, float]]) -> list[Output]:
        outputs: list[Output] = []
        for at_s, plate, grams in samples:
            if not -CLOCK_BACK_S <= at_s - self._stream_s <= LINE_AWAY_S:
                # The plates' own clock began anew, or they were away for long: what happened was not seen.
                self._begin_weighing()
            self._stream_s = at_s = max(at_s, self._stream_s)
            number = self._numbers.get(plate)
            if number is not None:
                for found in self._scale.sample(at_s, number, grams):
                    outputs += self._tell(found)
        return outputs

    def _tell(self, found: Finding) -> list[Output]:
        if not isinstance(found, Moved):
            return self._fault(FAULT_CODES[found.what], found.plate, found.raised)
        if found.what == "picked_up":
            gone = ItemPickedUp(
                plate=found.plate, item=found.item, weight_g=found.weight_g, count=found.count
            )
            return [Say(gone)]
        come = ItemPutBack(
            plate=found.plate,
            item=found.item,
            weight_g=found.weight_g,
            count=found.count,
            misplaced=found.misplaced,
        )
        return [Say(come)]

    def _fault(self, code: str, part: str, raised: bool) -> list[Output]:
        if ((code, part) in self._faults) == raised:
            return []
        if raised:
            self._faults[code, part] = None
            return [Say(FaultRaised(code=code, part=part))]
        del self._faults[code, part]
        return [Say(FaultCleared(code=code, part=part))]
