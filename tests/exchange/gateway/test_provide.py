"""A consumer's gateway that lies to a provider's (section 4): whatever the lie, the service is not called."""

from __future__ import annotations

import dataclasses
import time
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from lienthong.evidence.peer import decode_peer_evidence
from lienthong.evidence.statement import Received, Refused, Response, Succeeds, Unknown, decode_statement
from lienthong.exchange.gateway.frames import AnswerFrame, ErrorFrame, OpenFrame, RefusalKind, RefuseFrame
from lienthong.kernel.canonical import encode_base64url
from lienthong.kernel.keys import make_secret, store_secret
from tests.exchange.gateway.proofs import (
    asked_leaf,
    require_answer_proven,
    require_one_history,
    require_refusal_proven,
)
from tests.exchange.gateway.province import (
    CLIENT,
    COMMUNE,
    OTHER_CLIENT,
    PERSONS,
    SERVICE,
    STRANGER,
    read_entries,
    read_kinds,
    read_statements,
    require_sound,
)
from tests.exchange.gateway.running import RunningGateway
from tests.simulators.peer import LIFE_MS, make_question

if TYPE_CHECKING:
    from collections.abc import Callable

    from lienthong.evidence.statement import Statement
    from tests.exchange.gateway.province import Province
    from tests.simulators.backend import Backend
    from tests.simulators.peer import Peer, Question, Reply

TARGET = f"{SERVICE}/granted/06886"
HASH = encode_base64url(bytes(32))
MINUTE = 60_000


def now_ms() -> int:
    return time.time_ns() // 1_000_000


# The way of an honest request, which the attacks differ from in one thing each.


def test_an_honest_request_is_answered_with_a_proof_and_both_logs_tell_of_it(
    province: Province, provider: RunningGateway, liar: Peer, service: Backend
) -> None:
    question = make_question(CLIENT, f"{TARGET}?on=2025-06-30")
    with liar.dial(provider.peers) as link:
        answer, body = link.hear(link.ask(question))
        assert isinstance(answer, AnswerFrame)
        require_answer_proven(province.agency, link.heads[-1], answer, asked_leaf(question, link.to), body)
    assert body == service.answer.body
    assert [call.target for call in service.calls] == ["/units/granted/06886?on=2025-06-30"]
    assert read_kinds(province.agency) == ["received", "response"]
    require_sound(province.agency)
    require_sound(province.commune)


# Rule 2: a `received` keeps the peer's statement, path and whole checkpoint, and holds nothing else in clear.
def test_a_received_entry_keeps_the_peers_own_statement_and_checkpoint(
    province: Province, provider: RunningGateway, liar: Peer
) -> None:
    question = make_question(CLIENT, TARGET, headers=((b"X-Road-Purpose", b"1.001193#H49.19-240307-0001"),))
    with liar.dial(provider.peers) as link:
        link.hear(link.ask(question))
        statement = question.statement(link.to)
    received, response = read_entries(province.agency)
    assert decode_statement(decode_peer_evidence(received.evidence).statement) == statement
    assert statement.kind == "request"
    assert statement.purpose == "1.001193"
    assert liar.log.signed_head in received.shared
    pinned = decode_statement(received.statement)
    assert isinstance(pinned, Received)
    assert (pinned.from_, pinned.index, pinned.size) == (liar.origin, 0, 1)
    assert (pinned.exchange, pinned.id, pinned.until) == (statement.exchange, statement.id, statement.until)
    answered = decode_statement(response.statement)
    assert isinstance(answered, Response)
    assert (answered.to, answered.answers, answered.status) == (liar.origin, pinned.leaf, 200)


# Rule 3.4, of the provider's answers: each batch under a checkpoint that goes on from the last one of the link.
def test_heads_of_answers_follow_each_other_on_a_link_and_on_the_next_one(
    province: Province, provider: RunningGateway, liar: Peer
) -> None:
    with liar.dial(provider.peers) as link:
        for _ in range(3):
            link.hear(link.ask(make_question(CLIENT, TARGET)))
        heads = link.heads
    require_one_history(province.agency, heads)
    with liar.dial(provider.peers, seen=heads[-1].size) as link:
        link.hear(link.ask(make_question(CLIENT, TARGET)))
        require_one_history(province.agency, [*heads, *link.heads])


# Rules 4.7 to 4.10: evidence before effect, in this order.
def test_the_request_is_in_the_log_before_the_service_is_called_and_the_answer_before_it_is_sent(
    province: Province, provider: RunningGateway, liar: Peer, service: Backend
) -> None:
    service.may_answer.clear()
    with liar.dial(provider.peers) as link:
        stream = link.ask(make_question(CLIENT, TARGET))
        assert service.called.wait(5)
        assert read_kinds(province.agency) == ["received"]
        service.may_answer.set()
        link.hear(stream)
        assert read_kinds(province.agency) == ["received", "response"]


# Rules 2 and 4.1: the statement is rebuilt from the bytes that came, so that any other byte is another statement.

ALTERED: dict[str, Callable[[OpenFrame], OpenFrame]] = {
    "method": lambda frame: in_part(frame, b"POST\r\n", b"PUT\r\n"),
    "path": lambda frame: in_part(frame, b"/granted/06886", b"/granted/06887"),
    "query": lambda frame: in_part(frame, b"on=2025-06-30", b"on=2025-07-01"),
    "header": lambda frame: in_part(frame, b"X-Road-UserId:VN1", b"X-Road-UserId:VN2"),
    "spelling of a header": lambda frame: in_part(frame, b"X-Road-UserId", b"x-road-userid"),
    "another header": lambda frame: in_part(frame, b"X-Road-UserId", b"X-More:1\r\nX-Road-UserId"),
    "a header less": lambda frame: in_part(frame, b"X-Road-UserId:VN1\r\n", b""),
    "order of headers": lambda frame: in_part(frame, b"A:1\r\nB:2\r\n", b"B:2\r\nA:1\r\n"),
    "procedure": lambda frame: in_part(frame, b"1.001193#", b"1.001194#"),
    "case": lambda frame: in_part(frame, b"-0001", b"-0002"),
    "client": lambda frame: in_part(frame, CLIENT.encode(), OTHER_CLIENT.encode()),
    "service": lambda frame: in_part(frame, b"/AREAS/units", b"/AREAS/procedure"),
    "exchange": lambda frame: in_part(frame, b"X-Road-Request-Id:", b"X-Road-Request-Id:", of_the_id=True),
    "body": lambda frame: replace(frame, chunk=b"Question"),
    "length of the body": lambda frame: replace(frame, chunk=b"questio", body_length=7),
    "salt": lambda frame: replace(frame, salt=bytes(16)),
    "time": lambda frame: replace(frame, time=frame.time + 1),
    "until": lambda frame: replace(frame, until=frame.until - 1),
    "reliable": lambda frame: replace(frame, reliable=not frame.reliable),
}


def in_part(frame: OpenFrame, old: bytes, new: bytes, *, of_the_id: bool = False) -> OpenFrame:
    """Change one thing of a header part."""
    at = frame.header_part.index(old)
    part = bytearray(frame.header_part)
    part[at : at + len(old)] = new
    if of_the_id:
        last = at + len(old) + 35
        part[last] = ord("0") if part[last] != ord("0") else ord("1")
    assert bytes(part) != frame.header_part
    return replace(frame, header_part=bytes(part))


def test_a_request_that_is_not_the_one_in_its_senders_log_never_reaches_the_service(
    province: Province, provider: RunningGateway, liar: Peer, service: Backend
) -> None:
    question = make_question(
        CLIENT,
        f"{TARGET}?on=2025-06-30",
        method=b"POST",
        headers=(
            (b"A", b"1"),
            (b"B", b"2"),
            (b"X-Road-UserId", b"VN1"),
            (b"X-Road-Purpose", b"1.001193#H49.19-240307-0001"),
        ),
        body=b"question",
    )
    with liar.dial(provider.peers) as link:
        for what, lie in ALTERED.items():
            error, _ = link.hear(link.ask(question, sent=lie))
            assert (what, error_code(error)) == (what, "bad_proof")
        assert (service.calls, read_kinds(province.agency)) == ([], [])
        assert provider.health()["spool_bytes"] == 0
        # A mistake cost one stream: the same link still carries what is true.
        answer, _ = link.hear(link.ask(question))
        assert isinstance(answer, AnswerFrame)


def error_code(reply: Reply) -> str:
    """Give the code of an error that no log holds."""
    assert isinstance(reply, ErrorFrame), reply
    return reply.code


def refusal_code(reply: Reply) -> str:
    """Give the code of a logged refusal."""
    assert isinstance(reply, RefuseFrame), reply
    assert reply.kind is RefusalKind.REFUSED
    return reply.code


# Rules 2, 4.1 and 4.4: what the sender's log holds is another statement.

LOGGED: dict[str, Callable[[Statement], Statement]] = {
    "for another gateway": lambda asked: replace(asked, to=f"{STRANGER}/GW1/1"),
    "with another commitment": lambda asked: replace(asked, commitment=HASH),
    "with another id": lambda asked: replace(asked, id=HASH),
    "with another purpose": lambda asked: replace(asked, purpose="1.001193"),
    "a response": lambda _: Response(
        answers=HASH, client=CLIENT, commitment=HASH, exchange="e", service=SERVICE, status=200, time=1, to="x"
    ),
    "a received": lambda _: Received(from_=f"{STRANGER}/GW1/1", leaf=HASH, index=0, size=1, root=HASH),
    "a refused": lambda _: Refused(answers=HASH, code="access_denied", to="x"),
    "an unknown": lambda _: Unknown(answers=HASH),
    "a succeeds": lambda _: Succeeds(origin=f"{COMMUNE}/GW1/0", size=1, root=HASH, reason="rotation"),
}


def test_a_proof_of_another_statement_proves_nothing_about_the_request(
    province: Province, provider: RunningGateway, liar: Peer, service: Backend
) -> None:
    with liar.dial(provider.peers) as link:
        for what, lie in LOGGED.items():
            error, _ = link.hear(link.ask(make_question(CLIENT, TARGET), logged=lie))
            assert (what, error_code(error)) == (what, "bad_proof")
    assert (service.calls, read_kinds(province.agency)) == ([], [])


# Rule 4.2: a gateway speaks for its own member only, and to the member that it means.
FOREIGN = (
    (f"{STRANGER}/PORTAL", TARGET, "foreign_client"),
    (f"{COMMUNE}/NOBODY", TARGET, "unknown_member"),
    (COMMUNE, TARGET, "unknown_member"),
    (CLIENT, f"{STRANGER}/AREAS/units/granted/1", "wrong_receiver"),
    (CLIENT, f"{COMMUNE}/AREAS/units/granted/1", "wrong_receiver"),
)


def test_a_gateway_cannot_speak_for_another_member_or_ask_through_another(
    province: Province, provider: RunningGateway, liar: Peer, service: Backend
) -> None:
    with liar.dial(provider.peers) as link:
        for client, target, code in FOREIGN:
            error, _ = link.hear(link.ask(make_question(client, target)))
            assert error_code(error) == code
    assert (service.calls, read_kinds(province.agency)) == ([], [])


# Rule 4.3: the proof is of this entry, in this place.

MISPLACED: dict[str, Callable[[OpenFrame], OpenFrame]] = {
    "the index of another entry": lambda frame: replace(frame, index=frame.index + 1),
    "an index before the batch": lambda frame: replace(frame, index=0),
    "an index behind the batch": lambda frame: replace(frame, index=frame.index + 1000),
    "no path": lambda frame: replace(frame, path=()),
    "a longer path": lambda frame: replace(frame, path=(*frame.path, bytes(32))),
    "another path": lambda frame: replace(frame, path=(bytes(32), *frame.path[1:])),
}


def test_a_proof_of_another_entry_proves_nothing(
    province: Province, provider: RunningGateway, liar: Peer, service: Backend
) -> None:
    liar.append(Unknown(answers=HASH))
    question = make_question(CLIENT, TARGET)
    with liar.dial(provider.peers) as link:
        # In one batch with another entry, so that there is a path inside the batch.
        committed, _ = liar.append(question.statement(link.to), Unknown(answers=HASH))
        for what, lie in MISPLACED.items():
            error, _ = link.hear(link.send_question(question, committed, sent=lie))
            assert (what, error_code(error)) == (what, "bad_proof")
        assert (service.calls, read_kinds(province.agency)) == ([], [])
        answer, _ = link.hear(link.send_question(question, committed))
        assert isinstance(answer, AnswerFrame)


# Rule 4.4: in its time. The proof holds, so the refusal is logged and proven (rule 2).
MISTIMED = (
    (6 * MINUTE, LIFE_MS, "message_expired"),
    (1 * MINUTE, 1 * MINUTE, "message_expired"),
    (0, 0, "message_expired"),
    (0, LIFE_MS + 1, "message_expired"),
    (0, 24 * 60 * MINUTE, "message_expired"),
    (-6 * MINUTE, LIFE_MS, "clock_skew"),
)


def test_a_stale_a_future_and_an_overlong_request_are_refused(
    province: Province, provider: RunningGateway, liar: Peer, service: Backend
) -> None:
    with liar.dial(provider.peers) as link:
        for age, life, code in MISTIMED:
            time_ms = now_ms() - age
            question = replace_times(time_ms, time_ms + life)
            refusal, _ = link.hear(link.ask(question))
            assert (age, life, refusal_code(refusal)) == (age, life, code)
            require_refusal_proven(province.agency, link.heads[-1], refusal, asked_leaf(question, link.to))
            statement = read_statements(province.agency)[-1]
            assert isinstance(statement, Refused)
            assert (statement.code, statement.to) == (code, liar.origin)
    assert service.calls == []
    assert read_kinds(province.agency) == ["refused"] * len(MISTIMED)


def test_clocks_may_differ_by_less_than_five_minutes(provider: RunningGateway, liar: Peer) -> None:
    with liar.dial(provider.peers) as link:
        for age in (4 * MINUTE, -4 * MINUTE):
            time_ms = now_ms() - age
            answer, _ = link.hear(link.ask(replace_times(time_ms, time_ms + LIFE_MS)))
            assert isinstance(answer, AnswerFrame)


def replace_times(time_ms: int, until: int) -> Question:
    question = make_question(CLIENT, TARGET)
    return dataclasses.replace(question, time=time_ms, until=until)


# Rule 4.5: each message is acted on once.


def test_a_replay_on_the_same_link_and_on_a_new_one_is_refused(
    province: Province, provider: RunningGateway, liar: Peer, service: Backend
) -> None:
    question = make_question(CLIENT, TARGET)
    with liar.dial(provider.peers) as link:
        (committed,) = liar.append(question.statement(link.to))
        link.hear(link.send_question(question, committed))
        refusal, _ = link.hear(link.send_question(question, committed))
        assert isinstance(refusal, RefuseFrame)
        assert refusal.code == "replayed_message"
    with liar.dial(provider.peers) as link:
        refusal, _ = link.hear(link.send_question(question, committed))
        assert isinstance(refusal, RefuseFrame)
        assert refusal.code == "replayed_message"
        require_refusal_proven(province.agency, link.heads[-1], refusal, asked_leaf(question, link.to))
    assert len(service.calls) == 1
    assert read_kinds(province.agency) == ["received", "response", "refused", "refused"]


def test_a_replay_while_the_first_is_under_way_is_refused(
    province: Province, provider: RunningGateway, liar: Peer, service: Backend
) -> None:
    question = make_question(CLIENT, TARGET)
    service.may_answer.clear()
    with liar.dial(provider.peers) as link:
        (committed,) = liar.append(question.statement(link.to))
        first = link.send_question(question, committed)
        assert service.called.wait(5)
        refusal, _ = link.hear(link.send_question(question, committed))
        assert isinstance(refusal, RefuseFrame)
        assert refusal.code == "replayed_message"
        service.may_answer.set()
        answer, _ = link.hear(first)
        assert isinstance(answer, AnswerFrame)
    assert len(service.calls) == 1
    assert read_kinds(province.agency) == ["received", "refused", "response"]


@pytest.mark.parametrize("lost", [(), ("index.sqlite", "peer-heads.json")])
def test_a_replay_after_a_restart_is_refused(
    lost: tuple[str, ...], province: Province, liar: Peer, service: Backend
) -> None:
    question = make_question(CLIENT, TARGET)
    with RunningGateway(province.agency.folder) as gateway:
        with liar.dial(gateway.peers) as link:
            (committed,) = liar.append(question.statement(link.to))
            link.hear(link.send_question(question, committed))
        gateway.stop()
    for name in lost:
        (province.agency.folder / name).unlink()
    with RunningGateway(province.agency.folder) as gateway, liar.dial(gateway.peers) as link:
        refusal, _ = link.hear(link.send_question(question, committed))
        assert isinstance(refusal, RefuseFrame)
        assert refusal.code == "replayed_message"
    assert len(service.calls) == 1
    assert read_kinds(province.agency) == ["received", "response", "refused"]
    require_sound(province.agency)


# Rule 4.6: what no grant allows, however it is dressed up.


TWO_MEANINGS = (
    "/granted/..%2fsecret",
    "/granted/%2e%2e/secret",
    "/granted/.%2e/secret",
    "/granted/%252e%252e%252fsecret",
    "/granted/%252fsecret",
    "/granted/..%5csecret",
    "/granted/..\\secret",
    "/granted/../secret",
    "/granted/..",
    "/granted/..;/secret",
    "/granted/...",
    "/granted/%2e",
    "/granted/x%00",
    "/granted/%c0%ae%c0%ae",
    "/granted/\u2025/secret",
    "/granted/%ef%bc%8fsecret",
    "/granted/x%",
)


def test_a_path_that_could_mean_another_one_is_refused(
    province: Province, provider: RunningGateway, liar: Peer, service: Backend
) -> None:
    with liar.dial(provider.peers) as link:
        for path in TWO_MEANINGS:
            refusal, _ = link.hear(link.ask(make_question(CLIENT, f"{SERVICE}{path}")))
            assert (path, refusal_code(refusal)) == (path, "path_refused")
    assert service.calls == []
    assert read_kinds(province.agency) == ["refused"] * len(TWO_MEANINGS)


NOT_GRANTED: tuple[tuple[str, bytes, str, tuple[tuple[bytes, bytes], ...], str], ...] = (
    (CLIENT, b"GET", f"{SERVICE}/secret", (), "path_not_granted"),
    (CLIENT, b"GET", f"{SERVICE}/granted/1/2", (), "path_not_granted"),
    (CLIENT, b"GET", f"{SERVICE}//granted/1", (), "path_not_granted"),
    (CLIENT, b"GET", SERVICE, (), "path_not_granted"),
    (CLIENT, b"DELETE", TARGET, (), "method_not_granted"),
    (CLIENT, b"POST", TARGET, ((b"X-HTTP-Method-Override", b"DELETE"),), "method_override"),
    (CLIENT, b"POST", TARGET, ((b"x-http-method", b"DELETE"),), "method_override"),
    (CLIENT, b"POST", TARGET, ((b"X_Method_Override", b"DELETE"),), "method_override"),
    (OTHER_CLIENT, b"GET", TARGET, (), "not_granted"),
    (CLIENT, b"GET", f"{PERSONS}/001095000001", (), "missing_purpose"),
    (CLIENT, b"GET", SERVICE.replace("units", "procedure"), (), "missing_purpose"),
    (
        CLIENT,
        b"GET",
        SERVICE.replace("units", "procedure"),
        ((b"X-Road-Purpose", b"1.001194#H49.19-240307-0001"),),
        "purpose_not_granted",
    ),
    (CLIENT, b"GET", SERVICE.replace("units", "past"), (), "grant_expired"),
    (CLIENT, b"GET", SERVICE.replace("units", "nothing"), (), "unknown_service"),
)


def test_what_no_grant_allows_is_refused_with_its_reason(
    province: Province, provider: RunningGateway, liar: Peer, service: Backend
) -> None:
    with liar.dial(provider.peers) as link:
        for client, method, target, headers, code in NOT_GRANTED:
            question = make_question(client, target, method=method, headers=headers)
            refusal, _ = link.hear(link.ask(question))
            assert (target, headers, refusal_code(refusal)) == (target, headers, code)
            require_refusal_proven(province.agency, link.heads[-1], refusal, asked_leaf(question, link.to))
    assert service.calls == []
    assert read_kinds(province.agency) == ["refused"] * len(NOT_GRANTED)


def test_a_withdrawn_grant_ends_within_a_second(
    province: Province, provider: RunningGateway, liar: Peer, service: Backend
) -> None:
    with liar.dial(provider.peers) as link:
        link.hear(link.ask(make_question(CLIENT, TARGET)))
        (province.agency.folder / "grants.toml").write_text("")
        time.sleep(1)
        refusal, _ = link.hear(link.ask(make_question(CLIENT, TARGET)))
    assert isinstance(refusal, RefuseFrame)
    assert refusal.code == "not_granted"
    assert len(service.calls) == 1


def test_a_service_with_a_subject_answers_where_the_purpose_is_given(
    provider: RunningGateway, liar: Peer, service: Backend
) -> None:
    headers = ((b"X-Road-Purpose", b"1.001193#H49.19-240307-0001"),)
    with liar.dial(provider.peers) as link:
        answer, _ = link.hear(link.ask(make_question(CLIENT, f"{PERSONS}/001095000001", headers=headers)))
    assert isinstance(answer, AnswerFrame)
    assert service.calls[0].headers["x-road-purpose"] == "1.001193#H49.19-240307-0001"


def test_a_service_with_a_secret_is_told_it_by_its_own_gateway(
    province: Province, provider: RunningGateway, liar: Peer, service: Backend
) -> None:
    secret = make_secret()
    store_secret(province.agency.folder / "keys" / "site.secret", secret)
    services = province.agency.folder / "services.toml"
    first = '[services."AREAS/units"]\n'
    assert first in services.read_text()
    services.write_text(services.read_text().replace(first, f'{first}secret_file = "keys/site.secret"\n'))
    time.sleep(1)
    with liar.dial(provider.peers) as link:
        answer, _ = link.hear(link.ask(make_question(CLIENT, TARGET)))
    assert isinstance(answer, AnswerFrame)
    assert service.calls[0].headers["x-road-gateway-secret"] == encode_base64url(secret)
    assert encode_base64url(secret).encode() not in answer.header_part


# What must not travel between gateways was put there by a gateway that lies to its own log's readers.
NOT_TRAVELLING = (
    (b"X-Road-Gateway-Secret", b"guessed"),
    (b"X-Road-Token", b"t"),
    (b"X_Road_Client", OTHER_CLIENT.encode()),
    (b"x-road-client", OTHER_CLIENT.encode()),
    (b"Transfer-Encoding", b"chunked"),
    (b"Content-Length", b"1000"),
    (b"Host", b"elsewhere"),
    (b"Connection", b"close"),
)


def test_headers_that_a_gateway_drops_or_collapses_are_refused(
    province: Province, provider: RunningGateway, liar: Peer, service: Backend
) -> None:
    question = make_question(CLIENT, TARGET)
    with liar.dial(provider.peers) as link:
        for name, value in NOT_TRAVELLING:
            raw = question.part + b"%b:%b\r\n" % (name, value)
            error, _ = link.hear(link.ask(question, sent=with_part(raw)))
            assert (name, error_code(error)) == (name, "invalid_request")
    assert (service.calls, read_kinds(province.agency)) == ([], [])


def with_part(raw: bytes) -> Callable[[OpenFrame], OpenFrame]:
    return lambda frame: replace(frame, header_part=raw)


# Rule 4.8: only what may have had an effect is `unknown`.


def test_a_service_that_does_not_answer_in_time_leaves_an_unknown_outcome(
    province: Province, provider: RunningGateway, liar: Peer, service: Backend
) -> None:
    service.may_answer.clear()
    question = make_question(CLIENT, SERVICE.replace("units", "quick"))
    with liar.dial(provider.peers) as link:
        outcome, _ = link.hear(link.ask(question))
        assert isinstance(outcome, RefuseFrame)
        assert (outcome.kind, outcome.code) == (RefusalKind.UNKNOWN, "service_timeout")
        require_refusal_proven(province.agency, link.heads[-1], outcome, asked_leaf(question, link.to))
    assert len(service.calls) == 1
    assert read_kinds(province.agency) == ["received", "unknown"]


def test_a_service_that_was_not_reached_was_not_called(province: Province, liar: Peer) -> None:
    services = province.agency.folder / "services.toml"
    services.write_text('[services."AREAS/units"]\nurl = "http://127.0.0.1:1"\n')
    with RunningGateway(province.agency.folder) as gateway, liar.dial(gateway.peers) as link:
        outcome, _ = link.hear(link.ask(make_question(CLIENT, TARGET)))
    assert isinstance(outcome, RefuseFrame)
    assert (outcome.kind, outcome.code) == (RefusalKind.REFUSED, "service_unreachable")
    assert read_kinds(province.agency) == ["received", "refused"]
