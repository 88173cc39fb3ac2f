from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

import pytest

from tests.guards.tree import ROOT, SOURCE

if TYPE_CHECKING:
    from pathlib import Path

PAGES = sorted([*(ROOT / "docs").rglob("*.md"), *ROOT.glob("*.md")])
_NAMED = re.compile(r"`([\w./-]+\.py)(?::([\w.]+))?`")
_LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
_ELSEWHERE = re.compile(r"[a-z]+:")


def _page_name(page: Path) -> str:
    return str(page.relative_to(ROOT))


def _find_file(named: str) -> Path | None:
    """Give the file that a page means: a path in the package, or from the project's root."""
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


@pytest.mark.parametrize("page", PAGES, ids=_page_name)
def test_every_file_and_name_of_a_page_exists(page: Path) -> None:
    missing = []
    for file, name in _NAMED.findall(page.read_text()):
        path = _find_file(file)
        if path is None or (name and name not in _names_in(path)):
            missing.append(f"{file}:{name}" if name else file)
    assert missing == []


@pytest.mark.parametrize("page", PAGES, ids=_page_name)
def test_every_link_of_a_page_leads_to_a_file(page: Path) -> None:
    links = [link for link in _LINK.findall(page.read_text()) if not _ELSEWHERE.match(link)]
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_the_tours_name_the_code_and_the_guard_finds_names() -> None:
    for tour in ("tour.md", "tour-exchange.md"):
        assert len(_NAMED.findall((ROOT / "docs" / tour).read_text())) > 40

    errors = _find_file("kernel/errors.py")
    assert errors is not None
    assert {"KernelError", "KernelErrorKind.KEY_MISSING", "KernelError.kind"} <= _names_in(errors)
    assert _find_file("kernel/absent.py") is None
