"""A grant's fields applied to the service's answer, before anything of it is committed or kept (rule 4.6).

What cannot be filtered is refused, never let through: the caller hears that, and the log says `unknown`, for the
service was called. Headers are a way out too, so that only those pass that say nothing of the answer's content.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Final

from lienthong.exchange.fields import MAX_FILTERED, filter_json, unfiltered
from lienthong.exchange.gateway.spool import EMPTY_BODY, Body
from lienthong.exchange.gateway.upstream import ServiceAnswer

if TYPE_CHECKING:
    from lienthong.exchange.fields import FieldFilter

KEPT_HEADERS: Final = frozenset(
    {
        b"allow",
        b"cache-control",
        b"content-language",
        b"content-type",
        b"date",
        b"deprecation",
        b"expires",
        b"pragma",
        b"retry-after",
        b"sunset",
        b"vary",
    }
)
"""Entity tags and digests are those of the whole answer; links, cookies and a service's own headers may quote it."""

_PARTIAL: Final = 206
_GZIP: Final = 31  # zlib's window size that means a gzip header and no other


def filter_answer(kept: FieldFilter, answer: ServiceAnswer) -> ServiceAnswer:
    """Give the answer that a grant with fields lets through; takes the body over.

    Raises UNFILTERED_ANSWER for a body that is not JSON, is part of one, is encoded other than by gzip or is too large.
    """
    try:
        headers = [header for header in answer.headers if header[0].lower() in KEPT_HEADERS]
        if not answer.body.length:
            return ServiceAnswer(answer.status, answer.reason, headers, EMPTY_BODY)
        if answer.body.length > MAX_FILTERED:
            raise unfiltered(f"it has {answer.body.length} bytes, more than {MAX_FILTERED}")
        _require_whole_json(answer)
        raw = _decode(answer, b"".join(answer.body.chunks()))
        return ServiceAnswer(answer.status, answer.reason, headers, Body(filter_json(kept, raw)))
    finally:
        answer.body.close()


def _require_whole_json(answer: ServiceAnswer) -> None:
    if answer.status == _PARTIAL:
        raise unfiltered("it is a part of an answer")
    for value in _values(answer, b"content-type"):
        media, _, parameters = value.lower().partition(b";")
        media, charset = media.strip(), parameters.strip().removeprefix(b"charset=").strip(b'"')
        if not (media == b"application/json" or media.endswith(b"+json")) or charset not in {b"", b"utf-8"}:
            raise unfiltered("its type is not JSON in UTF-8")


def _decode(answer: ServiceAnswer, raw: bytes) -> bytes:
    encodings = [value.strip().lower() for value in _values(answer, b"content-encoding")]
    if encodings in ([], [b"identity"]):
        return raw
    if encodings != [b"gzip"]:
        raise unfiltered("it is encoded other than by gzip")
    try:
        unpacking = zlib.decompressobj(_GZIP)
        unpacked = unpacking.decompress(raw, MAX_FILTERED + 1)
    except zlib.error as error:
        raise unfiltered("it is not the gzip that it says") from error
    if not unpacking.eof or unpacking.unused_data:
        raise unfiltered(f"it is broken gzip, or more than {MAX_FILTERED} bytes unpacked")
    return unpacked


def _values(answer: ServiceAnswer, name: bytes) -> list[bytes]:
    return [value for header, value in answer.headers if header.lower() == name]
