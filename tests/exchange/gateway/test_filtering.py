"""A grant's fields and rate between two running gateways (rule 4.6): what leaves, is kept, is told."""

from __future__ import annotations

import gzip
import json
import time
from typing import TYPE_CHECKING

import pytest

from lienthong.exchange.fields import MAX_FILTERED, compile_fields
from lienthong.exchange.gateway.filtering import filter_answer
from lienthong.exchange.gateway.spool import Body
from lienthong.exchange.gateway.upstream import ServiceAnswer
from tests.exchange.gateway.province import (
    CLIENT,
    OTHER_CLIENT,
    OTHER_TOKEN,
    SERVICE,
    TOKEN,
    Province,
    read_kinds,
    require_sound,
)
from tests.exchange.gateway.running import Reply, RunningGateway, call
from tests.simulators.backend import BackendAnswer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.simulators.backend import Backend

ANSWER = {"name": "Nguyễn Văn A", "number": "secret-number", "cards": [{"kind": "a", "number": "secret-card"}]}
KEPT = {"name": "Nguyễn Văn A", "cards": [{"kind": "a"}]}
RAW = json.dumps(ANSWER).encode()
JSON = ("Content-Type", "application/json")


@pytest.fixture
def filtering(province: Province) -> Iterator[RunningGateway]:
    """The agency's gateway, whose grants on the units have fields and a rate."""
    grants = province.agency.folder / "grants.toml"
    limited = 'paths = ["/granted/*", "/granted"]\nfields = ["/name", "/cards/*/kind"]\n'
    text = grants.read_text().replace('paths = ["/granted/*", "/granted"]\n', limited)
    rated = "".join(
        f'[[grant]]\nto = "{client}"\nservice = "AREAS/units"\nmethods = ["GET"]\npaths = ["/rated"]\nrate = "2/h"\n'
        for client in (CLIENT, OTHER_CLIENT)
    )
    grants.write_text(text + rated)
    with RunningGateway(province.agency.folder) as gateway:
        yield gateway


def ask(gateway: RunningGateway, path: str = "/granted/1", method: str = "GET", token: str = TOKEN) -> Reply:
    client = CLIENT if token == TOKEN else OTHER_CLIENT
    headers = {"X-Road-Client": client, "X-Road-Token": token}
    return call(gateway.consumers, method, f"/r1/{SERVICE}{path}", headers)


@pytest.mark.usefixtures("filtering")
@pytest.mark.parametrize("status", [200, 404])
def test_a_field_that_is_not_granted_is_neither_sent_nor_kept(
    province: Province, consumer: RunningGateway, service: Backend, status: int
) -> None:
    service.answer = BackendAnswer(status, (JSON,), RAW)
    reply = ask(consumer)
    assert (reply.status, json.loads(reply.body)) == (status, KEPT)
    time.sleep(1.2)
    for home in (province.agency, province.commune):
        require_sound(home)
        assert read_kinds(home)[-1] in {"response", "received"}
    # What is kept is encrypted; its length tells which of the two it is.
    kept = sum(path.stat().st_size for path in (province.agency.folder / "store").glob("*.pack"))
    assert 0 < kept < len(RAW)


@pytest.mark.usefixtures("filtering")
@pytest.mark.parametrize(
    "answer",
    [
        BackendAnswer(200, (("Content-Type", "text/html"),), b"<p>secret-number</p>"),
        BackendAnswer(200, (("Content-Type", "application/json;charset=utf-16"),), RAW),
        BackendAnswer(200, (JSON,), b'"secret-number"'),
        BackendAnswer(200, (JSON,), b"<p>secret-number</p>"),
        BackendAnswer(200, (), b"secret-number"),
        BackendAnswer(206, (JSON, ("Content-Range", "bytes 0-9/99")), RAW),
        BackendAnswer(200, (JSON, ("Content-Encoding", "br")), RAW),
        BackendAnswer(200, (JSON, ("Content-Encoding", "gzip")), RAW),
        BackendAnswer(200, (JSON, ("Content-Encoding", "gzip")), gzip.compress(RAW) + gzip.compress(RAW)),
        BackendAnswer(200, (JSON, ("Content-Encoding", "gzip")), gzip.compress(RAW + b" " * MAX_FILTERED)),
        BackendAnswer(200, (JSON,), RAW + b" " * MAX_FILTERED),
    ],
)
def test_an_answer_that_cannot_be_filtered_is_not_sent(
    province: Province, consumer: RunningGateway, service: Backend, answer: BackendAnswer
) -> None:
    service.answer = answer
    reply = ask(consumer)
    assert (reply.status, reply.code) == (500, "server.serverproxy.service_failed.unfiltered_answer")
    assert b"secret" not in reply.body
    assert read_kinds(province.agency) == ["received", "unknown"]


@pytest.mark.usefixtures("filtering")
def test_headers_that_could_quote_the_answer_stay_behind(consumer: RunningGateway, service: Backend) -> None:
    told = (("ETag", '"1"'), ("X-Person", "secret"), ("Link", "<secret>"), ("Set-Cookie", "a=secret"))
    kept = (("Cache-Control", "no-store"), ("content-language", "vi"))
    service.answer = BackendAnswer(200, (JSON, ("Content-Encoding", "gzip"), *told, *kept), gzip.compress(RAW))
    reply = ask(consumer)
    assert json.loads(reply.body) == KEPT
    assert {name.lower() for name, _ in told}.isdisjoint(reply.headers)
    assert "content-encoding" not in reply.headers
    assert (reply.headers["cache-control"], reply.headers["content-language"]) == ("no-store", "vi")


@pytest.mark.usefixtures("filtering")
def test_an_answer_without_a_body_passes(consumer: RunningGateway, service: Backend) -> None:
    service.answer = BackendAnswer(204, (("X-Person", "secret"),), b"")
    reply = ask(consumer, method="PUT")
    assert (reply.status, reply.body) == (204, b"")
    assert "x-person" not in reply.headers
    assert ask(consumer, method="HEAD").status == 204


def test_a_type_that_is_a_kind_of_json_and_an_encoding_that_is_none_are_taken() -> None:
    headers = [(b"Content-Type", b'application/problem+json; charset="utf-8"'), (b"content-encoding", b"Identity")]
    answer = filter_answer(compile_fields(["/name"]), ServiceAnswer(200, b"OK", headers, Body(RAW)))
    assert json.loads(answer.body.content) == {"name": "Nguyễn Văn A"}
    assert answer.headers == headers[:1]


# Rate.


@pytest.mark.usefixtures("filtering")
def test_a_client_over_its_rate_is_told_when_to_come_again(
    province: Province, consumer: RunningGateway, service: Backend
) -> None:
    assert [ask(consumer, "/rated").status for _ in range(2)] == [200, 200]
    reply = ask(consumer, "/rated")
    assert (reply.status, reply.code) == (429, "server.serverproxy.rate_exceeded")
    assert 1700 < int(reply.headers["retry-after"]) <= 1800
    assert json.loads(reply.body)["message"].endswith(f"try again in {reply.headers['retry-after']} s")
    assert ask(consumer, "/rated", token=OTHER_TOKEN).status == 200
    assert ask(consumer, "/granted").status == 200
    assert len(service.calls) == 4
    # It is told without an entry: a client that goes on and on fills no log.
    assert read_kinds(province.agency) == ["received", "response"] * 4


def test_a_reliable_message_over_its_rate_is_kept_and_delivered_later(province: Province, service: Backend) -> None:
    grants = province.agency.folder / "grants.toml"
    rule = f'[[grant]]\nto = "{CLIENT}"\nservice = "AREAS/units"\nmethods = ["POST"]\npaths = ["/often"]\n'
    grants.write_text(rule + 'rate = "1/s"\nfields = ["/name"]\n')
    with (province.commune.folder / "gateway.toml").open("a") as settings:
        settings.write("\n[outbox]\nfirst_pause_s = 0.1\nlongest_pause_s = 0.2\n")
    service.answer = BackendAnswer(200, (JSON,), RAW)
    proof = {"X-Road-Client": CLIENT, "X-Road-Token": TOKEN}
    with RunningGateway(province.agency.folder), RunningGateway(province.commune.folder) as consumer:
        places = []
        for number in range(3):
            asked = {**proof, "Prefer": "respond-async", "X-Road-Id": f"m-{number}"}
            promised = call(consumer.consumers, "POST", f"/r1/{SERVICE}/often", asked, b"{}")
            assert promised.status == 202
            places.append(promised.headers["location"])
        until = time.monotonic() + 10
        while time.monotonic() < until and len(service.calls) < 3:
            time.sleep(0.05)
        time.sleep(0.3)
        told = [json.loads(call(consumer.consumers, "GET", place, proof).body) for place in places]
        answers = [call(consumer.consumers, "GET", f"{place}/answer", proof) for place in places]
    assert [each["state"] for each in told] == ["answered"] * 3, told
    assert [json.loads(each.body) for each in answers] == [{"name": "Nguyễn Văn A"}] * 3
    assert len(service.calls) == 3
    assert "refused" not in read_kinds(province.agency)
