"""Vietnamese text: one composed form, a folded form for search, equality of spelling, and order.

Vietnamese letters are Latin letters with marks of two sorts: letter marks (breve, circumflex, horn) and the
stroke of đ make other letters, tone marks do not. The same tone may stand on either vowel (hoà and hòa), and
keyboards for other languages give look-alikes of đ; both are one spelling here.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_GRAVE, _HOOK, _TILDE, _ACUTE, _DOT = "\u0300", "\u0309", "\u0303", "\u0301", "\u0323"
_BREVE, _CIRCUMFLEX, _HORN = "\u0306", "\u0302", "\u031b"

_TONE_RANKS: Final = {_GRAVE: "1", _HOOK: "2", _TILDE: "3", _ACUTE: "4", _DOT: "5"}
"""The order of tones in dictionaries: none, huyền, hỏi, ngã, sắc, nặng."""

_NO_TONE: Final = "0"

_LETTER_RANKS: Final = {
    "a" + _BREVE: "a~",
    "a" + _CIRCUMFLEX: "a~~",
    "e" + _CIRCUMFLEX: "e~",
    "o" + _CIRCUMFLEX: "o~",
    "o" + _HORN: "o~~",
    "u" + _HORN: "u~",
    "đ": "d~",
}
"""A letter of its own sorts behind its base letter and before the next: `~` is above every ASCII letter."""

_MARKED_LETTER: Final = re.compile(f"[aeou][{_BREVE}{_CIRCUMFLEX}{_HORN}]|đ")
_TONE: Final = re.compile(f"[{_GRAVE}{_HOOK}{_TILDE}{_ACUTE}{_DOT}]")
_WORD: Final = re.compile(r"[^\W\d_][^\W\d_\u0300-\u036f]*(?:[\u0300-\u036f]+[^\W\d_\u0300-\u036f]*)*|\d+")
"""A syllable with its combining marks, or a number."""

_LIKE_D_STROKE: Final = str.maketrans({"Ð": "Đ", "Ɖ": "Đ", "ð": "đ", "ɖ": "đ"})
"""Icelandic eth and African D look like đ and are typed in its place."""

_FOLDED_D: Final = str.maketrans({"đ": "d"})


def normalise_text(text: str) -> str:
    """Give the composed form (Unicode NFC) in which text is stored and compared."""
    return unicodedata.normalize("NFC", text)


def fold_text(text: str) -> str:
    """Give the form for search: lower case, no marks, d for đ and for what looks like it.

    Folding twice changes nothing more.
    """
    plain = _decompose(text).translate(_FOLDED_D)
    return unicodedata.normalize("NFC", "".join(c for c in plain if not unicodedata.combining(c)))


def is_same_spelling(one: str, other: str) -> bool:
    """Tell whether two texts are the same word for a reader.

    Case, Unicode form, look-alikes of đ and the place of a tone mark do not count: Hoà is Hòa and
    thuý is thúy. Lý and Lí, ma and má stay different.
    """
    return _spelling(one) == _spelling(other)


def collation_key(text: str) -> str:
    """Give a key whose order by code point is Vietnamese dictionary order.

    Syllables are compared one after another, each first by its letters (a ă â b c d đ e ê ...) and then by
    its tone, so that all of one family name stand together. Case, punctuation and the place of a tone mark do
    not count.
    """
    return " ".join(_syllable_key(word) for word in _WORD.findall(_decompose(text)))


def _decompose(text: str) -> str:
    lowered = unicodedata.normalize("NFD", text).translate(_LIKE_D_STROKE).lower()
    return unicodedata.normalize("NFD", lowered)


def _spelling(text: str) -> str:
    return _WORD.sub(lambda word: _tones_last(word.group()), _decompose(text))


def _tones_last(word: str) -> str:
    return _TONE.sub("", word) + "".join(_TONE.findall(word))


def _syllable_key(word: str) -> str:
    if word.isdecimal():
        return word
    tones = "".join(_TONE_RANKS[tone] for tone in _TONE.findall(word)) or _NO_TONE
    letters = _MARKED_LETTER.sub(lambda letter: _LETTER_RANKS.get(letter.group(), letter.group()), _TONE.sub("", word))
    return "".join(c for c in letters if not unicodedata.combining(c)) + tones
