"""The faces that papers are set in: Tinos for official ones, Be Vietnam Pro for our own.

Tinos has the widths of Times New Roman, which 30/2020/NĐ-CP asks for, and may be embedded by everybody (OFL). Its files
are copied here by `make assets` and are part of a wheel; git ignores them. Both are TrueType: typst passes over the
letters of other formats without a word.
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Final

OFFICIAL_FACE: Final = "Tinos"
OWN_FACE: Final = "Be Vietnam Pro"

BUILT: Final = Path(__file__).parent / "built"
"""Where the build puts the files of the official face."""

OFFICIAL_FILES: Final = {
    "400Regular/Tinos_400Regular.ttf": "tinos-regular.ttf",
    "400Regular_Italic/Tinos_400Regular_Italic.ttf": "tinos-italic.ttf",
    "700Bold/Tinos_700Bold.ttf": "tinos-bold.ttf",
    "700Bold_Italic/Tinos_700Bold_Italic.ttf": "tinos-bold-italic.ttf",
    "LICENSE_FONT": "tinos-licence.txt",
}
"""Of the package of the face, by the names they are built under."""


def find_font_folders() -> list[Path]:
    """Give the folders with the faces; nothing else of the machine is ever set in."""
    own = Path(str(files("fontpkg_be_vietnam_pro"))) / "files"
    return [BUILT, own]


def is_built() -> bool:
    """Whether the official face is there; without it no official paper is made."""
    return all((BUILT / name).is_file() for name in OFFICIAL_FILES.values())
