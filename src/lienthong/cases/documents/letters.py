"""Which letters a face has, read from the face's own table: what it lacks is shown as an empty square.

People are named in every script of the world, and a paper with a square in it is better than none.
"""

from __future__ import annotations

import struct
import unicodedata
from functools import cache
from typing import TYPE_CHECKING, Final

from lienthong.cases.documents.fonts import BUILT

if TYPE_CHECKING:
    from collections.abc import Iterator

SQUARE: Final = "\N{WHITE SQUARE}"
_SEGMENTED: Final = 4
"""The format of a character map that every TrueType face with the letters up to U+FFFF has (OpenType, `cmap`)."""


@cache
def official_letters() -> frozenset[int]:
    """Give the code points that the official face has in its regular and in its bold cut."""
    cuts = [read_letters((BUILT / name).read_bytes()) for name in ("tinos-regular.ttf", "tinos-bold.ttf")]
    return frozenset.intersection(*cuts)


def fit_text(text: str, letters: frozenset[int]) -> str:
    """Give the text composed (NFC), what the face lacks as squares, and controls as spaces."""
    composed = unicodedata.normalize("NFC", text)
    return "".join(_fit(letter, letters) for letter in composed)


def _fit(letter: str, letters: frozenset[int]) -> str:
    if letter == "\n":
        return letter
    if unicodedata.category(letter) in {"Cc", "Cf", "Zl", "Zp"}:
        return " "
    return letter if ord(letter) in letters else SQUARE


def read_letters(face: bytes) -> frozenset[int]:
    """Give the code points up to U+FFFF that a TrueType face has a glyph for."""
    table = _find_table(face, b"cmap")
    (count,) = struct.unpack_from(">H", face, table + 2)
    for entry in range(count):
        _, _, offset = struct.unpack_from(">HHI", face, table + 4 + entry * 8)
        (form,) = struct.unpack_from(">H", face, table + offset)
        if form == _SEGMENTED:
            return frozenset(_read_segments(face, table + offset))
    return frozenset()


def _find_table(face: bytes, wanted: bytes) -> int:
    (count,) = struct.unpack_from(">H", face, 4)
    for entry in range(count):
        tag, _, offset, _ = struct.unpack_from(">4sIII", face, 12 + entry * 16)
        if tag == wanted:
            return int(offset)
    message = f"the face has no table {wanted!r}: expected a TrueType file"
    raise ValueError(message)


def _read_segments(face: bytes, place: int) -> Iterator[int]:
    (doubled,) = struct.unpack_from(">H", face, place + 6)
    count = doubled // 2
    ends = struct.unpack_from(f">{count}H", face, place + 14)
    starts = struct.unpack_from(f">{count}H", face, place + 16 + doubled)
    deltas = struct.unpack_from(f">{count}H", face, place + 16 + 2 * doubled)
    offsets_place = place + 16 + 3 * doubled
    offsets = struct.unpack_from(f">{count}H", face, offsets_place)
    for number, (start, end, delta, offset) in enumerate(zip(starts, ends, deltas, offsets, strict=True)):
        for code in range(start, end + 1):
            glyph = code
            if offset:
                at = offsets_place + 2 * number + offset + 2 * (code - start)
                (glyph,) = struct.unpack_from(">H", face, at)
            if (glyph + delta) % 65536 and glyph and code != 0xFFFF:  # noqa: PLR2004 # ends the table, is no letter
                yield code
