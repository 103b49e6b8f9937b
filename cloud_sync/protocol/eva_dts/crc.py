"""The check value of a DEX file (EVA-DTS 6.1, G85): CRC-16/ARC, that is polynomial 8005h reflected, start 0."""

from __future__ import annotations

from typing import Final


def _row(byte: int) -> int:
    for _ in range(8):
        byte = byte >> 1 ^ 0xA001 if byte & 1 else byte >> 1
    return byte


_TABLE: Final = tuple(_row(byte) for byte in range(256))


def crc16(data: bytes) -> int:
    """CRC-16/ARC of some bytes."""
    value = 0
    for byte in data:
        value = value >> 8 ^ _TABLE[(value ^ byte) & 0xFF]
    return value
