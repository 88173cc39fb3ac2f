"""What can go wrong in an exchange, and how a caller is told.

Kinds and codes follow X-Road's message protocol for REST, so that clients written for X-Road understand them;
the last kinds are ours. `ERROR_TABLE` is the only place where a kind meets a code and a status. A real
X-Road server answers 500 for nearly every refusal (also for a missing X-Road-Client, where the specification
promises 400): clients look at the code, so this is kept.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final, NamedTuple
from xml.sax.saxutils import escape

import msgspec

from lienthong.kernel.errors import LienthongError

STATUS_CALLER: Final = 400
STATUS_REFUSED: Final = 500
STATUS_BUSY: Final = 503
STATUS_OFTEN: Final = 429
TRY_LATER: Final = frozenset({STATUS_BUSY, STATUS_OFTEN})
"""Statuses that hold on any side, and go with Retry-After (RFC 9110 10.2.3, RFC 6585 4)."""


class Side(StrEnum):
    """Who caused or met an error: the first part of its code, in the spelling of X-Road 7.8."""

    CALLER = "client"
    """The member's own system sent something that no gateway may accept."""
    CONSUMER = "server.clientproxy"
    """The gateway of the member that asks."""
    PROVIDER = "server.serverproxy"
    """The gateway of the member that answers."""


class Spelling(StrEnum):
    """How codes are written: X-Road 7.8 changed `Server.ServerProxy.AccessDenied`; clients know one form."""

    SNAKE = "7.8"
    CAMEL = "7.7"


class ExchangeErrorKind(StrEnum):
    """Every reason for which an exchange, or the settings of one, is refused or fails."""

    # What the member's own system did wrong.
    MALFORMED_HTTP = "malformed_http"
    """Not HTTP/1.1, or in a shape that two programs could read differently (request smuggling)."""
    CALLER_UNAUTHENTICATED = "caller_unauthenticated"
    """The local caller proved no subsystem, by certificate or token."""
    CALLER_NOT_CLIENT = "caller_not_client"
    """The local caller proved one subsystem and named another in X-Road-Client."""
    BODY_TOO_LARGE = "body_too_large"
    HEADERS_TOO_LARGE = "headers_too_large"
    CALLER_TIMEOUT = "caller_timeout"
    """The caller took too long to send its request."""

    # What the consumer's gateway meets.
    INVALID_REQUEST = "invalid_request"
    INVALID_HTTP_METHOD = "invalid_http_method"
    MISSING_HEADER_FIELD = "missing_header_field"
    INVALID_CLIENT_IDENTIFIER = "invalid_client_identifier"
    INVALID_SECURITY_SERVER = "invalid_security_server"
    UNKNOWN_MEMBER = "unknown_member"
    NETWORK_ERROR = "network_error"
    IO_ERROR = "io_error"
    """The peer's gateway stopped halfway."""
    TIMEOUT = "timeout"
    """The peer's gateway did not answer in time."""
    INCONSISTENT_RESPONSE = "inconsistent_response"
    GLOBAL_CONF_OUTDATED = "global_conf_outdated"
    """The directory's last good copy is older than its lifetime."""
    INTERNAL_ERROR = "internal_error"
    LOGGING_FAILED = "logging_failed"
    HTTP_ERROR = "http_error"

    # What the provider's gateway refuses.
    INVALID_REST = "invalid_rest"
    PEER_UNAUTHENTICATED = "peer_unauthenticated"
    """The link's TLS key is not the one that the directory pins for the statement's gateway."""
    BAD_FRAME = "bad_frame"
    """The peer's gateway broke the rules of the wire; the link ends."""
    BAD_PROOF = "bad_proof"
    """The proof does not lead to a checkpoint of the sender's log, or not to one that fits the last."""
    FOREIGN_CLIENT = "foreign_client"
    """The proof holds, but that log may not speak for the client's (in a response: the service's) member."""
    UNKNOWN_SERVICE = "unknown_service"
    SERVICE_TYPE = "service_type"
    SERVICE_DISABLED = "service_disabled"
    SERVICE_MISSING_URL = "service_missing_url"
    SERVICE_FAILED = "service_failed"
    SERVICE_UNREACHABLE = "service_unreachable"
    SERVICE_TIMEOUT = "service_timeout"
    NOT_GRANTED = "not_granted"
    """No grant names this client, or a group of it, and this service."""
    METHOD_NOT_GRANTED = "method_not_granted"
    PATH_NOT_GRANTED = "path_not_granted"
    PURPOSE_NOT_GRANTED = "purpose_not_granted"
    GRANT_EXPIRED = "grant_expired"
    RATE_EXCEEDED = "rate_exceeded"
    """The client has called more often than its grant allows; never logged, and worth a later try."""
    UNFILTERED_ANSWER = "unfiltered_answer"
    """The grant lets some fields of the answer through, and the service's answer has no fields."""
    PATH_REFUSED = "path_refused"
    """The path could mean another one to the service than to the grant."""
    METHOD_OVERRIDE = "method_override"
    """A header asks the service to act as on another method than the granted one."""

    # Ours: X-Road has no such check, or no such answer.
    MISSING_PURPOSE = "missing_purpose"
    MISSING_SUBJECT = "missing_subject"
    """The service's requests name a person, and this one names none, or could mean two."""
    TOKEN_REFUSED = "token_refused"  # noqa: S105 - a name
    """`findUsage` was asked without a token of the person's own for this member."""
    CASE_REFUSED = "case_refused"
    """The member's own case system says that the purpose's case is not open, or not of this person."""
    REPLAYED_MESSAGE = "replayed_message"
    CLOCK_SKEW = "clock_skew"
    MESSAGE_EXPIRED = "message_expired"
    UNDER_WAY = "under_way"
    """This reliable message was received and is being carried out."""
    CONFLICTING_MESSAGE = "conflicting_message"
    """Another message with the same X-Road-Id, client and service came before."""
    OUTCOME_UNKNOWN = "outcome_unknown"
    """The service was called and no answer could be recorded: a person must find out (rule 5.2)."""
    GIVEN_UP = "given_up"
    """A reliable message had no outcome by its deadline."""
    WRONG_RECEIVER = "wrong_receiver"
    OVERLOADED = "overloaded"
    OUTCOME_NOT_RECORDED = "outcome_not_recorded"
    MALFORMED_SETTINGS = "malformed_settings"
    """services.toml or grants.toml cannot be used; never reaches a caller."""
    MALFORMED_DESCRIPTION = "malformed_description"
    """A service's OpenAPI document cannot be read."""


class ErrorRow(NamedTuple):
    """One line of `ERROR_TABLE`. `status` holds on `side`; `ExchangeError.status` tells of other sides."""

    snake: str
    camel: str
    side: Side
    status: int


def _caller(snake: str, camel: str) -> ErrorRow:
    return ErrorRow(snake, camel, Side.CALLER, STATUS_CALLER)


def _consumer(snake: str, camel: str) -> ErrorRow:
    return ErrorRow(snake, camel, Side.CONSUMER, STATUS_REFUSED)


def _provider(snake: str, camel: str) -> ErrorRow:
    return ErrorRow(snake, camel, Side.PROVIDER, STATUS_REFUSED)


def _busy(snake: str, camel: str) -> ErrorRow:
    return ErrorRow(snake, camel, Side.CONSUMER, STATUS_BUSY)


MAX_PAUSE_S: Final = 86_400
"""The longest Retry-After that is told."""
_PAUSE: Final = re.compile(r"; try again in ([0-9]{1,5}) s\Z")

_K = ExchangeErrorKind
_BUSY_SECONDS: Final = 1
"""Retry-After for 503: queues drain within a second or the gateway is being restarted."""

ERROR_TABLE: Final[dict[ExchangeErrorKind, ErrorRow]] = {
    _K.MALFORMED_HTTP: _caller("bad_request", "BadRequest"),
    _K.CALLER_UNAUTHENTICATED: _caller("ssl_authentication_failed", "SslAuthenticationFailed"),
    _K.CALLER_NOT_CLIENT: _caller("ssl_authentication_failed", "SslAuthenticationFailed"),
    _K.BODY_TOO_LARGE: _caller("body_too_large", "BodyTooLarge"),
    _K.HEADERS_TOO_LARGE: _caller("headers_too_large", "HeadersTooLarge"),
    _K.CALLER_TIMEOUT: _caller("timeout", "Timeout"),
    _K.INVALID_REQUEST: _consumer("invalid_request", "InvalidRequest"),
    _K.INVALID_HTTP_METHOD: _consumer("invalid_http_method", "InvalidHttpMethod"),
    _K.MISSING_HEADER_FIELD: _consumer("missing_header_field", "MissingHeaderField"),
    _K.INVALID_CLIENT_IDENTIFIER: _consumer("invalid_client_identifier", "InvalidClientIdentifier"),
    _K.INVALID_SECURITY_SERVER: _consumer("invalid_security_server", "InvalidSecurityServer"),
    _K.UNKNOWN_MEMBER: _consumer("unknown_member", "UnknownMember"),
    _K.NETWORK_ERROR: _consumer("network_error", "NetworkError"),
    _K.IO_ERROR: _consumer("io_error", "IOError"),
    _K.TIMEOUT: _consumer("timeout", "Timeout"),
    _K.INCONSISTENT_RESPONSE: _consumer("inconsistent_response", "InconsistentResponse"),
    _K.GLOBAL_CONF_OUTDATED: _consumer("global_conf_outdated", "OutdatedGlobalConf"),
    _K.INTERNAL_ERROR: _consumer("internal_error", "InternalError"),
    _K.LOGGING_FAILED: _consumer("logging_failed", "LoggingFailed"),
    _K.HTTP_ERROR: _consumer("http_error", "HttpError"),
    _K.INVALID_REST: _provider("invalid_rest", "InvalidRest"),
    _K.PEER_UNAUTHENTICATED: _provider("ssl_authentication_failed", "SslAuthenticationFailed"),
    _K.BAD_FRAME: _provider("invalid_message", "InvalidMessage"),
    _K.BAD_PROOF: _provider("signature_verification", "SignatureVerification"),
    _K.FOREIGN_CLIENT: _provider("signature_verification", "SignatureVerification"),
    _K.UNKNOWN_SERVICE: _provider("unknown_service", "UnknownService"),
    _K.SERVICE_TYPE: _provider("service_type", "ServiceType"),
    _K.SERVICE_DISABLED: _provider("service_disabled", "ServiceDisabled"),
    _K.SERVICE_MISSING_URL: _provider("service_missing_url", "ServiceMissingUrl"),
    _K.SERVICE_FAILED: _provider("service_failed", "ServiceFailed"),
    _K.SERVICE_UNREACHABLE: _provider("service_failed.network_error", "ServiceFailed.NetworkError"),
    _K.SERVICE_TIMEOUT: _provider("service_failed.timeout", "ServiceFailed.Timeout"),
    _K.NOT_GRANTED: _provider("access_denied", "AccessDenied"),
    _K.METHOD_NOT_GRANTED: _provider("access_denied", "AccessDenied"),
    _K.PATH_NOT_GRANTED: _provider("access_denied", "AccessDenied"),
    _K.PURPOSE_NOT_GRANTED: _provider("access_denied", "AccessDenied"),
    _K.GRANT_EXPIRED: _provider("access_denied", "AccessDenied"),
    _K.RATE_EXCEEDED: ErrorRow("rate_exceeded", "RateExceeded", Side.PROVIDER, STATUS_OFTEN),
    _K.UNFILTERED_ANSWER: _provider("service_failed.unfiltered_answer", "ServiceFailed.UnfilteredAnswer"),
    _K.PATH_REFUSED: _provider("access_denied", "AccessDenied"),
    _K.METHOD_OVERRIDE: _provider("access_denied", "AccessDenied"),
    _K.MISSING_PURPOSE: _provider("missing_purpose", "MissingPurpose"),
    _K.MISSING_SUBJECT: _provider("missing_subject", "MissingSubject"),
    _K.TOKEN_REFUSED: _provider("access_denied.token_refused", "AccessDenied.TokenRefused"),
    _K.CASE_REFUSED: _consumer("case_refused", "CaseRefused"),
    _K.REPLAYED_MESSAGE: _provider("replayed_message", "ReplayedMessage"),
    _K.CLOCK_SKEW: _provider("clock_skew", "ClockSkew"),
    _K.MESSAGE_EXPIRED: _provider("message_expired", "MessageExpired"),
    _K.UNDER_WAY: _provider("under_way", "UnderWay"),
    _K.CONFLICTING_MESSAGE: _provider("conflicting_message", "ConflictingMessage"),
    _K.OUTCOME_UNKNOWN: _provider("outcome_unknown", "OutcomeUnknown"),
    _K.GIVEN_UP: _consumer("given_up", "GivenUp"),
    _K.WRONG_RECEIVER: _provider("wrong_receiver", "WrongReceiver"),
    _K.OVERLOADED: _busy("overloaded", "Overloaded"),
    _K.OUTCOME_NOT_RECORDED: _busy("outcome_not_recorded", "OutcomeNotRecorded"),
    _K.MALFORMED_SETTINGS: _consumer("malformed_server_conf", "MalformedServerConf"),
    _K.MALFORMED_DESCRIPTION: _provider("malformed_description", "MalformedDescription"),
}
"""kind -> code as X-Road 7.8 and later spells it, as 7.7 and older did, usual side, HTTP status."""

_CAMEL_SIDES: Final = {
    Side.CALLER: "Client",
    Side.CONSUMER: "Server.ClientProxy",
    Side.PROVIDER: "Server.ServerProxy",
}


class ExchangeError(LienthongError):
    """An exchange is refused or failed.

    `side` is where that happened; left out, it is the kind's usual side. It travels between gateways with
    kind and message, so that the same reason met here and met at the peer never look alike.
    """

    kind: ExchangeErrorKind

    def __init__(self, kind: ExchangeErrorKind, message: str, side: Side | None = None) -> None:
        super().__init__(kind, message)
        self.side = side or ERROR_TABLE[kind].side
        self.args = (kind, message, self.side)

    @property
    def status(self) -> int:
        """HTTP status: the table's 503 on any side, else 400 for errors of the caller and 500 for others."""
        status = ERROR_TABLE[self.kind].status
        if status in TRY_LATER:
            return status
        return STATUS_CALLER if self.side is Side.CALLER else STATUS_REFUSED

    def code(self, spelling: Spelling = Spelling.SNAKE) -> str:
        """Give the full code, such as `server.serverproxy.access_denied`."""
        row = ERROR_TABLE[self.kind]
        if spelling is Spelling.CAMEL:
            return f"{_CAMEL_SIDES[self.side]}.{row.camel}"
        return f"{self.side.value}.{row.snake}"


def say_pause(pause_ms: int) -> str:
    """Give the end of a message that asks to wait; it travels between gateways, and Retry-After is read from it."""
    return f"try again in {min(-(-pause_ms // 1000), MAX_PAUSE_S)} s"


def _find_pause(message: str) -> int:
    found = _PAUSE.search(message)
    return min(int(found[1]), MAX_PAUSE_S) if found is not None else _BUSY_SECONDS


class RenderedError(NamedTuple):
    """An HTTP answer; the listener adds Content-Length, and leaves the body out for HEAD."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes


def render_error(error: ExchangeError, accept: bytes, spelling: Spelling, detail_id: str) -> RenderedError:
    """Make the answer that tells a caller of `error`.

    `accept` is all Accept values of the request joined by commas, b"" if there were none. `detail_id` names
    the line of this gateway's own log where an operator finds the cause; causes themselves are not shown.
    """
    code = error.code(spelling)
    content_type = _choose_content_type(accept)
    headers = [
        (b"Content-Type", content_type + b";charset=utf-8"),
        (b"X-Road-Error", code.encode()),
    ]
    if error.status in TRY_LATER:
        headers.append((b"Retry-After", b"%d" % _find_pause(error.message)))
    if content_type == _JSON:
        body = msgspec.json.encode({"type": code, "message": _clean(error.message), "detail": detail_id})
    else:
        body = _format_xml(code, _clean(error.message), detail_id)
    return RenderedError(error.status, headers, body)


_JSON: Final = b"application/json"
_XML_TYPES: Final = {b"text/xml": b"text/xml", b"application/xml": b"application/xml", b"text/*": b"text/xml"}


def _choose_content_type(accept: bytes) -> bytes:
    """Take the first XML type in header order, whatever its weight and its neighbours, as X-Road does."""
    for item in accept.split(b","):
        chosen = _XML_TYPES.get(item.split(b";", 1)[0].strip().lower())
        if chosen is not None:
            return chosen
    return _JSON


def _format_xml(code: str, message: str, detail_id: str) -> bytes:
    fields = f"<type>{escape(code)}</type><message>{escape(message)}</message><detail>{escape(detail_id)}</detail>"
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<error>{fields}</error>\n'.encode()


def _clean(message: str) -> str:
    """Replace what XML 1.0 or UTF-8 cannot carry; a message may quote what a stranger sent."""
    return "".join(c if c in "\t\n" or (c >= " " and _is_xml(c)) else "\ufffd" for c in message)


def _is_xml(character: str) -> bool:
    return not ("\ud800" <= character <= "\udfff" or character in "\ufffe\uffff")
