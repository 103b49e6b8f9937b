"""Electronic labels: a price is sent, confirmed, sent again, given up. Pure; the radio is the port's.

A label shows the newest version it confirmed. What it was never seen to take is `label_failed`, not shown.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import msgspec

from hardware.behaviour import Output, Say
from hardware.messages import Command, CommandRefused, LabelFailed, LabelShown
from hardware.shelf.port import LabelAnswered, WriteLabel

ANSWER_WITHIN_S: Final = 5.0
TRIES: Final = 3


class _Pending(msgspec.Struct, frozen=True):
    price: LabelShown
    tries: int
    again_s: float


class Labels:
    """All labels of a shelf. They are e-paper: they keep their text when the shelf has no power."""

    def __init__(self, names: Iterable[str]) -> None:
        self._shown: dict[str, LabelShown | None] = dict.fromkeys(names)
        self._pending: dict[str, _Pending] = {}
        self._battery: dict[str, float] = {}

    @property
    def names(self) -> list[str]:
        """In the order of the planogram."""
        return list(self._shown)

    def start(self) -> None:
        """Power came on: what was being sent is forgotten; the store asks again."""
        self._pending.clear()

    def set(self, now_s: float, command: Command) -> list[Output]:
        """Begin to show a price. An older version than the one shown came late: the label keeps what it has."""
        if command.label not in self._shown:
            return [Say(CommandRefused(command_id=command.id, reason="unknown_slot"))]
        price = LabelShown(
            label=command.label,
            item=command.item,
            price_minor=command.price_minor,
            version=command.version,
        )
        shown = self._shown[command.label]
        if shown is not None and (price.version < shown.version or price == shown):
            return [Say(shown)]
        pending = self._pending.get(command.label)
        if pending is not None and pending.price.version > price.version:
            return []
        return self._send(now_s, price, 1)

    def answered(self, now_s: float, answer: LabelAnswered) -> list[Output]:
        """A label confirmed a version, or only said how its battery is. Labels nobody planned are not ours."""
        if answer.label not in self._shown:
            return []
        if answer.battery_percent >= 0:
            self._battery[answer.label] = min(answer.battery_percent, 100.0)
        pending = self._pending.get(answer.label)
        if pending is None or pending.price.version != answer.version:
            return []
        del self._pending[answer.label]
        self._shown[answer.label] = pending.price
        return [Say(pending.price)]

    def due(self, now_s: float) -> list[Output]:
        """Send again what was not confirmed in time; give up after the last try."""
        outputs: list[Output] = []
        for label, pending in list(self._pending.items()):
            if now_s < pending.again_s:
                continue
            if pending.tries < TRIES:
                outputs += self._send(now_s, pending.price, pending.tries + 1)
                continue
            del self._pending[label]
            price = pending.price
            failed = LabelFailed(label=label, item=price.item, version=price.version, reason="no_answer")
            outputs.append(Say(failed))
        return outputs

    def wake_s(self) -> float | None:
        """When `due` has something to do."""
        return min((pending.again_s for pending in self._pending.values()), default=None)

    def readings(self) -> tuple[tuple[str, float], ...]:
        """Batteries that were heard of."""
        return tuple(
            (f"battery_{label}_percent", percent) for label, percent in sorted(self._battery.items())
        )

    def _send(self, now_s: float, price: LabelShown, tries: int) -> list[Output]:
        self._pending[price.label] = _Pending(price, tries, now_s + ANSWER_WITHIN_S)
        return [
            WriteLabel(
                label=price.label, item=price.item, price_minor=price.price_minor, version=price.version
            )
        ]
