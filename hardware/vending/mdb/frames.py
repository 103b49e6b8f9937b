"""Bytes on the bus: nine-bit words, checksums, where a block ends, what confirms it. Pure.

A word is 0–255 plus MODE, the ninth bit: the controller sets it on a block's first byte, a peripheral on its last
(MDB/ICP 4.3 §2.1–2.2). Whatever makes no sense is passed over; nothing here raises.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from hardware.vending.mdb.codes import ADDRESS_MASK, MAX_BLOCK, lengths

MODE: Final = 0x100
ACK: Final = 0x00
RET: Final = 0xAA
NAK: Final = 0xFF

Words = tuple[int, ...]
OUR_ACK: Final[Words] = (MODE | ACK,)
OUR_NAK: Final[Words] = (MODE | NAK,)


class Block(msgspec.Struct, frozen=True):
    """A command to us, checksum checked and taken off."""

    data: bytes


class Damaged(msgspec.Struct, frozen=True):
    """A command to us whose checksum is wrong."""

    data: bytes


class Confirmation(msgspec.Struct, frozen=True):
    """The controller's ACK, NAK or RET for what we sent."""

    code: int


Frame = Block | Damaged | Confirmation


def checksum(data: bytes) -> int:
    """The sum of all bytes, cut to eight bits (§2.2)."""
    return sum(data) & 0xFF


def answer_words(data: bytes) -> Words:
    """A peripheral's block: the ninth bit on the checksum."""
    return (*data, MODE | checksum(data))


def command_words(data: bytes) -> Words:
    """A controller's block: the ninth bit on the address."""
    return (MODE | data[0], *data[1:], checksum(data))


class Assembler:
    """Finds the blocks for one address, and what confirms ours, in everything that is said on the bus."""

    def __init__(self, address: int) -> None:
        self._address = address
        self._block = bytearray()
        self._after_ours = False

    def feed(self, words: Sequence[int], wide: bool) -> list[Frame]:
        """What the words complete; `wide` while 32-bit money is agreed on."""
        found: list[Frame] = []
        for word in words:
            if word & MODE:
                found += self.silence()
                self._after_ours = False
                if word & ADDRESS_MASK == self._address:
                    self._block.append(word & 0xFF)
            elif self._block:
                self._block.append(word & 0xFF)
            elif self._after_ours and word & 0xFF in (ACK, RET, NAK):
                found.append(Confirmation(word & 0xFF))
                continue
            found += self._whole(wide)
        return found

    def silence(self) -> list[Frame]:
        """Nothing came for longer than a block allows (§2.2): what has begun is all there is.

        A piece of a block gets no answer: the controller takes that for NAK, and a late one would meet its next word.
        """
        data = bytes(self._block)
        self._block.clear()
        if not data:
            return []
        self._after_ours = True
        if len(data) >= 2 and lengths(data) == (0, 0) and checksum(data[:-1]) == data[-1]:
            return [Block(data[:-1])]
        return []

    def _whole(self, wide: bool) -> list[Frame]:
        data = bytes(self._block)
        if not data:
            return []
        both = lengths(data[:2])
        if len(data) >= MAX_BLOCK or (both is not None and len(data) > both[wide] > 0):
            self._block.clear()
            self._after_ours = True
            return [Block(data[:-1])] if checksum(data[:-1]) == data[-1] else [Damaged(data)]
        return []
