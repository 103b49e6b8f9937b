"""The scale: samples of all plates in, what was taken and put back out, and plates that cannot be trusted. Pure.

Decisions are sequential: three or four samples that lie still decide when the planogram (or what shoppers hold)
explains the new level; what nothing explains must lie still for long, and is then reported without an item.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final, Literal

import msgspec

from hardware.shelf.port import Plate
from hardware.shelf.weighing import guesses
from hardware.shelf.weighing.guesses import Guess
from hardware.shelf.weighing.hands import Hands, Held
from hardware.shelf.weighing.plan import Bay, Goods, Plan, plan_of
from hardware.shelf.weighing.plate import LONG_STILL, MOVED, STARTING, PlateTrack

SILENT_AFTER_S: Final = 1.0
TARE_AFTER_SILENCE_S: Final = 10.0
"""A plate that was away for longer may have been switched off: its zero is not what it was."""
LOOK_EVERY_S: Final = 0.25
FEW_SAMPLES: Final = (3, 4, 8, 12)
FEW_UNITS: Final = 3
PUT_DOWN_S: Final = 0.2
"""Nobody puts something down and lets go of it within less."""
REMAINDER_FOR_S: Final = 4.0
REMAINDER_SHARE: Final = 0.08
PRETENDED_FOR_S: Final = 3.0
"""How long a put-back may turn out to have been a hand."""
UNKNOWN_AFTER_S: Final = 0.7
"""How long beyond a long stillness until a change that nothing explains is reported without an item."""
NEIGHBOUR_SHARE: Final = 0.02
"""Less than this of what happens next door comes from there: boards bend, and products touch each other."""
NEIGHBOUR_FOR_S: Final = 1.5
TOGETHER_S: Final = 0.05
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


class Change(msgspec.Struct, frozen=True):
    """A bay's change of weight in grams, below 0 when something left, and the variance of measuring it."""

    at_s: float
    bay: int
    grams: float
    variance: float


class Scale:
    """All plates of one shelf. The same samples give the same findings."""

    def __init__(self, rows: Sequence[Plate]) -> None:
        self._plan: Plan = plan_of(rows)
        self._tracks = [PlateTrack(least_g, most_g) for least_g, most_g in self._plan.limits]
        board = self._plan.board_of
        self._neighbours = [
            [other for other in (one - 1, one + 1) if 0 <= other < len(board) and board[other] == board[one]]
            for one in range(len(board))
        ]
        self._hands = Hands()
        self._look_s: float | None = None
        self._faults: set[tuple[int, str]] = set()
        self._changed: dict[int, tuple[float, float]] = {}
        """Of each plate: when it last changed, and by how many grams."""
        self._strays = [Hands() for _ in self._plan.bays]
        """Of each bay: what lies there and belongs elsewhere."""
        self._last: dict[int, tuple[Change, Guess]] = {}
        """Of each bay: the last decision."""

    @property
    def plates(self) -> tuple[str, ...]:
        """Names in the order of `sample`'s numbers."""
        return self._plan.names

    def tare(self) -> None:
        """Take what lies there as it is, plate by plate, as soon as it lies still."""
        for track in self._tracks:
            track.tare()

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
        elif at_s - self._look_s > SILENT_AFTER_S / 2:
            # Nobody spoke: that was the line's silence, no plate's.
            for track in self._tracks:
                track.last_s += at_s - self._look_s
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
            if track.silent:
                # The others go on: with less to see, more of it has no answer.
                continue
            if track.state == STARTING or (track.state == MOVED and track.window_g(FEW_SAMPLES[0]) is None):
                return []
            if track.state == MOVED:
                moved.append(one)
        moved = [one for one in moved if not self._came_to_nothing(at_s, one)]
        if not moved:
            return []
        self._distrust_the_shaken(bay, at_s)
        if all(tracks[one].still_s is not None for one in moved):
            return self._slowly(at_s, self._plan.bay_of[number], moved)
        if any(tracks[one].distrusted for one in moved):
            return []
        return self._quickly(at_s, self._plan.bay_of[number], moved)

    def _quickly(self, at_s: float, bay: int, moved: list[int]) -> list[Finding]:
        """Decide by a few samples, if something other than their weight speaks for the answer."""
        tracks = [self._tracks[one] for one in moved]
        for samples in FEW_SAMPLES:
            if any(track.window_g(samples) is None for track in tracks):
                return []
            changes = self._changes(moved, samples)
            change = Change(at_s, bay, sum(changes), self._variance(moved, samples))
            answers = self._answers(change, moved)
            if not answers or not all(guess.expected for guess in answers):
                return []
            let_go = any(track.let_go(samples) for track in tracks)
            final = self._nothing_heavier(bay, answers[-1])
            if change.grams > 0 and at_s - min(track.moved_s for track in tracks) < PUT_DOWN_S:
                return []
            if samples >= _convincing(answers, change, let_go=let_go, final=final):
                return self._found(change, moved, changes, samples, answers)
        return []

    def _slowly(self, at_s: float, bay: int, moved: list[int]) -> list[Finding]:
        """Everything has lain still for long: what is no answer by now becomes a change without an item."""
        changes = [self._tracks[one].long_g() - self._tracks[one].level_g for one in moved]
        change = Change(at_s, bay, sum(changes), self._variance(moved, LONG_STILL))
        answers = self._answers(change, moved)
        if answers:
            return self._found(change, moved, changes, LONG_STILL, answers)
        if abs(change.grams) < self._least_g(bay, moved) or self._a_remainder(change):
            self._settle(at_s, moved, changes, LONG_STILL)
            return []
        if at_s - max(self._tracks[one].still_s or at_s for one in moved) < UNKNOWN_AFTER_S:
            return []
        return self._found(change, moved, changes, LONG_STILL, [Guess("", 1)])

    def _answers(self, change: Change, moved: list[int]) -> list[Guess]:
        """What the change means: one answer, none, or what a hand pretended before and what it did then."""
        if abs(change.grams) < self._least_g(change.bay, moved):
            return []
        bay = self._plan.bays[change.bay]
        goods = _on(bay, moved)
        if change.grams > 0:
            held = self._hands.now(change.at_s)
            plan = self._plan
            guess = guesses.put_back(change.grams, change.variance, goods, held, plan.goods, len(plan.bays))
            return [guess] if guess is not None else []
        strays = self._strays[change.bay].now(change.at_s)
        guess = guesses.picked_up(-change.grams, change.variance, goods, strays, change.at_s)
        if guess is not None:
            return [guess]
        before = self._last.get(change.bay)
        if before is None or change.at_s - before[0].at_s > PRETENDED_FOR_S:
            return []
        both_g = before[0].grams + change.grams
        if before[0].grams < 0 or both_g > -self._least_g(change.bay, moved):
            return []
        guess = guesses.picked_up(-both_g, change.variance + before[0].variance, goods)
        return [Guess(before[1].item, before[1].count), guess] if guess is not None else []

    def _nothing_heavier(self, bay: int, guess: Guess) -> bool:
        """Whether what was found is no mere part of lifting a heavier SKU of the bay."""
        goods = self._plan.goods.get(guess.item)
        heaviest_g = max((one.unit_g for one in self._plan.bays[bay].goods), default=0.0)
        return goods is not None and guess.count * goods.unit_g > 0.9 * heaviest_g

    def _a_remainder(self, change: Change) -> bool:
        """What is left of a decision made while the hand was still there: less than half of a unit, soon after."""
        before = self._last.get(change.bay)
        if before is None or change.at_s - before[0].at_s > REMAINDER_FOR_S:
            return False
        goods = self._plan.goods.get(before[1].item)
        half_g = 0.45 * goods.unit_g if goods is not None else 0.0
        return abs(change.grams) < max(half_g, REMAINDER_SHARE * abs(before[0].grams))

    def _found(
        self, change: Change, moved: list[int], changes: list[float], samples: int, answers: list[Guess]
    ) -> list[Finding]:
        most = max(zip(moved, changes, strict=True), key=lambda one: abs(one[1]))[0]
        self._settle(change.at_s, moved, changes, samples)
        found: list[Finding] = []
        parts = [change.grams]
        if len(answers) == 2:
            before_g = self._last[change.bay][0].grams
            parts = [-before_g, change.grams + before_g]
        for guess, grams in zip(answers, parts, strict=True):
            self._note(Change(change.at_s, change.bay, grams, change.variance), guess)
            found.append(
                Moved(
                    at_s=change.at_s,
                    what="picked_up" if grams < 0 else "put_back",
                    plate=self._plan.names[most],
                    item=guess.item,
                    count=guess.count,
                    weight_g=round(abs(grams), 1),
                    misplaced=guess.misplaced,
                )
            )
        return found

    def _note(self, change: Change, guess: Guess) -> None:
        """Remember who has what now."""
        self._last[change.bay] = (change, guess)
        if not guess.item:
            return
        held = Held(change.at_s, guess.item, guess.count, abs(change.grams), change.variance)
        strays = self._strays[change.bay]
        if change.grams < 0:
            self._hands.take(held)
            if guess.held is not None:
                strays.give_back(guess.item, guess.count, guess.held)
        else:
            self._hands.give_back(guess.item, guess.count, guess.held)
            if guess.misplaced:
                strays.take(held)

    # ── small print ─────────────────────────────────────────────────────────────────────────────────

    def _changes(self, moved: list[int], samples: int) -> list[float]:
        tracks = self._tracks
        return [(tracks[one].window_g(samples) or 0.0) - tracks[one].level_g for one in moved]

    def _variance(self, moved: list[int], samples: int) -> float:
        """Of the total change: the new level's, a little for the old one's, and what a hand next door may add."""
        own = sum(self._tracks[one].noise_g ** 2 * (1 / samples + 0.05) for one in moved)
        felt_g = 0.0
        for one in moved:
            for other in self._neighbours[one]:
                track = self._tracks[other]
                if track.state == MOVED and other not in moved and track.recent:
                    felt_g += abs(track.recent[-1] - track.level_g)
        return own + (NEIGHBOUR_SHARE / 2 * felt_g) ** 2

    def _settle(self, at_s: float, moved: list[int], changes: list[float], samples: int) -> None:
        for one, change_g in zip(moved, changes, strict=True):
            track = self._tracks[one]
            track.settle(track.level_g + change_g, samples)
            self._changed[one] = (at_s, abs(change_g))

    def _came_to_nothing(self, at_s: float, number: int) -> bool:
        """Whether a plate is back where it was, or only feels its neighbour; it lies where it lies then."""
        track = self._tracks[number]
        change_g = (track.window_g(FEW_SAMPLES[0]) or 0.0) - track.level_g
        if abs(change_g) <= max(1.0, 1.8 * track.noise_g):
            track.settle(track.level_g, LONG_STILL)
            return True
        busy_g, done_g = self._next_door_g(at_s, number)
        if abs(change_g) < busy_g:
            return True
        if abs(change_g) < done_g:
            if track.still_s is not None:
                track.settle(track.long_g(), LONG_STILL)
            return True
        return False

    def _next_door_g(self, at_s: float, number: int) -> tuple[float, float]:
        """How much of a plate's change its neighbours on the board can make now, and can have left for good."""
        busy_g = done_g = 0.0
        moved_s = self._tracks[number].moved_s
        for other in self._neighbours[number]:
            track = self._tracks[other]
            if track.state == MOVED:
                busy_g = max(busy_g, track.farthest_g)
            changed_s, change_g = self._changed.get(other, (-NEIGHBOUR_FOR_S, 0.0))
            if at_s - changed_s < NEIGHBOUR_FOR_S and moved_s < changed_s + TOGETHER_S:
                done_g = max(done_g, change_g)
        return busy_g * NEIGHBOUR_SHARE, done_g * NEIGHBOUR_SHARE

    def _distrust_the_shaken(self, bay: Bay, at_s: float) -> None:
        """Most plates of a board at once: somebody bumped it, and every swing's turning point lies still."""
        board = self._plan.board_of[bay.plates[0]]
        on_board = [number for number, where in enumerate(self._plan.board_of) if where == board]
        if len(on_board) < SHAKEN_PLATES:
            return
        shaken = [
            number
            for number in on_board
            if self._tracks[number].state == MOVED
            and self._tracks[number].farthest_g > max(self._next_door_g(at_s, number))
        ]
        if len(shaken) >= max(SHAKEN_PLATES, SHAKEN_SHARE * len(on_board)):
            for number in shaken:
                self._tracks[number].distrusted = True

    def _least_g(self, bay: int, moved: list[int]) -> float:
        """Below this no change is worth a word: it is less than half of the lightest unit planned there."""
        lightest_g = min((goods.unit_g for goods in self._plan.bays[bay].goods), default=4 * LEAST_G)
        noise_g = math.sqrt(sum(self._tracks[one].noise_g ** 2 for one in moved))
        return max(min(LEAST_G, 0.4 * lightest_g), 1.5 * noise_g)


def _on(bay: Bay, moved: list[int]) -> Sequence[Goods]:
    """What is planned on all of the plates that moved; if nothing is, whatever lies in the bay."""
    fitting = [goods for goods in bay.goods if goods.plates.issuperset(moved)]
    return fitting or bay.goods


def _convincing(answers: list[Guess], change: Change, *, let_go: bool, final: bool) -> int:
    """How many still samples an answer needs.

    A resting hand weighs something too, so what comes must convince for longer than what goes: least where a hand was
    seen letting go, in the right place. Many units at once are rare; a lift passes through the weight of less. `final`:
    no heavier unit lies there.
    """
    guess = answers[-1]
    if change.grams < 0:
        if guess.count > FEW_UNITS:
            return LONG_STILL
        return 3 if final else 4
    if guess.misplaced:
        return 8 if let_go and guess.fresh else LONG_STILL
    if not guess.fresh:
        return 4 if let_go else LONG_STILL
    return 3 if let_go else 12
