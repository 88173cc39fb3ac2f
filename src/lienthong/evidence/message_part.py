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
from lienthong.kernel.remembered import Remembered

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_PART_BYTES: Final = 1 << 20
"""No listener takes headers of this size; a larger part in a package or frame is an attack on memory."""

Headers: TypeAlias = tuple[tuple[bytes, bytes], ...]

_TOKEN: Final = rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"  # RFC 9110 section 5.6.2
_VALUE: Final = rb"(?![\t ])[\t -~\x80-\xff]*(?<![\t ])"  # RFC 9110 section 5.5, trimmed
_NAME: Final = re.compile(_TOKEN)
# Plain quantifiers only: Python 3.11.2, which Debian 12 ships, matches possessive ones wrongly. The time is linear all
# the same, since what follows each repetition is nothing that the repetition could take.
_RESPONSE: Final = re.compile(rb"[1-9][0-9][0-9] [\t -~\x80-\xff]*\r\n(?:" + _TOKEN + rb":" + _VALUE + rb"\r\n)*")
_CONTROLS: Final = bytes({*range(0x20), 0x7F} - {*b"\t"})
"""What stands in no value (RFC 9110 section 5.5), line ends among it."""
_CONTROLS_TO_X: Final = bytes.maketrans(_CONTROLS, b"x" * len(_CONTROLS))
_BLANK, _TAB = b" \t"
_LEAST_STATUS: Final = 100
_MOST_STATUS: Final = 999
_STATUS_DIGITS: Final = 3

_KNOWN_NAMES: Final = 1024
_KNOWN_LENGTH: Final = 64
"""Names of headers whose lower case is remembered, and their bytes: more than clients and services use."""


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


def make_request_part(method: bytes, target: bytes, headers: Sequence[tuple[bytes, bytes]]) -> RequestPart:
    """Make the header part of a request; refuse pieces that would not be read back as they are.

    `target` is the path and query as they came, still percent-encoded. Header values come without blanks
    around them, as HTTP parsers give them.
    """
    raw = b"\r\n".join((method, target, *map(b":".join, headers), b""))
    _require_size(raw)
    return _request_part(method, target, tuple(headers), raw)


def make_response_part(status: int, reason: bytes, headers: Sequence[tuple[bytes, bytes]]) -> ResponsePart:
    """Make the header part of a response; see `make_request_part`."""
    raw = b"\r\n".join((b"%d %b" % (status, reason), *map(b":".join, headers), b""))
    _require_size(raw)
    return _response_part(status, reason, tuple(headers), raw)


def parse_request_part(raw: bytes) -> RequestPart:
    """Read the header part of a request; `make_request_part` of its pieces gives the same again."""
    lines = _split_lines(raw)
    if len(lines) < 2:  # noqa: PLR2004 - the method's and the target's
        raise _message_error(f"expected METHOD CRLF /target CRLF (Name:Value CRLF)*, got {raw[:80]!r}")
    return _request_part(lines[0], lines[1], _split_headers(lines[2:]), raw)


def parse_response_part(raw: bytes) -> ResponsePart:
    """Read the header part of a response; `make_response_part` of its pieces gives the same again."""
    lines = _split_lines(raw)
    code, blank, reason = lines[0].partition(b" ")
    if not (len(code) == _STATUS_DIGITS and code.isdigit() and blank):
        raise _no_response(raw)
    return _response_part(int(code), reason, _split_headers(lines[1:]), raw)


def read_status(raw: bytes) -> int:
    """Give the status of a response's header part; refuse one that `parse_response_part` would."""
    _require_size(raw)
    if _RESPONSE.fullmatch(raw) is None:
        raise _no_response(raw)
    return int(raw[:_STATUS_DIGITS])


def _split_lines(raw: bytes) -> list[bytes]:
    """Give the lines of a part, at least one, without their ends."""
    _require_size(raw)
    lines = raw.split(b"\r\n")
    if lines.pop() or not lines:
        raise _message_error(f"expected lines that end with CRLF, got {raw[:80]!r}")
    return lines


def _split_headers(lines: list[bytes]) -> Headers:
    headers = []
    for line in lines:
        name, colon, value = line.partition(b":")
        if not colon:
            raise _message_error(f"expected Name:Value, got {line[:80]!r}")
        headers.append((name, value))
    return tuple(headers)


# The pieces are checked, whether they were given or read. With no line end in any of them and no colon in a name, what
# is made of them falls into the same pieces again, and into no others.


def _request_part(method: bytes, target: bytes, headers: Headers, raw: bytes) -> RequestPart:
    if not (method.isalpha() and method.isupper()):
        raise _message_error(f"expected METHOD in capital letters, got {method[:80]!r}")
    if target[:1] != b"/" or _BLANK in target or _TAB in target:
        raise _message_error(f"expected /target without blanks, got {target[:80]!r}")
    return RequestPart(method, target, headers, raw, _index(headers, target))


def _response_part(status: int, reason: bytes, headers: Headers, raw: bytes) -> ResponsePart:
    if not _LEAST_STATUS <= status <= _MOST_STATUS:
        raise _message_error(f"expected a status of {_LEAST_STATUS} to {_MOST_STATUS}, got {status}")
    return ResponsePart(status, reason, headers, raw, _index(headers, reason))


def _index(headers: Headers, begin: bytes) -> dict[bytes, bytes]:
    """Give the last value of each name; refuse names and values that are none, and control characters in `begin`."""
    by_name = {}
    texts = [begin]
    for name, value in headers:
        by_name[_LOWER[name]] = value
        if value.strip() != value:
            raise _message_error(f"expected a value without blanks around it, got another for {name[:80]!r}")
        texts.append(value)
    text = b"".join(texts)
    if text.translate(_CONTROLS_TO_X) != text:
        raise _message_error("expected no control characters, got some in a value or in the first lines")
    return by_name


def _lower_name(name: bytes) -> bytes:
    if not _NAME.fullmatch(name):
        raise _message_error(f"expected the name of a header, got {name[:80]!r}")
    return name.lower()


_LOWER: Final = Remembered(_lower_name, _KNOWN_NAMES, _KNOWN_LENGTH)


def _require_single(name: bytes, headers: Headers) -> None:
    if sum(header.lower() == name for header, _ in headers) > 1:
        raise _message_error(f"the header {name.decode('latin-1')}: expected it once, got it repeated")


def _require_size(raw: bytes) -> None:
    if len(raw) > MAX_PART_BYTES:
        raise _message_error(f"expected at most {MAX_PART_BYTES} bytes, got {len(raw)}")


def _no_response(raw: bytes) -> EvidenceError:
    return _message_error(f"expected CODE SP REASON CRLF (Name:Value CRLF)*, got {raw[:80]!r}")


def _message_error(message: str) -> EvidenceError:
    text = f"a header part cannot be used: {message}; send the message again, well formed"
    return EvidenceError(EvidenceErrorKind.MESSAGE, text)
