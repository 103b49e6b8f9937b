"""Stops sales before the disk is full, while there is still room to write down what is going on."""

from __future__ import annotations

import shutil
from pathlib import Path

import structlog

from edge_agent.services.brain import Brain

log = structlog.get_logger(__name__)


class DiskWatch:
    """Compares free space with a reserve that the sales under way may still use."""

    def __init__(self, folder: Path, brain: Brain, reserve_bytes: int) -> None:
        self._folder = folder
        self._brain = brain
        self._reserve_bytes = reserve_bytes

    def step(self) -> None:
        """Set or lift the brain's mark."""
        full = shutil.disk_usage(self._folder).free < self._reserve_bytes
        if full != self._brain.storage_full:
            log.warning("storage_full" if full else "storage_has_room_again", folder=str(self._folder))
            self._brain.storage_full = full
