"""Reliable messages that come again to a provider's gateway (rules 4.5 and 5)."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pytest

from lienthong.evidence.statement import Request
from lienthong.exchange.errors import ExchangeError, ExchangeErrorKind
from lienthong.exchange.gateway.frames import AnswerFrame, ErrorFrame, OpenFrame, RefusalKind, RefuseFrame
from lienthong.exchange.gateway.recall import Recall
from lienthong.exchange.message import read_request
from lienthong.kernel.ids import new_uuid4
from tests.exchange.gateway.proofs import asked_leaf, require_answer_proven, require_one_history, require_refusal_proven
from tests.exchange.gateway.province import AGENCY, CLIENT, SERVICE, Province, read_kinds, require_sound
from tests.exchange.gateway.running import RunningGateway
from tests.simulators.backend import BackendAnswer
from tests.simulators.peer import Question, make_question

if TYPE_CHECKING:
    from pathlib import Path

    from lienthong.evidence.batch import Committed
    from tests.simulators.backend import Backend
    from tests.simulators.peer import Peer, PeerLink, Reply

TARGET = f"{SERVICE}/granted/1"


def reliable(body: bytes = b'{"n":1}', xroad_id: str | None = None, target: str = TARGET) -> Question:
    headers = ((b"X-Road-Id", (xroad_id or new_uuid4()).encode()),)
    question = make_question(CLIENT, target, method=b"POST", headers=headers, body=body)
    return dataclasses.replace(question, reliable=True, until=question.time + 3 * 24 * 3_600_000)


def log_question(liar: Peer, link: PeerLink, question: Question) -> Committed:
    (committed,) = liar.append(question.statement(link.to))
    return committed


def ask_again(liar: Peer, link: PeerLink, question: Question, committed: Committed) -> tuple[Reply, bytes]:
    """Resend a logged question, proven under the newest head."""
    return link.hear(link.send_question(question, liar.log.prove_entry(committed.index)))


def declare_idempotent(province: Province) -> None:
    services = province.agency.folder / "services.toml"
    services.write_text(services.read_text().replace('/units"\n', '/units"\nidempotent = true\n', 1))


def test_a_message_that_comes_again_gets_the_same_entry_under_a_newer_head(
    province: Province, provider: RunningGateway, liar: Peer, service: Backend
) -> None:
    question = reliable()
    with liar.dial(provider.peers) as link:
        committed = log_question(liar, link, question)
        first, _ = link.hear(link.send_question(question, committed))
        link.hear(link.ask(make_question(CLIENT, TARGET)))
        again, body = ask_again(liar, link, question, committed)
        head = link.heads[-1]
        require_one_history(province.agency, link.heads)
    assert isinstance(first, AnswerFrame)
    assert isinstance(again, AnswerFrame)
    assert (again.index, again.salt, again.time) == (first.index, first.salt, first.time)
    assert head.size > first.index + 1
    require_answer_proven(province.agency, head, again, asked_leaf(question, province.agency.origin), body)
    assert len(service.calls) == 2
    assert read_kinds(province.agency) == ["received", "response", "received", "response"]


def test_a_message_that_comes_again_after_a_restart_gets_the_same_entry(
    province: Province, liar: Peer, service: Backend
) -> None:
    question = reliable()
    with RunningGateway(province.agency.folder) as provider, liar.dial(provider.peers) as link:
        committed = log_question(liar, link, question)
        first, _ = link.hear(link.send_question(question, committed))
    for name in ("recall.sqlite", "recall.sqlite-wal", "recall.sqlite-shm"):
        (province.agency.folder / name).unlink(missing_ok=True)
    with RunningGateway(province.agency.folder) as provider, liar.dial(provider.peers) as link:
        again, body = ask_again(liar, link, question, committed)
        head = link.heads[-1]
    assert isinstance(first, AnswerFrame)
    assert isinstance(again, AnswerFrame)
    assert again.index == first.index
    require_answer_proven(province.agency, head, again, asked_leaf(question, province.agency.origin), body)
    assert len(service.calls) == 1
    require_sound(province.agency)


def test_a_replayed_answer_is_not_given_where_its_grant_was_withdrawn(province: Province, liar: Peer) -> None:
    question = reliable()
    with RunningGateway(province.agency.folder) as provider, liar.dial(provider.peers) as link:
        committed = log_question(liar, link, question)
        link.hear(link.send_question(question, committed))
    (province.agency.folder / "grants.toml").write_text("")
    with RunningGateway(province.agency.folder) as provider, liar.dial(provider.peers) as link:
        again, _ = ask_again(liar, link, question, committed)
    assert isinstance(again, ErrorFrame)
    assert again.code == "not_granted"
    assert read_kinds(province.agency) == ["received", "response"]


@pytest.mark.parametrize(
    ("before", "now", "is_told"),
    [
        (None, "/id", False),
        (None, "/*", True),
        ("/id", "/id", True),
        ("/id", "/*", True),
        ("/*", "/id", False),
    ],
)
def test_a_replayed_answer_is_not_given_where_the_grants_fields_were_narrowed(
    province: Province, liar: Peer, service: Backend, before: str | None, now: str, *, is_told: bool
) -> None:
    service.answer = BackendAnswer(body=b'{"id": 1, "name": "An"}', headers=(("Content-Type", "application/json"),))
    grants = province.agency.folder / "grants.toml"
    plain = grants.read_text()

    def name_fields(field: str | None) -> None:
        wanted = f'service = "AREAS/units"\nfields = ["{field}"]' if field else 'service = "AREAS/units"'
        grants.write_text(plain.replace('service = "AREAS/units"', wanted))

    name_fields(before)
    question = reliable()
    with RunningGateway(province.agency.folder) as provider, liar.dial(provider.peers) as link:
        committed = log_question(liar, link, question)
        first, _ = link.hear(link.send_question(question, committed))
    name_fields(now)
    with RunningGateway(province.agency.folder) as provider, liar.dial(provider.peers) as link:
        again, _ = ask_again(liar, link, question, committed)
    assert isinstance(first, AnswerFrame)
    if is_told:
        assert isinstance(again, AnswerFrame)
        assert again.index == first.index
    else:
        assert isinstance(again, ErrorFrame)
        assert again.code == "not_granted"
    assert read_kinds(province.agency) == ["received", "response"]


def test_another_attempt_under_the_same_id_is_answered_without_a_second_call(
    province: Province, provider: RunningGateway, liar: Peer, service: Backend
) -> None:
    first, second = reliable(xroad_id="m-1"), reliable(xroad_id="m-1")
    with liar.dial(provider.peers) as link:
        link.hear(link.ask(first))
        answer, body = link.hear(link.ask(second))
        head = link.heads[-1]
    assert isinstance(answer, AnswerFrame)
    require_answer_proven(province.agency, head, answer, asked_leaf(second, province.agency.origin), body)
    assert body == service.answer.body
    assert len(service.calls) == 1


def test_another_content_under_the_same_id_is_refused(
    province: Province, provider: RunningGateway, liar: Peer, service: Backend
) -> None:
    others = (
        reliable(b'{"n":2}', "m-1"),
        reliable(xroad_id="m-1", target=f"{SERVICE}/granted/2"),
        reliable(xroad_id="m-1", target=f"{TARGET}?a=1"),
    )
    with liar.dial(provider.peers) as link:
        link.hear(link.ask(reliable(xroad_id="m-1")))
        for question in others:
            refused, _ = link.hear(link.ask(question))
            assert isinstance(refused, RefuseFrame)
            assert refused.code == "conflicting_message"
            require_refusal_proven(
                province.agency, link.heads[-1], refused, asked_leaf(question, province.agency.origin)
            )
    assert len(service.calls) == 1


def test_a_message_that_comes_while_it_is_carried_out_is_told_so(
    provider: RunningGateway, liar: Peer, service: Backend
) -> None:
    question = reliable(xroad_id="m-1")
    service.may_answer.clear()
    with liar.dial(provider.peers) as link, liar.dial(provider.peers) as other:
        committed = log_question(liar, link, question)
        stream = link.send_question(question, committed)
        assert service.called.wait(5)
        for asked in (question, reliable(xroad_id="m-1")):
            (place,) = (committed,) if asked is question else (log_question(liar, other, asked),)
            told, _ = ask_again(liar, other, asked, place)
            assert isinstance(told, ErrorFrame)
            assert told.code == "under_way"
        service.may_answer.set()
        answer, _ = link.hear(stream)
    assert isinstance(answer, AnswerFrame)
    assert len(service.calls) == 1


def _interrupt(province: Province, liar: Peer, service: Backend, question: Question) -> Committed:
    """Have the provider's gateway end while the service is being called."""
    service.may_answer.clear()
    with RunningGateway(province.agency.folder) as provider, liar.dial(provider.peers) as link:
        committed = log_question(liar, link, question)
        link.send_question(question, committed)
        assert service.called.wait(5)
        provider.end_at_once()
    service.may_answer.set()
    return committed


def test_an_interrupted_call_of_a_service_that_does_not_deduplicate_is_unknown_and_not_repeated(
    province: Province, liar: Peer, service: Backend
) -> None:
    question, other = reliable(xroad_id="m-1"), reliable(xroad_id="m-1")
    committed = _interrupt(province, liar, service, question)
    with RunningGateway(province.agency.folder) as provider, liar.dial(provider.peers) as link:
        for asked, place in ((question, committed), (other, log_question(liar, link, other))):
            told, _ = ask_again(liar, link, asked, place)
            assert isinstance(told, RefuseFrame)
            assert (told.kind, told.code) == (RefusalKind.UNKNOWN, "outcome_unknown")
            require_refusal_proven(province.agency, link.heads[-1], told, asked_leaf(asked, province.agency.origin))
    assert len(service.calls) == 1
    assert read_kinds(province.agency) == ["received", "unknown", "received", "unknown"]


def test_an_interrupted_call_of_a_service_that_deduplicates_is_made_again_with_the_same_id(
    province: Province, liar: Peer, service: Backend
) -> None:
    declare_idempotent(province)
    question = reliable(xroad_id="m-1")
    committed = _interrupt(province, liar, service, question)
    with RunningGateway(province.agency.folder) as provider, liar.dial(provider.peers) as link:
        answer, body = ask_again(liar, link, question, committed)
        require_answer_proven(
            province.agency,
            link.heads[-1],
            answer,  # type: ignore[arg-type] # it says so below
            asked_leaf(question, province.agency.origin),
            body,
        )
    assert isinstance(answer, AnswerFrame)
    assert [each.headers["x-road-id"] for each in service.calls] == ["m-1", "m-1"]
    assert read_kinds(province.agency) == ["received", "response"]


def test_a_refused_message_stays_refused_after_a_restart(province: Province, liar: Peer, service: Backend) -> None:
    question = reliable(target=f"{SERVICE}/elsewhere")
    with RunningGateway(province.agency.folder) as provider, liar.dial(provider.peers) as link:
        committed = log_question(liar, link, question)
        link.hear(link.send_question(question, committed))
    for name in ("recall.sqlite", "recall.sqlite-wal", "recall.sqlite-shm"):
        (province.agency.folder / name).unlink(missing_ok=True)
    with RunningGateway(province.agency.folder) as provider, liar.dial(provider.peers) as link:
        again, _ = ask_again(liar, link, question, committed)
        require_refusal_proven(province.agency, link.heads[-1], again, asked_leaf(question, province.agency.origin))
    assert service.calls == []
    assert read_kinds(province.agency) == ["refused"]


def test_a_deadline_beyond_what_a_provider_remembers_is_refused(provider: RunningGateway, liar: Peer) -> None:
    question = reliable()
    overlong = dataclasses.replace(question, until=question.time + 31 * 24 * 3_600_000)
    with liar.dial(provider.peers) as link:
        refused, _ = link.hear(link.ask(overlong))
    assert isinstance(refused, RefuseFrame)
    assert refused.code == "message_expired"


def test_an_altered_copy_of_a_message_is_not_answered(provider: RunningGateway, liar: Peer, service: Backend) -> None:
    question = reliable()

    def lengthen(frame: OpenFrame) -> OpenFrame:
        return OpenFrame(
            *(frame.stream, frame.index, frame.time, frame.until + 1, frame.reliable, frame.salt, frame.body_length),
            *(frame.path, frame.header_part, frame.chunk),
        )

    with liar.dial(provider.peers) as link:
        committed = log_question(liar, link, question)
        link.hear(link.send_question(question, committed))
        told, _ = link.hear(link.send_question(question, liar.log.prove_entry(committed.index), sent=lengthen))
    assert isinstance(told, ErrorFrame)
    assert told.code == "bad_proof"
    assert len(service.calls) == 1


# Rule 5: at a start `unknown` is being recorded while the consumer's gateway already sends its message again.
def test_a_message_whose_outcome_is_being_recorded_is_not_dealt_with(tmp_path: Path) -> None:
    question, leaf = reliable(), b"l" * 32
    request = read_request(question.part)
    statement = question.statement(f"{AGENCY}/GW1/1")
    assert isinstance(statement, Request)
    recall = Recall(tmp_path / "recall.sqlite", bytes(32))
    assert recall.hold(leaf)
    assert not recall.hold(leaf)
    with pytest.raises(ExchangeError) as refused:
        recall.take_turn(leaf, request, bytes(32), statement)
    assert refused.value.kind is ExchangeErrorKind.UNDER_WAY
    recall.release(leaf)
    with recall.take_turn(leaf, request, bytes(32), statement):
        assert not recall.hold(leaf)
    recall.close()
