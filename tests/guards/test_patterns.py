from __future__ import annotations

import re

from tests.guards.tree import SOURCE, python_files

POSSESSIVE = re.compile(r"""[\])a-zA-Z.}](?:\+\+|\*\+|\?\+)|\(\?>""")
CALL = re.compile(r"""rb?"[^"\n]*"""")


def test_no_pattern_uses_possessive_quantifiers_which_python_3_11_2_matches_wrongly() -> None:
    found = [
        f"{path.relative_to(SOURCE)}: {literal}"
        for path in python_files(SOURCE)
        for literal in CALL.findall(path.read_text())
        if POSSESSIVE.search(literal)
    ]
    assert POSSESSIVE.search('rb"[a-z]++"')
    assert found == []
