"""Sets of numbers as bytes: as a list, or as bits that are set."""

from __future__ import annotations

import sys
from array import array
from collections.abc import Iterable, Iterator


def pack(kind: str, numbers: Iterable[int]) -> bytes:
    """Numbers as bytes, the same on every machine."""
    packed = array(kind, numbers)
    if sys.byteorder == "big":
        packed.byteswap()
    return packed.tobytes()


def unpack(kind: str, data: bytes) -> array[int]:
    """The numbers that ``pack`` packed."""
    numbers: array[int] = array(kind)
    numbers.frombytes(data)
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers


def bits(numbers: Iterable[int], size: int) -> bytes:
    """As many bits as ``size``, of which those with the numbers are set."""
    found = bytearray(-(-size // 8))
    for number in numbers:
        found[number >> 3] |= 1 << (number & 7)
    return bytes(found)


def set_bits(data: bytes) -> Iterator[int]:
    """The numbers whose bits are set."""
    for place, byte in enumerate(data):
        if byte:
            yield from (place * 8 + bit for bit in range(8) if byte >> bit & 1)
