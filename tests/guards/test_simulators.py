from __future__ import annotations

import re

from tests.guards.tree import ROOT, python_files

# In pieces, so that this file does not hold what it looks for.
_MOCKS = re.compile(r"unittest\.mo" r"ck|\bpytest_mo" r"ck\b|\bmonkey" r"patch\.setattr|\bMagic" r"Mock\b")


def test_no_test_replaces_our_own_functions() -> None:
    found = [str(path.relative_to(ROOT)) for path in python_files(ROOT / "tests") if _MOCKS.search(path.read_text())]
    assert found == []
