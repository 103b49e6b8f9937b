"""The planogram file of a shelf: a JSON list of rows, or rows with a table of RFID tags beside them. Pure."""

from __future__ import annotations

import msgspec

from hardware.shelf.port import Plate, check_planogram


class Planogram(msgspec.Struct, frozen=True, kw_only=True):
    """Rows in the order of the plates, and SKUs by EPC (hex) or GTIN-14."""

    plates: list[Plate]
    tags: dict[str, str] = {}


def read_planogram(body: bytes) -> Planogram:
    """Read a planogram file. Raises ValueError with what is wrong."""
    try:
        read = msgspec.json.decode(body, type=Planogram | list[Plate])
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"no planogram: {error}") from None
    planogram = Planogram(plates=read) if isinstance(read, list) else read
    check_planogram(planogram.plates)
    tags = {name.upper(): item for name, item in planogram.tags.items()}
    return Planogram(plates=planogram.plates, tags=tags)
