"""Identifiers: UUIDs for messages, and the slash-separated names of members, subsystems, services and logs.

A name such as `DEMO/GOV/Z99.01/PORTAL` is percent-encoded segment by segment (X-Road message protocol for
REST 1.0.4, section 4.8). Inside the project a name is a tuple of decoded segments, or the text that
`format_identifier` gives.
"""

from __future__ import annotations

import os
import re
import threading
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, unquote_to_bytes

from lienthong.kernel.errors import KernelError, KernelErrorKind
from lienthong.kernel.randomness import Randomness

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lienthong.kernel.clock import Clock

MAX_SEGMENT_CHARACTERS = 255
"""X-Road's own limit for one code of an identifier; it also bounds what a stranger can make us remember."""

_KEPT = "'(),="
"""Kept beside the unreserved characters of RFC 3986. X-Road also allows `+` and `?` in a code: both are read
as they are, but written encoded, because `?` ends a path and a signed note's key name may not hold `+` (C2SP
signed-note)."""

_ENCODED_SEGMENT = re.compile(r"(?:[!-$&-.0-~]|%[0-9A-Fa-f]{2})+")
"""Visible ASCII but `%` and `/`, or a whole percent triplet."""

_PLAIN_SEGMENT = re.compile(r"[A-Za-z0-9_.~'(),=-]+")
"""A segment that decodes to itself and is written as itself: nearly all of them."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
"""C0, DEL, C1 and the two Unicode line ends: they would break lines of logs and notes."""


class _OwnRandomness(threading.local):
    """Random bytes for the ids of one thread; a forked process must not go on with those of its parent."""

    def __init__(self) -> None:
        self.renew()

    def renew(self) -> None:
        self.randomness = Randomness()


_own: Final = _OwnRandomness()
os.register_at_fork(after_in_child=_own.renew)


def new_uuid4() -> str:
    """Make a random UUID (version 4), where a protocol asks for one or the time must not show."""
    return _format_uuid(_own.randomness.take(16), "4")


def new_uuid7(clock: Clock) -> str:
    """Make a UUID that sorts by its millisecond (version 7, RFC 9562 section 5.7).

    Within one millisecond it is random.
    """
    return _format_uuid(clock.now_ms().to_bytes(6, "big") + _own.randomness.take(10), "7")


def _format_uuid(raw: bytes, version: str) -> str:
    # Written out: the uuid module takes three times as long, and each message needs one or two.
    digits = raw.hex()
    variant = "89ab"[raw[8] >> 6]
    return f"{digits[:8]}-{digits[8:12]}-{version}{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:]}"


def parse_identifier(text: str, least: int, most: int) -> tuple[str, ...]:
    """Read a percent-encoded identifier of `least` to `most` segments and give the decoded segments.

    Refused as `INVALID_IDENTIFIER`: another number of segments, an empty or too long one, characters outside
    visible ASCII, a broken percent triplet, bytes that are not UTF-8, control characters, and the segments
    `.` and `..`. An encoded slash inside a segment is part of the segment.
    """
    encoded = text.split("/")
    if not least <= len(encoded) <= most:
        expected = str(least) if least == most else f"{least} to {most}"
        raise _invalid(text, f"expected {expected} segments separated by '/', got {len(encoded)}")
    return tuple(_decode_segment(segment, text) for segment in encoded)


def format_identifier(segments: Sequence[str]) -> str:
    """Write segments as one percent-encoded identifier; the only spelling that this project itself writes.

    `parse_identifier` gives the same segments back; what it would refuse is refused here too.
    """
    if not segments:
        raise _invalid("", "expected at least one segment, got none")
    return "/".join(_encode_segment(segment) for segment in segments)


def _decode_segment(encoded: str, whole: str) -> str:
    if not _ENCODED_SEGMENT.fullmatch(encoded):
        raise _invalid(whole, f"the segment {encoded!r} is empty or not percent-encoded UTF-8")
    try:
        segment = unquote_to_bytes(encoded).decode("utf-8")
    except UnicodeDecodeError as error:
        raise _invalid(whole, f"the segment {encoded!r} is not UTF-8 once decoded") from error
    _require_segment(segment, whole)
    return segment


def _encode_segment(segment: str) -> str:
    _require_segment(segment, segment)
    if _PLAIN_SEGMENT.fullmatch(segment):
        return segment
    try:
        return quote(segment, safe=_KEPT)
    except UnicodeEncodeError as error:
        raise _invalid(segment, "a lone surrogate has no UTF-8 form") from error


def _require_segment(segment: str, whole: str) -> None:
    if not segment or segment in {".", ".."}:
        raise _invalid(whole, f"the segment {segment!r} is not a name")
    if len(segment) > MAX_SEGMENT_CHARACTERS:
        raise _invalid(whole, f"a segment has {len(segment)} characters, at most {MAX_SEGMENT_CHARACTERS} may be")
    if _CONTROL.search(segment):
        raise _invalid(whole, f"the segment {segment!r} holds a control character")


def _invalid(text: str, reason: str) -> KernelError:
    shown = text[:MAX_SEGMENT_CHARACTERS]
    return KernelError(KernelErrorKind.INVALID_IDENTIFIER, f"identifier {shown!r}: {reason}")
