from __future__ import annotations

import importlib
import re
from functools import cache
from typing import TYPE_CHECKING

import pytest

from tests.guards.tree import SOURCE, python_files

if TYPE_CHECKING:
    from enum import StrEnum
    from pathlib import Path

HOUSES = sorted(path.parent.name for path in SOURCE.glob("*/errors.py"))


def _kinds_of(house: str) -> list[type[StrEnum]]:
    module = importlib.import_module(f"lienthong.{house}.errors")
    return [
        thing
        for name, thing in vars(module).items()
        if name.endswith("ErrorKind") and isinstance(thing, type) and thing.__module__ == module.__name__
    ]


@cache
def _find_names() -> dict[Path, set[str]]:
    return {path: set(re.findall(r"\b\w+ErrorKind\.\w+", path.read_text())) for path in python_files(SOURCE)}


def _read_names(errors: Path) -> set[str]:
    """Give all names of kinds in the source, but not those in one file."""
    return set().union(*(names for path, names in _find_names().items() if path != errors))


@pytest.mark.parametrize("house", HOUSES)
def test_every_error_kind_is_raised_somewhere_in_the_source(house: str) -> None:
    kinds = _kinds_of(house)
    assert kinds, f"lienthong.{house}.errors has no enumeration named ...ErrorKind"
    named = _read_names(SOURCE / house / "errors.py")
    unused = [
        f"{kind.__name__}.{member.name}"
        for kind in kinds
        for member in kind
        if f"{kind.__name__}.{member.name}" not in named
    ]
    assert unused == []
