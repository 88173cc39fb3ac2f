"""Which headers travel with a message, as X-Road's REST protocol has it.

Headers about one connection, and those that each hop writes itself, stay behind; everything else passes
unmodified and in order. `X-Road-*` headers control the exchange: of a repeated one the last counts, as in
X-Road.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, TypeAlias

from lienthong.kernel.remembered import Remembered

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
USER_ID: Final = b"x-road-userid"
PURPOSE_CHECK: Final = b"x-road-purpose-check"
"""`checked`: the consumer's gateway asked its member's case system about the purpose's case. Callers cannot set it."""
CHECKED_HEADER: Final = (b"X-Road-Purpose-Check", b"checked")
GATEWAY_SECRET: Final = b"x-road-gateway-secret"
"""What a provider's gateway tells its own services, and nobody else may."""
DEADLINE: Final = b"x-road-deadline"
"""For how many seconds the own gateway goes on delivering a reliable message."""
PREFER: Final = b"prefer"

NOT_IN_REQUESTS: Final = frozenset({SERVICE, REQUEST_HASH, ERROR, TOKEN, GATEWAY_SECRET, DEADLINE})
"""Control headers that say nothing in a request, or (the caller's token) must not leave this gateway."""

DROPPED_FROM_REQUESTS: Final = NOT_IN_REQUESTS | {PURPOSE_CHECK}
"""What a caller's request brings and does not travel; the gateway's own word on the purpose is added after."""

NOT_IN_RESPONSES: Final = frozenset({ERROR, TOKEN, GATEWAY_SECRET})
"""X-Road-Error belongs to errors that a gateway made: a service cannot make one."""

MADE_IN_RESPONSES: Final = frozenset({CLIENT, SERVICE, MESSAGE_ID, REQUEST_ID, REQUEST_HASH, *NOT_IN_RESPONSES})
"""Control headers of responses that the provider's gateway makes or drops, whatever the service sent."""

REFUSED_IN_REQUESTS: Final = FILTERED | NOT_IN_REQUESTS
REFUSED_IN_RESPONSES: Final = FILTERED | NOT_IN_RESPONSES
"""What a gateway dropped before it sent a message; a message that holds one was not made by these rules."""

_DATE: Final = b"date"
_ORDINARY_CONNECTION: Final = frozenset({b"", b"keep-alive", b"close"})

_UNDERSCORE: Final = ord("_")

_KNOWN_NAMES: Final = 1024
_KNOWN_LENGTH: Final = 64
"""Names of which it is remembered how they travel, and their bytes: more than clients and services use."""


_TRACE: Final = re.compile(rb"(?im:^traceparent):[ \t]*([0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2})[ \t]*\r?\n")

# Plain numbers: looking up an enumeration's member costs as much as the rest of a header's turn.
_FREELY: Final = 0
_ONCE: Final = 1
_NOT: Final = 2


def _classify(name: bytes) -> tuple[bytes, int]:
    """Give the lower-case name, and how a header of that name travels."""
    lower = name.lower()
    if lower in FILTERED or is_disguised(lower):
        return lower, _NOT
    return lower, _ONCE if counts_once(lower) else _FREELY


_TRAVEL: Final = Remembered(_classify, _KNOWN_NAMES, _KNOWN_LENGTH)


def counts_once(lower: bytes) -> bool:
    """Tell whether of several headers of a lower-case name the last alone counts, and travels."""
    return lower.startswith(CONTROL_PREFIX) or lower == _DATE


def is_disguised(lower: bytes) -> bool:
    """Tell whether a lower-case name means a control or filtered header to a CGI or WSGI service only.

    Those read `X_Road_Client` and `X-Road-Client` as one variable, so that the wrong one could win.
    """
    if _UNDERSCORE not in lower:
        return False
    plain = lower.replace(b"_", b"-")
    return plain in FILTERED or plain.startswith(CONTROL_PREFIX)


def find_trace(lines: bytes) -> str:
    """Give the `traceparent` (W3C Trace Context) among header lines, "" if there is none in its exact form.

    Nothing else may pass for one: it goes to the operator's messages.
    """
    found = _TRACE.search(lines)
    return found[1].decode("ascii") if found else ""


def split_headers(
    headers: Iterable[Header], dropped: frozenset[bytes] = frozenset()
) -> tuple[list[Header], dict[bytes, Header]]:
    """Drop what does not travel; give the others in order, and apart those that count once.

    The second value maps lower-case names to name and value, the last of repeated ones, of all `X-Road-*`
    headers and Date, but for those of `dropped`. One without a value counts as absent: HTTP parsers differ on
    whether it was ever there. Values come back without blanks around them. What a Connection header names is
    dropped too (RFC 9110 section 7.6.1), but no control header: a caller must not be able to take those away
    from the next gateway.
    """
    kept: list[Header] = []
    single: dict[bytes, Header] = {}
    connection = b""
    for name, value in headers:
        lower, travel = _TRAVEL[name]
        if travel == _FREELY:
            kept.append((name, value.strip(b" \t")))
        elif travel == _ONCE:
            single.pop(lower, None)
            if lower not in dropped and (trimmed := value.strip(b" \t")):
                single[lower] = (name, trimmed)
        elif lower == b"connection" and value.lower() not in _ORDINARY_CONNECTION:
            connection += b"," + value.lower()
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
