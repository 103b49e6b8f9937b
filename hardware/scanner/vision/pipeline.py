"""From a camera's pictures to codes that are surely there: motion gate, quick decoder, one other way per picture.

No camera and no clock: pictures and their times are handed in. Used by one thread, for one camera.
"""

from __future__ import annotations

from typing import Final

from hardware.scanner.vision.agreement import Agreement
from hardware.scanner.vision.gate import MotionGate
from hardware.scanner.vision.pictures import Picture, PictureError, as_grey, is_blank
from hardware.scanner.vision.reading import Box, Found, Reading, Sighting
from hardware.scanner.vision.rungs import Looks, ladder
from hardware.scanner.vision.settings import Settings
from hardware.scanner.vision.still import read_picture

LARGE: Final = 400_000
"""Pixels. A larger piece is looked at in the cheap ways only."""
CHEAP: Final = 4


class Pipeline:
    """`feed` it every picture. While nothing moves, what was read last is still there, and costs nothing to see."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._ladder = ladder(settings)
        self._gate = MotionGate()
        self._agreement = Agreement(settings.agree_s)
        self._moved = False
        self._moved_s: float | None = None
        self._looked_s: float | None = None
        self._turn = 0
        self._in_view: list[Reading] = []
        self._try_hard = False

    def try_hard(self) -> None:
        """Look at the next picture in every way there is: somebody holds a code there and waits."""
        self._try_hard = True

    def feed(self, frame: Picture, at_s: float) -> list[Sighting]:
        """The codes in view at `at_s` (monotonic seconds), each once; those seen before are told again.

        A picture that cannot be looked at (empty, of unknown values) shows none.
        """
        try:
            grey = as_grey(frame)
        except PictureError:
            return []
        if self._try_hard:
            self._try_hard = False
            self._in_view = read_picture(self._ladder, grey, hard=True)
            return self._sightings(at_s)
        moved = self._gate.moved(grey, empty=not self._in_view)
        if moved is not None:
            self._moved_s = at_s
        elif self._moved:
            # It has come to rest: the likeliest way first.
            self._turn = 0
        self._moved = moved is not None
        place = self._place_due(grey, moved, at_s)
        if place is not None:
            self._looked_s = at_s
            self._look(grey, place, at_s)
        return self._sightings(at_s)

    def _place_due(self, grey: Picture, moved: Box | None, at_s: float) -> Box | None:
        """Where to look now: at what moves; when it has come to rest, at what was not there before, a moment long and
        then now and then, while it is not read."""
        if moved is not None:
            return moved
        if self._moved_s is None:
            return None
        rested_s = at_s - self._moved_s
        if rested_s > self._settings.still_s:
            if self._in_view or at_s - (self._looked_s or 0.0) < self._settings.hope_every_s:
                return None
            if rested_s > self._settings.hope_s:
                self._moved_s = None
                self._gate.remember()
                return None
        return self._gate.came(grey)

    def _look(self, grey: Picture, place: Box, at_s: float) -> None:
        left, top, right, bottom = place
        piece = grey[top:bottom, left:right]
        if is_blank(piece):
            self._in_view = []
            return
        found = [*self._ladder.quick(piece)]
        if not found:
            found += self._another_way(piece)
        self._in_view = self._agreement.believed(found, at_s)

    def _another_way(self, piece: Picture) -> list[Found]:
        """One rung for each picture, in turns: what one does not show the next one may."""
        rungs = [rung for rung in self._ladder.film if rung.fits(piece)]
        if piece.size > LARGE:
            rungs = rungs[:CHEAP]
        if not rungs:
            return []
        rung = rungs[self._turn % len(rungs)]
        found = list(rung.decode(rung.change(Looks(piece))))
        if not found:
            # One that read something is asked again: bars need a second picture that agrees.
            self._turn = (self._turn + 1) % len(rungs)
        return found

    def _sightings(self, at_s: float) -> list[Sighting]:
        return [Sighting(each.symbology, each.text, each.aim, at_s) for each in self._in_view]
