"""The root of all facts."""

from __future__ import annotations

from typing import ClassVar

import msgspec

from cloud_sync.protocol.identifiers import LEDGER, Stream


class Fact(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What happened, as the `data` of a journal row. `TYPE` is the row's CloudEvents type."""

    TYPE: ClassVar[str] = ""
    STREAM: ClassVar[Stream] = LEDGER
