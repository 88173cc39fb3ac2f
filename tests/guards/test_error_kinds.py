from __future__ import annotations

import importlib
import re
from typing import TYPE_CHECKING

import pytest

from tests.guards.tree import SOURCE, python_files

if TYPE_CHECKING:
    from enum import StrEnum

HOUSES = sorted(path.parent.name for path in SOURCE.glob("*/errors.py"))


def _kinds_of(house: str) -> list[type[StrEnum]]:
    module = importlib.import_module(f"lienthong.{house}.errors")
    return [
        thing
        for name, thing in vars(module).items()
        if name.endswith("ErrorKind") and isinstance(thing, type) and thing.__module__ == module.__name__
    ]


@pytest.mark.parametrize("house", HOUSES)
def test_every_error_kind_is_raised_somewhere_in_the_source(house: str) -> None:
    kinds = _kinds_of(house)
    assert kinds, f"lienthong.{house}.errors has no enumeration named ...ErrorKind"
    source = "\n".join(path.read_text() for path in python_files(SOURCE) if path != SOURCE / house / "errors.py")

    unused = [
        f"{kind.__name__}.{member.name}"
        for kind in kinds
        for member in kind
        if not re.search(rf"\b{kind.__name__}\.{member.name}\b", source)
    ]
    assert unused == []
