"""What a verified package proves, in words for people, and what it does not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from lienthong.evidence.cosignature import Cosignature
from lienthong.evidence.entry_place import EntryPlace, member_of
from lienthong.evidence.message_part import RequestPart, ResponsePart
from lienthong.evidence.package import ContentState
from lienthong.evidence.plain_text import plain_text, show_time
from lienthong.evidence.statement import Refused, Request, Response, Unknown

if TYPE_CHECKING:
    from lienthong.directory.members import Directory
    from lienthong.evidence.package import Manifest

ALWAYS_UNPROVEN: Final = (
    "which person or program caused a message: it is proven to come from its member's gateway",
    "that the service did what its answer says: only that this was its answer",
    "that the purpose is true: the caller states it",
    "the exact times: each is by the clock of the gateway that logged it, and no time stamp is attached",
)
"""What no package of this version proves, whatever is in it."""


class ShownRequest(msgspec.Struct, frozen=True):
    """A request of which all checks hold.

    `header` is None where its content is not shown, `received` where the package is not from the receiver's
    log.
    """

    statement: Request
    place: EntryPlace
    header: RequestPart | None
    received: EntryPlace | None


class ShownAnswer(msgspec.Struct, frozen=True):
    """What answered a request, of which all checks hold; fields as in `ShownRequest`."""

    statement: Response | Refused | Unknown
    place: EntryPlace
    header: ResponsePart | None
    received: EntryPlace | None


class Party(msgspec.Struct, frozen=True):
    """One side: its subsystem or service as the statements name it, its member's name, its log's origin."""

    id: str
    member: str
    log: str


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """The answer of `verify_package`; it exists only if every check holds, and its text is safe to print.

    Times are UTC ms by the clock of the gateway that logged them. `outcome` is the kind of what answered:
    response, refused, unknown, or None if the package has none. `method` and `target` are None where the
    content is not shown, `status` and `code` where the answer has none. `keeper` is the origin of the log
    that the package comes from. The two `..._witnessed` say which witnesses of the directory cosigned, and when, a head
    that the message, or its receiver's entry about it, stands under; none: it is not witnessed (rule 7.1).
    """

    exchange: str
    consumer: Party
    provider: Party
    keeper: str
    purpose: str | None
    request_time: int
    request_content: ContentState
    method: str | None
    target: str | None
    outcome: str | None
    response_time: int | None
    response_content: ContentState
    status: int | None
    code: str | None
    directory_version: int
    directory_issued: int
    request_witnessed: tuple[Cosignature, ...]
    response_witnessed: tuple[Cosignature, ...]
    proven: tuple[str, ...]
    unproven: tuple[str, ...]


def state_verdict(
    manifest: Manifest, directory: Directory, asked: ShownRequest, answered: ShownAnswer | None
) -> Verdict:
    """Put what was verified into one value."""
    request, header = asked.statement, asked.header
    answer = None if answered is None else answered.statement
    return Verdict(
        exchange=plain_text(request.exchange),
        consumer=_name_party(directory, request.client, manifest.sender),
        provider=_name_party(directory, request.service, request.to),
        keeper=manifest.keeper,
        purpose=plain_text(request.purpose) if request.purpose else None,
        request_time=request.time,
        request_content=manifest.request,
        method=None if header is None else header.method.decode("ascii"),
        target=None if header is None else plain_text(header.target.decode("utf-8", "backslashreplace")),
        outcome=None if answer is None else answer.kind,
        response_time=answer.time if isinstance(answer, Response) else None,
        response_content=manifest.response,
        status=answer.status if isinstance(answer, Response) else None,
        code=plain_text(answer.code) if isinstance(answer, Refused) else None,
        directory_version=directory.version,
        directory_issued=directory.issued,
        request_witnessed=_find_witnesses(asked),
        response_witnessed=() if answered is None else _find_witnesses(answered),
        proven=tuple(map(plain_text, _state_proven(manifest, asked, answered))),
        unproven=(*_state_unproven(manifest, asked, answered), *ALWAYS_UNPROVEN),
    )


def _name_party(directory: Directory, name: str, log: str) -> Party:
    member = directory.find_member(member_of(name))
    return Party(plain_text(name), "" if member is None else plain_text(member.name), log)


def _state_proven(manifest: Manifest, asked: ShownRequest, answered: ShownAnswer | None) -> list[str]:
    request = asked.statement
    lines = [f"{request.client} asked {request.service}: {_describe_place(asked.place)}"]
    lines += _describe_content("request", manifest.request)
    lines += _describe_receipt("request", asked.received)
    lines += _describe_witnesses(asked)
    if answered is not None:
        lines.append(f"{_describe_answer(answered.statement)}: {_describe_place(answered.place)}, names that request")
        lines += _describe_content("answer", manifest.response)
        lines += _describe_receipt("answer", answered.received)
        lines += _describe_witnesses(answered)
    return list(dict.fromkeys(lines))


def _state_unproven(manifest: Manifest, asked: ShownRequest, answered: ShownAnswer | None) -> list[str]:
    lines = _describe_missing("request", manifest.request)
    if answered is None:
        lines.append("whether there was an answer: the package has none")
    elif isinstance(answered.statement, Unknown):
        lines.append("whether the service acted: it was called, and its answer could not be recorded")
    elif isinstance(answered.statement, Response):
        lines += _describe_missing("answer", manifest.response)
    if asked.received is None:
        lines.append("when the provider received the request: its own log says that, not this package")
    lines += _describe_unwitnessed("request", asked)
    if answered is not None:
        lines += _describe_unwitnessed("answer", answered)
    if answered is not None and answered.received is None:
        lines.append("that the consumer received the answer: only its own log can say so")
    return lines


def _describe_place(place: EntryPlace) -> str:
    return f"entry {place.index} of the log {place.log.origin}, under its signed checkpoint of {place.size} entries"


def _describe_answer(answer: Response | Refused | Unknown) -> str:
    match answer:
        case Response():
            return f"{answer.service} answered with status {answer.status}"
        case Refused():
            return f"the request was refused with the code {answer.code}"
        case Unknown():
            return "the service was called, and its answer could not be recorded"


def _describe_content(which: str, state: ContentState) -> list[str]:
    if state is ContentState.WHOLE:
        return [f"the {which}'s header part and body are exactly those shown"]
    if state is ContentState.NO_BODY:
        return [f"the {which}'s header part is exactly that shown, and its body had the hash shown"]
    return []


def _describe_receipt(which: str, received: EntryPlace | None) -> list[str]:
    if received is None:
        return []
    return [f"the receiver recorded the {which} and the checkpoint it came with: {_describe_place(received)}"]


def _find_witnesses(message: ShownRequest | ShownAnswer) -> tuple[Cosignature, ...]:
    received = () if message.received is None else message.received.witnessed
    return message.place.witnessed or received


def _describe_witnesses(message: ShownRequest | ShownAnswer) -> list[str]:
    """Say of each checkpoint by whom and when it was cosigned: nobody was shown another history up to there."""
    places = [place for place in (message.place, message.received) if place is not None]
    return [
        f"the checkpoint of {place.size} entries of the log {place.log.origin} was cosigned by the witness {each.name} "
        f"at {show_time(each.time)}"
        for place in places
        for each in place.witnessed
    ]


def _describe_unwitnessed(which: str, message: ShownRequest | ShownAnswer) -> list[str]:
    if _find_witnesses(message):
        return []
    origin = message.place.log.origin
    return [f"not witnessed: that nobody was shown another history of the log {origin} than the one with this {which}"]


def _describe_missing(which: str, state: ContentState) -> list[str]:
    match state:
        case ContentState.WHOLE:
            return []
        case ContentState.NO_BODY:
            return [f"what the {which}'s body said: only its hash is left"]
        case ContentState.ERASED:
            return [f"what the {which} said: its content was erased, as the exporter says; its proofs stay valid"]
        case ContentState.NONE:
            return [f"what the {which} said: its content is not in this package"]
