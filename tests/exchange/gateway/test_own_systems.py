"""The member's own systems (rules 3.1 and 3.3): each proves which subsystem it is, before anything else."""

from __future__ import annotations

import http.client
import socket
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from lienthong.exchange.gateway.frames import MAX_HEADER_PART
from tests.exchange.gateway.certificates import Certificates
from tests.exchange.gateway.province import (
    AGENCY,
    CLIENT,
    COMMUNE,
    OTHER_CLIENT,
    OTHER_TOKEN,
    SERVICE,
    STRANGER,
    TOKEN,
    Province,
    read_kinds,
    read_statements,
)
from tests.exchange.gateway.running import PATIENCE_S, RunningGateway, call
from tests.simulators.peer import Peer, PeerServer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.simulators.backend import Backend
    from tests.simulators.peer import Asked, PeerLink

TARGET = f"/r1/{SERVICE}/granted/06886"
UNPROVEN = "client.ssl_authentication_failed"


# Rule 3.1: by token.


UNPROVEN_HEADERS: tuple[dict[str, str], ...] = (
    {},
    {"X-Road-Token": ""},
    {"X-Road-Token": "guess"},
    {"X-Road-Token": TOKEN[:-1]},
    {"X-Road-Token": OTHER_TOKEN},
    {"X-Road-Token": TOKEN, "X-Road-Client": OTHER_CLIENT},
    {"X-Road-Token": TOKEN, "X-Road-Client": f"{STRANGER}/PORTAL"},
    {"X-Road-Token": TOKEN, "X-Road-Client": COMMUNE},
    {"X-Road-Token": TOKEN, "X-Road-Client": CLIENT.lower()},
    {"X_Road_Token": TOKEN},
    {"Authorization": f"Bearer {TOKEN}"},
)


def test_a_caller_speaks_only_for_the_subsystem_that_it_proves_to_be(
    province: Province, consumer: RunningGateway, false_agency: PeerServer
) -> None:
    for headers in UNPROVEN_HEADERS:
        reply = call(consumer.consumers, "GET", TARGET, {"X-Road-Client": CLIENT, **headers})
        assert (headers, reply.status, reply.code) == (headers, 400, UNPROVEN)
    assert false_agency.links == []
    assert read_kinds(province.commune) == []


def test_nothing_is_told_to_a_caller_that_proves_nothing(consumer: RunningGateway) -> None:
    """Not even whether a member or service exists, or what is wrong with a request."""
    for target in ("/r1/nonsense", "/r1/DEMO/GOV/NOBODY/X/y", "/", TARGET):
        for method in ("GET", "TRACE"):
            reply = call(consumer.consumers, method, target, {})
            assert (reply.status, reply.code) == (400, UNPROVEN)


@pytest.mark.usefixtures("false_agency")
def test_a_second_client_header_does_not_replace_the_proven_one(province: Province, consumer: RunningGateway) -> None:
    host, _, port = consumer.consumers.rpartition(":")
    for first, last in ((CLIENT, OTHER_CLIENT), (OTHER_CLIENT, CLIENT)):
        connection = http.client.HTTPConnection(host, int(port), timeout=PATIENCE_S)
        connection.putrequest("GET", TARGET)
        for name, value in (("X-Road-Client", first), ("x-road-client", last), ("X-Road-Token", OTHER_TOKEN)):
            connection.putheader(name, value)
        connection.endheaders()
        status = connection.getresponse().status
        connection.close()
        # X-Road takes the last one; the statement names the one that was compared with the proof.
        assert status == (200 if last == OTHER_CLIENT else 400)
    request, _ = read_statements(province.commune)
    assert request.kind == "request"
    assert request.client == OTHER_CLIENT


def test_the_token_stays_in_this_gateway(province: Province, provider: RunningGateway, service: Backend) -> None:
    with RunningGateway(province.commune.folder) as consumer:
        headers = {"X-Road-Client": CLIENT, "X-Road-Token": TOKEN, "X-Other": "1"}
        reply = call(consumer.consumers, "GET", TARGET, headers)
    assert reply.status == 200
    assert service.calls[0].headers["x-other"] == "1"
    assert "x-road-token" not in service.calls[0].headers
    assert provider.health()["status"] == "ok"


# Rule 9.4: what one own system sends is no other's harm.


def test_a_head_too_long_for_a_frame_ends_no_link_that_others_requests_are_on(
    provider: RunningGateway, consumer: RunningGateway, service: Backend
) -> None:
    assert provider.peers != consumer.peers
    service.may_answer.clear()
    with ThreadPoolExecutor(1) as threads:
        headers = {"X-Road-Client": CLIENT, "X-Road-Token": TOKEN}
        others = threads.submit(call, consumer.consumers, "GET", TARGET, headers)
        assert service.called.wait(PATIENCE_S)
        # Right behind a request that is answered at once: its bytes come with that one's.
        head = "GET {} HTTP/1.1\r\nHost: gateway\r\nX-Road-Client: {}\r\nX-Road-Token: {}\r\n{}\r\n"
        sent = (
            head.format(f"{TARGET}/none", OTHER_CLIENT, TOKEN, ""),
            head.format(TARGET, CLIENT, TOKEN, f"X-Long: {'a' * MAX_HEADER_PART}\r\n"),
        )
        host, _, port = consumer.consumers.rpartition(":")
        with (
            socket.create_connection((host, int(port)), PATIENCE_S) as connection,
            connection.makefile("rb") as answers,
        ):
            connection.sendall("".join(sent).encode())
            assert b"400" in answers.readline()
            while answers.read(4096):
                pass
        service.may_answer.set()
        assert others.result().status == HTTPStatus.OK


# Rule 3.1: by client certificate.


def test_a_certificate_proves_its_own_subsystem_and_no_other(province: Province, false_agency: PeerServer) -> None:
    certificates = Certificates(province)
    assert false_agency.links == []
    with RunningGateway(province.commune.folder) as gateway:
        assert certificates.ask(gateway.consumers, "portal", CLIENT) == 200
        assert certificates.ask(gateway.consumers, "clerk", OTHER_CLIENT) == 200
        assert certificates.ask(gateway.consumers, "clerk", CLIENT) == 400
        assert certificates.ask(gateway.consumers, "portal", f"{STRANGER}/PORTAL") == 400
        assert certificates.ask(gateway.consumers, None, CLIENT) == 400
        # Of the directory's authority, but no caller's.
        assert certificates.ask(gateway.consumers, "server", CLIENT) in {400, "cut off"}
        assert certificates.ask(gateway.consumers, "nobody", CLIENT) == "cut off"
    assert read_kinds(province.commune) == ["request", "received"] * 2


# Rule 3.3: only safe methods are asked again at another gateway, as a new statement.


class Retreat:
    """The agency's second gateway, and a first one that takes requests and goes silent."""

    def __init__(self, province: Province, first: PeerServer, folder: Path) -> None:
        first.behave = lambda link, _asked: link.close()
        home = province.add_gateway(AGENCY, folder)
        self.peer = Peer(home.gateway, home.folder, province.directory.authority)
        self.asked: list[Asked] = []
        self.server = PeerServer(self.peer, home.peers)
        self.server.behave = self.answer

    def answer(self, link: PeerLink, asked: Asked) -> None:
        self.asked.append(asked)
        link.answer(asked)

    def close(self) -> None:
        self.server.close()
        self.peer.close()


@pytest.fixture
def retreat(province: Province, false_agency: PeerServer, tmp_path: Path) -> Iterator[Retreat]:
    retreat = Retreat(province, false_agency, tmp_path / "agency-2")
    yield retreat
    retreat.close()


@pytest.mark.usefixtures("retreat")
@pytest.mark.parametrize("method", ["GET", "OPTIONS"])
def test_a_safe_request_whose_link_was_lost_is_asked_again_as_a_new_statement(method: str, province: Province) -> None:
    with RunningGateway(province.commune.folder) as consumer:
        reply = call(consumer.consumers, method, TARGET, {"X-Road-Client": CLIENT, "X-Road-Token": TOKEN})
    assert reply.status == 200
    first, second, _ = read_statements(province.commune)
    assert first.kind == second.kind == "request"
    assert (first.to, second.to) == (f"{AGENCY}/GW1/1", f"{AGENCY}/GW2/1")
    assert first.commitment != second.commitment
    assert replace(first, to="", commitment="", id="", time=0, until=0) == replace(
        second, to="", commitment="", id="", time=0, until=0
    )


@pytest.mark.parametrize("method", ["POST", "DELETE"])
def test_any_other_request_is_asked_once(method: str, province: Province, retreat: Retreat) -> None:
    with RunningGateway(province.commune.folder) as consumer:
        reply = call(consumer.consumers, method, TARGET, {"X-Road-Client": CLIENT, "X-Road-Token": TOKEN}, b"question")
    assert (reply.status, reply.code) == (500, "server.clientproxy.network_error")
    assert retreat.asked == []
    assert read_kinds(province.commune) == ["request"]
