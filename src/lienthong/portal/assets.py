"""The pages' own files: styles, scripts, fonts, icon. Built into `built/` by `make assets`, served from memory.

Each file's name holds a hash of its content, so browsers keep it for good; `built/manifest.json` maps the plain name
to it. There are a few hundred kilobytes in all, so they are read once and no path of a request ever reaches the disk.
"""

from __future__ import annotations

import gzip
import mimetypes
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec
from django.http import Http404, HttpResponse

from lienthong.web.callers import Caller, open_to

if TYPE_CHECKING:
    from django.http import HttpRequest

BUILT: Final = Path(__file__).parent / "built"
MANIFEST: Final = "manifest.json"
FOR_GOOD: Final = "public, max-age=31536000, immutable"

_ALREADY_SMALL: Final = frozenset({".woff2", ".png"})


@dataclass(frozen=True, slots=True)
class Asset:
    """One file as it is sent, plain and compressed (None where that saves nothing)."""

    content_type: str
    plain: bytes
    compressed: bytes | None


@cache
def read_manifest() -> dict[str, str]:
    """Give the built name of each plain name; nothing is built: none, and pages come without styles."""
    try:
        return msgspec.json.decode((BUILT / MANIFEST).read_bytes(), type=dict[str, str])
    except FileNotFoundError:
        return {}


@cache
def read_assets() -> dict[str, Asset]:
    """Give all built files by their built names."""
    return {name: _read_asset(BUILT / name) for name in read_manifest().values()}


def asset_url(name: str) -> str:
    """Give the address of an asset by its plain name."""
    return f"/assets/{read_manifest().get(name, name)}"


@open_to(Caller.ANYONE)
def serve_asset(request: HttpRequest, name: str) -> HttpResponse:
    """Answer one file, compressed where the browser takes that."""
    asset = read_assets().get(name)
    if asset is None:
        raise Http404
    body, headers = asset.plain, {"Cache-Control": FOR_GOOD, "Vary": "Accept-Encoding"}
    if asset.compressed is not None and "gzip" in request.headers.get("Accept-Encoding", ""):
        body, headers["Content-Encoding"] = asset.compressed, "gzip"
    return HttpResponse(body, content_type=asset.content_type, headers=headers)


def _read_asset(path: Path) -> Asset:
    plain = path.read_bytes()
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    text = kind if not kind.startswith("text/") else f"{kind}; charset=utf-8"
    return Asset(text, plain, None if path.suffix in _ALREADY_SMALL else gzip.compress(plain, 9, mtime=0))
