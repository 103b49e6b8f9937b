"""Which shop was run last under `popshop-data`, so that its reports can be asked for without naming its folder."""

from __future__ import annotations

from pathlib import Path
from typing import Final

HOME: Final = Path("popshop-data")
_POINTER: Final = HOME / "latest"


def remember(folder: Path) -> None:
    """This shop was run last."""
    HOME.mkdir(exist_ok=True)
    _POINTER.write_text(str(folder.resolve()), encoding="utf-8")


def hq_folder() -> Path | None:
    """The data of the last shop's headquarters, if it is still there."""
    if not _POINTER.exists():
        return None
    folder = Path(_POINTER.read_text(encoding="utf-8").strip()) / "hq"
    return folder if folder.is_dir() else None
