"""The shelf's figures as pictures: right answers against noise, and how soon they come. Needs matplotlib."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import matplotlib as mpl
from matplotlib.figure import Figure

from hardware.shelf.simulated.geometry import Place
from popshop.bench import shelf

NOISES: Final = (0.25, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0)
AIM_PERCENT: Final = 97
AIM_MS: Final = 50
INK: Final = "#1f5673"
WARN: Final = "#c0392b"


def draw(folder: Path, *, seed: int, seeds: int, minutes: float, places: Sequence[Place]) -> list[Path]:
    """Draw both pictures into a folder; returns their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    mpl.rcParams["font.size"] = 10
    runs = {
        noise: [shelf.one(seed + number, minutes, places, noise) for number in range(seeds)]
        for noise in NOISES
    }
    accuracy = folder / "shelf-accuracy.png"
    _accuracy(runs, len(places)).savefig(accuracy, dpi=110)
    latency = folder / "shelf-latency.png"
    _latency([answer for run in runs[1.0] for answer in run.answers]).savefig(latency, dpi=110)
    return [accuracy, latency]


def _accuracy(runs: dict[float, list[shelf.Run]], plates: int) -> Figure:
    figure = Figure(figsize=(6.5, 3.6), layout="constrained")
    axes = figure.add_subplot()
    shares = [100 * shelf.figures(run, plates).share_right for run in runs.values()]
    axes.plot(list(runs), shares, "o-", color=INK)
    axes.axhline(AIM_PERCENT, color=WARN, linestyle="--", linewidth=1, label=f"aim: {AIM_PERCENT} %")
    axes.set_xlabel("noise of the plates, times the usual (0.6 g white, 0.25 g flicker, 1.5 g/min drift)")
    axes.set_ylabel("right item and count, %")
    axes.grid(alpha=0.3)
    axes.legend()
    return figure


def _latency(answers: Sequence[shelf.Answered]) -> Figure:
    figure = Figure(figsize=(6.5, 3.6), layout="constrained")
    axes = figure.add_subplot()
    for label, start, colour in (("picked up", "pick", INK), ("put back", "put", "#e08e0b")):
        late = [
            max(min(answer.latency_ms, 350.0), -50.0)
            for answer in answers
            if answer.latency_ms is not None and answer.deed.manner.startswith(start)
        ]
        axes.hist(late, bins=48, range=(-50, 350), alpha=0.65, color=colour, label=label)
    axes.axvline(AIM_MS, color=WARN, linestyle="--", linewidth=1, label=f"aim: {AIM_MS} ms")
    axes.set_xlabel("ms of stream time from hand gone to answer (outermost bars: all beyond)")
    axes.set_ylabel("answers")
    axes.legend()
    return figure
