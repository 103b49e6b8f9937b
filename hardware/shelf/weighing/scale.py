"""The scale: samples of all plates in, what was taken and put back out, and plates that cannot be trusted. Pure.

Decisions are sequential: three or four samples that lie still decide when the planogram (or what shoppers hold) explains
the new level; what nothing explains must lie still for long, and is then reported without an item.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, Literal

import msgspec

from hardware.shelf.port import Plate
from hardware.shelf.weighing import guesses
from hardware.shelf.weighing.guesses import Guess
from hardware.shelf.weighing.hands import Hands, Held
from hardware.shelf.weighing.plan import Bay, Goods, Plan, plan_of
from hardware.shelf.weighing.plate import IDLE, LONG_STILL, MOVED, STARTING, PlateTrack

SILENT_AFTER_S: Final = 1.0
TARE_AFTER_SILENCE_S: Final = 10.0
"""A plate that was away for longer may have been switched off: its zero is not what it was."""
LOOK_EVERY_S: Final = 0.25
PICK_UP_SAMPLES: Final = 3
PUT_BACK_SAMPLES: Final = 4
"""A resting hand weighs something too, so what comes must convince for longer than what goes."""
UNKNOWN_AFTER_S: Final = 0.7
"""How long beyond a long stillness until a change that nothing explains is reported without an item."""
NEIGHBOUR_SHARE: Final = 0.025
"""Less than this of what happens next door comes from there: boards bend, and products touch each other."""
NEIGHBOUR_FOR_S: Final = 1.5
SHAKEN_SHARE: Final = 0.6
SHAKEN_PLATES: Final = 3
LEAST_G: Final = 5.0


class Moved(msgspec.Struct, frozen=True, kw_only=True):
    """Units left a plate or came onto it; `item` is empty where the weight has no sure answer. Grams, above 0."""

    at_s: float
    """Stream time of the sample that decided."""
    what: Literal["picked_up", "put_back"]
    plate: str
    item: str
    count: int
    weight_g: float
    misplaced: bool = False


class PlateFault(msgspec.Struct, frozen=True, kw_only=True):
    """A plate is at its end (`saturated`) or says nothing (`silent`); or is well again."""

    at_s: float
    plate: str
    what: Literal["saturated", "silent"]
    raised: bool


Finding = Moved | PlateFault


class Scale:
    """All plates of one shelf. The same samples give the same findings."""

    def __init__(self, rows: Sequence[Plate]) -> None:
        self._plan: Plan = plan_of(rows)
        self._tracks = [PlateTrack(least_g, most_g) for least_g, most_g in self._plan.limits]
        self._hands = Hands()
        self._look_s: float | None = None
        self._faults: set[tuple[int, str]] = set()
        self._changed: dict[int, tuple[float, float]] = {}
        """Of each plate: when it last changed, and by how many grams."""

    @property
    def plates(self) -> tuple[str, ...]:
        """Names in the order of `sample`'s numbers."""
        return self._plan.names

    def level_g(self, number: int) -> float | None:
        """What a plate's raw reading is at rest; None while that is not known."""
        track = self._tracks[number]
        return None if track.state == STARTING else track.level_g

    def noise_g(self, number: int) -> float:
        """The standard deviation of a plate's samples at rest."""
        return self._tracks[number].noise_g

    def tare(self, numbers: Iterable[int] | None = None) -> None:
        """Take what lies on these plates (None: on all) as it is, as soon as they lie still."""
        for number in range(len(self._tracks)) if numbers is None else numbers:
            self._tracks[number].tare()

    def sample(self, at_s: float, number: int, grams: float) -> Sequence[Finding]:
        """One raw sample of a plate; not a number for a missing one. Times do not go back."""
        if self._look_s is None or at_s >= self._look_s:
            found = self._look_around(at_s)
        else:
            found = None
        if not self._tracks[number].sample(at_s, grams):
            return found or ()
        return [*(found or ()), *self._judge(at_s, number)]

    # ── plates that cannot be trusted ───────────────────────────────────────────────────────────────

    def _look_around(self, at_s: float) -> list[Finding]:
        """Find plates that fell silent, or are heard or sane again."""
        if self._look_s is None:
            for track in self._tracks:
                track.last_s = at_s
        self._look_s = at_s + LOOK_EVERY_S
        found: list[Finding] = []
        for number, track in enumerate(self._tracks):
            quiet_s = at_s - track.last_s
            if quiet_s > SILENT_AFTER_S:
                if not track.silent:
                    track.fell_silent()
                if quiet_s > TARE_AFTER_SILENCE_S and track.state != STARTING:
                    track.tare()
            elif track.silent:
                track.heard_again()
            found += self._fault(at_s, number, "silent", track.silent)
            found += self._fault(at_s, number, "saturated", track.saturated)
        return found

    def _fault(
        self, at_s: float, number: int, what: Literal["saturated", "silent"], now: bool
    ) -> list[Finding]:
        before = (number, what) in self._faults
        if before == now:
            return []
        (self._faults.add if now else self._faults.discard)((number, what))
        return [PlateFault(at_s=at_s, plate=self._plan.names[number], what=what, raised=now)]

    # ── judging a bay ───────────────────────────────────────────────────────────────────────────────

    def _judge(self, at_s: float, number: int) -> list[Finding]:
        bay = self._plan.bays[self._plan.bay_of[number]]
        tracks = self._tracks
        if tracks[number].saturated:
            return self._fault(at_s, number, "saturated", True)
        moved: list[int] = []
        for one in bay.plates:
            track = tracks[one]
            if track.state == MOVED:
                if track.window_g(PICK_UP_SAMPLES) is None:
                    return []
                moved.append(one)
            elif track.state == STARTING and not track.silent:
                return []
        moved = [one for one in moved if not self._came_to_nothing(at_s, one)]
        if not moved:
            return []
        self._distrust_the_shaken(bay, at_s)
        if all(tracks[one].still_s is not None for one in moved):
            return self._slowly(at_s, bay, moved)
        if any(tracks[one].distrusted for one in moved):
            return []
        return self._quickly(at_s, bay, moved)

    def _quickly(self, at_s: float, bay: Bay, moved: list[int]) -> list[Finding]:
        """Decide by a few samples, if something other than their weight speaks for the answer."""
        changes = self._changes(moved, PICK_UP_SAMPLES)
        total_g = sum(changes)
        if total_g > 0:
            if any(self._tracks[one].window_g(PUT_BACK_SAMPLES) is None for one in moved):
                return []
            changes = self._changes(moved, PUT_BACK_SAMPLES)
            total_g = sum(changes)
        samples = PICK_UP_SAMPLES if total_g < 0 else PUT_BACK_SAMPLES
        guess = self._guess(at_s, bay, moved, total_g, samples)
        if guess is None or not guess.expected:
            return []
        return self._found(at_s, moved, changes, samples, guess)

    def _slowly(self, at_s: float, bay: Bay, moved: list[int]) -> list[Finding]:
        """Everything has lain still for long: what is no answer by now becomes a change without an item."""
        levels = [self._tracks[one].long_g() for one in moved]
        changes = [level - self._tracks[one].level_g for level, one in zip(levels, moved, strict=True)]
        total_g = sum(changes)
        guess = self._guess(at_s, bay, moved, total_g, LONG_STILL)
        if guess is not None:
            return self._found(at_s, moved, changes, LONG_STILL, guess)
        if abs(total_g) < self._least_g(bay, moved):
            # Pushed from one plate to the next, or something lighter than anything sold.
            self._settle(at_s, moved, changes, LONG_STILL)
            return []
        if at_s - max(self._tracks[one].still_s or at_s for one in moved) < UNKNOWN_AFTER_S:
            return []
        return self._found(at_s, moved, changes, LONG_STILL, Guess("", 1))

    def _guess(self, at_s: float, bay: Bay, moved: list[int], total_g: float, samples: int) -> Guess | None:
        if abs(total_g) < self._least_g(bay, moved):
            return None
        variance = self._variance(moved, samples)
        if total_g < 0:
            return guesses.picked_up(-total_g, variance, _on(bay, moved))
        held = self._hands.now(at_s)
        return guesses.put_back(total_g, variance, _on(bay, moved), held, self._plan.goods)

    def _found(
        self, at_s: float, moved: list[int], changes: list[float], samples: int, guess: Guess
    ) -> list[Finding]:
        total_g = sum(changes)
        most = max(zip(moved, changes, strict=True), key=lambda one: abs(one[1]))[0]
        if total_g < 0:
            bay = self._plan.bay_of[most]
            variance = self._variance(moved, samples)
            self._hands.take(Held(at_s, guess.item, guess.count, -total_g, variance, bay))
        else:
            self._hands.give_back(guess.item, guess.count, guess.held)
        self._settle(at_s, moved, changes, samples)
        return [
            Moved(
                at_s=at_s,
                what="picked_up" if total_g < 0 else "put_back",
                plate=self._plan.names[most],
                item=guess.item,
                count=guess.count,
                weight_g=round(abs(total_g), 1),
                misplaced=guess.misplaced,
            )
        ]

    # ── small print ─────────────────────────────────────────────────────────────────────────────────

    def _changes(self, moved: list[int], samples: int) -> list[float]:
        tracks = self._tracks
        return [(tracks[one].window_g(samples) or 0.0) - tracks[one].level_g for one in moved]

    def _variance(self, moved: list[int], samples: int) -> float:
        """Of the total change: the new level's, and a little for the old one's."""
        return sum(self._tracks[one].noise_g ** 2 * (1 / samples + 0.05) for one in moved)

    def _settle(self, at_s: float, moved: list[int], changes: list[float], samples: int) -> None:
        for one, change_g in zip(moved, changes, strict=True):
            track = self._tracks[one]
            track.settle(track.level_g + change_g, samples)
            self._changed[one] = (at_s, abs(change_g))

    def _came_to_nothing(self, at_s: float, number: int) -> bool:
        """Let a plate lie that is back where it was, or that only felt its neighbour."""
        track = self._tracks[number]
        change_g = (track.window_g(PICK_UP_SAMPLES) or 0.0) - track.level_g
        if abs(change_g) <= max(1.0, 1.8 * track.noise_g):
            track.settle(track.level_g, LONG_STILL)
            return True
        if abs(change_g) < self._from_next_door_g(at_s, number):
            track.settle(track.level_g + change_g, PICK_UP_SAMPLES)
            return True
        return False

    def _from_next_door_g(self, at_s: float, number: int) -> float:
        """How much of a plate's change its neighbours on the board can have made."""
        most_g = 0.0
        board = self._plan.board_of
        for other in (number - 1, number + 1):
            if not 0 <= other < len(board) or board[other] != board[number]:
                continue
            track = self._tracks[other]
            if track.state == MOVED and track.recent:
                most_g = max(most_g, max(abs(max(track.recent) - track.level_g), abs(min(track.recent) - track.level_g)))
            changed_s, change_g = self._changed.get(other, (-NEIGHBOUR_FOR_S, 0.0))
            if at_s - changed_s < NEIGHBOUR_FOR_S:
                most_g = max(most_g, change_g)
        return most_g * NEIGHBOUR_SHARE

    def _distrust_the_shaken(self, bay: Bay, at_s: float) -> None:
        """Most plates of a board at once: somebody bumped it, and every swing's turning point lies still."""
        board = self._plan.board_of[bay.plates[0]]
        on_board = [number for number, where in enumerate(self._plan.board_of) if where == board]
        if len(on_board) < SHAKEN_PLATES:
            return
        shaken = [
            number
            for number in on_board
            if (track := self._tracks[number]).state == MOVED
            and track.recent
            and max(map(abs, (max(track.recent) - track.level_g, min(track.recent) - track.level_g)))
            > self._from_next_door_g(at_s, number)
        ]
        if len(shaken) >= max(SHAKEN_PLATES, SHAKEN_SHARE * len(on_board)):
            for number in shaken:
                self._tracks[number].distrusted = True

    def _least_g(self, bay: Bay, moved: list[int]) -> float:
        """Below this no change is worth a word: it is less than half of the lightest unit planned there."""
        lightest_g = min((goods.unit_g for goods in bay.goods), default=4 * LEAST_G)
        noise_g = sum(self._tracks[one].noise_g ** 2 for one in moved) ** 0.5
        return max(min(LEAST_G, 0.4 * lightest_g), 1.5 * noise_g)


def _on(bay: Bay, moved: list[int]) -> Sequence[Goods]:
    """What is planned on all of the plates that moved; if nothing is, whatever lies in the bay."""
    fitting = [goods for goods in bay.goods if goods.plates.issuperset(moved)]
    return fitting or bay.goods
