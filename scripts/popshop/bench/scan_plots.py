"""The figures of reading photographs as a picture: shares by set and times, ours beside zbar's. Needs matplotlib."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Final

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from pyzbar import pyzbar

from hardware.scanner.vision.reading import text_of
from popshop.bench.scan import Scan, photographs, run, same

INK: Final = "#1f5673"
ZBAR: Final = "#e08e0b"


def draw(folder: Path, images: Path) -> list[Path]:
    """Read the photographs below `images` upright and draw how that went into a folder; returns its path."""
    seen = run(images)
    folder.mkdir(parents=True, exist_ok=True)
    mpl.rcParams["font.size"] = 10
    figure = Figure(figsize=(7.5, 3.6), layout="constrained")
    shares, times = figure.subplots(1, 2, width_ratios=(3, 1))
    _shares(shares, seen, images)
    bars = times.bar(["popshop", "zbar"], [seen.mean_ms, seen.pyzbar_mean_ms], color=[INK, ZBAR])
    times.bar_label(bars, fmt="%.1f")
    times.margins(y=0.1)
    times.set_ylabel("ms for one picture, mean")
    path = folder / "scan-photographs.png"
    figure.savefig(path, dpi=110)
    return [path]


def _shares(axes: Axes, seen: Scan, images: Path) -> None:
    """A pair of bars for each set that has codes in it."""
    theirs, coded = Counter[str](), Counter[str]()
    for each in photographs(images):
        if each.truth is not None:
            coded[each.set] += 1
            theirs[each.set] += any(
                same(text_of(code.data), each.truth) for code in pyzbar.decode(each.picture)
            )
    rows = range(len(coded))
    for label, colour, offset, read in (
        ("popshop", INK, -0.2, [seen.by_set[name].read for name in coded]),
        ("zbar", ZBAR, 0.2, [theirs[name] for name in coded]),
    ):
        percent = [100 * count / all_of for count, all_of in zip(read, coded.values(), strict=True)]
        axes.barh([row + offset for row in rows], percent, height=0.38, color=colour, label=label)
    axes.set_yticks(rows, list(coded))
    axes.invert_yaxis()
    axes.set_xlim(0, 100)
    axes.set_xlabel("read, %")
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2, frameon=False)
