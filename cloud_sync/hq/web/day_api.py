"""The JSON API's part for takings by business day and way of paying, and for stores' Z reports."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, HTTPException

from cloud_sync.hq.database.pool import Pool
from cloud_sync.hq.database.takings import Takings


def add_day_routes(router: APIRouter, pool: Pool) -> None:
    """Add the routes; whoever has the router asks for the password."""
    takings = Takings(pool)

    @router.get("/stores/{store}/takings", tags=["reports"])
    def days(store: str) -> list[dict[str, Any]]:
        """Takings by day, way of paying and currency, the newest day first; late sales lie on their own day."""
        return takings.days(store)

    @router.get("/stores/{store}/z", tags=["reports"])
    def reports(store: str) -> list[dict[str, Any]]:
        """Z reports in short, the newest first."""
        return [each._asdict() for each in takings.closed_days(store)]

    @router.get("/stores/{store}/z/{epoch}/{z}", tags=["reports"])
    def report(store: str, epoch: int, z: int) -> dict[str, Any]:
        """A Z report as the store made it."""
        found = takings.figures(store, epoch, z)
        if found is None:
            raise HTTPException(404, f"no Z report {z} of {store!r} in epoch {epoch}")
        return found
