"""What a consumer's gateway requires of an answer before it believes it (rule 4, as for requests)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lienthong.evidence.errors import EvidenceError
from lienthong.evidence.statement import (
    Refused,
    ResponseEnvelope,
    Unknown,
    encode_statement,
    state_response,
)
from lienthong.evidence.tree import leaf_hash
from lienthong.exchange.errors import ExchangeError, ExchangeErrorKind, Side
from lienthong.exchange.gateway.frames import RefusalKind
from lienthong.exchange.gateway.journal import PeerEntry
from lienthong.exchange.message import hash_request, read_response
from lienthong.kernel.canonical import encode_base64url

if TYPE_CHECKING:
    from lienthong.exchange.gateway.calls import AnswerArrival, RefusalArrival
    from lienthong.exchange.gateway.frames import AnswerFrame, RefuseFrame
    from lienthong.exchange.gateway.peer_heads import VerifiedHead
    from lienthong.exchange.gateway.spool import Body
    from lienthong.exchange.gateway.state import GatewayState
    from lienthong.exchange.message import OutgoingRequest

BARE_STATUSES: Final = frozenset({204, 304})
"""Answers with these never have a body (RFC 9110, 15.3.5 and 15.4.5)."""


def verify_answer(
    gateway: GatewayState, request: OutgoingRequest, body: Body, asked: bytes, arrival: AnswerArrival
) -> PeerEntry:
    """Require that an answer is the one to the request with the leaf `asked`; its time is the caller's to judge."""
    frame, head, answer = arrival.frame, arrival.head, arrival.body
    try:
        # 4.1 The whole body is in; the statement is rebuilt from what came, and answers our request's leaf.
        # 4.4 `to` is this log: rebuilt with our own origin, a statement made for another log has another leaf.
        body_sha512 = body.sha512 if body.length else None
        status = read_response(frame.header_part, request, hash_request(request.header_part, body_sha512))
        _require_no_body(status, answer)
        envelope = ResponseEnvelope(gateway.own_origin, frame.time, asked, frame.salt)
        statement = state_response(request.names, status, frame.header_part, answer.sha256, envelope)
        # 4.2 The origin's member is the service's: the link was dialled to a gateway of that member, whose open log
        # the directory lists under this origin.
        # 4.3 The entry stands under the checkpoint that was verified.
        raw = encode_statement(statement)
        leaf = leaf_hash(raw)
        _require_entry(head, leaf, frame)
    except EvidenceError as error:
        raise ExchangeError(ExchangeErrorKind.INCONSISTENT_RESPONSE, error.message) from error
    return PeerEntry(raw, leaf, frame.index, frame.path, head)


def _require_no_body(status: int, answer: Body) -> None:
    """Refuse a body behind a status that has none: a caller would read it as the answer to its next request."""
    if answer.length and status in BARE_STATUSES:
        raise ExchangeError(
            ExchangeErrorKind.INCONSISTENT_RESPONSE,
            f"the answer does not fit: a body of {answer.length} bytes with the status {status}, which never has one",
        )


def verify_refusal(gateway: GatewayState, asked: bytes, arrival: RefusalArrival) -> PeerEntry:
    """Require that a refusal or `unknown` of the request with the leaf `asked` stands in the provider's log."""
    frame, head = arrival.frame, arrival.head
    answers = encode_base64url(asked)
    statement = (
        Refused(answers=answers, code=frame.code, to=gateway.own_origin)
        if frame.kind is RefusalKind.REFUSED
        else Unknown(answers=answers)
    )
    raw = encode_statement(statement)
    leaf = leaf_hash(raw)
    _require_entry(head, leaf, frame)
    return PeerEntry(raw, leaf, frame.index, frame.path, head)


def peer_error(code: str, detail: str) -> ExchangeError:
    """Give an error that the provider's gateway reports; a kind that we don't know stays an error of its side."""
    try:
        return ExchangeError(ExchangeErrorKind(code), detail, Side.PROVIDER)
    except ValueError:
        return ExchangeError(ExchangeErrorKind.INTERNAL_ERROR, f"{code}: {detail}", Side.PROVIDER)


def _require_entry(head: VerifiedHead, leaf: bytes, frame: AnswerFrame | RefuseFrame) -> None:
    """Require the proof of an answer; the caller learns that it is this gateway which refuses the peer's answer."""
    try:
        head.verify_entry(leaf, frame.index, frame.path)
    except ExchangeError as error:
        raise ExchangeError(error.kind, error.message, Side.CONSUMER) from error
