"""Where plates stand: boards of plates side by side, from a store's measured geometry or a shape of our own. Pure.

The file's form is that of the AutoCheckout data set: `Plates.json` with gondola, shelf and plate numbers and, for each
plate, its corner on the board and its width, in metres.
"""

from __future__ import annotations

from typing import Final

import msgspec

PLATES_A_BOARD: Final = 6
MAX_PLACES: Final = 2_000
GAP_SHARE: Final = 0.5
"""Plates with a wider gap between them, in plate widths, are no neighbours: nothing lies across it."""


class Place(msgspec.Struct, frozen=True):
    """A plate and the stretch of board it stands on; neighbours follow each other."""

    plate: str
    board: str


def own_places(plates: int) -> list[Place]:
    """A shelf of boards with six plates each."""
    return [
        Place(f"p{number + 1}", f"board-{number // PLATES_A_BOARD + 1}")
        for number in range(min(plates, MAX_PLACES))
    ]


class _Gondola(msgspec.Struct):
    id: int


class _Shelf(msgspec.Struct):
    gondola_id: _Gondola
    shelf_index: int


class _PlateId(msgspec.Struct):
    shelf_id: _Shelf
    plate_index: int


class _Point(msgspec.Struct):
    x: float


class _Transform(msgspec.Struct):
    translation: _Point


class _Box(msgspec.Struct):
    transform: _Transform
    dim_x: float


class _Plate(msgspec.Struct):
    id: _PlateId
    coordinates: _Box


class _Plates(msgspec.Struct):
    plates: list[_Plate]


def read_places(body: bytes) -> list[Place]:
    """Plates of a `Plates.json`, from left to right, board by board. Raises ValueError with what is wrong."""
    try:
        plates = msgspec.json.decode(body, type=_Plates).plates
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"no geometry of plates: {error}") from None
    if not plates or len(plates) > MAX_PLACES:
        raise ValueError(f"a geometry has 1 to {MAX_PLACES} plates, this one has {len(plates)}")
    places: list[Place] = []
    board, stretch, end_m = "", 0, 0.0
    for plate in sorted(plates, key=_order):
        shelf = plate.id.shelf_id
        left_m, width_m = plate.coordinates.transform.translation.x, plate.coordinates.dim_x
        here = f"g{shelf.gondola_id.id}-s{shelf.shelf_index}"
        if here != board:
            board, stretch = here, 1
        elif left_m - end_m > GAP_SHARE * width_m:
            stretch += 1
        places.append(Place(f"{here}-p{plate.id.plate_index}", here if stretch == 1 else f"{here}-{stretch}"))
        end_m = left_m + width_m
    if len({place.plate for place in places}) != len(places):
        raise ValueError("the geometry has a plate twice")
    return places


def _order(plate: _Plate) -> tuple[int, int, float]:
    shelf = plate.id.shelf_id
    return shelf.gondola_id.id, shelf.shelf_index, plate.coordinates.transform.translation.x
