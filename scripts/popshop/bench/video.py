"""The camera pipeline on a film whose codes are known, beside zbar on every picture of it, in one run on one core."""

from __future__ import annotations

import dataclasses
from typing import Final

import cv2
from pyzbar import pyzbar

from hardware.scanner.debounce import Debouncer
from hardware.scanner.vision.pipeline import Pipeline
from hardware.scanner.vision.reading import Sighting
from hardware.scanner.vision.settings import Settings
from popshop.bench.film import Film, Visit
from popshop.bench.scan import same
from popshop.clock import steady_s

SOURCE: Final = "film"
AFTERWARDS_S: Final = 0.2
SETTLED_S: Final = 1.0
"""The first pictures of a film are a whole new scene: they count as busy."""


@dataclasses.dataclass(frozen=True)
class Video:
    """Speeds are of processor time on one core; delays are of film time, from the code standing still to its event."""

    visits: int
    once: int
    """Visits that gave one event, the right one."""
    missed: int
    doubled: int
    misread: int
    first_read_ms_p50: float
    first_read_ms_max: float
    frames: int
    frames_per_s: float
    idle_ms: float
    busy_ms: float
    pyzbar_frames_per_s: float
    times_pyzbar: float


@dataclasses.dataclass(frozen=True)
class Played:
    """What a pipeline made of one film."""

    film: Film
    events: list[Sighting]
    idle_s: list[float]
    busy_s: list[float]
    zbar_s: float

    @property
    def by_visit(self) -> list[list[Sighting]]:
        """Each visit's events."""
        return [_events_of(visit, self.events) for visit in self.film.visits]

    @property
    def delays_ms(self) -> list[float]:
        """From a code standing still to its first event; 0 for one that was read while it moved. Sorted."""
        pairs = zip(self.film.visits, self.by_visit, strict=True)
        return sorted(max(0.0, found[0].at_s - visit.still_s) * 1000 for visit, found in pairs if found)


def play(seed: int, visits: int, *, beside_zbar: bool = False) -> Played:
    """Show a film to the pipeline, and every picture of it to zbar if asked."""
    cv2.setNumThreads(1)
    film = Film(seed, visits)
    pipeline, debouncer = Pipeline(Settings()), Debouncer()
    events: list[Sighting] = []
    idle_s: list[float] = []
    busy_s: list[float] = []
    zbar_s = 0.0
    for shot in film.shots():
        began_s = steady_s()
        seen = pipeline.feed(shot.frame, shot.at_s)
        took_s = steady_s() - began_s
        (busy_s if shot.busy or shot.at_s < SETTLED_S else idle_s).append(took_s)
        events += [each for each in seen if debouncer.is_news(SOURCE, each.symbology, each.text, shot.at_s)]
        if beside_zbar:
            began_s = steady_s()
            pyzbar.decode(cv2.cvtColor(shot.frame, cv2.COLOR_BGR2GRAY))
            zbar_s += steady_s() - began_s
    return Played(film, events, idle_s, busy_s, zbar_s)


def run(seed: int = 1, visits: int = 20) -> Video:
    """Play a film to the pipeline and account for every event."""
    played = play(seed, visits, beside_zbar=True)
    counts, delays = played.by_visit, played.delays_ms
    frames = len(played.idle_s) + len(played.busy_s)
    ours_s = sum(played.idle_s) + sum(played.busy_s)
    return Video(
        visits=visits,
        once=sum(len(found) == 1 for found in counts),
        missed=sum(not found for found in counts),
        doubled=sum(len(found) > 1 for found in counts),
        misread=len(played.events) - sum(map(len, counts)),
        first_read_ms_p50=round(delays[len(delays) // 2], 1) if delays else 0.0,
        first_read_ms_max=round(delays[-1], 1) if delays else 0.0,
        frames=frames,
        frames_per_s=round(frames / ours_s, 1),
        idle_ms=round(sum(played.idle_s) / max(1, len(played.idle_s)) * 1000, 3),
        busy_ms=round(sum(played.busy_s) / max(1, len(played.busy_s)) * 1000, 3),
        pyzbar_frames_per_s=round(frames / played.zbar_s, 1),
        times_pyzbar=round(played.zbar_s / ours_s, 2),
    )


def _events_of(visit: Visit, events: list[Sighting]) -> list[Sighting]:
    """Events with the visit's text, while it was in view or just after."""
    return [
        each
        for each in events
        if same(each.text, visit.text) and visit.comes_s <= each.at_s <= visit.gone_s + AFTERWARDS_S
    ]
