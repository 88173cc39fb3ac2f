"""Pictures handed in are drawn anew: only the points are kept, so no place, time or device of a photo stays in it.

Runs in the process that `inspecting` seals off.
"""

from __future__ import annotations

import io
import warnings
from typing import TYPE_CHECKING, Final

from PIL import Image, ImageOps

from lienthong.cases.documents.content import MOST_EDGE, MOST_POINTS, FileKind, Incoming
from lienthong.cases.documents.errors import DocumentError, DocumentErrorKind

if TYPE_CHECKING:
    from PIL.Image import Image as Picture

JPEG_QUALITY: Final = 88
"""Print stays legible at it, at about a third of the size of 95."""

_FORMATS: Final = {Incoming.JPEG: "JPEG", Incoming.PNG: "PNG", Incoming.WEBP: "WEBP"}


def redraw_image(content: bytes, kind: Incoming) -> tuple[FileKind, bytes]:
    """Give the picture's points in a fresh file, upright, its longer side at most MOST_EDGE."""
    with warnings.catch_warnings():
        # Pillow warns of odd metadata, which is left behind anyway; its own warning of a bomb comes after our limit.
        warnings.simplefilter("ignore")
        try:
            with Image.open(io.BytesIO(content), formats=[_FORMATS[kind]]) as picture:
                _require_size(picture)
                return _redraw(picture, kind)
        except Image.DecompressionBombError as error:
            raise DocumentError(DocumentErrorKind.TOO_LARGE, f"{error}; make the picture smaller") from error
        except (OSError, ValueError, SyntaxError, MemoryError) as error:
            message = f"the file begins as {kind.value} but cannot be read as one ({error}); hand in another copy"
            raise DocumentError(DocumentErrorKind.UNREADABLE, message) from error


def _require_size(picture: Picture) -> None:
    points = picture.width * picture.height
    if points > MOST_POINTS:
        message = f"the picture has {points} points, at most {MOST_POINTS} are taken; make it smaller"
        raise DocumentError(DocumentErrorKind.TOO_LARGE, message)


def _redraw(picture: Picture, kind: Incoming) -> tuple[FileKind, bytes]:
    picture.draft("RGB", (MOST_EDGE, MOST_EDGE))
    upright = ImageOps.exif_transpose(picture)
    upright.thumbnail((MOST_EDGE, MOST_EDGE))
    fresh = io.BytesIO()
    if kind is Incoming.PNG or upright.has_transparency_data:
        mode = "RGBA" if upright.has_transparency_data else "L" if upright.mode in {"1", "L"} else "RGB"
        _points_only(upright, mode).save(fresh, "PNG")
        return FileKind.PNG, fresh.getvalue()
    mode = "L" if upright.mode in {"1", "L"} else "RGB"
    _points_only(upright, mode).save(fresh, "JPEG", quality=JPEG_QUALITY)
    return FileKind.JPEG, fresh.getvalue()


def _points_only(picture: Picture, mode: str) -> Picture:
    """Give a picture that has the points and nothing else of the given one."""
    converted = picture.convert(mode)
    return Image.frombytes(mode, converted.size, converted.tobytes())
