"""X-Road's metaservices between two running gateways: asked as by X-Road's clients, recorded as any exchange."""

from __future__ import annotations

import json
from contextlib import ExitStack
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

from lienthong.evidence.statement import Response
from lienthong.exchange.gateway.frames import RefuseFrame
from tests.exchange.gateway.province import (
    AGENCY,
    CLIENT,
    COMMUNE,
    OTHER_CLIENT,
    OTHER_TOKEN,
    TOKEN,
    read_kinds,
    read_statements,
    require_sound,
)
from tests.exchange.gateway.running import Reply, RunningGateway, call
from tests.simulators.backend import BackendAnswer
from tests.simulators.peer import make_question

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.exchange.gateway.province import Province
    from tests.simulators.backend import Backend
    from tests.simulators.peer import Peer

SUBSYSTEM = f"{AGENCY}/AREAS"
NAMES = {
    "xrd": "http://x-road.eu/xsd/xroad.xsd",
    "id": "http://x-road.eu/xsd/identifiers",
}
DOCUMENT = {
    "openapi": "3.1.0",
    "servers": [{"url": "http://10.0.0.7"}],
    "paths": {
        "/granted/{code}": {"get": {}, "put": {}, "patch": {}},
        "/hidden/{code}": {"get": {}},
    },
}
ID = {"xroad_instance": "DEMO", "member_class": "GOV", "member_code": "Z99.02", "subsystem_code": "AREAS"}


def ask(
    gateway: RunningGateway, what: str, headers: dict[str, str] | None = None, method: str = "GET", token: str = TOKEN
) -> Reply:
    client = CLIENT if token == TOKEN else OTHER_CLIENT
    sent = {"X-Road-Client": client, "X-Road-Token": token, **(headers or {})}
    return call(gateway.consumers, method, f"/r1/{SUBSYSTEM}/{what}", sent)


@pytest.fixture
def described(province: Province) -> Iterator[Callable[[str], None]]:
    """Start the agency's gateway once its units have a document."""
    with ExitStack() as running:

        def start(openapi: str) -> None:
            path = province.agency.folder / "services.toml"
            path.write_text(path.read_text().replace('/units"\n', f'/units"\nopenapi = "{openapi}"\n'))
            running.enter_context(RunningGateway(province.agency.folder))

        yield start


def list_services(reply: Reply) -> dict[str, list[tuple[str, str]]]:
    assert reply.status == 200
    return {
        each["service_code"]: [(endpoint["method"], endpoint["path"]) for endpoint in each["endpoint_list"]]
        for each in json.loads(reply.body)["service"]
    }


# listClients: the member's own gateway answers, from the directory.


def test_clients_are_listed_as_json_and_as_xml(province: Province, consumer: RunningGateway) -> None:
    headers = {"X-Road-Token": TOKEN, "Accept": "application/json"}
    reply = call(consumer.consumers, "GET", "/listClients", headers)
    assert (reply.status, reply.headers["content-type"]) == (200, "application/json;charset=utf-8")
    listed = json.loads(reply.body)["member"]
    member = {"object_type": "MEMBER", "xroad_instance": "DEMO", "member_class": "GOV", "member_code": "Z99.01"}
    assert listed[0] == {"id": member, "name": COMMUNE}
    subsystem = {**member, "object_type": "SUBSYSTEM", "subsystem_code": "PORTAL"}
    assert listed[1] == {"id": subsystem, "name": COMMUNE, "subsystem_name": "PORTAL"}
    assert len(listed) == 7

    del headers["Accept"]
    reply = call(consumer.consumers, "GET", "/listClients?xRoadInstance=DEMO", headers)
    assert (reply.status, reply.headers["content-type"]) == (200, "text/xml;charset=utf-8")
    root = ET.fromstring(reply.body)  # noqa: S314 - our own
    assert root.tag == f"{{{NAMES['xrd']}}}clientList"
    ids = root.findall("xrd:member/xrd:id", NAMES)
    assert [each.get(f"{{{NAMES['id']}}}objectType") for each in ids].count("MEMBER") == 3
    assert root.findtext("xrd:member/xrd:id/id:subsystemCode", None, NAMES) == "PORTAL"
    assert root.findtext("xrd:member/xrd:subsystemName", None, NAMES) == "PORTAL"
    assert read_kinds(province.commune) == []


# Rule 3.1 holds here too.
def test_clients_are_listed_to_own_systems_only(consumer: RunningGateway) -> None:
    reply = call(consumer.consumers, "GET", "/listClients", {"Accept": "application/json"})
    assert (reply.status, reply.code) == (400, "client.ssl_authentication_failed")


@pytest.mark.parametrize(
    ("method", "target", "status", "code"),
    [
        ("GET", "/listClients?xRoadInstance=OTHER", 400, "client.invalid_request"),
        ("GET", "/listClient", 500, "server.clientproxy.invalid_request"),
        ("GET", "/r2/listClients", 500, "server.clientproxy.invalid_request"),
        ("POST", "/listClients", 400, "client.invalid_http_method"),
    ],
)
def test_a_question_that_is_none_is_told_so(
    consumer: RunningGateway, method: str, target: str, status: int, code: str
) -> None:
    reply = call(consumer.consumers, method, target, {"X-Road-Token": TOKEN})
    assert (reply.status, reply.code) == (status, code)


# listMethods and allowedMethods: the provider's gateway answers, and both logs tell of it.


def test_methods_are_listed_with_the_endpoints_of_a_services_document(
    province: Province, described: Callable[[str], None], consumer: RunningGateway, service: Backend
) -> None:
    service.answer = BackendAnswer(body=json.dumps(DOCUMENT).encode())
    described(f"http://127.0.0.1:{service.port}/openapi.json?v=1")
    reply = ask(consumer, "listMethods")
    listed = list_services(reply)
    assert list(listed) == ["units", "persons", "procedure", "past", "quick"]
    assert listed["units"] == [
        ("GET", "/granted/*"),
        ("PUT", "/granted/*"),
        ("PATCH", "/granted/*"),
        ("GET", "/hidden/*"),
    ]
    assert listed["persons"] == []
    first = json.loads(reply.body)["service"][0]
    assert {key: first[key] for key in ID} == ID
    assert (first["object_type"], first["service_type"]) == ("SERVICE", "OPENAPI")
    assert reply.headers["x-road-service"] == f"{SUBSYSTEM}/listMethods"
    assert [each.target for each in service.calls] == ["/openapi.json?v=1"]

    ask(consumer, "listMethods")
    assert len(service.calls) == 1
    assert read_kinds(province.agency) == ["received", "response"] * 2
    assert read_kinds(province.commune) == ["request", "received"] * 2
    require_sound(province.agency)


def test_only_what_a_client_may_call_is_listed_to_it(
    province: Province, described: Callable[[str], None], consumer: RunningGateway
) -> None:
    (province.agency.folder / "units.json").write_text(json.dumps(DOCUMENT))
    described("units.json")
    assert list_services(ask(consumer, "allowedMethods")) == {
        "units": [("GET", "/granted/*"), ("PUT", "/granted/*")],
        "persons": [("GET", "/**"), ("POST", "/**")],
        "procedure": [("GET", "**")],
        "quick": [("GET", "**")],
    }
    assert list_services(ask(consumer, "allowedMethods", token=OTHER_TOKEN)) == {}


@pytest.mark.usefixtures("provider")
def test_methods_are_listed_as_xml_where_only_xml_is_asked_for(consumer: RunningGateway) -> None:
    reply = ask(consumer, "listMethods", {"Accept": "text/xml"})
    assert reply.headers["content-type"] == "text/xml;charset=utf-8"
    root = ET.fromstring(reply.body)  # noqa: S314 - our own
    codes = [each.text for each in root.findall("xrd:service/id:serviceCode", NAMES)]
    assert codes == ["units", "persons", "procedure", "past", "quick"]


@pytest.mark.usefixtures("provider")
@pytest.mark.parametrize(
    ("method", "target", "code"),
    [
        ("POST", f"{SUBSYSTEM}/listMethods", "access_denied"),
        ("GET", f"{SUBSYSTEM}/listMethods/all", "access_denied"),
    ],
)
def test_a_metaservice_that_is_asked_wrongly_refuses_and_the_refusal_is_logged(
    province: Province, consumer: RunningGateway, method: str, target: str, code: str
) -> None:
    reply = call(
        consumer.consumers, method, f"/r1/{target}", {"X-Road-Client": CLIENT, "X-Road-Token": TOKEN}, b"" or None
    )
    assert (reply.status, reply.code) == (500, f"server.serverproxy.{code}")
    assert read_kinds(province.agency) == ["refused"]


def test_a_subsystem_that_the_directory_does_not_know_lists_nothing(provider: RunningGateway, liar: Peer) -> None:
    with liar.dial(provider.peers) as link:
        refusal, _ = link.hear(link.ask(make_question(CLIENT, f"{AGENCY}/NOWHERE/listMethods")))
    assert isinstance(refusal, RefuseFrame)
    assert refusal.code == "unknown_member"


# getOpenAPI: fetched live; the addresses inside the member are not told.


@pytest.mark.parametrize("is_file", [False, True])
def test_a_description_is_fetched_live_and_names_no_server_of_the_member(
    province: Province,
    described: Callable[[str], None],
    consumer: RunningGateway,
    service: Backend,
    is_file: bool,  # noqa: FBT001 - a table
) -> None:
    path = province.agency.folder / "units.json"
    path.write_text(json.dumps(DOCUMENT))
    service.answer = BackendAnswer(body=path.read_bytes())
    described("units.json" if is_file else f"http://127.0.0.1:{service.port}/units.json")
    for title in ("", "changed"):
        document = {**DOCUMENT, "info": {"title": title}}
        path.write_text(json.dumps(document))
        service.answer = BackendAnswer(body=path.read_bytes())
        reply = ask(consumer, "getOpenAPI?serviceCode=units")
        assert (reply.status, reply.headers["content-type"]) == (200, "application/json;charset=utf-8")
        shown = {"servers": [{"url": f"/r1/{SUBSYSTEM}/units"}]}
        assert json.loads(reply.body) == {**document, **shown}
    assert len(service.calls) == (0 if is_file else 2)
    responses = [each for each in read_statements(province.agency) if isinstance(each, Response)]
    assert [each.status for each in responses] == [200, 200]


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("", 400),
        ("?serviceCode=", 400),
        ("?serviceCode=units&serviceCode=units", 400),
        ("?serviceCode=%ff", 400),
        ("?serviceCode=..", 400),
        ("?serviceCode=nothing", 400),
        ("?serviceCode=persons", 400),
        ("?serviceCode=units", 500),
    ],
)
def test_a_description_that_cannot_be_had_is_an_answer_that_says_so(
    province: Province, described: Callable[[str], None], consumer: RunningGateway, query: str, status: int
) -> None:
    described("missing.json")
    reply = ask(consumer, f"getOpenAPI{query}")
    assert (reply.status, reply.code) == (status, "")
    assert set(json.loads(reply.body)) == {"type", "message", "detail"}
    assert b"missing.json" not in reply.body
    assert read_kinds(province.agency) == ["received", "response"]


@pytest.mark.parametrize("answer", [BackendAnswer(status=404), BackendAnswer(body=b"<html>")])
def test_a_service_that_describes_itself_badly_is_listed_without_endpoints(
    described: Callable[[str], None],
    consumer: RunningGateway,
    service: Backend,
    answer: BackendAnswer,
) -> None:
    service.answer = answer
    described(f"http://127.0.0.1:{service.port}/units.json")
    assert list_services(ask(consumer, "listMethods"))["units"] == []
    assert ask(consumer, "getOpenAPI?serviceCode=units").status == 500
