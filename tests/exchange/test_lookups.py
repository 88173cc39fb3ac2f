"""Whom a request asks about is read in one way or not at all."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lienthong.exchange.errors import ExchangeError, ExchangeErrorKind
from lienthong.exchange.lookups import read_subject_place, require_subject
from tests.exchange.requests import CLIENT, ID, TARGET, receive

NUMBER = "001095000001"


@pytest.mark.parametrize(
    ("place", "target", "headers", "body"),
    [
        ("path:/{number}", f"/{NUMBER}", (), b""),
        ("path:/{number}", f"/{NUMBER}/facts", (), b""),
        ("path:/{number}", f"/{NUMBER}/", (), b""),
        ("path:/{number}", "/%300109500000%31", (), b""),
        ("path:/persons/{number}", f"/persons/{NUMBER}/card", (), b""),
        ("path:/*/{number}", f"/persons/{NUMBER}", (), b""),
        ("query:number", f"/?a=1&number={NUMBER}", (), b""),
        ("header:X-Subject", "/", ((b"x-subject", NUMBER.encode()),), b""),
        ("body:/person/number", "/", (), json.dumps({"person": {"number": NUMBER}}).encode()),
        ("body:/0/a~1b", "/", (), json.dumps([{"a/b": NUMBER}]).encode()),
    ],
)
def test_a_subject_is_found_where_the_service_says(
    place: str, target: str, headers: tuple[tuple[bytes, bytes], ...], body: bytes
) -> None:
    request = receive(b"POST", TARGET + target.encode(), (CLIENT, ID, *headers))
    assert require_subject(read_subject_place(place), request, body) == NUMBER


@pytest.mark.parametrize(
    ("place", "target", "headers", "body"),
    [
        ("path:/{number}", "", (), b""),
        ("path:/{number}", "/", (), b""),
        ("path:/{number}", "/count", (), b""),
        ("path:/{number}", f"/{NUMBER};v=1", (), b""),
        ("path:/{number}", f"/{NUMBER} ".replace(" ", "%20"), (), b""),
        ("path:/{number}", f"//{NUMBER}", (), b""),
        ("path:/persons/{number}", f"/people/{NUMBER}", (), b""),
        ("path:/{number}", "/%EF%BC%90" + NUMBER, (), b""),
        ("query:number", "/", (), b""),
        ("query:number", f"/?number={NUMBER}&number=001095000002", (), b""),
        ("query:number", f"/?number={NUMBER}&NUMBER=001095000002", (), b""),
        ("query:number", f"/?number={NUMBER}&number%5B%5D=001095000002", (), b""),
        ("query:number", f"/?number={NUMBER};number=001095000002", (), b""),
        ("header:X-Subject", "/", (), b""),
        ("header:X-Subject", "/", ((b"X-Subject", NUMBER.encode()), (b"x-subject", b"001095000002")), b""),
        ("header:X-Subject", "/", ((b"X-Subject", NUMBER.encode()), (b"X_Subject", b"001095000002")), b""),
        ("body:/number", "/", (), b""),
        ("body:/number", "/", (), None),
        ("body:/number", "/", (), b'{"number": 1095000001}'),
        ("body:/number", "/", (), b'{"number": "001095000001", "number": "001095000002"}'),
        ("body:/number", "/", (), b"[" * 100_000),
        ("body:/1", "/", (), b'["001095000001"]'),
    ],
)
def test_a_request_that_names_no_subject_or_could_name_two_is_refused(
    place: str, target: str, headers: tuple[tuple[bytes, bytes], ...], body: bytes | None
) -> None:
    request = receive(b"POST", TARGET + target.encode(), (CLIENT, ID, *headers))
    with pytest.raises(ExchangeError) as refused:
        require_subject(read_subject_place(place), request, body)
    assert refused.value.kind is ExchangeErrorKind.MISSING_SUBJECT
    assert "00109500000" not in refused.value.message


@pytest.mark.parametrize(
    "text",
    [
        "persons",
        "path:",
        "path:persons/{number}",
        "path:/persons",
        "path:/{number}/card",
        "path:/{a}/{b}",
        "path://{number}",
        "query:",
        "header:",
        "header:a b",
        "body:number",
        "body:/a~2",
        "body:" + "/a" * 17,
        "cookie:number",
    ],
)
def test_a_place_that_cannot_be_read_is_said_at_the_settings(text: str) -> None:
    with pytest.raises(ValueError, match="expected"):
        read_subject_place(text)


@given(st.binary(max_size=60))
def test_no_body_makes_the_search_fail_otherwise_than_by_refusing(body: bytes) -> None:
    request = receive(b"POST", TARGET + b"/", (CLIENT, ID))
    with pytest.raises(ExchangeError) as refused:
        require_subject(read_subject_place("body:/number"), request, body)
    assert refused.value.kind is ExchangeErrorKind.MISSING_SUBJECT
