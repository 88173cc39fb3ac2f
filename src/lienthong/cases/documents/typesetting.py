"""Sets a paper: a template of `templates/` and what stands on it become a PDF/A-2b file, or a picture of its pages.

What stands on it is handed to typst as data, never as markup, so no name can change a paper's layout. Templates read
nothing else: no network, no package, no file outside their folder, no face but ours.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec
import typst

from lienthong.cases.documents.errors import DocumentError, DocumentErrorKind
from lienthong.cases.documents.fonts import find_font_folders, is_built
from lienthong.cases.documents.letters import fit_text, official_letters

if TYPE_CHECKING:
    from datetime import datetime

    from lienthong.cases.documents.sheet import Sheet

TEMPLATES: Final = Path(__file__).parent / "templates"

STANDARD: Final = ["a-2b"]
"""PDF/A-2b: everything that shows the paper is in the file. typst refuses a letter without a glyph under it."""

MOST_TEXT: Final = 4_000
"""Letters of one value on a paper; more is cut, with an ellipsis: the case has the whole."""


def typeset(template: str, sheet: Sheet, made_at: datetime) -> bytes:
    """Give the paper as PDF; the same values give the same bytes."""
    compiled = _compile(
        template, sheet, {"format": "pdf", "pdf_standards": STANDARD, "timestamp": made_at.replace(microsecond=0)}
    )
    return compiled[0]


def draw_pages(template: str, sheet: Sheet, points_per_inch: float) -> list[bytes]:
    """Give the paper's pages as PNG pictures."""
    return _compile(template, sheet, {"format": "png", "ppi": points_per_inch})


def list_templates() -> frozenset[str]:
    """Give the names of the templates of papers."""
    return frozenset(path.stem for path in TEMPLATES.glob("*.typ")) - {"official"}


def _compile(template: str, sheet: Sheet, options: dict[str, Any]) -> list[bytes]:
    if not is_built():
        message = "the official face Tinos is not built; run `make assets`"
        raise DocumentError(DocumentErrorKind.NOT_TYPESET, message)
    written = msgspec.json.encode(_fit_values(msgspec.to_builtins(sheet))).decode()
    try:
        compiler = typst.Compiler(
            input=str(TEMPLATES / f"{template}.typ"),
            root=str(TEMPLATES),
            font_paths=_faces(),
            sys_inputs={"paper": written},
        )
        pages, warnings = compiler.compile_with_warnings(**options)
    except (typst.TypstError, ValueError, OSError) as error:
        message = f"template {template}: {error}; see docs/papers.md for what a template may use"
        raise DocumentError(DocumentErrorKind.NOT_TYPESET, message) from error
    if warnings:
        message = f"template {template}: {warnings[0].message}"
        raise DocumentError(DocumentErrorKind.NOT_TYPESET, message)
    return [page for page in (pages if isinstance(pages, list) else [pages]) if page]


@cache
def _faces() -> typst.Fonts:
    """Give our faces and no others; they are read once."""
    folders = [str(folder) for folder in find_font_folders()]
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=folders)


def _fit_values(value: Any) -> Any:  # noqa: ANN401 # any JSON value
    if isinstance(value, str):
        fitted = fit_text(value, official_letters())
        return fitted if len(fitted) <= MOST_TEXT else fitted[: MOST_TEXT - 1] + "…"
    if isinstance(value, dict):
        return {key: inner if key == "svg" else _fit_values(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_fit_values(inner) for inner in value]
    return value
