"""A grant's fields applied to the service's answer, before anything of it is committed or kept (rule 4.6).

What cannot be filtered is refused, never let through: the caller hears that, and the log says `unknown`, for the
service was called. Headers are a way out too, so that only those pass that say nothing of the answer's content.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Final

import msgspec

from lienthong.evidence.message_part import parse_response_part
from lienthong.exchange.errors import ExchangeError
from lienthong.exchange.fields import MAX_FILTERED, filter_json, unfiltered
from lienthong.exchange.gateway.spool import EMPTY_BODY, Body
from lienthong.exchange.gateway.upstream import ServiceAnswer
from lienthong.exchange.headers import MADE_IN_RESPONSES

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


def is_within(kept: FieldFilter, header_part: bytes, body: Body) -> bool:
    """Say whether a recorded answer holds nothing but what a grant with fields lets through; leaves the body open.

    What differs in spelling only counts as the same. An answer that cannot be filtered is not within.
    """
    part = parse_response_part(header_part)
    if any(not _is_kept(name.lower()) for name, _ in part.headers):
        return False
    if not body.length:
        return True
    if body.length > MAX_FILTERED:
        return False
    recorded = b"".join(body.chunks())
    answer = ServiceAnswer(part.status, part.reason, list(part.headers), Body(recorded))
    try:
        _require_whole_json(answer)
        raw = _decode(answer, recorded)
        filtered = filter_json(kept, raw)
        return filtered == raw or msgspec.json.decode(filtered) == msgspec.json.decode(raw)
    except (ExchangeError, msgspec.DecodeError, RecursionError):
        return False


def _is_kept(name: bytes) -> bool:
    return name in KEPT_HEADERS or name in MADE_IN_RESPONSES or name == b"content-length"


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
