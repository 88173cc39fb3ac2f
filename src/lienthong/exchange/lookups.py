"""Whom a request asks about: a service says in services.toml where its requests name their subject.

Pure. The subject is read from what was committed, and only if it can be read in one way: a number that the gateway
reads and the service behind it does not, or the other way round, would be a look-up under another person's name.
"""

from __future__ import annotations

import json
import re
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from urllib.parse import unquote_to_bytes

import msgspec

from lienthong.exchange.errors import ExchangeError, ExchangeErrorKind
from lienthong.exchange.paths import read_path

if TYPE_CHECKING:
    from lienthong.exchange.message import IncomingRequest

MAX_SUBJECT_BODY: Final = 1024 * 1024
"""Bytes of a body in which a subject is looked for; a larger one is refused."""
MAX_POINTER_DEPTH: Final = 16
"""Steps of a JSON pointer (RFC 6901)."""

_SUBJECT = re.compile(r"[0-9]{9,13}")
"""A personal number (12 digits), the old card's (9), or an organisation's (10 or 13): digits alone."""
_PLACEHOLDER = re.compile(r"\{[A-Za-z0-9_]+\}")
_HEADER_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]*")


class SubjectSource(StrEnum):
    """The part of a request that names its subject."""

    PATH = "path"
    QUERY = "query"
    HEADER = "header"
    BODY = "body"


class SubjectPlace(msgspec.Struct, frozen=True):
    """Where a request names its subject. `name` is the query's parameter or the header (lower case).

    `steps` are a path's segments up to the subject (`*` is any; what stands below it may be anything), or those of a
    JSON pointer into the body.
    """

    source: SubjectSource
    name: str = ""
    steps: tuple[str, ...] = ()


class _Unreadable(NamedTuple):
    """Why no subject was read."""

    why: str


def read_subject_place(text: str) -> SubjectPlace:
    """Read a service's `subject`; ValueError says what is wrong with it.

    `path:/persons/{number}`, `query:number`, `header:X-Subject`, `body:/person/number` (a JSON pointer, RFC 6901).
    """
    source, mark, rest = text.partition(":")
    if not mark or source not in set(SubjectSource):
        raise ValueError(f"expected it to begin with one of {', '.join(f'{each}:' for each in SubjectSource)}")
    if source == SubjectSource.PATH:
        return SubjectPlace(SubjectSource.PATH, steps=_read_template(rest))
    if source == SubjectSource.BODY:
        return SubjectPlace(SubjectSource.BODY, steps=_read_pointer(rest))
    if source == SubjectSource.HEADER:
        if not _HEADER_NAME.fullmatch(rest):
            raise ValueError(f"expected a header's name after header:, got {rest!r}")
        return SubjectPlace(SubjectSource.HEADER, rest.lower())
    if not rest or not rest.isprintable():
        raise ValueError("expected the name of a parameter after query:")
    return SubjectPlace(SubjectSource.QUERY, rest)


def _read_template(text: str) -> tuple[str, ...]:
    steps = tuple(text[1:].split("/"))
    if not text.startswith("/") or "" in steps or "%" in text:
        raise ValueError("expected a decoded path after path:, such as path:/persons/{number}")
    if not _PLACEHOLDER.fullmatch(steps[-1]) or any("{" in step or "}" in step for step in steps[:-1]):
        raise ValueError("expected one {name} as the last segment after path:; what stands below it needs no mention")
    return steps[:-1]


def _read_pointer(text: str) -> tuple[str, ...]:
    if not text.startswith("/") or re.search(r"~(?![01])", text):
        raise ValueError("expected a JSON pointer after body:, such as body:/person/number")
    steps = tuple(step.replace("~1", "/").replace("~0", "~") for step in text[1:].split("/"))
    if len(steps) > MAX_POINTER_DEPTH:
        raise ValueError(f"the JSON pointer has {len(steps)} steps: expected at most {MAX_POINTER_DEPTH}")
    return steps


def require_subject(place: SubjectPlace, request: IncomingRequest, body: bytes | None) -> str:
    """Give the number of the person (or organisation) that a request asks about; else raise MISSING_SUBJECT.

    `body` is the whole body, None if it is larger than MAX_SUBJECT_BODY. The message never holds what was found.
    """
    found = _FINDERS[place.source](place, request, body)
    if isinstance(found, str) and _SUBJECT.fullmatch(found):
        return found
    why = found.why if isinstance(found, _Unreadable) else "what stands there is no number of 9 to 13 digits"
    message = f"{request.service.text} asks about a person, and this request names none in its {place.source}: {why}"
    raise ExchangeError(ExchangeErrorKind.MISSING_SUBJECT, message)


def _find_in_path(place: SubjectPlace, request: IncomingRequest, _body: bytes | None) -> str | _Unreadable:
    found = {_find_in_reading(place.steps, reading) for reading in read_path(request.target.path)}
    if len(found) != 1:
        return _Unreadable("its path can be read in several ways")
    return found.pop() or _Unreadable("its path is too short, or another one")


def _find_in_reading(steps: tuple[str, ...], path: str) -> str | None:
    segments = path[1:].split("/")
    if len(segments) <= len(steps):
        return None
    fits = all(step in {"*", segment} for step, segment in zip(steps, segments, strict=False))
    return segments[len(steps)] if fits else None


def _find_in_query(place: SubjectPlace, request: IncomingRequest, _body: bytes | None) -> str | _Unreadable:
    found = []
    for pair in (request.target.query or b"").replace(b";", b"&").split(b"&"):
        name, _, value = pair.partition(b"=")
        # Some services take `number`, `NUMBER` and `number[]` as one: whatever could be it counts.
        if _decode(name).lower().removesuffix("[]") == place.name.lower():
            found.append(_decode(value))
    return found[0] if len(found) == 1 else _Unreadable(f"it must stand there once, and stands {len(found)} times")


def _decode(raw: bytes) -> str:
    return unquote_to_bytes(raw.replace(b"+", b" ")).decode("utf-8", "replace")


def _find_in_header(place: SubjectPlace, request: IncomingRequest, _body: bytes | None) -> str | _Unreadable:
    name = place.name.encode()
    # `_` too: CGI and WSGI read both as one, and would give the service another value than ours.
    found = [value for each, value in request.part.headers if each.lower().replace(b"_", b"-") == name]
    if len(found) != 1:
        return _Unreadable(f"it must stand there once, and stands {len(found)} times")
    return found[0].decode("latin-1")


def _find_in_body(place: SubjectPlace, _request: IncomingRequest, body: bytes | None) -> str | _Unreadable:
    if body is None:
        return _Unreadable(f"it is larger than {MAX_SUBJECT_BODY} bytes")
    try:
        found: Any = json.loads(body.decode("utf-8"), object_pairs_hook=_read_object)
    except (ValueError, RecursionError):
        return _Unreadable("it is no JSON, or says one thing twice")
    for step in place.steps:
        if isinstance(found, list) and step.isascii() and step.isdecimal() and int(step) < len(found):
            found = found[int(step)]
        elif isinstance(found, dict) and step in found:
            found = found[step]
        else:
            return _Unreadable("there is nothing at the service's JSON pointer")
    return found if isinstance(found, str) else _Unreadable("what stands there is no text")


def _read_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse a member that stands twice: one parser takes the first, another the last."""
    read = dict(pairs)
    if len(read) != len(pairs):
        raise ValueError("a member stands twice")
    return read


_FINDERS: Final = {
    SubjectSource.PATH: _find_in_path,
    SubjectSource.QUERY: _find_in_query,
    SubjectSource.HEADER: _find_in_header,
    SubjectSource.BODY: _find_in_body,
}
