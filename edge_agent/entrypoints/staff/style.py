"""How the tablet looks: its sheet of styles, and the words over a lost line."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from edge_agent.entrypoints.staff.words import Language, word

CSS: Final = Path(__file__).with_name("tablet.css").read_text("utf-8")


def line_lost(language: Language) -> str:
    """NiceGUI's own word on a lost line, in ours."""
    return f'#popup::before {{ content: "{word(language, "line_lost")}"; }}'
