"""The consumer's system against a stand-in for its gateway, over real sockets."""

from __future__ import annotations

import json
import threading
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, ClassVar

import msgspec
import pytest

from lienthong.sandbox.areas_answers import DataMark, SuccessorsAnswer
from lienthong.sandbox.errors import SandboxError
from lienthong.sandbox.questions import Door, Reply, ask_all, measure_pace
from lienthong.sandbox.units import Unit, read_units

if TYPE_CHECKING:
    from collections.abc import Iterator

DAY = date(2025, 6, 30)
BOOK = read_units()
FORMER = BOOK.list_units(DAY)
PREFIX = "/r1/DEMO/GOV/Z99.02/AREAS/units/"


class SimulatedGateway(BaseHTTPRequestHandler):
    """Answers as the provider would, behind a gateway; misbehaves for the codes that a test names."""

    protocol_version = "HTTP/1.1"
    refused: ClassVar[set[str]] = set()
    swapped: ClassVar[set[str]] = set()
    seen: ClassVar[list[tuple[str | None, str | None]]] = []

    def do_GET(self) -> None:
        code = self.path.removeprefix(PREFIX).split("/", maxsplit=1)[0]
        self.seen.append((self.headers["X-Road-Client"], self.headers["X-Road-Token"]))
        if code in self.refused:
            self._reply(500, json.dumps({"type": "server.x", "message": "no grant"}).encode(), "server.x")
        else:
            self._reply(200, self._answer("06649" if code in self.swapped else code), None)

    def _answer(self, code: str) -> bytes:
        unit = BOOK.find_unit(code, DAY)
        assert unit is not None
        candidates = BOOK.follow(unit)
        data = DataMark("vietnamadminunits", "MIT", ())
        return msgspec.json.encode(SuccessorsAnswer(DAY, unit, len(candidates) == 1, candidates, data))

    def _reply(self, status: int, content: bytes, error: str | None) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("X-Road-Request-Id", f"exchange-{len(self.seen)}")
        if error:
            self.send_header("X-Road-Error", error)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002, ANN401 # the standard library's names
        """Keep the test's output clean."""


@pytest.fixture
def door() -> Iterator[Door]:
    SimulatedGateway.refused, SimulatedGateway.swapped, SimulatedGateway.seen = set(), set(), []
    with ThreadingHTTPServer(("127.0.0.1", 0), SimulatedGateway) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        address = f"127.0.0.1:{server.server_address[1]}"
        yield Door(address, "DEMO/GOV/Z99.01/PORTAL", "secret", PREFIX.removeprefix("/r1/").rstrip("/"))
        server.shutdown()
        thread.join(10)


def _do_nothing() -> None:
    pass


def test_each_former_unit_gets_its_reply_once(door: Door) -> None:
    replies = list(ask_all(door, FORMER, DAY, _do_nothing))
    assert sorted(reply.unit.code for reply in replies) == [unit.code for unit in FORMER]
    assert sum(not reply.answer.decided for reply in replies) == 12
    assert len({reply.request_id for reply in replies}) > 1
    assert set(SimulatedGateway.seen) == {("DEMO/GOV/Z99.01/PORTAL", "secret")}


def test_a_refusal_ends_the_questions_and_is_shown(door: Door) -> None:
    SimulatedGateway.refused = {FORMER[3].code}
    with pytest.raises(SandboxError, match=r"expected 200 to GET /r1/.*got 500: .*no grant"):
        list(ask_all(door, FORMER, DAY, _do_nothing))


def test_an_answer_to_another_question_is_not_taken(door: Door) -> None:
    SimulatedGateway.swapped = {FORMER[3].code}
    with pytest.raises(SandboxError, match=f"expected an answer about {FORMER[3].code} .*, got one about"):
        list(ask_all(door, FORMER[3:4], DAY, _do_nothing))


def test_a_gateway_that_is_gone_is_named(door: Door) -> None:
    closed = Door("127.0.0.1:9", door.client, door.token, door.service)
    with pytest.raises(SandboxError, match=r"the gateway at 127\.0\.0\.1:9 did not answer"):
        list(ask_all(closed, FORMER[:2], DAY, _do_nothing))


def test_a_dead_process_explains_a_broken_connection(door: Door) -> None:
    def fail() -> None:
        raise ChildProcessError

    closed = Door("127.0.0.1:9", door.client, door.token, door.service)
    with pytest.raises(ChildProcessError):
        list(ask_all(closed, FORMER[:2], DAY, fail))


def test_the_pace_counts_by_nearest_rank() -> None:
    replies = [_make_reply(FORMER[0], milliseconds / 1000) for milliseconds in range(1, 101)]
    pace = measure_pace(replies, 2.0)
    assert (pace.count, pace.per_second) == (100, 50.0)
    assert (round(pace.p50_ms, 6), round(pace.p99_ms, 6)) == (50.0, 99.0)


def _make_reply(unit: Unit, seconds: float) -> Reply:
    return Reply(
        unit,
        SuccessorsAnswer(DAY, unit, decided=True, candidates=(), data=DataMark("vietnamadminunits", "MIT", ())),
        "",
        seconds,
    )
