"""Verifying an evidence package offline, trusting nothing but the directory's root key.

`verify_package` raises at the first thing that does not hold (kind `package`; the message names the part)
and gives a `Verdict` if all holds. The checks, with the rules of docs/security.md that they apply; 3 to 6
and 8 and 9 are made for the request first and then for what answered it:

1. The file is the canonical zip of known parts, each in its only spelling (section 7). 2. The directory is
signed by the root key. Its expiry is ignored: keys are closed, never forgotten (section 7). 3. The
statement is of its kind and in its canonical bytes (section 2). 4. Its log is in the directory
and belongs to the right member: the request's to the client's, the
   one that it is sent `to`, which is also the answer's, to the service's (rules 4.2 and 4.4).
5. It is in that log: checkpoint signature and inclusion proof (rule 4.3).
6. What is shown of the message's content gives the same statement again (rule 4.1).
7. The answer belongs to this request: leaf, log, client, service, exchange (section 4, a response's checks).
8. The receiver's own entry is in its log, and names the leaf, index, size and root that the message is shown
   with (section 2). It is there for the message that the keeper got from its peer, and for no other.
9. Where a log is closed, its entry was there before (rule 7.2).

Cosignatures of the directory's witnesses are told in the verdict; without one it says "not witnessed" (rule 7.1).
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Final

import msgspec
from msgspec import UNSET

from lienthong.directory.members import verify_directory
from lienthong.evidence.entry_place import EntryPlace, require_counted, require_log_of, verify_place
from lienthong.evidence.message_part import RequestPart, ResponsePart, parse_request_part, parse_response_part
from lienthong.evidence.package import (
    DIRECTORY,
    MANIFEST,
    REQUEST,
    RESPONSE,
    in_part,
    parse_package,
    refuse_part,
    require_equal,
)
from lienthong.evidence.statement import (
    Received,
    Refused,
    Request,
    RequestEnvelope,
    Response,
    ResponseEnvelope,
    Succeeds,
    Unknown,
    decode_statement,
    rebuild_request,
    rebuild_response,
)
from lienthong.evidence.verdict import ShownAnswer, ShownRequest, state_verdict
from lienthong.kernel.canonical import canonical_bytes, decode_base64url

if TYPE_CHECKING:
    from lienthong.directory.members import Directory
    from lienthong.evidence.package import Manifest, MessageParts, ReceivedParts
    from lienthong.evidence.verdict import Verdict
    from lienthong.kernel.keys import VerifyKey

CLOCK_SKEW_MS: Final = 5 * 60 * 1000
"""How far a gateway's clock may be off (rule 4.4), and so a statement before its log's first moment."""


def verify_package(raw: bytes, root: VerifyKey) -> Verdict:
    """Give what the package proves; kind `package` at the first check of this module that does not hold."""
    # 1. The file.
    package = parse_package(raw)
    # 2. The directory.
    directory = _verify_directory(package.directory, root)
    # 3 to 8. The request, then its answer.
    asked = _verify_request(package.manifest, directory, package.request)
    answered = None
    if package.response is not None:
        answered = _verify_answer(package.manifest, directory, package.response, asked)
    return state_verdict(package.manifest, directory, asked, answered)


def _verify_directory(envelope: bytes, root: VerifyKey) -> Directory:
    with in_part(DIRECTORY):
        directory = verify_directory(envelope, root)
        canonical = canonical_bytes(msgspec.json.decode(envelope))
    if canonical != envelope:
        raise refuse_part(DIRECTORY, "expected RFC 8785 bytes, got another spelling of the same directory")
    return directory


def _verify_request(manifest: Manifest, directory: Directory, parts: MessageParts) -> ShownRequest:
    # 3. The statement.
    part = f"{REQUEST}/statement.json"
    with in_part(part):
        statement = decode_statement(parts.statement)
    if not isinstance(statement, Request):
        raise refuse_part(part, f"expected the kind 'request', got {statement.kind!r}")
    require_equal(part, "exchange", statement.exchange, manifest.exchange)
    # 4. The logs.
    require_log_of(MANIFEST, directory, manifest.sender, statement.client)
    require_log_of(part, directory, statement.to, statement.service)
    # 5. The proof.
    place = verify_place(f"{REQUEST}/proof", directory, manifest.sender, parts.statement, parts.proof)
    _require_time(part, statement.time, place)
    # 6. The content.
    header = _verify_request_content(statement, parts)
    # 8. The receiver's own entry.
    if manifest.keeper not in {manifest.sender, statement.to}:
        message = f"expected the keeper {manifest.sender} or {statement.to}, got {manifest.keeper}"
        raise refuse_part(MANIFEST, message)
    due = statement.to if manifest.keeper == statement.to else None
    pinned = _pin(place, statement)
    received = _verify_received(REQUEST, directory, due, parts.received, pinned)
    # 9. Closed logs.
    require_counted(f"{REQUEST}/proof", place, received)
    return ShownRequest(statement, place, header, received)


def _verify_answer(manifest: Manifest, directory: Directory, parts: MessageParts, asked: ShownRequest) -> ShownAnswer:
    # 3. The statement.
    part = f"{RESPONSE}/statement.json"
    with in_part(part):
        statement = decode_statement(parts.statement)
    if isinstance(statement, Request | Received | Succeeds):
        raise refuse_part(part, f"expected 'response', 'refused' or 'unknown', got the kind {statement.kind!r}")
    # 4 and 5. The proof, in the log that the request was sent to: its member was checked with the request.
    place = verify_place(f"{RESPONSE}/proof", directory, asked.statement.to, parts.statement, parts.proof)
    # 6. The content.
    header = None
    if isinstance(statement, Response):
        _require_time(part, statement.time, place)
        header = _verify_answer_content(statement, parts)
    elif parts.header is not None:
        raise refuse_part(f"{RESPONSE}/header", f"a statement of kind {statement.kind!r} commits to no content")
    # 7. The question.
    _require_answers(part, statement, asked)
    # 8. The receiver's own entry.
    due = manifest.sender if manifest.keeper == manifest.sender else None
    received = _verify_received(RESPONSE, directory, due, parts.received, _pin(place, None))
    # 9. Closed logs.
    require_counted(f"{RESPONSE}/proof", place, received)
    return ShownAnswer(statement, place, header, received)


def _require_time(part: str, time: int, place: EntryPlace) -> None:
    """Require a statement to be no older than its log."""
    if time < place.log.since - CLOCK_SKEW_MS:
        message = f"its time {time} lies before its log {place.log.origin}, which began at {place.log.since}"
        raise refuse_part(part, message)


def _verify_request_content(statement: Request, parts: MessageParts) -> RequestPart | None:
    if parts.header is None or parts.salt is None:
        return None
    with in_part(f"{REQUEST}/header"):
        header = parse_request_part(parts.header)
        envelope = RequestEnvelope(statement.to, statement.time, statement.until, statement.reliable, parts.salt)
        rebuilt = rebuild_request(header, _body_hash(parts), envelope)
    _require_rebuilt(REQUEST, rebuilt, statement)
    return header


def _verify_answer_content(statement: Response, parts: MessageParts) -> ResponsePart | None:
    if parts.header is None or parts.salt is None:
        return None
    with in_part(f"{RESPONSE}/header"):
        header = parse_response_part(parts.header)
        answers = decode_base64url(statement.answers)
        envelope = ResponseEnvelope(statement.to, statement.time, answers, parts.salt)
        rebuilt = rebuild_response(header, _body_hash(parts), envelope)
    _require_rebuilt(RESPONSE, rebuilt, statement)
    return header


def _body_hash(parts: MessageParts) -> bytes:
    return sha256(parts.body).digest() if parts.body is not None else parts.body_sha256 or b""


def _require_rebuilt(which: str, rebuilt: Request | Response, statement: Request | Response) -> None:
    """Require that the content gives the statement; the first field that differs says where it was altered."""
    for field in statement.__struct_fields__:
        got, expected = getattr(rebuilt, field), getattr(statement, field)
        if got != expected:
            # The commitment covers the three parts as one: which of them was altered cannot be told.
            where = f"{which}/header" + (f", {which}/salt or {which}/body" if field in {"commitment", "id"} else "")
            raise refuse_part(where, f"gives the {field} {got!r}, but the logged statement has {expected!r}")


def _require_answers(part: str, statement: Response | Refused | Unknown, asked: ShownRequest) -> None:
    """Require the answer to be one to this request, between the same parties."""
    request = asked.statement
    require_equal(part, "answers", statement.answers, asked.place.leaf)
    if isinstance(statement, Response | Refused):
        require_equal(part, "to", statement.to, asked.place.log.origin)
    if isinstance(statement, Response):
        for field in ("client", "service", "exchange"):
            require_equal(part, field, getattr(statement, field), getattr(request, field))


def _pin(place: EntryPlace, request: Request | None) -> Received:
    """Give what the receiver of the entry at `place` must have recorded."""
    return Received(
        from_=place.log.origin,
        leaf=place.leaf,
        index=place.index,
        size=place.size,
        root=place.root,
        exchange=UNSET if request is None else request.exchange,
        id=UNSET if request is None else request.id,
        until=UNSET if request is None else request.until,
    )


def _verify_received(
    which: str, directory: Directory, due: str | None, parts: ReceivedParts | None, pinned: Received
) -> EntryPlace | None:
    """Require the receiver's entry in the log `due`, or that there is none if none is due; give its place."""
    part = f"{which}/received/statement.json"
    if due is None or parts is None:
        if due is not None or parts is not None:
            word = "missing" if parts is None else "not expected"
            raise refuse_part(part, f"{word}, for a package holds its keeper's own entries and no others")
        return None
    with in_part(part):
        statement = decode_statement(parts.statement)
    if not isinstance(statement, Received):
        raise refuse_part(part, f"expected the kind 'received', got {statement.kind!r}")
    for field in statement.__struct_fields__:
        require_equal(part, field, getattr(statement, field), getattr(pinned, field))
    place = verify_place(f"{which}/received/proof", directory, due, parts.statement, parts.proof)
    require_counted(f"{which}/received/proof", place, None)
    return place
