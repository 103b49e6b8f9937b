"""The words of a cashless device's bus: commands, responses, their codes and lengths. Pure.

MDB/ICP 4.3: §2.2 block format, §7.3 commands and responses, §7.4 their contents.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Final

MAX_BLOCK: Final = 36
"""Bytes of a block at most, checksum and all (§2.2)."""
ADDRESSES: Final = (0x10, 0x60)
"""Cashless device 1 and 2 (§2.3)."""
ADDRESS_MASK: Final = 0xF8
UNDEFINED_ITEM: Final = 0xFFFF
"""The machine cannot tell which selection was pressed (§7.4.8)."""


class State(IntEnum):
    """A cashless device's states (§7.2), numbered as COMMAND OUT OF SEQUENCE says them."""

    INACTIVE = 1
    DISABLED = 2
    ENABLED = 3
    SESSION_IDLE = 4
    VEND = 5


class Command(IntEnum):
    """The lower three bits of a block's first byte."""

    RESET = 0
    SETUP = 1
    POLL = 2
    VEND = 3
    READER = 4
    REVALUE = 5
    EXPANSION = 7


class Response(IntEnum):
    """The first byte of what a cashless device answers (§7.3)."""

    JUST_RESET = 0x00
    READER_CONFIG = 0x01
    BEGIN_SESSION = 0x03
    SESSION_CANCEL_REQUEST = 0x04
    VEND_APPROVED = 0x05
    VEND_DENIED = 0x06
    END_SESSION = 0x07
    CANCELLED = 0x08
    PERIPHERAL_ID = 0x09
    MALFUNCTION = 0x0A
    OUT_OF_SEQUENCE = 0x0B
    REVALUE_DENIED = 0x0E


class Option(IntEnum):
    """Optional feature bits of a level 3 device (§7.4.18)."""

    MONEY_32_BIT = 0x02
    ALWAYS_IDLE = 0x20


COMMUNICATIONS_ERROR: Final = 0x40
"""MALFUNCTION/ERROR: what decides for the reader does not answer (§7.4.4)."""

LENGTHS: Final[dict[tuple[int, int | None], tuple[int, int]]] = {
    (Command.RESET, None): (1, 1),
    (Command.SETUP, 0x00): (6, 6),
    (Command.SETUP, 0x01): (6, 12),
    (Command.POLL, None): (1, 1),
    (Command.VEND, 0x00): (6, 8),
    (Command.VEND, 0x01): (2, 2),
    (Command.VEND, 0x02): (4, 4),
    (Command.VEND, 0x03): (2, 2),
    (Command.VEND, 0x04): (2, 2),
    (Command.VEND, 0x05): (6, 10),
    (Command.VEND, 0x06): (6, 8),
    (Command.READER, 0x00): (2, 2),
    (Command.READER, 0x01): (2, 2),
    (Command.READER, 0x02): (2, 2),
    (Command.READER, 0x03): (10, 10),
    (Command.REVALUE, 0x00): (4, 6),
    (Command.REVALUE, 0x01): (2, 2),
    (Command.EXPANSION, 0x00): (31, 31),
    (Command.EXPANSION, 0x01): (3, 3),
    (Command.EXPANSION, 0x03): (12, 12),
    (Command.EXPANSION, 0x04): (6, 6),
    (Command.EXPANSION, 0xFA): (7, 7),
    (Command.EXPANSION, 0xFB): (5, 5),
    (Command.EXPANSION, 0xFD): (4, 4),
    (Command.EXPANSION, 0xFE): (7, 7),
}
"""Bytes of a command without its checksum, by its code and subcommand: with 16-bit money, with 32-bit money."""


def lengths(head: bytes) -> tuple[int, int] | None:
    """How long the command that begins like this is, in 16-bit and in 32-bit money; None when it cannot be told yet.

    A command that the standard leaves open or that we do not know ends where the line falls silent: (0, 0).
    """
    command = head[0] & ~ADDRESS_MASK & 0xFF
    if (command, None) in LENGTHS:
        return LENGTHS[command, None]
    if len(head) < 2:
        return None
    return LENGTHS.get((command, head[1]), (0, 0))
