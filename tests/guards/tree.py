"""The project's own files, as the guard tests read them."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "lienthong"

_NOT_OURS = frozenset({"build", "dist", "node_modules", "__pycache__"})


def project_files() -> list[Path]:
    """Give every file of the project, without what is built, installed or kept by tools."""
    found: list[Path] = []
    for folder, inner, names in os.walk(ROOT):
        inner[:] = [name for name in inner if name not in _NOT_OURS and (name == ".ci" or name[0] != ".")]
        found.extend(Path(folder, name) for name in names)
    return sorted(found)


def python_files(folder: Path) -> list[Path]:
    """Give the Python files under a folder."""
    return sorted(path for path in folder.rglob("*.py") if "__pycache__" not in path.parts)
