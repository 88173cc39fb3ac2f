from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lienthong.exchange.headers import FILTERED, find_trace, is_disguised, join_accept, split_headers

XROAD_FILTERED = re.findall(
    r"[a-z-]+",
    """
    transfer-encoding keep-alive proxy-authenticate proxy-authorization te trailer upgrade connection user-agent host
    content-length server expect
    """,
)


def test_the_filtered_headers_are_those_of_x_road() -> None:
    assert {name.decode() for name in FILTERED} == set(XROAD_FILTERED)


@pytest.mark.parametrize("name", XROAD_FILTERED)
def test_a_filtered_header_stays_behind_in_any_case(name: str) -> None:
    spellings = [name, name.upper(), name.title()]
    assert split_headers([(spelling.encode(), b"x") for spelling in spellings]) == ([], {})


@pytest.mark.parametrize(
    "name", ["Authorization", "Cookie", "Cache-Control", "Content-Type", "Accept", "X-Forwarded-For", "Location"]
)
def test_everything_else_passes_unmodified_and_in_order(name: str) -> None:
    sent = [(name.encode(), b"one, two"), (b"X-Other", b"\xc3\xa3"), (name.encode(), b"three")]
    assert split_headers(sent)[0] == sent


def test_of_a_repeated_control_header_the_last_counts() -> None:
    sent = [(b"X-Road-Client", b"a"), (b"x-road-client", b"b"), (b"X-ROAD-CLIENT", b"c")]
    assert split_headers(sent) == ([], {b"x-road-client": (b"X-ROAD-CLIENT", b"c")})


def test_control_headers_that_are_to_be_dropped_are_and_others_are_kept() -> None:
    sent = [(b"X-ROAD-TOKEN", b"a"), (b"X-Road-Id", b"b"), (b"x-road-token", b"c"), (b"Cookie", b"d")]
    dropped = frozenset({b"x-road-token", b"cookie"})
    assert split_headers(sent, dropped) == ([(b"Cookie", b"d")], {b"x-road-id": (b"X-Road-Id", b"b")})


def test_of_several_dates_the_last_counts() -> None:
    assert split_headers([(b"Date", b"1"), (b"date", b"2")])[1] == {b"date": (b"date", b"2")}


@pytest.mark.parametrize("blank", [b"", b" ", b"\t "])
def test_a_control_header_without_a_value_is_absent(blank: bytes) -> None:
    assert split_headers([(b"X-Road-Id", b"1"), (b"X-Road-Id", blank)]) == ([], {})


def test_values_lose_the_blanks_around_them() -> None:
    kept, single = split_headers([(b"A", b"\t x  y "), (b"X-Road-Issue", b" 7 ")])
    assert kept == [(b"A", b"x  y")]
    assert single[b"x-road-issue"] == (b"X-Road-Issue", b"7")


def test_what_connection_names_is_dropped() -> None:
    sent = [
        (b"Connection", b"close, X-Hop"),
        (b"X-Hop", b"1"),
        (b"Connection", b"other"),
        (b"Other", b"2"),
        (b"A", b"3"),
    ]
    assert split_headers(sent)[0] == [(b"A", b"3")]


def test_connection_takes_no_control_header_away() -> None:
    sent = [(b"Connection", b"X-Road-Client, Date"), (b"X-Road-Client", b"a"), (b"Date", b"1")]
    assert set(split_headers(sent)[1]) == {b"x-road-client", b"date"}


@pytest.mark.parametrize(
    "name", [b"X_Road_Client", b"x-road_client", b"X_ROAD-ID", b"Transfer_Encoding", b"CONTENT_LENGTH"]
)
def test_a_name_that_a_wsgi_service_would_mistake_stays_behind(name: bytes) -> None:
    assert is_disguised(name.lower())
    assert split_headers([(name, b"x")]) == ([], {})


def test_an_underscore_alone_is_no_disguise() -> None:
    assert split_headers([(b"api_key", b"x")])[0] == [(b"api_key", b"x")]


def test_accept_values_are_joined_in_order() -> None:
    assert join_accept([(b"accept", b"a"), (b"B", b"x"), (b"ACCEPT", b"b;q=1, c")]) == b"a, b;q=1, c"
    assert join_accept([]) == b""


NAMES = st.sampled_from([b"X-Road-Id", b"x-road-id", b"Date", b"Host", b"Connection", b"A", b"b", b"X_Road_Id"])
VALUES = st.sampled_from([b"", b" ", b"a", b"A, b", b"close"])


@given(st.lists(st.tuples(NAMES, VALUES)))
def test_splitting_twice_changes_nothing(sent: list[tuple[bytes, bytes]]) -> None:
    kept, single = split_headers(sent)
    assert split_headers([*kept, *single.values()]) == (kept, single)


TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


@pytest.mark.parametrize("line", [f"traceparent:{TRACE}", f"Accept:a/b\r\nTraceparent: {TRACE} "])
def test_a_trace_is_found_among_header_lines(line: str) -> None:
    assert find_trace(f"GET\r\n/path\r\n{line}\r\nX:y\r\n".encode()) == TRACE


@pytest.mark.parametrize(
    "line",
    ["", f"X-Traceparent:{TRACE}", f"traceparent:{TRACE}0", "traceparent:001095000001", f"a:{TRACE}", "traceparent:"],
)
def test_what_has_not_the_form_of_a_trace_never_reaches_the_operator(line: str) -> None:
    assert find_trace(f"GET\r\n/path\r\n{line}\r\nX:y\r\n".encode()) == ""
