from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from tests.guards.tree import ROOT, SOURCE

if TYPE_CHECKING:
    from pathlib import Path

TOUR = ROOT / "docs" / "tour.md"
_NAMED = re.compile(r"`([\w./-]+\.py)(?::([\w.]+))?`")


def _find_file(named: str) -> Path | None:
    """Give the file that the tour means: a path in the package, or from the project's root."""
    return next((base / named for base in (SOURCE, ROOT) if (base / named).is_file()), None)


def _names_in(path: Path) -> set[str]:
    """Give the names that a module defines, those inside classes with a dot."""
    names: set[str] = set()
    for node in ast.parse(path.read_text()).body:
        for name in _defined(node):
            names.add(name)
            if isinstance(node, ast.ClassDef):
                names.update(f"{name}.{inner}" for part in node.body for inner in _defined(part))
    return names


def _defined(node: ast.stmt) -> list[str]:
    if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
        return [node.name]
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    return [target.id for target in targets if isinstance(target, ast.Name)]


def test_every_file_and_name_of_the_tour_exists() -> None:
    named = _NAMED.findall(TOUR.read_text()) if TOUR.exists() else []

    missing = []
    for file, name in named:
        path = _find_file(file)
        if path is None or (name and name not in _names_in(path)):
            missing.append(f"{file}:{name}" if name else file)
    assert missing == []


def test_the_guard_itself_finds_names() -> None:
    errors = _find_file("kernel/errors.py")

    assert errors is not None
    assert {"KernelError", "KernelErrorKind.KEY_MISSING", "KernelError.kind"} <= _names_in(errors)
    assert _find_file("kernel/absent.py") is None
