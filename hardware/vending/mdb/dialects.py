"""How MDB adapters put the bus on a serial line: bytes to nine-bit words and back. Pure.

Each dialect says what its adapters do by themselves (`Wire`). What a line says beside blocks is passed over; a buffer
that grows without making sense is dropped.
"""

from __future__ import annotations

import re
from typing import Final, Protocol

from hardware.vending.mdb.codes import lengths
from hardware.vending.mdb.frames import MODE, Words, command_words
from hardware.vending.mdb.port import Wire

MAX_LINE: Final = 256
HEX_LINE: Final = re.compile(rb"\s*(?:[A-Za-z]{1,2},)?((?:[0-9A-Fa-f]{2}\s*)+)")


class Dialect(Protocol):
    """One kind of adapter."""

    baud: int
    wire: Wire

    def opening(self, address: int) -> bytes:
        """What the adapter is told when the port opens."""

    def hear(self, data: bytes) -> Words:
        """What the bytes from the adapter mean."""

    def silence(self) -> Words:
        """Nothing came for a while: what has begun is all there is."""

    def say(self, words: Words) -> bytes:
        """Bytes that have the adapter say these words."""


class NineBit:
    """Every word as two bytes, the ninth bit (0 or 1) and the data, both ways: as common boards for a Pi do."""

    baud = 115_200
    wire = Wire()

    def __init__(self) -> None:
        self._mode: int | None = None

    def opening(self, address: int) -> bytes:
        """Such an adapter hears and says everything; it needs not be told."""
        return b""

    def hear(self, data: bytes) -> Words:
        """Words; a byte where a ninth bit should stand and that is none is skipped."""
        words = []
        for byte in data:
            if self._mode is None:
                self._mode = byte if byte in (0, 1) else None
            else:
                words.append(self._mode << 8 | byte)
                self._mode = None
        return tuple(words)

    def silence(self) -> Words:
        """Half a word is none."""
        self._mode = None
        return ()

    def say(self, words: Words) -> bytes:
        """Two bytes for each word."""
        return bytes(half for word in words for half in (word >> 8, word & 0xFF))


class _HexIn:
    """Blocks from the controller as hexadecimal text, checksum or not, ended by a line end or by silence."""

    def __init__(self) -> None:
        self._line = bytearray()

    def hear(self, data: bytes) -> Words:
        """The words of every line that is complete."""
        words: list[int] = []
        for byte in data:
            if byte not in b"\r\n":
                self._line.append(byte)
            if byte in b"\r\n" or len(self._line) > MAX_LINE:
                words += self.silence()
        return tuple(words)

    def silence(self) -> Words:
        """What has come is a line."""
        line = bytes(self._line)
        self._line.clear()
        found = HEX_LINE.fullmatch(line)
        if found is None:
            return ()
        data = bytes.fromhex(found[1].decode())
        whole = lengths(data[:2])
        if whole is not None and len(data) - 1 in whole:
            return (MODE | data[0], *data[1:])
        return command_words(data)


class HexLines(_HexIn):
    """`P,` and hexadecimal lines both ways: the generic peripheral mode of MDB interfaces with a line protocol.

    The interface acknowledges, keeps what we answer for the next POLL and repeats it; it adds checksums.
    """

    baud = 115_200
    wire = Wire(confirms=False, polled=False)

    def opening(self, address: int) -> bytes:
        """Stand for this address; begin."""
        return f"A,{address:02X}\nS,1\n".encode()

    def say(self, words: Words) -> bytes:
        """A line without the checksum."""
        return b"P," + bytes(word & 0xFF for word in words[:-1]).hex().upper().encode() + b"\n"


class HexBytes(_HexIn):
    """Hexadecimal text in, plain bytes with their checksum out: widely sold RS232 and USB boxes for card readers.

    The box answers RESET, SETUP and POLL by itself, and hands our answer over at the next POLL.
    """

    baud = 9_600
    wire = Wire(confirms=False, polled=False, sets_up=True)

    def opening(self, address: int) -> bytes:
        """The box stands for address 10h by itself."""
        return b""

    def say(self, words: Words) -> bytes:
        """The block as it is."""
        return bytes(word & 0xFF for word in words)


DIALECTS: Final[dict[str, type[NineBit] | type[HexLines] | type[HexBytes]]] = {
    "nine-bit": NineBit,
    "hex-lines": HexLines,
    "hex-bytes": HexBytes,
}
