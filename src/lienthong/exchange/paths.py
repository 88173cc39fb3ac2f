"""Paths and the globs of grants: whether a request stays in what was granted, however a service reads it.

The gateway decides on a path, and a service behind it decodes that path again, with rules of its own. So a
path that could mean two things is refused, and one that common servers read in several ways (doubled
slashes, `;` parameters) must stay inside the glob in each of these readings (rule 4.6).
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final
from urllib.parse import unquote_to_bytes

from lienthong.exchange.control import shown
from lienthong.exchange.errors import ExchangeError, ExchangeErrorKind

_PLAIN = re.compile(rb"(?:/(?!\.+(?:/|\Z))[A-Za-z0-9_~!$&'()*+,=:@.-]+)+/?")
"""Paths with one reading: nothing encoded, no parameters, no empty segment, no segment of dots."""

_REFUSED_ENCODING = re.compile(rb"%(?:2[EeFf]|5[Cc])|%(?![0-9A-Fa-f]{2})")
"""Encoded `.`, `/` and backslash, and a percent sign that begins no triplet."""

_DECODES_AGAIN = re.compile(r"%(?:[0-9A-Fa-f]{2}|[Uu])")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\\]")
_SEPARATORS: Final = "./\\%;"

_PARAMETERS = re.compile(r";[^/]*")
_SLASHES = re.compile(r"/{2,}")
_DOTS = re.compile(r"/[. ]+(?:/|$)")
"""Windows drops trailing dots and blanks: `.. ` and `...` walk up there."""


def read_path(raw: bytes) -> tuple[str, ...]:
    """Decode a raw path (what follows `/r1/` and five segments) into every reading that a service may have.

    No path is `/`. Refused as PATH_REFUSED: what decodes again after decoding, encoded `/`, backslash or
    `.`, a plain backslash, control characters, bytes that are not UTF-8, segments of dots, also before `;`,
    and characters that compatibility normalisation turns into one of those.
    """
    if not raw:
        return ("/",)
    if _PLAIN.fullmatch(raw):
        return (raw.decode("ascii"),)
    if not raw.startswith(b"/"):
        raise _refused(raw, "it does not begin with a slash")
    if _REFUSED_ENCODING.search(raw):
        raise _refused(raw, "it holds an encoded slash, backslash or dot, or a broken percent triplet")
    try:
        text = unquote_to_bytes(raw).decode("utf-8")
    except UnicodeDecodeError as error:
        raise _refused(raw, "it is not UTF-8 once decoded") from error
    _require_one_meaning(raw, text)
    bare = _PARAMETERS.sub("", text)
    readings = {text, _SLASHES.sub("/", text), bare, _SLASHES.sub("/", bare)}
    if any(map(_DOTS.search, readings)):
        raise _refused(raw, "a segment is nothing but dots")
    return tuple(readings)


def _require_one_meaning(raw: bytes, text: str) -> None:
    if _DECODES_AGAIN.search(text):
        raise _refused(raw, "it is encoded twice")
    if _CONTROL.search(text):
        raise _refused(raw, "it holds a backslash or a control character")
    if not text.isascii():
        folded = unicodedata.normalize("NFKC", text)
        if any(folded.count(character) != text.count(character) for character in _SEPARATORS):
            raise _refused(raw, "it holds a look-alike of a dot, slash, backslash, percent sign or semicolon")


def compile_glob(glob: str) -> re.Pattern[str]:
    """Make a pattern for `fullmatch` of a glob over decoded paths; ValueError says what is wrong with it.

    `*` as a whole segment is one segment that is not empty, inside a segment any characters of it; `**` as
    a whole segment is anything, also nothing. `**` alone is every path. One `**` in a glob and one `*` in a
    segment keep matching linear in the path, which strangers choose.
    """
    whole = "/**" if glob == "**" else glob
    if not whole.startswith("/"):
        message = f"the path {glob!r} must begin with '/', or be '**'"
        raise ValueError(message)
    segments = whole[1:].split("/")
    if segments.count("**") > 1:
        message = f"the path {glob!r} holds '**' more than once"
        raise ValueError(message)
    return re.compile("".join("/" + _compile_segment(segment, glob) for segment in segments), re.DOTALL)


def _compile_segment(segment: str, glob: str) -> str:
    if segment == "**":
        return ".*"
    if segment == "*":
        return "[^/]+"
    if segment in {".", ".."} or "%" in segment or "\\" in segment:
        message = f"the path {glob!r} is not decoded and normal: write it as the service sees it"
        raise ValueError(message)
    if segment.count("*") > 1:
        message = f"the segment {segment!r} of the path {glob!r} holds '*' more than once"
        raise ValueError(message)
    return "[^/]*".join(re.escape(piece) for piece in segment.split("*"))


def overlap(one: str, other: str) -> bool:
    """Tell whether some path is in both of two globs that `compile_glob` takes."""
    pieces = [("/**" if glob == "**" else glob)[1:].split("/") for glob in (one, other)]
    return _segments_overlap(pieces[0], pieces[1])


def _segments_overlap(one: list[str], other: list[str]) -> bool:
    if not one or not other:
        return one == other
    if one[0] != "**" and other[0] != "**":
        return _segment_overlaps(one[0], other[0]) and _segments_overlap(one[1:], other[1:])
    # `**` takes one segment, which may be empty, and perhaps more.
    return (
        _segments_overlap(one[1:], other[1:])
        or (one[0] == "**" and _segments_overlap(one, other[1:]))
        or (other[0] == "**" and _segments_overlap(one[1:], other))
    )


def _segment_overlaps(one: str, other: str) -> bool:
    if "*" not in one and "*" not in other:
        return one == other
    (before, star, after), (others_before, others_star, others_after) = one.partition("*"), other.partition("*")
    if not star or not others_star:
        text, before, after = (one, others_before, others_after) if not star else (other, before, after)
        return bool(text) and len(text) >= len(before + after) and text.startswith(before) and text.endswith(after)
    return _is_start(before, others_before) and _is_start(after[::-1], others_after[::-1])


def _is_start(one: str, other: str) -> bool:
    return one.startswith(other) or other.startswith(one)


def _refused(raw: bytes, why: str) -> ExchangeError:
    message = f"the path {shown(raw)} could mean another one to the service: {why}"
    return ExchangeError(ExchangeErrorKind.PATH_REFUSED, message)
