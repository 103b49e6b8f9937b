"""A cloud shelf as a pure state machine, with seeded shoppers who look, touch, pick up and put back."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from random import Random

from hardware.behaviour import CommandGiven, Condition, Identity, Input, Output, Say, Update
from hardware.messages import (
    Command,
    CommandRefused,
    Exposure,
    ItemPickedUp,
    ItemPutBack,
    ItemTouched,
    LabelShown,
    PersonSensed,
    Report,
)
from hardware.shelf.port import Habits, Plate, ShopperCame


class ShelfSimulator:
    """Implements `hardware.behaviour.Behaviour`."""

    def __init__(
        self,
        plates: Sequence[Plate],
        *,
        rng: Random,
        habits: Habits | None = None,
        serial: str = "SIM-0001",
    ) -> None:
        """The same seed and inputs give the same outputs."""
        self._plates = {plate.plate: plate for plate in plates}
        self._rng = rng
        self._habits = habits or Habits()
        self._serial = serial
        self._coming: list[tuple[float, int, Report]] = []
        self._order = 0
        self._next_shopper_s: float | None = None
        self._content = "welcome"
        self._labels: dict[str, LabelShown] = {}

    def identity(self) -> Identity:
        """Kind, model, plates and labels."""
        return Identity(
            kind="shelf",
            model="popshop-simulator",
            serial=self._serial,
            firmware="1.0.0",
            capabilities={
                "plates": [{"plate": plate.plate, "item": plate.item} for plate in self._plates.values()],
                "labels": [plate.label for plate in self._plates.values() if plate.label],
            },
        )

    def start(self, now_s: float) -> Update:
        """Power came on: what shoppers were doing was not seen. Labels are e-paper and keep their text."""
        self._coming.clear()
        self._next_shopper_s = self._arrival_after(now_s)
        return self.update(now_s, [])

    def update(self, now_s: float, inputs: Sequence[Input]) -> Update:
        """See `Behaviour.update`."""
        outputs: list[Output] = []
        while self._next_shopper_s is not None and self._next_shopper_s <= now_s:
            self._shopper(self._next_shopper_s)
            self._next_shopper_s = self._arrival_after(self._next_shopper_s)
        for happening in inputs:
            match happening:
                case ShopperCame():
                    self._shopper(now_s)
                case CommandGiven(command=command):
                    outputs += self._obey(command)
                case _:
                    raise TypeError(f"a shelf knows no {type(happening).__name__}")
        while self._coming and self._coming[0][0] <= now_s:
            outputs.append(Say(heapq.heappop(self._coming)[2]))
        outputs.append(Condition())
        wakes = [self._next_shopper_s, self._coming[0][0] if self._coming else None]
        return Update(outputs, min((at_s for at_s in wakes if at_s is not None), default=None))

    def _obey(self, command: Command) -> list[Output]:
        match command.kind:
            case "set_label":
                return self._set_label(command)
            case "show":
                self._content = command.content
            case "light":
                if command.plate not in self._plates:
                    return [Say(CommandRefused(command_id=command.id, reason="unknown_slot"))]
            case "identify":
                pass
            case _:
                return [Say(CommandRefused(command_id=command.id, reason="unsupported"))]
        return []

    def _set_label(self, command: Command) -> list[Output]:
        """Show a price. An older version than the one shown came late: the label keeps what it has."""
        if command.label not in {plate.label for plate in self._plates.values() if plate.label}:
            return [Say(CommandRefused(command_id=command.id, reason="unknown_slot"))]
        shown = self._labels.get(command.label)
        if shown is None or command.version >= shown.version:
            shown = LabelShown(
                label=command.label,
                item=command.item,
                price_minor=command.price_minor,
                version=command.version,
            )
            self._labels[command.label] = shown
        return [Say(shown)]

    # ── shoppers ────────────────────────────────────────────────────────────────────────────────────

    def _arrival_after(self, at_s: float) -> float | None:
        mean_s = self._habits.arrive_every_s
        return at_s + self._rng.expovariate(1 / mean_s) if mean_s > 0 else None

    def _shopper(self, at_s: float) -> None:
        """One shopper's visit, worked out when they come."""
        rng, habits = self._rng, self._habits
        self._later(at_s, PersonSensed())
        look_s = rng.expovariate(1 / habits.look_s)
        if self._plates:
            plate = rng.choice(list(self._plates.values()))
            if rng.random() < habits.touch_chance:
                self._later(at_s + look_s * 0.3, ItemTouched(item=plate.item))
            if rng.random() < habits.pick_up_chance:
                taken = ItemPickedUp(plate=plate.plate, item=plate.item, weight_g=plate.weight_g)
                self._later(at_s + look_s * 0.5, taken)
                if rng.random() < habits.put_back_chance:
                    back = ItemPutBack(plate=plate.plate, item=plate.item, weight_g=plate.weight_g)
                    self._later(at_s + look_s * 0.9, back)
        self._later(at_s + look_s, Exposure(content=self._content, dwell_ms=int(look_s * 1000)))

    def _later(self, at_s: float, report: Report) -> None:
        self._order += 1
        heapq.heappush(self._coming, (at_s, self._order, report))
