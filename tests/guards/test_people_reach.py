"""Other houses ask the population registry over the exchange: few read its tables."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from tests.guards.tree import SOURCE, python_files

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

READERS = {"people", "site", "sandbox"}
"""Houses that may import the tables; a province's houses must work without them."""


def list_imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_only_the_registry_its_site_and_the_sandbox_import_its_tables() -> None:
    strangers = {
        str(path.relative_to(SOURCE))
        for path in python_files(SOURCE)
        if "lienthong.people.models" in list_imports(path) and path.relative_to(SOURCE).parts[0] not in READERS
    }
    assert strangers == set()


def test_the_guard_sees_imports_of_every_spelling(tmp_path: Path) -> None:
    file = tmp_path / "x.py"
    file.write_text("from lienthong.people import models\nimport lienthong.people.events\n")
    assert {"lienthong.people.models", "lienthong.people.events"} <= set(list_imports(file))
