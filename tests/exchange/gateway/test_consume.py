"""A provider's gateway that lies to a consumer's (section 4, the response): the caller gets nothing of the lie."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from lienthong.evidence.peer import decode_peer_evidence
from lienthong.evidence.statement import Received, Refused, Response, Unknown, decode_statement
from lienthong.exchange.gateway import frames
from lienthong.exchange.gateway.frames import AnswerFrame, HeadFrame, RefusalKind
from lienthong.kernel.canonical import encode_base64url
from tests.exchange.gateway.proofs import require_one_history, require_proven
from tests.exchange.gateway.province import (
    CLIENT,
    OTHER_CLIENT,
    SERVICE,
    STRANGER,
    TOKEN,
    read_entries,
    read_kinds,
    require_sound,
)
from tests.exchange.gateway.running import Reply, RunningGateway, call
from tests.simulators.peer import Asked, PeerLink, PeerServer, Question

if TYPE_CHECKING:
    from collections.abc import Callable

    from lienthong.evidence.statement import Statement
    from tests.exchange.gateway.province import Province
    from tests.simulators.peer import Behaviour

HASH = encode_base64url(bytes(32))
SECRET = b'{"unit":"06886"}'
BAD_PROOF = "signature_verification"
INCONSISTENT = "inconsistent_response"


def ask(gateway: RunningGateway, method: str = "GET", body: bytes | None = None, path: str = "/granted/06886") -> Reply:
    headers = {"X-Road-Client": CLIENT, "X-Road-Token": TOKEN, "X-Road-Id": "DEMO-1"}
    return call(gateway.consumers, method, f"/r1/{SERVICE}{path}", headers, body)


def answer(
    *,
    part: Callable[[bytes], bytes] = lambda part: part,
    logged: Callable[[Statement], Statement] = lambda statement: statement,
    head: Callable[[HeadFrame], HeadFrame] = lambda head: head,
    sent: Callable[[AnswerFrame], AnswerFrame] = lambda frame: frame,
) -> Behaviour:
    """Give the behaviour of one who answers with one lie."""

    def behave(link: PeerLink, asked: Asked) -> None:
        link.answer(asked, body=SECRET, part=part, logged=logged, head=head, sent=sent)

    return behave


def require_nothing_told(reply: Reply, code: str) -> None:
    """Require an error, and no byte of what the peer sent."""
    assert (reply.status, reply.code.rpartition(".")[2]) == (500, code)
    assert SECRET not in reply.body
    assert "x-lie" not in reply.headers


def test_an_honest_answer_is_recorded_and_given_out(
    province: Province, consumer: RunningGateway, false_agency: PeerServer
) -> None:
    reply = ask(consumer)
    assert (reply.status, reply.body, reply.headers["x-road-id"]) == (200, b'{"unit":"06886"}', "DEMO-1")
    request, received = read_entries(province.commune)
    statement = decode_statement(decode_peer_evidence(received.evidence).statement)
    assert isinstance(statement, Response)
    assert false_agency.peer.log.signed_head in received.shared
    pinned = decode_statement(received.statement)
    assert isinstance(pinned, Received)
    assert (pinned.from_, pinned.index, pinned.size) == (false_agency.peer.origin, 0, 1)
    assert read_kinds(province.commune) == ["request", "received"]
    assert decode_statement(request.statement).kind == "request"
    require_sound(province.commune)


# Rules 3.2 to 3.4: the request is durable before it is sent, to the one gateway that it names, with its proof.
def test_a_request_is_in_the_log_before_it_is_sent_and_proven_when_it_comes(
    province: Province, consumer: RunningGateway, false_agency: PeerServer
) -> None:
    seen: list[tuple[Asked, list[str]]] = []

    def behave(link: PeerLink, asked: Asked) -> None:
        seen.append((asked, read_kinds(province.commune)))
        link.answer(asked)

    false_agency.behave = behave
    for _ in range(3):
        ask(consumer, "POST", b"question")
    assert [kinds[-1] for _, kinds in seen] == ["request"] * 3
    for asked, _ in seen:
        frame = asked.frame
        question = Question(frame.header_part, frame.time, frame.until, asked.body, frame.reliable, frame.salt)
        statement = question.statement(false_agency.peer.origin)
        require_proven(province.commune, asked.head, statement, frame.index, frame.path)
    require_one_history(province.commune, [asked.head for asked, _ in seen])


# Rules 2, 4.1 and 4.3: what came is not what the provider's log holds.

ALTERED: dict[str, Callable[[AnswerFrame], AnswerFrame]] = {
    "status": lambda frame: in_part(frame, b"200 OK", b"201 OK"),
    "reason": lambda frame: in_part(frame, b"200 OK", b"200 Ok"),
    "header": lambda frame: in_part(frame, b"application/json", b"text/html"),
    "another header": lambda frame: in_part(frame, b"Content-Type", b"X-Lie:1\r\nContent-Type"),
    "a header less": lambda frame: in_part(frame, b"Content-Type:application/json\r\n", b""),
    "body": lambda frame: replace(frame, chunk=SECRET.replace(b"6886", b"6887")),
    "a shorter body": lambda frame: replace(frame, chunk=SECRET[:-1], body_length=len(SECRET) - 1),
    "no body": lambda frame: replace(frame, chunk=b"", body_length=0),
    "salt": lambda frame: replace(frame, salt=bytes(16)),
    "time": lambda frame: replace(frame, time=frame.time - 1),
    "index": lambda frame: replace(frame, index=frame.index + 1),
    "path": lambda frame: replace(frame, path=(*frame.path, bytes(32))),
}


def in_part(frame: AnswerFrame, old: bytes, new: bytes) -> AnswerFrame:
    assert old in frame.header_part
    return replace(frame, header_part=frame.header_part.replace(old, new, 1))


def test_an_answer_that_is_not_the_one_in_its_senders_log_is_not_given_out(
    province: Province, consumer: RunningGateway, false_agency: PeerServer
) -> None:
    for what, lie in ALTERED.items():
        false_agency.behave = answer(sent=lie)
        reply = ask(consumer)
        assert (what, reply.code.rpartition(".")[2]) == (what, BAD_PROOF)
        require_nothing_told(reply, BAD_PROOF)
    assert read_kinds(province.commune) == ["request"] * len(ALTERED)
    assert consumer.health()["spool_bytes"] == 0
    assert read_kinds(province.agency) == ["response"] * len(ALTERED)
    false_agency.behave = answer()
    assert ask(consumer).status == 200
    require_sound(province.commune)


# Rules 2 and 4.4: what the provider's log holds is another statement.

LOGGED: dict[str, Callable[[Statement], Statement]] = {
    "for another gateway": lambda said: replace(said, to=f"{STRANGER}/GW1/1"),
    "to another question": lambda said: replace(said, answers=HASH),
    "with another status": lambda said: replace(said, status=201),
    "with another exchange": lambda said: replace(said, exchange="8d5f0e52-3c5b-4f5e-9f3e-000000000001"),
    "to another client": lambda said: replace(said, client=OTHER_CLIENT),
    "of another service": lambda said: replace(said, service=f"{STRANGER}/AREAS/units"),
    "with another commitment": lambda said: replace(said, commitment=HASH),
    "an unknown": lambda _: Unknown(answers=HASH),
    "a refused": lambda _: Refused(answers=HASH, code="not_granted", to="x"),
    "a received": lambda _: Received(from_=f"{STRANGER}/GW1/1", leaf=HASH, index=0, size=1, root=HASH),
}


def test_a_proof_of_another_statement_proves_nothing_about_the_answer(
    province: Province, consumer: RunningGateway, false_agency: PeerServer
) -> None:
    for what, lie in LOGGED.items():
        false_agency.behave = answer(logged=lie)
        reply = ask(consumer)
        assert (what, reply.code.rpartition(".")[2]) == (what, BAD_PROOF)
        require_nothing_told(reply, BAD_PROOF)
    assert read_kinds(province.commune) == ["request"] * len(LOGGED)


# An answer that is proven, and answers another question than was asked.

OTHER_ANSWERS: dict[str, tuple[bytes, bytes]] = {
    "the hash of another request": (b"X-Road-Request-Hash:", b"X-Road-Request-Hash:A"),
    "another X-Road-Id": (b"X-Road-Id:DEMO-1", b"X-Road-Id:DEMO-2"),
    "another request's id": (b"X-Road-Request-Id:", b"X-Road-Request-Id:0"),
    "another client": (CLIENT.encode(), OTHER_CLIENT.encode()),
    "another service": (b"/AREAS/units", b"/AREAS/persons"),
    "an error made by a gateway": (b"Content-Type", b"X-Road-Error:server.serverproxy.access_denied\r\nContent-Type"),
    "a header of the connection": (b"Content-Type", b"Transfer-Encoding:chunked\r\nContent-Type"),
    "a length of its own": (b"Content-Type", b"Content-Length:1\r\nContent-Type"),
    "an interim status": (b"200 OK", b"101 OK"),
    # A caller that keeps its connection would read the body as the answer to its next request, without any proof.
    "a body where none is": (b"200 OK", b"204 No Content"),
    "a body of what has not changed": (b"200 OK", b"304 Not Modified"),
}


def swap(old: bytes, new: bytes) -> Callable[[bytes], bytes]:
    return lambda part: part.replace(old, new, 1)


def test_an_answer_to_another_question_is_not_given_out(
    province: Province, consumer: RunningGateway, false_agency: PeerServer
) -> None:
    for what, (old, new) in OTHER_ANSWERS.items():
        false_agency.behave = answer(part=swap(old, new))
        reply = ask(consumer)
        assert (what, reply.code.rpartition(".")[2]) == (what, INCONSISTENT)
        require_nothing_told(reply, INCONSISTENT)
    assert read_kinds(province.commune) == ["request"] * len(OTHER_ANSWERS)


def test_the_answer_to_an_earlier_question_of_the_same_caller_is_not_given_out_again(
    province: Province, consumer: RunningGateway, false_agency: PeerServer
) -> None:
    first: list[AnswerFrame] = []

    def replay(link: PeerLink, asked: Asked) -> None:
        def keep(frame: AnswerFrame) -> AnswerFrame:
            first.append(frame)
            return replace(first[0], stream=frame.stream)

        link.answer(asked, body=SECRET, sent=keep)

    false_agency.behave = replay
    assert ask(consumer).status == 200
    require_nothing_told(ask(consumer), INCONSISTENT)
    assert read_kinds(province.commune) == ["request", "received", "request"]


# Rule 4.4 for a response: within 5 minutes of our clock.
@pytest.mark.parametrize("shift", [-6 * 60_000, 6 * 60_000])
def test_an_answer_of_another_time_is_not_given_out(
    shift: int, province: Province, consumer: RunningGateway, false_agency: PeerServer
) -> None:
    def shifted(said: Statement) -> Statement:
        assert isinstance(said, Response)
        return replace(said, time=said.time + shift)

    false_agency.behave = answer(
        logged=shifted,
        sent=lambda frame: replace(frame, time=frame.time + shift),
    )
    require_nothing_told(ask(consumer), INCONSISTENT)
    assert read_kinds(province.commune) == ["request"]


# Rule 4.3 of the provider's log.

HEADS: dict[str, Callable[[HeadFrame], HeadFrame]] = {
    "a damaged note": lambda head: replace(head, note=head.note[:-10] + b"AAAAAAAA=\n"),
    "another size": lambda head: replace(head, size=head.size + 1),
    "another start": lambda head: replace(head, previous=head.previous + 1),
    "wrong consistency": lambda head: replace(head, consistency=(bytes(32), *head.consistency)),
}


def test_a_head_that_does_not_hold_ends_the_link_and_the_caller_gets_nothing(
    province: Province, consumer: RunningGateway, false_agency: PeerServer
) -> None:
    assert ask(consumer).status == 200
    for lie in HEADS.values():
        false_agency.behave = answer(head=lie)
        reply = ask(consumer, "POST", b"question")
        assert reply.status == 500
        assert SECRET not in reply.body
    assert read_kinds(province.commune) == ["request", "received", *["request"] * len(HEADS)]
    assert len(false_agency.links) == 1 + len(HEADS) - 1
    false_agency.behave = answer()
    assert ask(consumer).status == 200
    require_sound(province.commune)


# Rule 9.2: answers on streams that are not open.


def test_an_answer_on_a_stream_that_is_not_open_ends_the_link(
    province: Province, consumer: RunningGateway, false_agency: PeerServer
) -> None:
    false_agency.behave = answer(sent=lambda frame: replace(frame, stream=frame.stream + 1))
    require_nothing_told(ask(consumer, "POST", b"question"), "invalid_message")
    assert read_kinds(province.commune) == ["request"]


def test_a_second_answer_on_one_stream_ends_the_link_and_changes_nothing(
    province: Province, consumer: RunningGateway, false_agency: PeerServer
) -> None:
    false_agency.behave = lambda link, asked: (link.answer(asked), link.answer(asked))
    assert ask(consumer).status == 200
    deadline = time.monotonic() + 5
    while consumer.health()["links"] and time.monotonic() < deadline:
        time.sleep(0.01)
    assert consumer.health()["links"] == []
    assert read_kinds(province.commune) == ["request", "received"]


@pytest.mark.parametrize("end", ["whole", "cut off"])
def test_no_byte_of_an_answer_is_given_out_before_all_of_it_was_checked(
    end: str, province: Province, consumer: RunningGateway, false_agency: PeerServer
) -> None:
    body = SECRET * 8000

    def behave(link: PeerLink, asked: Asked) -> None:
        if end == "whole":
            link.answer(asked, body=body)
        else:
            # The header part and most of the body, all true, and then nothing.
            link.answer(asked, body=body[:100_000], sent=lambda frame: replace(frame, body_length=len(body)))
            link.close()

    false_agency.behave = behave
    reply = ask(consumer, "POST", b"question")
    if end == "whole":
        assert (reply.status, reply.body) == (200, body)
    else:
        require_nothing_told(reply, "network_error")
        assert read_kinds(province.commune) == ["request"]
    assert consumer.health()["spool_bytes"] == 0


def test_large_answers_that_are_refused_leave_room_for_others(
    province: Province, consumer: RunningGateway, false_agency: PeerServer
) -> None:
    body = SECRET * 8000
    false_agency.behave = lambda link, asked: link.answer(
        asked, body=body, sent=lambda frame: replace(frame, salt=bytes(16))
    )
    for _ in range(2):
        require_nothing_told(ask(consumer), BAD_PROOF)
    assert consumer.health()["spool_bytes"] == 0
    assert read_kinds(province.commune) == ["request"] * 2


# Refusals are checked and recorded like answers (rule 2).


@pytest.mark.parametrize(
    ("kind", "code"), [(RefusalKind.REFUSED, "not_granted"), (RefusalKind.UNKNOWN, "service_timeout")]
)
def test_a_logged_refusal_is_recorded_and_told(
    kind: RefusalKind, code: str, province: Province, consumer: RunningGateway, false_agency: PeerServer
) -> None:
    false_agency.behave = lambda link, asked: link.refuse(asked, code, kind=kind)
    reply = ask(consumer)
    told = {
        "not_granted": "server.serverproxy.access_denied",
        "service_timeout": "server.serverproxy.service_failed.timeout",
    }
    assert (reply.status, reply.code) == (500, told[code])
    assert json.loads(reply.body)["message"] == "because"
    assert read_kinds(province.commune) == ["request", "received"]
    evidence = decode_peer_evidence(read_entries(province.commune)[1].evidence)
    assert decode_statement(evidence.statement).kind == kind.name.lower()
    require_sound(province.commune)


def test_a_refusal_that_is_not_the_one_in_its_senders_log_is_not_recorded(
    province: Province, consumer: RunningGateway, false_agency: PeerServer
) -> None:
    lies: tuple[Behaviour, ...] = (
        lambda link, asked: link.refuse(asked, "not_granted", sent=lambda frame: replace(frame, code="overloaded")),
        lambda link, asked: link.refuse(asked, "x", sent=lambda frame: replace(frame, kind=RefusalKind.UNKNOWN)),
        lambda link, asked: link.refuse(asked, "x", logged=lambda _: Unknown(answers=HASH)),
        lambda link, asked: link.refuse(asked, "x", logged=lambda _: Refused(answers=HASH, code="x", to=link.to)),
        lambda link, asked: link.refuse(asked, "x", sent=lambda frame: replace(frame, index=frame.index + 1)),
    )
    for lie in lies:
        false_agency.behave = lie
        require_nothing_told(ask(consumer), BAD_PROOF)
    assert read_kinds(province.commune) == ["request"] * len(lies)


def test_an_error_without_a_proof_is_told_and_not_recorded(
    province: Province, consumer: RunningGateway, false_agency: PeerServer
) -> None:
    def behave(link: PeerLink, asked: Asked) -> None:
        link.send(frames.encode_error(frames.ErrorFrame(asked.frame.stream, "overloaded", "later")))

    false_agency.behave = behave
    reply = ask(consumer)
    assert (reply.status, reply.code) == (503, "server.serverproxy.overloaded")
    assert read_kinds(province.commune) == ["request"]
