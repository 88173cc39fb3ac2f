"""A gateway whose disk fails, or that ends in the middle (rules 4.7, 6.1 and 6.2): nobody is told a success."""

from __future__ import annotations

import dataclasses
import errno
import shutil
import socket
import threading
import time
from typing import TYPE_CHECKING

import pytest

from lienthong.evidence.statement import Unknown
from lienthong.exchange.gateway.assembly import Surroundings
from lienthong.exchange.gateway.frames import AnswerFrame, ErrorFrame, RefuseFrame
from lienthong.exchange.gateway.home import split_address
from lienthong.exchange.gateway.process import EXIT_LOG_FAILED
from lienthong.kernel.canonical import encode_base64url
from tests.exchange.gateway.proofs import asked_leaf
from tests.exchange.gateway.province import CLIENT, SERVICE, TOKEN, read_kinds, read_statements, require_sound
from tests.exchange.gateway.running import HEAD_PATIENCE_S, PATIENCE_S, Reply, RunningGateway, call
from tests.simulators.disk import Disk
from tests.simulators.peer import make_question

if TYPE_CHECKING:
    from tests.exchange.gateway.province import Province
    from tests.simulators.backend import Backend
    from tests.simulators.peer import Asked, Peer, PeerLink, PeerServer

TARGET = f"{SERVICE}/granted/06886"
HEADERS = {"X-Road-Client": CLIENT, "X-Road-Token": TOKEN}
FAULTS = pytest.mark.parametrize(("operation", "number"), [("pwrite", errno.ENOSPC), ("fdatasync", errno.EIO)])


def on_disk(disk: Disk) -> Surroundings:
    return Surroundings(files=disk, head_patience_s=HEAD_PATIENCE_S)


def ask_at_once(gateway: RunningGateway, count: int) -> list[Reply]:
    """Make several calls in the same moment."""
    replies: list[Reply] = []

    def ask() -> None:
        replies.append(call(gateway.consumers, "POST", f"/r1/{TARGET}", HEADERS, b"question"))

    threads = [threading.Thread(target=ask) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return replies


# Rule 6.2, of the consumer's log.
@FAULTS
def test_a_consumers_log_that_fails_answers_all_who_wait_and_ends_the_process(
    operation: str, number: int, province: Province, false_agency: PeerServer
) -> None:
    disk = Disk()
    gateway = RunningGateway(province.commune.folder, on_disk(disk))
    gateway.start()
    assert [reply.status for reply in ask_at_once(gateway, 1)] == [200]
    false_agency.behave = lambda _link, _asked: pytest.fail("a request left that no log holds")
    disk.turn_slow(0.1)
    disk.errors[operation] = number
    replies = ask_at_once(gateway, 4)
    assert [reply.status for reply in replies] == [503] * 4
    assert {reply.code for reply in replies} == {"server.clientproxy.outcome_not_recorded"}
    assert gateway.wait() == EXIT_LOG_FAILED != 0
    # Opening finds out what is on the disk, and goes on from there.
    false_agency.behave = lambda link, asked: link.answer(asked)
    with RunningGateway(province.commune.folder) as again:
        assert [reply.status for reply in ask_at_once(again, 1)] == [200]
        again.stop()
    require_sound(province.commune)
    kinds = read_kinds(province.commune)
    assert (kinds[:2], kinds[-2:]) == (["request", "received"], ["request", "received"])


# Rule 6.2 with 4.10: an answer whose receipt is not in the log is not given out.
@FAULTS
def test_an_answer_that_could_not_be_recorded_is_not_given_out(
    operation: str, number: int, province: Province, false_agency: PeerServer
) -> None:
    disk = Disk()
    gateway = RunningGateway(province.commune.folder, on_disk(disk))
    gateway.start()

    def fail_before_answering(link: PeerLink, asked: Asked) -> None:
        disk.errors[operation] = number
        link.answer(asked)

    false_agency.behave = fail_before_answering
    (reply,) = ask_at_once(gateway, 1)
    assert (reply.status, reply.code) == (503, "server.clientproxy.outcome_not_recorded")
    assert b"06886" not in reply.body
    assert gateway.wait() == EXIT_LOG_FAILED
    require_sound(province.agency)


# Rules 4.7 and 6.2, of the provider's log.
@FAULTS
def test_a_provider_that_cannot_record_a_request_does_not_call_its_service(
    operation: str, number: int, province: Province, liar: Peer, service: Backend
) -> None:
    disk = Disk()
    gateway = RunningGateway(province.agency.folder, on_disk(disk))
    gateway.start()
    with liar.dial(gateway.peers) as link:
        disk.errors[operation] = number
        error, _ = link.hear(link.ask(make_question(CLIENT, TARGET)))
        assert isinstance(error, ErrorFrame)
        assert error.code == "outcome_not_recorded"
    assert gateway.wait() == EXIT_LOG_FAILED
    assert service.calls == []


# Rules 4.9 and 6.2: the service was called, and its answer could not be recorded.
@FAULTS
def test_an_answer_that_a_provider_cannot_record_is_not_sent_and_its_outcome_is_told_at_the_next_start(
    operation: str, number: int, province: Province, liar: Peer, service: Backend
) -> None:
    disk = Disk()
    gateway = RunningGateway(province.agency.folder, on_disk(disk))
    gateway.start()
    service.may_answer.clear()
    question = make_question(CLIENT, TARGET)
    with liar.dial(gateway.peers) as link:
        stream = link.ask(question)
        assert service.called.wait(5)
        disk.errors[operation] = number
        service.may_answer.set()
        error, _ = link.hear(stream)
        assert isinstance(error, ErrorFrame)
        assert error.code == "outcome_not_recorded"
        leaf = asked_leaf(question, link.to)
    assert gateway.wait() == EXIT_LOG_FAILED
    with RunningGateway(province.agency.folder) as again:
        again.stop()
    require_sound(province.agency)
    received, outcome = read_statements(province.agency)
    assert received.kind == "received"
    # What was written and not synced may be there: then it is the outcome.
    assert outcome.kind == ("unknown" if operation == "pwrite" else "response")
    assert not isinstance(outcome, Unknown) or outcome.answers == encode_base64url(leaf)
    assert len(service.calls) == 1


# Rules 4.5 and 4.7: what was under way when the gateway ended is `unknown`, and is not called again.
@pytest.mark.parametrize("replayed", [False, True], ids=["once", "with a refused replay"])
def test_a_request_without_a_recorded_outcome_becomes_unknown_at_the_next_start(
    replayed: bool,  # noqa: FBT001 # a parameter of the test
    province: Province,
    liar: Peer,
    service: Backend,
) -> None:
    service.may_answer.clear()
    question = make_question(CLIENT, TARGET)
    with RunningGateway(province.agency.folder) as gateway, liar.dial(gateway.peers) as link:
        (committed,) = liar.append(question.statement(link.to))
        stream = link.send_question(question, committed)
        assert service.called.wait(5)
        if replayed:
            refusal, _ = link.hear(link.send_question(question, committed))
            assert isinstance(refusal, RefuseFrame)
            assert refusal.stream != stream
        # What a crash in this moment leaves on the disk.
        crashed = dataclasses.replace(province.agency, folder=province.folder / "crashed")
        shutil.copytree(province.agency.folder, crashed.folder)
    service.may_answer.set()
    with RunningGateway(crashed.folder) as gateway, liar.dial(gateway.peers) as link:
        refusal, _ = link.hear(link.send_question(question, committed))
        assert isinstance(refusal, RefuseFrame)
        assert refusal.code == "replayed_message"
    between = ["refused"] if replayed else []
    assert read_kinds(crashed) == ["received", *between, "unknown", "refused"]
    assert len(service.calls) == 1
    require_sound(crashed)


# Rule 6.2: a link that is lost while the log is being synced leaves nobody waiting.
def test_a_link_that_is_lost_during_a_commit_is_told_to_the_caller(
    province: Province, false_agency: PeerServer
) -> None:
    disk = Disk()
    with RunningGateway(province.commune.folder, on_disk(disk)) as gateway:
        assert [reply.status for reply in ask_at_once(gateway, 1)] == [200]
        disk.turn_slow(0.3)
        timer = threading.Timer(0.1, false_agency.links[0].shut)
        timer.start()
        start = time.monotonic()
        (reply,) = ask_at_once(gateway, 1)
        timer.join()
        assert (reply.status, reply.code) == (500, "server.clientproxy.network_error")
        assert time.monotonic() - start < 5
    assert read_kinds(province.commune) == ["request", "received", "request"]


# Rule 6.2: what a gateway's end cuts off has its outcome in the log before the log is let go, however slow the disk.
def test_a_gateway_that_ends_on_a_slow_disk_writes_the_outcome_of_what_it_cut_off(
    province: Province, liar: Peer, service: Backend
) -> None:
    disk = Disk()
    disk.turn_slow(0.05)
    service.may_answer.clear()
    gateway = RunningGateway(province.agency.folder, on_disk(disk))
    gateway.start()
    with liar.dial(gateway.peers) as link:
        link.ask(make_question(CLIENT, TARGET))
        assert service.called.wait(5)
        gateway.end_at_once()
    service.may_answer.set()
    assert read_kinds(province.agency) == ["received", "unknown"]
    with RunningGateway(province.agency.folder) as again:
        again.stop()
    require_sound(province.agency)


# Rule 6.2: one who stops a gateway waits for what is under way.
def test_a_stopping_gateway_lets_requests_under_way_end(province: Province, liar: Peer, service: Backend) -> None:
    service.may_answer.clear()
    with RunningGateway(province.agency.folder) as gateway, liar.dial(gateway.peers) as link:
        stream = link.ask(make_question(CLIENT, TARGET))
        assert service.called.wait(5)
        timer = threading.Timer(0.3, service.may_answer.set)
        timer.start()
        assert gateway.stop() == 0
        timer.join()
        answer, _ = link.hear(stream)
        assert isinstance(answer, AnswerFrame)
    assert read_kinds(province.agency) == ["received", "response"]
    require_sound(province.agency)


def test_a_gateway_that_ends_at_once_does_not_wait_for_callers_that_stay(
    consumer: RunningGateway,
) -> None:
    with socket.create_connection(split_address(consumer.consumers)) as idle:
        idle.sendall(b"GET /r1/")
        time.sleep(0.2)
        started = time.monotonic()
        assert consumer.end_at_once() != 0
        assert time.monotonic() - started < PATIENCE_S
        assert idle.recv(1) == b""
