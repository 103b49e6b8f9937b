"""Where a running headquarters can be found: DATA/address.json, there while it runs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import msgspec

FILE_NAME: Final = "address.json"


class Address(msgspec.Struct, frozen=True, kw_only=True):
    """What the file says."""

    url: str
    pid: int


def read(folder: Path) -> Address:
    """The address of the headquarters that runs on this data folder. Raises FileNotFoundError when none does."""
    return msgspec.json.decode((folder / FILE_NAME).read_bytes(), type=Address)


@contextmanager
def published(folder: Path, address: Address) -> Iterator[None]:
    """Keep the file there for a while; written whole or not at all."""
    path = folder / FILE_NAME
    fresh = path.with_suffix(".new")
    fresh.write_bytes(msgspec.json.encode(address))
    fresh.rename(path)
    try:
        yield
    finally:
        path.unlink(missing_ok=True)
