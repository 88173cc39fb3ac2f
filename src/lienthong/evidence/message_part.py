"""The bytes of a message that a statement commits to besides its body: the header part.

A request's header part is `METHOD CRLF target CRLF (Name:Value CRLF)*`, a response's is
`CODE SP REASON CRLF (Name:Value CRLF)*`, with no blank after the colon: the bytes that X-Road's request hash
covers. They travel as opaque bytes and are read here on both sides, so reading must have one answer only:
a header part that two programs could read in two ways is refused.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, TypeAlias

import msgspec

from lienthong.evidence.errors import EvidenceError, EvidenceErrorKind

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_PART_BYTES: Final = 1 << 20
"""No listener takes headers of this size; a larger part in a package or frame is an attack on memory."""

Headers: TypeAlias = tuple[tuple[bytes, bytes], ...]

# Plain quantifiers only: Python 3.11.2, which Debian 12 ships, matches possessive ones wrongly. The time is linear all
# the same, since what follows each repetition is nothing that the repetition could take.
_TOKEN = rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"  # RFC 9110 section 5.6.2
_VALUE = rb"(?![\t ])[\t -~\x80-\xff]*(?<![\t ])"  # RFC 9110 section 5.5, trimmed
_HEADERS = rb"(?:" + _TOKEN + rb":" + _VALUE + rb"\r\n)*"
_REQUEST = re.compile(rb"[A-Z]+\r\n/[!-~\x80-\xff]*\r\n" + _HEADERS)
_RESPONSE = re.compile(rb"[1-9][0-9][0-9] [\t -~\x80-\xff]*\r\n" + _HEADERS)

_LINE = re.compile(rb"([^:\r]+):([^\r]*)\r\n")
"""A header line of a part whose shape was checked."""

_REQUEST_SHAPE = "METHOD CRLF /target CRLF (Name:Value CRLF)*"
_RESPONSE_SHAPE = "CODE SP REASON CRLF (Name:Value CRLF)*"


class RequestPart(msgspec.Struct, frozen=True, gc=False):
    """The header part of a request: what it says, and `raw`, the committed bytes themselves.

    Headers keep their order and spelling. `by_name` maps the lower-case name to the last value of that name.
    """

    method: bytes
    target: bytes
    headers: Headers
    raw: bytes
    by_name: dict[bytes, bytes]

    def find(self, name: bytes) -> bytes | None:
        """Give the value of the header `name` (lower case); the last if it is repeated, as X-Road does."""
        return self.by_name.get(name)

    def find_single(self, name: bytes) -> bytes | None:
        """Give the value of a header that may stand once only; refuse a repeated one."""
        if len(self.by_name) != len(self.headers):
            _require_single(name, self.headers)
        return self.by_name.get(name)


class ResponsePart(msgspec.Struct, frozen=True, gc=False):
    """The header part of a response; see `RequestPart`."""

    status: int
    reason: bytes
    headers: Headers
    raw: bytes
    by_name: dict[bytes, bytes]

    def find(self, name: bytes) -> bytes | None:
        """Give the value of the header `name` (lower case); the last if it is repeated, as X-Road does."""
        return self.by_name.get(name)

    def find_single(self, name: bytes) -> bytes | None:
        """Give the value of a header that may stand once only; refuse a repeated one."""
        if len(self.by_name) != len(self.headers):
            _require_single(name, self.headers)
        return self.by_name.get(name)


def format_request_part(method: bytes, target: bytes, headers: Sequence[tuple[bytes, bytes]]) -> bytes:
    """Write the header part of a request; refuse what would not be read back as the same parts.

    `target` is the path and query as they came, still percent-encoded. Header values come without blanks
    around them, as HTTP parsers give them.
    """
    raw = b"%b\r\n%b\r\n%b" % (method, target, _format_headers(headers))
    _require_shape(_REQUEST, raw, _REQUEST_SHAPE)
    _require_lines(raw, len(headers) + 2)
    return raw


def format_response_part(status: int, reason: bytes, headers: Sequence[tuple[bytes, bytes]]) -> bytes:
    """Write the header part of a response; see `format_request_part`."""
    raw = b"%d %b\r\n%b" % (status, reason, _format_headers(headers))
    _require_shape(_RESPONSE, raw, _RESPONSE_SHAPE)
    _require_lines(raw, len(headers) + 1)
    return raw


def read_status(raw: bytes) -> int:
    """Give the status of a response's header part; refuse one that `parse_response_part` would."""
    _require_shape(_RESPONSE, raw, _RESPONSE_SHAPE)
    return int(raw[:3])


def parse_request_part(raw: bytes) -> RequestPart:
    """Read the header part of a request; `format_request_part` of the answer gives `raw` again."""
    _require_shape(_REQUEST, raw, _REQUEST_SHAPE)
    method, target, lines = raw.split(b"\r\n", 2)
    headers = tuple(_LINE.findall(lines))
    return RequestPart(method, target, headers, raw, {name.lower(): value for name, value in headers})


def parse_response_part(raw: bytes) -> ResponsePart:
    """Read the header part of a response; `format_response_part` of the answer gives `raw` again."""
    _require_shape(_RESPONSE, raw, _RESPONSE_SHAPE)
    first, lines = raw.split(b"\r\n", 1)
    headers = tuple(_LINE.findall(lines))
    by_name = {name.lower(): value for name, value in headers}
    return ResponsePart(int(first[:3]), first[4:], headers, raw, by_name)


def _format_headers(headers: Sequence[tuple[bytes, bytes]]) -> bytes:
    # `find` here and below: `in` between bytes raises and drops an error first, which costs as much as a hash.
    if b"".join([name for name, _ in headers]).find(b":") >= 0:
        raise _message_error("expected header names without a colon, got one with it")
    return b"\r\n".join([b":".join(header) for header in headers] + [b""])


def _require_single(name: bytes, headers: Headers) -> None:
    if sum(header.lower() == name for header, _ in headers) > 1:
        raise _message_error(f"the header {name.decode('latin-1')}: expected it once, got it repeated")


def _require_shape(shape: re.Pattern[bytes], raw: bytes, expected: str) -> None:
    if len(raw) > MAX_PART_BYTES:
        raise _message_error(f"expected at most {MAX_PART_BYTES} bytes, got {len(raw)}")
    if shape.fullmatch(raw) is None:
        raise _message_error(f"expected {expected}, got {raw[:80]!r}")


def _require_lines(raw: bytes, expected: int) -> None:
    """Refuse parts that smuggled a line of their own: the shape holds, but another message would be read."""
    found = raw.count(b"\r\n")
    if found != expected:
        raise _message_error(f"expected {expected} lines, got {found}: a part holds a line end")


def _message_error(message: str) -> EvidenceError:
    text = f"a header part cannot be used: {message}; send the message again, well formed"
    return EvidenceError(EvidenceErrorKind.MESSAGE, text)
