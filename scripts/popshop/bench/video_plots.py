"""The camera pipeline's figures as a picture: when each code of some films was read. Needs matplotlib."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import matplotlib as mpl
from matplotlib.figure import Figure

from popshop.bench import video

FILMS: Final = 4
AIM_MS: Final = 100
INK: Final = "#1f5673"
WARN: Final = "#c0392b"


def draw(folder: Path, *, seed: int, visits: int) -> list[Path]:
    """Draw it into a folder; returns its path."""
    folder.mkdir(parents=True, exist_ok=True)
    mpl.rcParams["font.size"] = 10
    delays = [ms for number in range(FILMS) for ms in video.play(seed + number, visits).delays_ms]
    figure = Figure(figsize=(6.5, 3.4), layout="constrained")
    axes = figure.add_subplot()
    axes.hist(delays, bins=24, range=(0, 240), color=INK)
    axes.axvline(AIM_MS, color=WARN, linestyle="--", linewidth=1, label=f"aim: {AIM_MS} ms")
    axes.set_xlabel(
        "from the code standing still to its event, ms of film time (0: read while it still moved)"
    )
    axes.set_ylabel(f"codes, of {FILMS * visits}")
    axes.legend()
    path = folder / "scan-first-read.png"
    figure.savefig(path, dpi=110)
    return [path]
