"""Finding a procedure by what people type, with or without accents, the best first. Pure.

A word in the title counts most, then in the keywords, then in the summary; a code found whole counts most of all.
Of keywords that begin with what was typed, one that stands early in its procedure's list counts more. Every word typed
must be found somewhere, its last one also as a beginning, for it may be still being typed.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from lienthong.kernel.text import fold_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lienthong.cases.procedure import Procedure

LONGEST_TEXT: Final = 200
"""What is read of a text that somebody typed."""

_WORD: Final = re.compile(r"[a-z0-9]+")
_TITLE, _KEYWORD, _SUMMARY, _CODE, _PHRASE, _EARLY = 8, 5, 1, 100, 12, 8


def search_procedures(procedures: Iterable[Procedure], text: str) -> tuple[Procedure, ...]:
    """Give the procedures in which every word of the text is found, best first; all, by title, for no words."""
    typed = fold_text(text[:LONGEST_TEXT])
    words = _WORD.findall(typed)
    found = [(rank, procedure) for procedure in procedures if (rank := _rank(procedure, typed.strip(), words)) > 0]
    return tuple(procedure for _, procedure in sorted(found, key=lambda one: (-one[0], one[1].title.vi)))


def _rank(procedure: Procedure, typed: str, words: list[str]) -> int:
    """Give how well a procedure fits; 0: not at all."""
    if not words:
        return 1
    if typed in {procedure.code, procedure.replaces}:
        return _CODE
    title = fold_text(f"{procedure.title.vi} | {procedure.title.en}")
    weighted = (
        (_TITLE, set(_WORD.findall(title))),
        (_KEYWORD, set(_WORD.findall(fold_text(" ".join(procedure.keywords))))),
        (_SUMMARY, set(_WORD.findall(fold_text(f"{procedure.summary.vi} {procedure.summary.en}")))),
    )
    ranks = [_rank_word(word, weighted, may_begin=word is words[-1]) for word in words]
    if not all(ranks):
        return 0
    phrase = " ".join(words)
    keywords = [" ".join(_WORD.findall(fold_text(keyword))) for keyword in procedure.keywords]
    is_phrase = phrase in " ".join(_WORD.findall(title)) or any(phrase in keyword for keyword in keywords)
    place = next((place for place, keyword in enumerate(keywords) if keyword.startswith(phrase)), _EARLY)
    return sum(ranks) + _PHRASE * is_phrase + max(_EARLY - place, 0)


def _rank_word(word: str, weighted: Iterable[tuple[int, set[str]]], *, may_begin: bool) -> int:
    for weight, known in weighted:
        if word in known:
            return weight * 2
        if may_begin and any(one.startswith(word) for one in known):
            return weight
    return 0
