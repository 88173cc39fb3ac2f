"""Which headers travel with a message, as X-Road's REST protocol has it.

Headers about one connection, and those that each hop writes itself, stay behind; everything else passes
unmodified and in order. `X-Road-*` headers control the exchange: of a repeated one the last counts, as in
X-Road.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable

Header: TypeAlias = tuple[bytes, bytes]

FILTERED: Final = frozenset(
    {
        b"transfer-encoding",
        b"keep-alive",
        b"proxy-authenticate",
        b"proxy-authorization",
        b"te",
        b"trailer",
        b"upgrade",
        b"connection",
        b"user-agent",
        b"host",
        b"content-length",
        b"server",
        b"expect",
    }
)
"""Never forwarded either way: the list of X-Road's own servers."""

CONTROL_PREFIX: Final = b"x-road-"

CLIENT: Final = b"x-road-client"
SERVICE: Final = b"x-road-service"
MESSAGE_ID: Final = b"x-road-id"
REQUEST_ID: Final = b"x-road-request-id"
REQUEST_HASH: Final = b"x-road-request-hash"
ERROR: Final = b"x-road-error"
TOKEN: Final = b"x-road-token"
SECURITY_SERVER: Final = b"x-road-security-server"
REPRESENTED_PARTY: Final = b"x-road-represented-party"
PURPOSE: Final = b"x-road-purpose"

NOT_IN_REQUESTS: Final = frozenset({SERVICE, REQUEST_HASH, ERROR, TOKEN})
"""Control headers that say nothing in a request, or (the caller's token) must not leave this gateway."""

NOT_IN_RESPONSES: Final = frozenset({ERROR, TOKEN})
"""X-Road-Error belongs to errors that a gateway made: a service cannot make one."""

_DATE: Final = b"date"


def split_headers(headers: Iterable[Header]) -> tuple[list[Header], dict[bytes, Header]]:
    """Drop what does not travel; give the others in order, and apart those that count once.

    The second value maps lower-case names to name and value, the last of repeated ones, of all `X-Road-*`
    headers and Date. One without a value counts as absent: HTTP parsers differ on whether it was ever
    there. Values come back without blanks around them. What a Connection header names is dropped too (RFC
    9110 section 7.6.1), but no control header: a caller must not be able to take those away from the next
    gateway.
    """
    kept: list[Header] = []
    single: dict[bytes, Header] = {}
    connection = b""
    for name, value in headers:
        lower = name.lower()
        if lower in FILTERED:
            if lower == b"connection":
                connection += b"," + value.lower()
        elif lower.startswith(CONTROL_PREFIX) or lower == _DATE:
            single.pop(lower, None)
            if trimmed := value.strip(b" \t"):
                single[lower] = (name, trimmed)
        else:
            kept.append((name, value.strip(b" \t")))
    if connection:
        named = {item.strip(b" \t") for item in connection.split(b",")}
        kept = [header for header in kept if header[0].lower() not in named]
    return kept, single


def join_accept(headers: Iterable[Header]) -> bytes:
    """Give all Accept values of a request joined by commas, in order; b"" if there are none.

    For `render_error`: it takes the headers as the caller sent them, so that it serves for a malformed
    request.
    """
    return b", ".join([value for name, value in headers if name.lower() == b"accept"])
