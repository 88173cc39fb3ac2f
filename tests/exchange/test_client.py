from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lienthong.exchange.client import GatewayClient, Question
from lienthong.exchange.errors import ExchangeError, ExchangeErrorKind
from lienthong.kernel.ids import new_uuid4
from lienthong.sandbox.ports import find_free_ports
from tests.exchange.gateway.province import CLIENT, PERSONS, SERVICE, TOKEN, Province, read_kinds
from tests.exchange.gateway.running import RunningGateway
from tests.simulators.backend import Backend, BackendAnswer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def service() -> Iterator[Backend]:
    with Backend() as service:
        yield service


@pytest.fixture
def province(tmp_path: Path, service: Backend) -> Province:
    return Province(tmp_path, service.port)


@pytest.fixture
def client(province: Province) -> Iterator[GatewayClient]:
    with (
        RunningGateway(province.agency.folder),
        RunningGateway(province.commune.folder) as consumer,
        GatewayClient(consumer.consumers, CLIENT, TOKEN) as client,
    ):
        yield client


def test_a_service_answers_through_both_gateways_and_the_exchange_is_named(
    client: GatewayClient, service: Backend, province: Province
) -> None:
    answer = client.ask(Question(SERVICE, "/granted/06886?on=2025-06-30"))
    assert (answer.status, answer.body, answer.refusal) == (200, b'{"unit":"06886"}', None)
    assert service.calls[0].headers["x-road-request-id"] == answer.exchange
    assert read_kinds(province.commune) == ["request", "received"]


def test_what_a_service_itself_refuses_is_its_answer(client: GatewayClient, service: Backend) -> None:
    service.answer = BackendAnswer(404, body=b'{"title":"No such unit"}')
    answer = client.ask(Question(SERVICE, "/granted/00000"))
    assert (answer.status, answer.body, answer.refusal) == (404, b'{"title":"No such unit"}', None)


def test_purpose_user_id_and_body_arrive_and_only_the_purposes_code_is_logged(
    client: GatewayClient, service: Backend
) -> None:
    xroad_id = new_uuid4()
    question = Question(
        PERSONS, "/x", "POST", b'{"a":1}', purpose="1.001193#H49.19-0001", user="clerk-7", xroad_id=xroad_id
    )
    assert client.ask(question).status == 200
    (call,) = service.calls
    told = [call.headers[name] for name in ("x-road-purpose", "x-road-userid", "x-road-id")]
    assert told == ["1.001193#H49.19-0001", "clerk-7", xroad_id]
    assert (call.method, call.body, call.headers["content-type"]) == ("POST", b'{"a":1}', "application/json")


def test_a_gateways_refusal_says_who_refused_and_why(client: GatewayClient, service: Backend) -> None:
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
