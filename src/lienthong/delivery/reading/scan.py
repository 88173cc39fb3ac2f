"""The text in the form that is searched: one spelling for what looks alike, every character in its place.

`text` is what people are shown: composed Unicode without invisible characters. `scan` has as many characters; dashes of
every sort are hyphens in it, spaces of every sort are spaces, and look-alikes of đ are đ.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from lienthong.kernel.text import normalise_text

_INVISIBLE: Final = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
"""Soft hyphens, zero-width characters and marks of direction: they stand inside numbers of copied documents."""

_ALIKE: Final = str.maketrans(
    dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\uff0d", "-")
    | dict.fromkeys("\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u3000\t\f\v", " ")
    | dict.fromkeys("\u2044\u2215\uff0f", "/")
    | {"Ð": "Đ", "Ɖ": "Đ", "ð": "đ", "ɖ": "đ", "²": "2", "³": "3"}
)


@dataclass(frozen=True, slots=True)
class Scan:
    """A text to show and its form to search; a place in one is the same place in the other."""

    text: str
    scan: str


def make_scan(text: str) -> Scan:
    """Bring a text to both forms."""
    shown = _INVISIBLE.sub("", normalise_text(text.replace("\r\n", "\n").replace("\r", "\n")))
    return Scan(shown, shown.translate(_ALIKE))


def mask(scan: str, places: list[tuple[int, int]]) -> str:
    """Give the text with other characters at some places, so that nothing more is found there."""
    parts, end = [], 0
    for start, stop in sorted(places):
        if stop > end:
            begin = max(start, end)
            parts += [scan[end:begin], "\x00" * (stop - begin)]
            end = stop
    return "".join([*parts, scan[end:]])
