"""Whether a purpose's case is open and the person a party to it: asked of the member's own case system before sending.

The case system alone can tell, since it knows its cases and, for each service that it calls, where its requests name
a person. What it confirms travels as `X-Road-Purpose-Check: checked` in the header part, never in the statement; a
caller's own header of that name is dropped. Without it the purpose is only asserted, and the tracker says so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from lienthong.exchange.errors import ExchangeError, ExchangeErrorKind
from lienthong.exchange.gateway.own_address import read_own_address
from lienthong.exchange.gateway.spool import Body
from lienthong.exchange.gateway.upstream import ServiceRequest
from lienthong.exchange.headers import CHECKED_HEADER, USER_ID
from lienthong.kernel.canonical import encode_base64url

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lienthong.exchange.gateway.upstream import Upstream
    from lienthong.exchange.headers import Header
    from lienthong.exchange.message import OutgoingRequest

TIMEOUT_S: Final = 5.0
"""The request waits for it."""
MAX_ANSWER: Final = 4096
MAX_SHOWN_BODY: Final = 64 * 1024
"""Bytes of a request's body that the case system is shown; of a larger one nothing."""
ANSWERED: Final = 200


class CaseCheckSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[case_check]` of gateway.toml: the case system's address, and the file of the secret that it knows us by.

    `required` refuses what the case system cannot be asked about; otherwise such a purpose is sent as asserted.
    """

    url: str = ""
    secret_file: str = ""
    required: bool = False


class _Case(msgspec.Struct, frozen=True):
    """What the case system is asked."""

    procedure: str
    case: str
    client: str
    service: str
    method: str
    path: str
    query: str
    officer: str
    body: str
    """In base64url; empty where there is none, or it is too large."""


class _Answer(msgspec.Struct, frozen=True):
    open: bool
    party: bool


class CaseCheck:
    """Asks one case system."""

    def __init__(self, settings: CaseCheckSettings, secret: bytes, upstream: Upstream) -> None:
        self._address, self._target = read_own_address(settings.url, "case_check.url")
        self._required = settings.required
        self._headers = (
            b"Content-Type: application/json\r\nX-Road-Gateway-Secret: %b\r\n" % encode_base64url(secret).encode()
        )
        self._upstream = upstream

    async def find_mark(self, request: OutgoingRequest, headers: Sequence[Header], body: Body) -> Header | None:
        """Give the header that says `checked`; none where the purpose names no case or nobody could be asked.

        Raises CASE_REFUSED if the case is not open or the person no party to it, or it cannot be asked and must be.
        """
        procedure, mark, case = (request.purpose or "").partition("#")
        if not mark:
            return None
        asked = _Case(
            procedure,
            case,
            request.client.text,
            request.service.text,
            request.method.decode("ascii"),
            request.target.path.decode("latin-1"),
            (request.target.query or b"").decode("latin-1"),
            next((value.decode("utf-8", "replace") for name, value in headers if name.lower() == USER_ID), ""),
            encode_base64url(body.content) if body.is_in_memory and body.length <= MAX_SHOWN_BODY else "",
        )
        answer = await self._ask(asked)
        if answer is None:
            if self._required:
                raise _refused("the case system does not answer, and this gateway sends nothing unchecked")
            return None
        if not answer.open or not answer.party:
            raise _refused("the case is not open" if not answer.open else "the person is no party to the case")
        return CHECKED_HEADER

    async def _ask(self, asked: _Case) -> _Answer | None:
        question = Body(msgspec.json.encode(asked))
        call = ServiceRequest(self._address, b"POST", self._target, self._headers, question, TIMEOUT_S, MAX_ANSWER)
        try:
            answer = await self._upstream.call(call)
        except ExchangeError:
            return None
        try:
            if answer.status != ANSWERED:
                return None
            return msgspec.json.decode(b"".join(answer.body.chunks()), type=_Answer)
        except msgspec.MsgspecError:
            return None
        finally:
            answer.body.close()


def _refused(why: str) -> ExchangeError:
    return ExchangeError(ExchangeErrorKind.CASE_REFUSED, f"X-Road-Purpose: {why}")
