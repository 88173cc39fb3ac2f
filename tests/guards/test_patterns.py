from __future__ import annotations

import re

from tests.guards.tree import SOURCE, python_files

_LITERAL = re.compile(r'rb?"[^"\n]*"')
_CLASS = re.compile(r"\[\^?\]?(?:\\.|[^\]\\])*\]")
_POSSESSIVE = re.compile(r"[\])a-zA-Z.}](?:\+\+|\*\+|\?\+)|\(\?>")


def find_possessive(text: str) -> list[str]:
    return [literal for literal in _LITERAL.findall(text) if _POSSESSIVE.search(_CLASS.sub("[]", literal))]


def test_no_pattern_has_possessive_quantifiers_which_python_3_11_2_matches_wrongly() -> None:
    assert find_possessive('re.compile(rb"[a-z]++")')
    assert [path.name for path in python_files(SOURCE) if find_possessive(path.read_text())] == []
