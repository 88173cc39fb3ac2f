from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lienthong.cases.agency_answers import MOST_TEXT, Outcome, read_answer
from lienthong.exchange.asking import Answer, Refusal


def answer(status: int, document: Any = None, raw: bytes | None = None) -> Answer:  # noqa: ANN401 # any JSON
    return Answer(status, json.dumps(document).encode() if raw is None else raw, "exchange")


@pytest.mark.parametrize(
    ("status", "document", "outcome", "result"),
    [
        (200, {"state": "done", "result": {"card": "1"}, "sandbox": {}}, Outcome.DONE, {"card": "1"}),
        (201, {"number": "1", "household": 2, "sandbox": {}}, Outcome.DONE, {"number": "1", "household": 2}),
        (200, {"state": "done"}, Outcome.DONE, {"state": "done"}),
        (202, {"state": "accepted", "text": "later"}, Outcome.ACCEPTED, {}),
        (200, {"state": "accepted"}, Outcome.ACCEPTED, {}),
        (422, {"state": "refused", "reason": "full", "text": "no"}, Outcome.REFUSED, {}),
        (200, {"state": "refused", "reason": "full"}, Outcome.REFUSED, {}),
        (409, {"type": "urn:lienthong:problem:conflict", "detail": "no"}, Outcome.REFUSED, {}),
        (404, {"type": "urn:lienthong:problem:unknown-message"}, Outcome.UNHEARD, {}),
        (500, {"title": "broken"}, Outcome.UNCLEAR, {}),
        (503, {}, Outcome.UNCLEAR, {}),
        (200, [], Outcome.UNCLEAR, {}),
        (302, {}, Outcome.UNCLEAR, {}),
    ],
)
def test_each_answer_is_one_outcome(status: int, document: Any, outcome: Outcome, result: dict[str, Any]) -> None:  # noqa: ANN401 # any JSON
    read = read_answer(answer(status, document))
    assert (read.outcome, dict(read.result)) == (outcome, result)


@pytest.mark.parametrize(
    "raw",
    [
        b'{"state": "done", "result": {"card": "a\\u0000b"}}',
        b'{"state": "done", "result": {"card": 123456789012345678901234567890}}',
        b'{"state": "done", "result": ' + b'{"a":' * 100_000 + b"1" + b"}" * 100_001,
        b'{"state": "done", "result": {"card": "\\ud800"}}',
    ],
)
def test_an_answer_that_could_not_be_kept_is_unclear_and_stops_no_case(raw: bytes) -> None:
    assert read_answer(answer(200, raw=raw)).outcome is Outcome.UNCLEAR


def test_a_refusal_has_its_reason_in_the_agencys_words() -> None:
    told = read_answer(answer(422, {"state": "refused", "reason": "full", "text": "Hết\nchỗ"}))
    assert (told.reason, told.text) == ("full", "Hết chỗ")
    problem = read_answer(answer(409, {"type": "urn:lienthong:problem:conflict", "detail": "đã có"}))
    assert (problem.reason, problem.text) == ("conflict", "đã có")
    assert read_answer(answer(400, {})).reason == "unsaid"


def test_only_what_is_whole_and_said_by_the_agency_is_final() -> None:
    assert read_answer(answer(200, {"state": "done", "result": {}})).is_final
    assert not read_answer(answer(200, {"state": "done", "result": {}, "pending": True})).is_final
    assert not read_answer(answer(202, {})).is_final
    refused = Answer(500, b"", "exchange", Refusal("server.serverproxy.access_denied", "no grant"))
    assert read_answer(refused).outcome is Outcome.UNCLEAR
    assert "no grant" in read_answer(refused).text


@given(st.integers(100, 599), st.binary(max_size=200))
def test_no_bytes_of_any_agency_break_the_reading(status: int, raw: bytes) -> None:
    read = read_answer(answer(status, raw=raw))
    assert len(read.text) <= MOST_TEXT
    assert read.text.isprintable()


@given(st.recursive(st.none() | st.booleans() | st.text(max_size=9), lambda inner: st.dictionaries(st.text(), inner)))
def test_no_document_of_any_agency_breaks_the_reading(document: Any) -> None:  # noqa: ANN401 # any JSON
    for status in (200, 202, 422, 500):
        assert read_answer(answer(status, document)).outcome in Outcome
