from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lienthong.exchange.client import DeliveryState, GatewayClient, Question, Retries, Tls
from lienthong.exchange.errors import ExchangeError, ExchangeErrorKind, Side
from lienthong.exchange.gateway.outbox import State
from lienthong.kernel.ids import new_uuid4
from lienthong.sandbox.ports import find_free_ports
from tests.exchange.clients import KINDS
from tests.exchange.gateway.certificates import Certificates
from tests.exchange.gateway.province import (
    CLIENT,
    OTHER_CLIENT,
    PERSONS,
    SERVICE,
    TOKEN,
    Province,
    read_kinds,
)
from tests.exchange.gateway.running import RunningGateway
from tests.simulators.backend import Backend, BackendAnswer
from tests.simulators.moody_gateway import MoodyGateway, Say, refuse

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.exchange.clients import AnyClient


@pytest.fixture
def service() -> Iterator[Backend]:
    with Backend() as service:
        yield service


@pytest.fixture
def province(tmp_path: Path, service: Backend) -> Province:
    return Province(tmp_path, service.port)


@pytest.fixture(params=KINDS, ids=["sync", "async"])
def client(province: Province, request: pytest.FixtureRequest) -> Iterator[AnyClient]:
    with (
        RunningGateway(province.agency.folder),
        RunningGateway(province.commune.folder) as consumer,
        request.param(consumer.consumers, CLIENT, TOKEN) as client,
    ):
        yield client


def test_a_service_answers_through_both_gateways_and_the_exchange_is_named(
    client: AnyClient, service: Backend, province: Province
) -> None:
    answer = client.ask(Question(SERVICE, "/granted/06886?on=2025-06-30"))
    assert (answer.status, answer.body, answer.refusal) == (200, b'{"unit":"06886"}', None)
    assert service.calls[0].headers["x-road-request-id"] == answer.exchange
    assert read_kinds(province.commune) == ["request", "received"]


def test_what_a_service_itself_refuses_is_its_answer(client: AnyClient, service: Backend) -> None:
    service.answer = BackendAnswer(404, body=b'{"title":"No such unit"}')
    answer = client.ask(Question(SERVICE, "/granted/00000"))
    assert (answer.status, answer.body, answer.refusal) == (404, b'{"title":"No such unit"}', None)


def test_purpose_user_id_and_body_arrive_and_only_the_purposes_code_is_logged(
    client: AnyClient, service: Backend
) -> None:
    xroad_id = new_uuid4()
    question = Question(
        PERSONS, "/001095000001", "POST", b'{"a":1}', purpose="1.001193#H49.19-0001", user="clerk-7", xroad_id=xroad_id
    )
    assert client.ask(question).status == 200
    (call,) = service.calls
    told = [call.headers[name] for name in ("x-road-purpose", "x-road-userid", "x-road-id")]
    assert told == ["1.001193#H49.19-0001", "clerk-7", xroad_id]
    assert (call.method, call.body, call.headers["content-type"]) == ("POST", b'{"a":1}', "application/json")


def test_a_gateways_refusal_says_who_refused_and_why(client: AnyClient, service: Backend) -> None:
    answer = client.ask(Question(PERSONS, "/001095000001"))
    assert answer.refusal is not None
    assert answer.refusal.type.startswith("server.serverproxy.")
    assert "X-Road-Purpose" in answer.refusal.message
    assert answer.exchange == answer.refusal.detail
    assert service.calls == []


def test_without_its_gateway_a_question_fails_with_the_gateways_address() -> None:
    (port,) = find_free_ports(1)
    with (
        GatewayClient(f"127.0.0.1:{port}", CLIENT, TOKEN) as client,
        pytest.raises(ExchangeError, match=f"127.0.0.1:{port}") as caught,
    ):
        client.ask(Question(SERVICE))
    assert caught.value.kind is ExchangeErrorKind.NETWORK_ERROR


def test_a_large_body_goes_from_file_to_file(client: AnyClient, service: Backend, tmp_path: Path) -> None:
    (tmp_path / "scan.pdf").write_bytes(bytes(range(256)) * 12_000)
    service.answer = BackendAnswer(body=b"large" * 700_000)
    question = Question(SERVICE, "/granted/06886", "PUT", tmp_path / "scan.pdf", content_type="application/pdf")
    with client.stream(question) as streamed:
        assert (streamed.head.status, streamed.head.content_type) == (200, "application/json")
        assert streamed.save(tmp_path / "answer") == 3_500_000
    assert (tmp_path / "answer").read_bytes() == service.answer.body
    (call,) = service.calls
    assert (call.headers["content-type"], len(call.body)) == ("application/pdf", 3_072_000)
    assert call.body == (tmp_path / "scan.pdf").read_bytes()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.usefixtures("service")
def test_a_client_certificate_says_who_calls(province: Province, kind: type[AnyClient]) -> None:
    folder = Certificates(province).folder
    (folder / "authority.pem").write_text(province.directory.authority)
    tls = Tls(folder / "authority.pem", folder / "portal.pem", folder / "portal.key")
    with (
        RunningGateway(province.agency.folder),
        RunningGateway(folder) as consumer,
        kind(consumer.consumers, CLIENT, tls=tls) as client,
        kind(consumer.consumers, OTHER_CLIENT, tls=tls) as other,
        kind(consumer.consumers, CLIENT, TOKEN, tls=Tls(folder / "authority.pem")) as by_token,
    ):
        assert client.ask(Question(SERVICE, "/granted/06886")).status == 200
        refusal = other.ask(Question(SERVICE, "/granted/06886")).refusal
        assert refusal is not None
        assert (refusal.side, refusal.kind) == (Side.CALLER, ExchangeErrorKind.CALLER_UNAUTHENTICATED)
        assert by_token.ask(Question(SERVICE, "/granted/06886")).status == 200


def test_a_reliable_message_is_followed_to_its_answer(client: AnyClient, service: Backend) -> None:
    service.may_answer.clear()
    question = Question(SERVICE, "/granted/06886", "POST", b'{"a":1}', xroad_id=new_uuid4())
    delivery = client.send_reliably(question, 3600)
    assert (delivery.is_open, delivery.xroad_id) == (True, question.xroad_id)
    assert client.find_answer(delivery) is None
    with pytest.raises(ExchangeError, match=delivery.exchange) as caught:
        client.wait(delivery, 0)
    assert caught.value.kind is ExchangeErrorKind.TIMEOUT
    service.may_answer.set()
    answer = client.wait(delivery, 20)
    assert (answer.status, answer.body, answer.exchange) == (200, b'{"unit":"06886"}', delivery.exchange)
    seen = client.look(delivery)
    assert (seen.state, seen.is_open, seen.status) == (DeliveryState.ANSWERED, False, delivery.status)
    assert client.send_reliably(question).status == delivery.status
    assert len(service.calls) == 1


def test_a_reliable_message_that_is_refused_says_so(client: AnyClient, service: Backend) -> None:
    answer = client.wait(client.send_reliably(Question(SERVICE, "/hidden", "POST", b"{}")), 20)
    with pytest.raises(ExchangeError, match=r"access_denied") as caught:
        answer.require_answered()
    assert caught.value.side is Side.PROVIDER
    assert service.calls == []


def test_the_gateways_words_for_a_delivery_are_the_clients() -> None:
    assert list(DeliveryState) == [str(state) for state in State]


# Tries, at a gateway that a test plays.

QUICK = Retries(tries=4, deadline_s=20, first_pause_s=0.01, longest_pause_s=0.02)
OK = Say(200, b"{}", (("X-Road-Request-Id", "0195-1"),))
ACCEPTED = Say(202, b'{"state":"waiting","status":"/status/x","exchange":"0195-1"}')


@pytest.fixture
def moody() -> Iterator[MoodyGateway]:
    with MoodyGateway() as gateway:
        yield gateway


@pytest.fixture(params=KINDS, ids=["sync", "async"])
def trying(moody: MoodyGateway, request: pytest.FixtureRequest) -> Iterator[AnyClient]:
    with request.param(moody.address, CLIENT, TOKEN, retries=QUICK) as client:
        yield client


def test_a_safe_question_is_asked_again_under_one_id_until_it_is_answered(
    trying: AnyClient, moody: MoodyGateway
) -> None:
    moody.script = [None, refuse("server.serverproxy.service_failed"), refuse("server.clientproxy.timeout"), OK]
    assert trying.ask(Question(SERVICE, "/granted")).status == 200
    assert len({heard.headers["x-road-id"] for heard in moody.heard}) == 1
    assert len(moody.heard) == 4


def test_a_question_that_may_change_something_is_asked_once(trying: AnyClient, moody: MoodyGateway) -> None:
    for method in ("POST", "PUT", "DELETE"):
        moody.script = [refuse("server.clientproxy.overloaded", 503), OK]
        refusal = trying.ask(Question(SERVICE, method=method, body=b"{}")).refusal
        assert refusal is not None
        assert refusal.kind is ExchangeErrorKind.OVERLOADED
        moody.script = [None, OK]
        with pytest.raises(ExchangeError, match=moody.address):
            trying.ask(Question(SERVICE, method=method, body=b"{}"))
    assert len(moody.heard) == 6


def test_what_will_be_refused_next_time_as_well_is_asked_once(trying: AnyClient, moody: MoodyGateway) -> None:
    moody.script = [refuse("server.serverproxy.access_denied"), Say(503, b"busy", (("Retry-After", "1"),))]
    assert trying.ask(Question(SERVICE)).refusal is not None
    answer = trying.ask(Question(SERVICE))
    assert (answer.status, answer.retry_after_s, answer.refusal) == (503, 1.0, None)


def test_the_last_refusal_is_the_answer_when_tries_or_time_end(trying: AnyClient, moody: MoodyGateway) -> None:
    busy = refuse("server.clientproxy.overloaded", 503)
    moody.script = [busy] * 4
    assert trying.ask(Question(SERVICE)).refusal is not None
    moody.script = [refuse("server.clientproxy.overloaded", 503, ("Retry-After", "60"))]
    assert trying.ask(Question(SERVICE)).retry_after_s == 60
    moody.script = [None] * 4
    with pytest.raises(ExchangeError, match=moody.address):
        trying.ask(Question(SERVICE))
    assert moody.script == []


def test_a_reliable_message_is_handed_over_until_it_is_accepted(
    trying: AnyClient, moody: MoodyGateway, tmp_path: Path
) -> None:
    (tmp_path / "body").write_bytes(b"whole")
    moody.script = [None, refuse("server.clientproxy.outcome_not_recorded", 503), ACCEPTED]
    delivery = trying.send_reliably(Question(SERVICE, method="POST", body=tmp_path / "body"), 60)
    assert (delivery.status, delivery.exchange) == ("/status/x", "0195-1")
    assert [heard.body for heard in moody.heard] == [b"whole"] * 3
    (told,) = {(h.headers["x-road-id"], h.headers["prefer"], h.headers["x-road-deadline"]) for h in moody.heard}
    assert told == (delivery.xroad_id, "respond-async", "60")


def test_a_gateway_that_promises_nothing_is_not_taken_at_its_word(trying: AnyClient, moody: MoodyGateway) -> None:
    for said in (OK, Say(202, b"<html>"), refuse("server.clientproxy.given_up")):
        moody.script = [said]
        with pytest.raises(ExchangeError):
            trying.send_reliably(Question(SERVICE, method="POST"))


def test_a_streamed_question_is_tried_until_its_answer_begins(
    trying: AnyClient, moody: MoodyGateway, tmp_path: Path
) -> None:
    moody.script = [None, refuse("server.clientproxy.network_error"), OK]
    with trying.stream(Question(SERVICE)) as streamed:
        assert b"".join(streamed.pieces()) == b"{}"
    moody.script = [refuse("server.serverproxy.access_denied")]
    with trying.stream(Question(SERVICE)) as streamed:
        assert streamed.head.refusal is not None
        assert b"".join(streamed.pieces()) == streamed.head.body
    moody.script = [None] * 4
    with pytest.raises(ExchangeError, match=moody.address), trying.stream(Question(SERVICE)):
        pass
    moody.script = [Say(200, b"x" * 1_000_000, cut=400_000)]
    with trying.stream(Question(SERVICE)) as streamed, pytest.raises(ExchangeError, match=moody.address):
        streamed.save(tmp_path / "part")
