"""Words on takings by day and on Z reports, in Chinese and English."""

from __future__ import annotations

from typing import Final

DAY_WORDS: Final[dict[str, tuple[str, str]]] = {
    "z_reports": ("日结（Z 报表）", "Closed days (Z reports)"),
    "z_none": ("还没有日结", "No day is closed yet"),
    "z_number": ("Z 号", "Z"),
    "z_takings": ("营业额", "Takings"),
    "z_over": ("长短款", "Over / short"),
    "z_total": ("累计", "Grand total"),
    "z_uncounted": ("未清点", "not counted"),
    "z_epoch": ("第 {0} 次加入", "epoch {0}"),
}
