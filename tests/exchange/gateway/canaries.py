"""Marked personal data, and the search for it in whatever form somebody could have written it down."""

from __future__ import annotations

import json
from base64 import b64encode, urlsafe_b64encode
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path


def forms_of(canary: str) -> dict[str, bytes]:
    """Give the byte strings of which one must show up wherever the canary stands in that form."""
    raw = canary.encode()
    percent = quote(canary, safe="")
    forms = {
        "raw": raw,
        "percent": percent.encode(),
        "percent, lower": percent.lower().encode(),
        "every byte percent": "".join(f"%{byte:02X}" for byte in raw).encode(),
        "json": json.dumps(canary)[1:-1].encode(),
        "hex": raw.hex().encode(),
        "HEX": raw.hex().upper().encode(),
        "utf-16": canary.encode("utf-16-le"),
    }
    for shift in range(3):
        # Inside of longer base64 the text begins at any of three places; what neighbours change is cut off.
        shifted = bytes(shift) + raw
        whole = slice(-(-shift * 4 // 3), len(shifted) // 3 * 4)
        forms[f"base64 at {shift}"] = b64encode(shifted)[whole]
        forms[f"base64url at {shift}"] = urlsafe_b64encode(shifted)[whole]
    return forms


def search(files: Iterable[Path], canaries: Iterable[str]) -> list[tuple[str, str, str]]:
    """Find the canaries in files: the file, the canary, and the form."""
    wanted = {canary: forms_of(canary) for canary in canaries}
    found = []
    for file in files:
        try:
            content = file.read_bytes()
        except FileNotFoundError:  # a file that was not whole has got its name meanwhile
            continue
        for canary, forms in wanted.items():
            found += [(str(file), canary, form) for form, data in forms.items() if data in content]
    return found


def files_under(*folders: Path) -> Iterator[Path]:
    """Give every file of the folders."""
    for folder in folders:
        yield from (path for path in sorted(folder.rglob("*")) if path.is_file())
