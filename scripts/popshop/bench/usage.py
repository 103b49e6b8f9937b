"""What a process of ours has used so far, as Linux tells of it."""

from __future__ import annotations

import os
from pathlib import Path


def memory_mb(pid: int, field: str = "VmHWM") -> float:
    """Resident memory in MB: `VmHWM` the most so far, `VmRSS` now; 0 for a process that is gone."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(field):
            return int(line.split()[1]) / 1024
    return 0.0


def processor_s(pid: int) -> float:
    """Seconds of processor time."""
    # Fields 14 and 15 of proc(5), counted behind the name, which may hold blanks.
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
