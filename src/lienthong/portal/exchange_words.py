"""Why a message to another agency did not get through: what the exchange says by a code, in words for an officer.

Each kind of error has its sentence and its cure; what the cure asks of whoever reads it, each set of pages says
itself. The code stays beside the words, for who looks after the machines.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext_lazy as _

from lienthong.exchange.asking import DeliveryState, Refusal
from lienthong.exchange.errors import ExchangeErrorKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django_stubs_ext import StrOrPromise


class Cure(Enum):
    """What helps."""

    TIME = auto()
    """It passes by itself."""
    AGENCY = auto()
    """The agency that is asked must allow something, or put it right."""
    OPERATOR = auto()
    """Whoever looks after this office's own system must put something right."""
    FINDING_OUT = auto()
    """The agency may have acted: somebody asks it before anything is sent again."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a message did not get through. `code` is what support asks for: the exchange's own word."""

    happened: StrOrPromise
    cure: Cure
    code: str


def find_trouble(text: str) -> Trouble | None:
    """Read a reason that the exchange left, alone or before a colon; None for all else, as for an agency's own words.

    It may be a kind of error, a code of X-Road's in either spelling, a message's last state, or an HTTP status.
    """
    if _HTTP.match(text):
        return _word(_K.SERVICE_FAILED, text)
    code = text.partition(": ")[0]
    if _CODE.match(code):
        return _word(Refusal(code, "").kind, code)
    kind = _OF_STATES.get(code) or _KINDS.get(code)
    return None if kind is None else _word(kind, code)


def _word(kind: ExchangeErrorKind, code: str) -> Trouble:
    happened, cure = KIND_WORDS[kind]
    return Trouble(happened, cure, code)


_HTTP: Final = re.compile(r"HTTP [1-5][0-9]{2}\b")
_CODE: Final = re.compile(r"(?:client|server\.(?:client|server)proxy)\.[a-z_.]+\Z", re.IGNORECASE)
_K = ExchangeErrorKind
_KINDS: Final = {kind.value: kind for kind in ExchangeErrorKind}
_OF_STATES: Final = {
    DeliveryState.GIVEN_UP.value: _K.GIVEN_UP,
    DeliveryState.UNKNOWN.value: _K.OUTCOME_UNKNOWN,
}

_PASSING: Final[tuple[tuple[StrOrPromise, tuple[ExchangeErrorKind, ...]], ...]] = (
    (_("There is no connection to the agency just now."), (_K.NETWORK_ERROR,)),
    (_("The connection broke off while the message was on its way."), (_K.IO_ERROR, _K.CALLER_TIMEOUT)),
    (_("The agency's gateway did not answer in time."), (_K.TIMEOUT,)),
    (_("The agency's gateway was reached, but its system behind it is not running."), (_K.SERVICE_UNREACHABLE,)),
    (_("The agency's system did not answer in time."), (_K.SERVICE_TIMEOUT,)),
    (_("More messages are under way just now than can be taken."), (_K.OVERLOADED, _K.RATE_EXCEEDED)),
    (_("The agency has the message and is working on it."), (_K.UNDER_WAY,)),
    (_("The message reached the agency after the last moment that was set for it."), (_K.MESSAGE_EXPIRED,)),
)
_FOR_AGENCY: Final[tuple[tuple[StrOrPromise, tuple[ExchangeErrorKind, ...]], ...]] = (
    (
        _("The agency has not given this office permission for what the message asks."),
        (_K.NOT_GRANTED, _K.METHOD_NOT_GRANTED, _K.PATH_NOT_GRANTED, _K.PURPOSE_NOT_GRANTED, _K.TOKEN_REFUSED),
    ),
    (_("The permission that the agency gave this office has run out."), (_K.GRANT_EXPIRED,)),
    (
        _("The agency does not offer this service."),
        (_K.UNKNOWN_SERVICE, _K.SERVICE_TYPE, _K.SERVICE_MISSING_URL),
    ),
    (_("The agency has switched this service off."), (_K.SERVICE_DISABLED,)),
    (
        _("The agency's system met an error of its own."),
        (_K.SERVICE_FAILED, _K.UNFILTERED_ANSWER, _K.MALFORMED_DESCRIPTION),
    ),
)
_FOR_OPERATOR: Final[tuple[tuple[StrOrPromise, tuple[ExchangeErrorKind, ...]], ...]] = (
    (_("The agency is not in the directory of those that are connected."), (_K.UNKNOWN_MEMBER,)),
    (_("A gateway's copy of the directory is out of date, so nothing may be sent."), (_K.GLOBAL_CONF_OUTDATED,)),
    (_("The agency has moved to another gateway since the message was made out."), (_K.WRONG_RECEIVER,)),
    (_("The clocks of the two gateways differ too much."), (_K.CLOCK_SKEW,)),
    (
        _("A gateway met an error of its own."),
        (_K.INTERNAL_ERROR, _K.LOGGING_FAILED, _K.HTTP_ERROR, _K.OUTCOME_NOT_RECORDED, _K.MALFORMED_SETTINGS),
    ),
    (
        _("It could not be proven that message or answer is genuine, so it was not taken."),
        (_K.PEER_UNAUTHENTICATED, _K.BAD_FRAME, _K.BAD_PROOF, _K.FOREIGN_CLIENT, _K.INCONSISTENT_RESPONSE),
    ),
    (
        _("The gateway does not recognise this office's own system."),
        (_K.CALLER_UNAUTHENTICATED, _K.CALLER_NOT_CLIENT, _K.INVALID_CLIENT_IDENTIFIER),
    ),
    (_("The message is larger than the gateway takes."), (_K.BODY_TOO_LARGE, _K.HEADERS_TOO_LARGE)),
    (_("The message does not say for which case, or about which person."), (_K.MISSING_PURPOSE, _K.MISSING_SUBJECT)),
    (
        _("By this office's own records the case is not open, or the person has no part in it."),
        (_K.CASE_REFUSED,),
    ),
    (
        _("The message has not the form that the gateway asks for."),
        (
            _K.MALFORMED_HTTP,
            _K.INVALID_REQUEST,
            _K.INVALID_HTTP_METHOD,
            _K.MISSING_HEADER_FIELD,
            _K.INVALID_SECURITY_SERVER,
            _K.INVALID_REST,
            _K.PATH_REFUSED,
            _K.METHOD_OVERRIDE,
        ),
    ),
)
_IN_DOUBT: Final[tuple[tuple[StrOrPromise, tuple[ExchangeErrorKind, ...]], ...]] = (
    (_("The agency's system had the message, and its answer was lost: it may have acted."), (_K.OUTCOME_UNKNOWN,)),
    (
        _("There was no answer by the last moment that was set, and sending was given up: the agency may have acted."),
        (_K.GIVEN_UP,),
    ),
    (
        _("The agency already had a message under this number: it may have acted on that one."),
        (_K.REPLAYED_MESSAGE, _K.CONFLICTING_MESSAGE),
    ),
)


def _table() -> Iterator[tuple[ExchangeErrorKind, tuple[StrOrPromise, Cure]]]:
    groups = {
        Cure.TIME: _PASSING,
        Cure.AGENCY: _FOR_AGENCY,
        Cure.OPERATOR: _FOR_OPERATOR,
        Cure.FINDING_OUT: _IN_DOUBT,
    }
    for cure, group in groups.items():
        for happened, kinds in group:
            yield from ((kind, (happened, cure)) for kind in kinds)


KIND_WORDS: Final = dict(_table())
"""Every kind of error of the exchange: what happened, and what helps."""
