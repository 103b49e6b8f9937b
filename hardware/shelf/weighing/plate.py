"""One plate's samples as they come: what is noise, what is drift, when something touches it, when it lies still again.

The hot path of the room: an idle plate costs a comparison and three multiplications a sample. Pure.
"""

from __future__ import annotations

from collections import deque
from itertools import pairwise
from statistics import fmean
from typing import Final

STARTING: Final = 0
"""No level yet: taring, or not sane."""
IDLE: Final = 1
MOVED: Final = 2

TARE_SAMPLES: Final = 20
WINDOW: Final = 60
LONG_STILL: Final = 18
"""0.3 s at 60 Hz: how long a change must lie still if nothing speaks for it but its weight."""
LEVEL_SHARE: Final = 1 / 60
NOISE_SHARE: Final = 1 / 300
LEAST_NOISE_G: Final = 0.08
MOST_NOISE_G: Final = 25.0
TOUCH_SIGMAS: Final = 5.5
LEAST_TOUCH_G: Final = 1.5
MEAN_TO_SIGMA: Final = 1.2533
"""From a normal distribution's mean deviation to its standard deviation."""
STILL_RANGE: Final = {3: 4.0, 4: 4.4, 5: 4.6, 8: 5.1, 12: 5.4, 18: 5.6}
"""How far apart so many still samples may lie, in standard deviations: 99 of 100 normal ones do not."""
LET_GO_WITHIN: Final = 15
TREMOR_SHARE: Final = 0.03
SATURATED_SAMPLES: Final = 6
NOISY_SAMPLES: Final = 300
WHITE_ENOUGH: Final = 1.5
"""Von Neumann's ratio: 2 for white noise; a trembling hand moves slowly and has less than 1.2."""


class PlateTrack:
    """What is known of one plate. `sample` says whether there is anything to judge."""

    __slots__ = (
        "_age",
        "_deviation",
        "_least_g",
        "_most_g",
        "_odd",
        "_touch_g",
        "distrusted",
        "farthest_g",
        "last_s",
        "level_g",
        "moved_s",
        "recent",
        "saturated",
        "seen",
        "silent",
        "state",
        "still_s",
    )

    def __init__(self, least_g: float, most_g: float) -> None:
        self._least_g = least_g
        self._most_g = most_g
        self._deviation = LEAST_NOISE_G
        self._touch_g = LEAST_TOUCH_G
        self._age = 0
        self._odd = 0
        self.state = STARTING
        self.level_g = 0.0
        self.last_s = float("nan")
        """When the last good sample came."""
        self.moved_s = 0.0
        self.recent: deque[float] = deque(maxlen=WINDOW)
        self.saturated = False
        self.silent = False
        self.distrusted = False
        """It was at its end, or silent, while something moved: only a long stillness says what became of it."""
        self.still_s: float | None = None
        """Since when it has lain still for long, while moved."""
        self.seen = 0
        self.farthest_g = 0.0
        """How far from its level it has been since it moved."""

    @property
    def noise_g(self) -> float:
        """The standard deviation of its samples, lying still."""
        return max(self._deviation * MEAN_TO_SIGMA, LEAST_NOISE_G)

    def sample(self, at_s: float, grams: float) -> bool:
        """Take a sample. True when the plate is moved, or has just been found sane or insane: judge its bay."""
        if not self._least_g < grams < self._most_g:
            return self._odd_sample(at_s, grams)
        self.last_s = at_s
        self._odd = 0
        if self.state == IDLE:
            rest = grams - self.level_g
            size = rest if rest >= 0 else -rest
            if size < self._touch_g:
                self._age += 1
                self.level_g += rest * (LEVEL_SHARE if self._age >= 60 else 1 / self._age)
                self._deviation += (size - self._deviation) * NOISE_SHARE
                if not self._age & 63:
                    self._touch_g = max(LEAST_TOUCH_G, TOUCH_SIGMAS * self.noise_g)
                return False
            self.state = MOVED
            self.moved_s = at_s
            self.still_s = None
            self.seen = 0
            self.farthest_g = 0.0
            self.recent.clear()
        self.recent.append(grams)
        self.seen += 1
        away_g = abs(grams - self.level_g)
        if away_g > self.farthest_g:
            self.farthest_g = away_g
        if self.state == STARTING:
            return self._tared()
        if self.seen % 3 == 0:
            self._look_for_long_stillness(at_s)
        return True

    def tare(self) -> None:
        """Forget the level: whatever lies there when the plate is still is its new one."""
        self.state = STARTING
        self.recent.clear()
        self.still_s = None
        self.distrusted = False

    def fell_silent(self) -> None:
        """No sample for too long."""
        self.silent = True
        self._distrust()

    def heard_again(self) -> None:
        """Samples come again."""
        self.silent = False

    def window_g(self, samples: int) -> float | None:
        """The mean of the newest samples if they lie still, within what the plate's noise does by itself."""
        if len(self.recent) < samples:
            return None
        newest = [self.recent[index] for index in range(-samples, 0)]
        if max(newest) - min(newest) > STILL_RANGE[samples] * self.noise_g + 0.1:
            return None
        return sum(newest) / samples

    def let_go(self, samples: int) -> bool:
        """Whether a hand let go just before the newest samples: they were reached from well above.

        Goods that are put down are pressed a little, then weigh what they weigh. A hand that begins to rest comes from
        below, and what it trembles is a small share of what it presses.
        """
        if len(self.recent) < samples + 4:
            return False
        before = list(self.recent)[-samples - LET_GO_WITHIN : -samples]
        still_g = sum(self.recent[-step] for step in range(1, samples + 1)) / samples
        tremor_g = TREMOR_SHARE * abs(still_g - self.level_g) + 3 * self.noise_g
        return fmean(before[-4:]) > still_g + 0.5 * self.noise_g and max(before) > still_g + tremor_g

    def long_g(self) -> float:
        """The mean of the newest samples of a long stillness."""
        return fmean(list(self.recent)[-LONG_STILL:])

    def settle(self, level_g: float, samples: int) -> None:
        """What happened is dealt with: the plate lies at this level, known from so many samples."""
        self.state = IDLE
        self.level_g = level_g
        self._age = samples
        self.still_s = None
        self.distrusted = False

    # ── within ──────────────────────────────────────────────────────────────────────────────────────

    def _odd_sample(self, at_s: float, grams: float) -> bool:
        """No number, or the end of the scale. A single one is dropped; more of them are a fault."""
        if grams != grams:
            return False
        self.last_s = at_s
        self._odd += 1
        self.farthest_g = max(self.farthest_g, abs(grams - self.level_g))
        if self._odd >= SATURATED_SAMPLES and not self.saturated:
            self.saturated = True
        self._distrust()
        return self.saturated

    def _distrust(self) -> None:
        self.recent.clear()
        self.still_s = None
        if self.state == IDLE:
            self.state = MOVED
            self.seen = 0
            self.farthest_g = 0.0
        self.distrusted = True

    def _tared(self) -> bool:
        """Start as soon as the newest samples lie still among themselves."""
        if len(self.recent) < TARE_SAMPLES:
            return False
        newest = list(self.recent)[-TARE_SAMPLES:]
        half = TARE_SAMPLES // 2
        early, late = fmean(newest[:half]), fmean(newest[half:])
        # Means of halves of the same level differ by no more than their own scatter.
        scatter = sum(abs(one - two) for one, two in pairwise(newest)) / (TARE_SAMPLES - 1)
        sigma = max(scatter / 1.128, LEAST_NOISE_G)
        if abs(early - late) > 2.5 * sigma or max(newest) - min(newest) > 7 * sigma or sigma > MOST_NOISE_G:
            return False
        mean = fmean(newest)
        self._take_noise(sigma)
        self.settle(mean, TARE_SAMPLES)
        self.saturated = False
        return True

    def _take_noise(self, sigma_g: float) -> None:
        self._deviation = sigma_g / MEAN_TO_SIGMA
        self._touch_g = max(LEAST_TOUCH_G, TOUCH_SIGMAS * self.noise_g)

    def _look_for_long_stillness(self, at_s: float) -> None:
        if len(self.recent) < LONG_STILL:
            return
        newest = list(self.recent)[-LONG_STILL:]
        half = LONG_STILL // 2
        noise_g = self.noise_g
        apart_g = abs(fmean(newest[:half]) - fmean(newest[half:]))
        still = max(newest) - min(newest) <= 6 * noise_g + 0.1 and apart_g <= 1.5 * noise_g + 0.05
        if not still:
            self.still_s = None
            if self.seen >= NOISY_SAMPLES and len(self.recent) == WINDOW:
                self._perhaps_it_is_only_noisier()
        elif self.still_s is None:
            self.still_s = at_s
            self.saturated = False

    def _perhaps_it_is_only_noisier(self) -> None:
        """After five seconds without stillness: samples that jump about one level are noise, not a hand."""
        newest = list(self.recent)
        mean = fmean(newest)
        spread = sum((value - mean) ** 2 for value in newest)
        jumps = sum((two - one) ** 2 for one, two in pairwise(newest))
        half = WINDOW // 2
        sigma = (spread / WINDOW) ** 0.5
        steady = abs(fmean(newest[:half]) - fmean(newest[half:])) < 0.7 * sigma
        if steady and jumps > WHITE_ENOUGH * spread and sigma < MOST_NOISE_G:
            self._take_noise(sigma)
