"""The areas service over a real socket: its answers, its refusals, its marks and its description."""

from __future__ import annotations

import http.client
import json
import socket
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
import uvicorn

from lienthong.sandbox.areas_service import make_service
from lienthong.sandbox.units import read_units
from tests.clocks import SetClock

if TYPE_CHECKING:
    from collections.abc import Iterator

EVENING_BEFORE = int(datetime(2025, 6, 30, 16, 59, tzinfo=UTC).timestamp() * 1000)
"""One minute before the units changed, by Vietnam's clock."""
SANDBOX = {"instance": "DEMO", "agency": "Z99.02", "notice": "BẢN MẪU – KHÔNG CÓ GIÁ TRỊ PHÁP LÝ"}  # noqa: RUF001 - the notice's own dash


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    raw: bytes

    @property
    def content(self) -> dict[str, Any]:
        content: dict[str, Any] = json.loads(self.raw)
        return content


@dataclass(frozen=True)
class Areas:
    port: int
    clock: SetClock

    def ask(self, target: str, method: str = "GET", headers: dict[str, str] | None = None) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request(method, target, headers=headers or {})
            response = connection.getresponse()
            named = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, named, response.read())
        finally:
            connection.close()


@pytest.fixture(scope="module")
def areas() -> Iterator[Areas]:
    clock = SetClock(EVENING_BEFORE)
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(make_service(read_units(), clock), log_level="warning", lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield Areas(listener.getsockname()[1], clock)
    server.should_exit = True
    thread.join(10)
    listener.close()


def test_a_unit_is_answered_as_it_was_on_the_day(areas: Areas) -> None:
    before = areas.ask("/units/06652?on=2025-06-30").content
    since = areas.ask("/units/06652?on=2025-07-01").content
    assert (before["on"], before["unit"]["name"], before["unit"]["to"]) == (
        "2025-06-30",
        "Phường Hà Phong",
        "2025-06-30",
    )
    assert before["unit"]["district"] == "Thành phố Hạ Long"
    assert (since["unit"]["name"], since["unit"]["from"]) == ("Phường Hà Tu", "2025-07-01")
    assert "to" not in since["unit"]


def test_a_unit_that_was_not_split_has_one_decided_successor(areas: Areas) -> None:
    content = areas.ask("/units/06664/successors?on=2025-06-30").content
    assert content["decided"] is True
    assert [(unit["code"], unit["name"]) for unit in content["candidates"]] == [("06652", "Phường Hà Tu")]


def test_a_split_unit_lists_all_candidates_and_none_is_chosen(areas: Areas) -> None:
    content = areas.ask("/units/06886/successors?on=2025-06-30").content
    assert content["decided"] is False
    assert [unit["name"] for unit in content["candidates"]] == ["Xã Hải Hòa", "Xã Hải Lạng", "Xã Ba Chẽ"]


def test_each_of_the_171_former_units_has_an_answer(areas: Areas) -> None:
    units = areas.ask("/units?on=2025-06-30").content["units"]
    assert len(units) == 171
    decided = [areas.ask(f"/units/{unit['code']}/successors?on=2025-06-30").content["decided"] for unit in units]
    assert (decided.count(True), decided.count(False)) == (159, 12)


def test_a_present_unit_is_its_own_successor(areas: Areas) -> None:
    content = areas.ask("/units/06652/successors?on=2026-01-01").content
    assert content["decided"] is True
    assert content["candidates"] == [content["unit"]]


def test_without_a_day_today_in_vietnam_is_meant(areas: Areas) -> None:
    assert areas.ask("/units/06652").content["on"] == "2025-06-30"
    areas.clock.advance(60_000)
    assert areas.ask("/units/06652").content["on"] == "2025-07-01"


def test_every_answer_says_that_it_is_a_sandbox_and_that_its_data_is_real(areas: Areas) -> None:
    for target in (
        "/units?on=2025-07-01",
        "/units/06652?on=2025-07-01",
        "/units/06652/successors?on=2025-07-01",
    ):
        content = areas.ask(target).content
        assert content["sandbox"] == SANDBOX
        assert content["data"] == {
            "real": True,
            "statement": "Real and public: the administrative units of Quảng Ninh province",
            "source": "vietnamadminunits 1.0.4",
            "licence": "MIT",
            "documents": ["1199/NQ-UBTVQH15", "1679/NQ-UBTVQH15"],
        }
    assert areas.ask("/units/99999?on=2025-07-01").content["sandbox"] == SANDBOX


@pytest.mark.parametrize(
    ("target", "status", "kind", "detail"),
    [
        ("/units/99999?on=2025-07-01", 404, "unknown-code", "no unit of the province ever had it"),
        (
            "/units/06664?on=2025-07-01",
            404,
            "unknown-code",
            "it was Phường Hà Tu from 2024-11-01 to 2025-06-30",
        ),
        ("/units/06664/successors?on=2025-07-01", 404, "unknown-code", "no unit has the code 06664"),
        ("/units/6652?on=2025-07-01", 400, "bad-code", "expected a code of five digits"),
        ("/units/0665%D9%A2?on=2025-07-01", 400, "bad-code", "expected a code of five digits"),
        ("/units/06652?on=2025-02-30", 400, "bad-day", "got ['2025-02-30']"),
        ("/units/06652?on=20250701", 400, "bad-day", "expected one parameter on=YYYY-MM-DD"),
        ("/units/06652?on=", 400, "bad-day", "got ['']"),
        ("/units/06652?on=2025-07-01&on=2025-06-30", 400, "bad-day", "got ['2025-07-01', '2025-06-30']"),
        ("/units?on=tomorrow", 400, "bad-day", "got ['tomorrow']"),
        ("/units/06652?on=2024-10-31", 404, "unknown-day", "unknown: the data begins on 2024-11-01"),
        (
            "/units/06652/successors?on=1999-12-31",
            404,
            "unknown-day",
            "unknown: the data begins on 2024-11-01",
        ),
        ("/units?on=2024-10-31", 404, "unknown-day", "unknown: the data begins on 2024-11-01"),
    ],
)
def test_a_question_without_an_answer_gets_problem_details(
    areas: Areas, target: str, status: int, kind: str, detail: str
) -> None:
    answer = areas.ask(target)
    assert (answer.status, answer.headers["content-type"]) == (status, "application/problem+json")
    assert (answer.content["status"], answer.content["type"]) == (status, f"urn:lienthong:problem:{kind}")
    assert detail in answer.content["detail"]


def test_other_paths_and_methods_get_problem_details_too(areas: Areas) -> None:
    missing, refused = areas.ask("/nothing"), areas.ask("/units", method="POST")
    assert (missing.status, missing.headers["content-type"]) == (404, "application/problem+json")
    assert (refused.status, sorted(refused.headers["allow"].split(", "))) == (405, ["GET", "HEAD"])
    assert missing.content["sandbox"] == refused.content["sandbox"] == SANDBOX


def test_names_are_utf_8_and_the_content_type_says_json(areas: Areas) -> None:
    answer = areas.ask("/units/07192?on=2025-07-01")
    assert answer.headers["content-type"] == "application/json"
    assert "Đặc khu Cô Tô".encode() in answer.raw


def test_nothing_of_the_exchanges_headers_comes_back(areas: Areas) -> None:
    headers = {
        "X-Road-Id": "mark-7f3a",
        "X-Road-Client": "DEMO/GOV/Z99.01/mark-7f3a",
        "X-Road-UserId": "mark-7f3a",
    }
    answer = areas.ask("/units/07192?on=2025-07-01", headers=headers)
    assert b"mark-7f3a" not in answer.raw
    assert "mark-7f3a" not in str(answer.headers)
    assert not [name for name in answer.headers if name.startswith("x-road")]


def test_the_description_names_each_path_and_each_form(areas: Areas) -> None:
    answer = areas.ask("/openapi.json")
    content = answer.content
    assert (answer.headers["content-type"], content["openapi"]) == ("application/json", "3.1.0")
    assert content["x-sandbox"] == SANDBOX
    assert list(content["paths"]) == ["/units", "/units/{code}", "/units/{code}/successors"]
    references = {part.split('"')[0] for part in answer.raw.decode().split("#/components/schemas/")[1:]}
    assert references <= set(content["components"]["schemas"])


def test_an_answer_has_exactly_the_fields_that_the_description_promises(areas: Areas) -> None:
    schemas = areas.ask("/openapi.json").content["components"]["schemas"]
    answers = {
        "UnitsAnswer": areas.ask("/units?on=2025-06-30"),
        "UnitAnswer": areas.ask("/units/06652?on=2025-06-30"),
        "SuccessorsAnswer": areas.ask("/units/06886/successors?on=2025-06-30"),
        "ProblemAnswer": areas.ask("/units/06886?on=never"),
    }
    for name, answer in answers.items():
        assert set(answer.content) == set(schemas[name]["properties"])
    unit = answers["UnitAnswer"].content["unit"]
    assert set(schemas["Unit"]["required"]) <= set(unit) <= set(schemas["Unit"]["properties"])


def test_the_list_also_answers_under_a_slash_and_nothing_redirects_to_this_address(areas: Areas) -> None:
    assert len(areas.ask("/units/?on=2025-07-01").content["units"]) == 54
    assert areas.ask("/units/06652/?on=2025-07-01").status == 404
