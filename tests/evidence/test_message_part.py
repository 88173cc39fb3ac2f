from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lienthong.evidence.errors import EvidenceError, EvidenceErrorKind
from lienthong.evidence.message_part import (
    MAX_PART_BYTES,
    make_request_part,
    make_response_part,
    parse_request_part,
    parse_response_part,
    read_status,
)

REQUEST = (
    b"POST\r\n"
    b"/r1/DEMO/GOV/Z99.01/AREAS/lookup/%2Funits?day=2025-07-01\r\n"
    b"X-Road-Client:DEMO/GOV/Z99.02/PORTAL\r\n"
    b"Accept:text/plain\r\n"
    b"X-Note:H\xc3\xb2a B\xc3\xacnh: a\tb\r\n"
    b"X-Empty:\r\n"
    b"accept:application/json\r\n"
)

TOKENS = st.text("!#$%&'*+-.^_`|~09AZaz", min_size=1, max_size=12).map(str.encode)
VALUES = st.binary(max_size=20).map(lambda raw: bytes(b for b in raw if b in b"\t" or (b >= 32 and b != 127)).strip())
HEADERS = st.lists(st.tuples(TOKENS, VALUES), max_size=6)
METHODS = st.sampled_from([b"DELETE", b"GET", b"HEAD", b"OPTIONS", b"PATCH", b"POST", b"PUT", b"TRACE"])
TARGETS = st.text("abz09%/?&=;#+.~\u00e0", max_size=30).map(lambda text: b"/" + text.encode())
STATUSES = st.integers(100, 999)
REASONS = st.sampled_from([b"", b"OK", b"Not Found", b"Kh\xc3\xb4ng"])


def test_a_request_is_read_into_its_parts_and_keeps_its_bytes() -> None:
    part = parse_request_part(REQUEST)
    assert part.method == b"POST"
    assert part.target == b"/r1/DEMO/GOV/Z99.01/AREAS/lookup/%2Funits?day=2025-07-01"
    assert [name for name, _ in part.headers] == [
        b"X-Road-Client",
        b"Accept",
        b"X-Note",
        b"X-Empty",
        b"accept",
    ]
    assert part.raw == REQUEST
    assert part.find(b"x-note") == "Hòa Bình: a\tb".encode()
    assert part.find(b"x-empty") == b""
    assert part.find(b"x-absent") is None


def test_a_response_is_read_into_its_parts_and_keeps_its_bytes() -> None:
    raw = b"404 Not Found\r\nContent-Type:application/json\r\n"
    part = parse_response_part(raw)
    assert (part.status, part.reason, part.raw) == (404, b"Not Found", raw)
    assert part.find(b"content-type") == b"application/json"
    assert parse_response_part(b"200 \r\n").reason == b""


def test_the_last_of_repeated_headers_is_found_and_a_single_one_is_refused() -> None:
    part = parse_request_part(REQUEST)
    assert part.find(b"accept") == b"application/json"
    assert part.find_single(b"x-road-client") == b"DEMO/GOV/Z99.02/PORTAL"
    assert part.find_single(b"x-absent") is None
    with pytest.raises(EvidenceError, match="accept: expected it once") as caught:
        part.find_single(b"accept")
    assert caught.value.kind is EvidenceErrorKind.MESSAGE
    response = parse_response_part(b"200 OK\r\nA:1\r\na:2\r\nB:3\r\n")
    assert response.find_single(b"b") == b"3"
    with pytest.raises(EvidenceError, match="a: expected it once"):
        response.find_single(b"a")


@given(METHODS, TARGETS, HEADERS)
def test_a_request_part_read_back_is_the_one_that_was_made(
    method: bytes, target: bytes, headers: list[tuple[bytes, bytes]]
) -> None:
    part = make_request_part(method, target, headers)
    assert (part.method, part.target, part.headers) == (method, target, tuple(headers))
    assert parse_request_part(part.raw) == part


@given(STATUSES, REASONS, HEADERS)
def test_a_response_part_read_back_is_the_one_that_was_made(
    status: int, reason: bytes, headers: list[tuple[bytes, bytes]]
) -> None:
    part = make_response_part(status, reason, headers)
    assert (part.status, part.reason, part.headers) == (status, reason, tuple(headers))
    assert parse_response_part(part.raw) == part
    assert read_status(part.raw) == status


METHOD = re.compile(rb"[A-Z]+")
TARGET = re.compile(rb"/[!-~\x80-\xff]*")
CODE = re.compile(rb"[1-9][0-9][0-9]")
REASON = re.compile(rb"[\t -~\x80-\xff]*")
NAME = re.compile(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
VALUE = re.compile(rb"(?![\t ])[\t -~\x80-\xff]*(?<![\t ])")
LINES = rb"(?:" + NAME.pattern + rb":" + VALUE.pattern + rb"\r\n)*"
REQUEST_PART = re.compile(METHOD.pattern + rb"\r\n" + TARGET.pattern + rb"\r\n" + LINES)
RESPONSE_PART = re.compile(CODE.pattern + rb" " + REASON.pattern + rb"\r\n" + LINES)
PIECES = st.lists(
    st.sampled_from(
        [
            *(b"GET", b"get", b"G\xc3", b"/", b"/a", b"200", b" ", b"099", b"2000", b"+20", b"OK", b"A:b", b"A", b":"),
            *(
                b"\r\n",
                b"\r\n",
                b"\r\n",
                b"\r",
                b"\n",
                b"\0",
                b"\t",
                b"\x0b",
                b"\x1f",
                b"\x7f",
                b"\x80",
                b"\xff",
                b"\xa0",
            ),
        ]
    ),
    max_size=12,
).map(b"".join)
GOOD_BEGIN = st.sampled_from([b"GET\r\n/a?b\r\n", b"200 OK\r\n", b"200 \r\n"])
PARTS = st.one_of(st.binary(max_size=60), PIECES, st.tuples(GOOD_BEGIN, PIECES).map(b"".join))


@given(PARTS)
def test_a_part_is_read_exactly_if_it_has_the_shape_of_one_and_in_the_one_way_that_makes_it_again(raw: bytes) -> None:
    if REQUEST_PART.fullmatch(raw):
        request = parse_request_part(raw)
        assert make_request_part(request.method, request.target, request.headers) == request
        assert request.raw == raw
    else:
        with pytest.raises(EvidenceError) as caught:
            parse_request_part(raw)
        assert caught.value.kind is EvidenceErrorKind.MESSAGE
    if RESPONSE_PART.fullmatch(raw):
        response = parse_response_part(raw)
        assert make_response_part(response.status, response.reason, response.headers) == response
        assert (response.raw, response.status) == (raw, read_status(raw))
    else:
        for read in (parse_response_part, read_status):
            with pytest.raises(EvidenceError) as caught:
                read(raw)
            assert caught.value.kind is EvidenceErrorKind.MESSAGE


ANY = st.one_of(st.binary(max_size=5), PIECES, TOKENS, VALUES)


@given(ANY, ANY, st.integers(0, 2000), st.lists(st.tuples(ANY, ANY), max_size=3))
def test_a_part_is_made_exactly_of_pieces_that_are_read_back_alike(
    first: bytes, second: bytes, status: int, headers: list[tuple[bytes, bytes]]
) -> None:
    are_headers = all(NAME.fullmatch(name) and VALUE.fullmatch(value) for name, value in headers)
    if are_headers and METHOD.fullmatch(first) and TARGET.fullmatch(second):
        assert parse_request_part(make_request_part(first, second, headers).raw).headers == tuple(headers)
    else:
        with pytest.raises(EvidenceError):
            make_request_part(first, second, headers)
    if are_headers and 100 <= status <= 999 and REASON.fullmatch(second):
        assert parse_response_part(make_response_part(status, second, headers).raw).headers == tuple(headers)
    else:
        with pytest.raises(EvidenceError):
            make_response_part(status, second, headers)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"GET\r\n",
        b"GET\r\n/a",
        b"GET /a HTTP/1.1\r\n\r\n",
        b"get\r\n/a\r\n",
        b"GET\r\nhttp://x/\r\n",
        b"GET\r\n/a b\r\n",
        b"GET\r\n/a\r\nA: b\r\n",
        b"GET\r\n/a\r\nA:b \r\n",
        b"GET\r\n/a\r\nA :b\r\n",
        b"GET\r\n/a\r\n:b\r\n",
        b"GET\r\n/a\r\nA\r\n",
        b"GET\r\n/a\r\nA:b\n\r\n",
        b"GET\r\n/a\r\nA:b\rc\r\n",
        b"GET\r\n/a\r\nA:b\0\r\n",
        b"GET\r\n/a\r\nA:b\r\n c\r\n",
        b"GET\r\n/a\r\nA:b\r\n\r\n",
    ],
)
def test_a_request_part_that_could_be_read_in_two_ways_is_refused(raw: bytes) -> None:
    with pytest.raises(EvidenceError, match="a header part cannot be used: expected"):
        parse_request_part(raw)


@pytest.mark.parametrize(
    "raw", [b"", b"200\r\n", b"200 OK", b"20 OK\r\n", b"099 OK\r\n", b"2000 OK\r\n", b"200 O\rK\r\n"]
)
def test_a_response_part_that_could_be_read_in_two_ways_is_refused(raw: bytes) -> None:
    with pytest.raises(EvidenceError, match="a header part cannot be used: expected"):
        parse_response_part(raw)
    with pytest.raises(EvidenceError, match="expected CODE SP REASON CRLF"):
        read_status(raw)


@pytest.mark.parametrize(
    ("method", "target", "headers"),
    [
        (b"GET\r\n/x", b"A:b", []),
        (b"GET", b"/x\r\nA:b", []),
        (b"GET", b"/x", [(b"A", b"b\r\nX-Road-Client:DEMO")]),
        (b"GET", b"/x", [(b"A:b", b"c")]),
        (b"GET", b"/x", [(b"A\r\nB", b"c")]),
    ],
)
def test_a_line_or_colon_smuggled_into_a_piece_is_refused(
    method: bytes, target: bytes, headers: list[tuple[bytes, bytes]]
) -> None:
    with pytest.raises(EvidenceError):
        make_request_part(method, target, headers)


def test_a_line_smuggled_into_a_response_is_refused() -> None:
    with pytest.raises(EvidenceError, match="expected no control characters"):
        make_response_part(200, b"OK", [(b"A", b"b\r\nC:d")])


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        (b"GET\r\n/a\r\nNumber:012345678901 \r\n", "Number"),
        (b"GET\r\n/a\r\nNumber:012345678901\0\r\n", "control characters"),
    ],
)
def test_what_a_value_says_is_not_told_with_what_is_wrong_about_it(raw: bytes, shown: str) -> None:
    with pytest.raises(EvidenceError, match=shown) as caught:
        parse_request_part(raw)
    assert "0123" not in str(caught.value)


def test_a_header_part_over_the_limit_is_refused() -> None:
    fits = MAX_PART_BYTES - len(b"GET\r\n/\r\nA:\r\n")
    parse_request_part(b"GET\r\n/\r\nA:" + b"b" * fits + b"\r\n")
    with pytest.raises(EvidenceError, match=f"at most {MAX_PART_BYTES} bytes"):
        parse_request_part(b"GET\r\n/\r\nA:" + b"b" * (fits + 1) + b"\r\n")
    with pytest.raises(EvidenceError, match=f"at most {MAX_PART_BYTES} bytes"):
        make_request_part(b"GET", b"/", [(b"A", b"b" * (fits + 1))])
