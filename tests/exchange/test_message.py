from __future__ import annotations

from base64 import b64encode
from hashlib import sha512
from typing import TYPE_CHECKING
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lienthong.evidence.message_part import make_request_part, make_response_part, parse_response_part
from lienthong.evidence.statement import (
    RequestEnvelope,
    ResponseEnvelope,
    rebuild_request,
    rebuild_response,
    state_request,
    state_response,
)
from lienthong.exchange.errors import ExchangeError, ExchangeErrorKind, Side
from lienthong.exchange.headers import MADE_IN_RESPONSES, REFUSED_IN_RESPONSES
from lienthong.exchange.message import (
    hash_request,
    prepare_response,
    read_request,
    read_response,
    service_headers,
    service_target,
)
from tests.exchange.requests import CLIENT, ID, REQUEST_ID, TARGET, receive, send

if TYPE_CHECKING:
    from random import Random

K = ExchangeErrorKind
DATE = (b"Date", b"Tue, 24 Nov 2026 13:00:00 GMT")


def test_the_header_part_is_the_bytes_of_x_road() -> None:
    request = send(
        b"POST",
        TARGET + b"/s%2Fub/x%C3%A3?a=%20&b",
        [
            (b"Host", b"gateway:8080"),
            (b"User-Agent", b"curl"),
            (b"Content-Type", b"text/plain"),
            (b"Content-Length", b"3"),
            (b"Expect", b"100-continue"),
            CLIENT,
            ID,
            (b"X-Road-UserId", b"VN1"),
            (b"Accept", b"*/*"),
        ],
    )
    assert request.header_part == (
        b"POST\r\n/r1/DEMO/GOV/Z99.02/REGISTRY/areas/s%2Fub/x%C3%A3?a=%20&b\r\n"
        b"Content-Type:text/plain\r\nAccept:*/*\r\n"
        b"X-Road-Client:DEMO/GOV/Z99.01/PORTAL\r\nX-Road-Id:DEMO-1\r\nX-Road-UserId:VN1\r\n"
        b"X-Road-Request-Id:0a1b2c3d-0000-4000-8000-000000000001\r\n"
    )


def test_both_gateways_understand_the_same() -> None:
    headers = [CLIENT, ID, (b"X-Road-Purpose", b"2.002621#7")]
    sent = send(b"PUT", TARGET + b"/a?b", headers)
    got = read_request(sent.header_part)
    assert got.part.raw == sent.header_part
    for field in ("method", "target", "client", "service", "id", "request_id", "purpose", "purpose_code", "gateway"):
        assert getattr(got, field) == getattr(sent, field)
    assert (got.id, got.request_id, got.purpose_code) == ("DEMO-1", REQUEST_ID, "2.002621")


def test_an_id_is_made_in_x_roads_form_when_there_is_none() -> None:
    for headers in ([CLIENT], [CLIENT, (b"X-Road-Id", b" ")]):
        instance, _, uuid = send(headers=headers).id.partition("-")
        assert instance == "DEMO"
        assert UUID(uuid).version == 4


@pytest.mark.parametrize(
    "name", [b"X-Road-Request-Id", b"X-Road-Request-Hash", b"X-Road-Service", b"X-Road-Error", b"X-Road-Token"]
)
def test_what_no_caller_may_say_is_dropped(name: bytes) -> None:
    forged = b"ffffffff-0000-4000-8000-000000000000"
    request = send(headers=[CLIENT, (name, forged), (name.lower(), forged)])
    assert forged not in request.header_part
    assert request.request_id == REQUEST_ID


def test_json_is_asked_for_when_the_caller_does_not_say() -> None:
    request = send()
    assert b"Accept:application/json\r\n" in request.header_part
    assert send(headers=[CLIENT, (b"accept", b"text/html")]).header_part.count(b"ccept") == 1


def test_of_two_clients_the_last_is_named() -> None:
    request = send(headers=[CLIENT, (b"x-road-client", b"DEMO/GOV/Z99.03")])
    assert request.client.text == "DEMO/GOV/Z99.03"
    assert request.header_part.lower().count(b"x-road-client:") == 1


@pytest.mark.parametrize("header", [(b"Bad Name", b"x"), (b"A", b"x\ny"), (b"A", b"x\0"), (b"", b"x"), (b"A:B", b"x")])
def test_a_header_that_is_not_one_is_refused(header: tuple[bytes, bytes]) -> None:
    with pytest.raises(ExchangeError) as caught:
        send(headers=[CLIENT, header])
    assert caught.value.code() == "server.clientproxy.invalid_request"


def _part(*headers: tuple[bytes, bytes], method: bytes = b"GET", target: bytes = TARGET) -> bytes:
    return make_request_part(method, target, headers).raw


REQUEST = (b"X-Road-Request-Id", REQUEST_ID.encode())


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        (b"GET\n" + TARGET + b"\r\n", K.INVALID_REST),
        (b"", K.INVALID_REST),
        (_part(CLIENT, ID, REQUEST, method=b"CONNECT"), K.INVALID_HTTP_METHOD),
        (_part(CLIENT, ID, REQUEST, target=b"/r1/x"), K.INVALID_REQUEST),
        (_part(ID, REQUEST), K.MISSING_HEADER_FIELD),
        (_part(CLIENT, REQUEST), K.INVALID_REQUEST),
        (_part(CLIENT, ID), K.INVALID_REQUEST),
        (_part(CLIENT, ID, (b"X-Road-Request-Id", b"1")), K.INVALID_REQUEST),
        (_part(CLIENT, ID, (b"X-Road-Request-Id", REQUEST_ID.upper().encode())), K.INVALID_REQUEST),
        (_part(CLIENT, ID, REQUEST, CLIENT), K.INVALID_REQUEST),
        (_part(CLIENT, ID, REQUEST, (b"x-road-id", b"2")), K.INVALID_REQUEST),
        (_part(CLIENT, ID, REQUEST, DATE, DATE), K.INVALID_REQUEST),
        (_part(CLIENT, ID, REQUEST, (b"Transfer-Encoding", b"chunked")), K.INVALID_REQUEST),
        (_part(CLIENT, ID, REQUEST, (b"CONTENT-LENGTH", b"5")), K.INVALID_REQUEST),
        (_part(CLIENT, ID, REQUEST, (b"Host", b"x")), K.INVALID_REQUEST),
        (_part(CLIENT, ID, REQUEST, (b"Connection", b"close")), K.INVALID_REQUEST),
        (_part(CLIENT, ID, REQUEST, (b"X-Road-Token", b"x")), K.INVALID_REQUEST),
        (_part(CLIENT, ID, REQUEST, (b"X-Road-Service", b"x")), K.INVALID_REQUEST),
        (_part(CLIENT, ID, REQUEST, (b"X_Road_Client", b"DEMO/GOV/Z99.09/EVIL")), K.INVALID_REQUEST),
    ],
)
def test_a_part_that_our_own_rules_cannot_have_made_is_refused_at_the_provider(
    raw: bytes, kind: ExchangeErrorKind
) -> None:
    with pytest.raises(ExchangeError) as caught:
        read_request(raw)
    assert caught.value.kind is kind
    assert caught.value.side is Side.PROVIDER


def test_repeated_headers_of_no_control_are_carried() -> None:
    request = receive(headers=[CLIENT, ID, (b"Cookie", b"a"), (b"Cookie", b"b"), (b"api_key", b"c")])
    assert b"Cookie:a\r\nCookie:b\r\napi_key:c\r\n" in service_headers(request, "")


@pytest.mark.parametrize(
    ("rest", "base", "expected"),
    [
        (b"", b"", b"/"),
        (b"/", b"", b"/"),
        (b"", b"/", b"/"),
        (b"/", b"/", b"/"),
        (b"", b"/api", b"/api"),
        (b"/", b"/api", b"/api/"),
        (b"/", b"/api/", b"/api/"),
        (b"/x", b"/api/", b"/api/x"),
        (b"/x", b"/api", b"/api/x"),
        (b"//x", b"/api/", b"/api//x"),
        (b"/path%3B/", b"", b"/path%3B/"),
        (b"?", b"", b"/?"),
        (b"?a=%2F?b", b"/api", b"/api?a=%2F?b"),
        (b"/x?a", b"/", b"/x?a"),
    ],
)
def test_the_service_is_asked_with_raw_path_and_query(rest: bytes, base: bytes, expected: bytes) -> None:
    assert service_target(receive(target=TARGET + rest), base) == expected


def test_the_service_sees_the_control_headers() -> None:
    lines = service_headers(receive(headers=[CLIENT, ID, (b"X-Road-UserId", b"VN1")]), "").split(b"\r\n")
    assert {b"X-Road-Client:" + CLIENT[1], b"X-Road-UserId:VN1", b"X-Road-Request-Id:" + REQUEST_ID.encode()} <= {
        *lines
    }


def test_the_request_hash_is_x_roads() -> None:
    part, body = send().header_part, b"body"
    of_part, of_body = sha512(part).digest(), sha512(body).digest()
    assert hash_request(part, None) == b64encode(of_part).decode()
    assert hash_request(part, of_body) == b64encode(sha512(of_part + of_body).digest()).decode()


def test_the_same_message_id_twice_gives_two_hashes() -> None:
    other = send().header_part.replace(b"000000000001", b"000000000002")
    assert hash_request(send().header_part, None) != hash_request(other, None)


def test_the_response_part_is_the_bytes_of_x_road() -> None:
    raw = prepare_response(
        404,
        b"Not Found",
        [
            (b"Server", b"x"),
            (b"Date", b"1"),
            DATE,
            (b"Transfer-Encoding", b"chunked"),
            (b"Set-Cookie", b"a=1"),
            (b"X-Road-Client", b"FORGED/A/B"),
            (b"X-Road-Service", b"FORGED/A/B/C/D"),
            (b"X-Road-Id", b"FORGED"),
            (b"X-Road-Request-Id", b"FORGED"),
            (b"X-Road-Request-Hash", b"FORGED"),
            (b"X-Road-Error", b"server.forged"),
            (b"X-Road-Token", b"secret"),
        ],
        receive(),
        "aGFzaA==",
    )
    assert raw == (
        b"404 Not Found\r\nSet-Cookie:a=1\r\n"
        b"Date:Tue, 24 Nov 2026 13:00:00 GMT\r\n"
        b"X-Road-Client:DEMO/GOV/Z99.01/PORTAL\r\n"
        b"X-Road-Service:DEMO/GOV/Z99.02/REGISTRY/areas\r\n"
        b"X-Road-Id:DEMO-1\r\n"
        b"X-Road-Request-Id:0a1b2c3d-0000-4000-8000-000000000001\r\n"
        b"X-Road-Request-Hash:aGFzaA==\r\n"
    )


@pytest.mark.parametrize("status", [200, 204, 302, 404, 500, 599, 999])
def test_the_services_own_status_and_redirects_pass(status: int) -> None:
    location = (b"Location", b"http://elsewhere/x?y")
    expected = hash_request(send().header_part, None)
    raw = prepare_response(status, b"", [location], receive(), expected)
    assert read_response(raw, send(), expected) == status
    assert b"\r\nLocation:http://elsewhere/x?y\r\n" in raw
    assert b"x-road-error" not in raw.lower()


@pytest.mark.parametrize(
    ("status", "reason"), [(101, b"Switching"), (100, b""), (0, b""), (200, b"a\r\nX: y"), (1000, b"")]
)
def test_an_answer_that_is_not_http_is_the_services_error(status: int, reason: bytes) -> None:
    with pytest.raises(ExchangeError) as caught:
        prepare_response(status, reason, [], receive(), "x")
    assert caught.value.code() == "server.serverproxy.http_error"


HASH = hash_request(send().header_part, None)
GOOD = prepare_response(200, b"OK", [DATE, (b"Content-Type", b"text/plain")], receive(), HASH)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"Z99.01/PORTAL", b"Z99.01/OTHER"),
        (b"REGISTRY/areas", b"REGISTRY/other"),
        (b"X-Road-Id:DEMO-1", b"X-Road-Id:DEMO-2"),
        (REQUEST_ID.encode(), REQUEST_ID.replace("1", "2").encode()),
        (b"Hash:" + HASH.encode(), b"Hash:" + hash_request(b"other", None).encode()),
        (b"X-Road-Request-Hash", b"X-Other"),
        (b"X-Road-Service", b"X-Other"),
        (b"X-Road-Client:", b"X-Road-Client:X\r\nX-Road-Client:"),
        (b"Date:", b"Date:1\r\nDate:"),
        (b"Content-Type:", b"Transfer-Encoding:"),
        (b"Content-Type:", b"Content-Length:"),
        (b"Content-Type:", b"X-Road-Error:"),
        (b"200 OK", b"101 OK"),
        (b"200 OK", b"20 OK"),
        (b"\r\n", b"\n"),
    ],
)
def test_an_answer_to_another_question_is_refused(old: bytes, new: bytes) -> None:
    assert read_response(GOOD, send(), HASH) == 200
    assert old in GOOD
    with pytest.raises(ExchangeError) as caught:
        read_response(GOOD.replace(old, new), send(), HASH)
    assert caught.value.code() == "server.clientproxy.inconsistent_response"


SPELLINGS = st.sampled_from(sorted(REFUSED_IN_RESPONSES | MADE_IN_RESPONSES | {b"date", b"x-road-new", b"cookie"}))


@given(st.lists(SPELLINGS, min_size=1, max_size=3), st.randoms(use_true_random=False))
def test_before_the_headers_that_a_gateway_makes_stands_none_that_it_drops_or_makes(
    drawn: list[bytes], random: Random
) -> None:
    found = ["".join(random.choice("-_") if letter == "-" else letter for letter in name.decode()) for name in drawn]
    lines = "".join(f"{random.choice([name, name.upper(), name.title()])}:x-road-id:1\r\n" for name in found)
    answer = GOOD.replace(b"Content-Type:", lines.encode() + b"Content-Type:")
    are_refused = [
        name.replace("_", "-").encode() in REFUSED_IN_RESPONSES | MADE_IN_RESPONSES
        or (name[:7].replace("_", "-") == "x-road-" and "_" in name[:7])
        for name in found
    ]
    if any(are_refused) or "date" in found:
        with pytest.raises(ExchangeError, match=r"must not travel between gateways|date is repeated"):
            read_response(answer, send(), HASH)
    else:
        assert read_response(answer, send(), HASH) == 200


NAMES = st.sampled_from(
    [
        *(b"Accept", b"Date", b"Host", b"Cookie", b"Connection", b"content_length", b"api_key"),
        *(b"X-Road-Client", b"x-road-id", b"X-Road-Purpose", b"X-ROAD-TOKEN", b"X-Road-Request-Id"),
        *(b"X_Road_Client", b"X-Road-Issue"),
    ]
)
VALUES = st.one_of(
    st.sampled_from([b"DEMO/GOV/Z99.01/PORTAL", b"DEMO/A/%2F", b"1", b"", b" x ", b"close, Cookie", b"2.1#c"]),
    st.binary(max_size=8),
)


@given(st.lists(st.tuples(NAMES, VALUES), max_size=8), st.sampled_from([b"", b"/", b"/a%20b?c", b"?#"]))
def test_what_one_gateway_prepares_the_other_reads_alike(headers: list[tuple[bytes, bytes]], rest: bytes) -> None:
    try:
        sent = send(target=TARGET + rest, headers=[CLIENT, *headers])
    except ExchangeError as error:
        assert error.side is not Side.PROVIDER
        return
    got = read_request(sent.header_part)
    assert (got.client, got.target, got.id, got.purpose) == (sent.client, sent.target, sent.id, sent.purpose)
    assert got.request_id == REQUEST_ID


@given(st.lists(st.tuples(NAMES, VALUES), max_size=8), st.integers(0, 999), st.binary(max_size=8))
def test_whatever_a_service_answers_is_read_alike_or_refused_at_the_provider(
    headers: list[tuple[bytes, bytes]], status: int, reason: bytes
) -> None:
    try:
        raw = prepare_response(status, reason, headers, receive(), HASH)
    except ExchangeError as error:
        assert error.kind is K.HTTP_ERROR
        return
    assert read_response(raw, send(), HASH) == status
    assert make_response_part(status, reason, parse_response_part(raw).headers).raw == raw


@given(st.binary(max_size=80), st.integers(0, 400), st.integers(0, 400))
def test_any_bytes_are_read_or_refused(noise: bytes, at: int, cut: int) -> None:
    request = send().header_part
    for raw in (noise, request[:at] + noise + request[at + cut :]):
        try:
            assert read_request(raw).part.raw == raw
        except ExchangeError as error:
            assert error.side is Side.PROVIDER
    answer = GOOD[:at] + noise + GOOD[at + cut :]
    try:
        assert read_response(answer, send(), HASH) == parse_response_part(answer).status
    except ExchangeError as error:
        assert error.kind is K.INCONSISTENT_RESPONSE


def test_a_response_without_a_date_stays_without() -> None:
    raw = prepare_response(200, b"OK", [], receive(), HASH)
    assert read_response(raw, send(), HASH) == 200
    assert b"Date:" not in raw


ENVELOPES = st.tuples(st.integers(0, 2**40), st.binary(min_size=16, max_size=16), st.binary(min_size=32, max_size=32))


@given(st.lists(st.tuples(NAMES, VALUES), max_size=8), ENVELOPES)
def test_both_gateways_state_a_request_as_an_offline_verifier_rebuilds_it(
    headers: list[tuple[bytes, bytes]], drawn: tuple[int, bytes, bytes]
) -> None:
    time, salt, body_sha256 = drawn
    envelope = RequestEnvelope("DEMO/GOV/Z99.02/GW1/1", time, time + 1, reliable=False, salt=salt)
    try:
        sent = send(headers=[CLIENT, *headers])
    except ExchangeError:
        return
    got = read_request(sent.header_part)
    rebuilt = rebuild_request(got.part, body_sha256, envelope)
    assert state_request(sent.names, sent.header_part, body_sha256, envelope) == rebuilt
    assert state_request(got.names, got.part.raw, body_sha256, envelope) == rebuilt


@given(st.lists(st.tuples(NAMES, VALUES), max_size=8), st.integers(200, 999), ENVELOPES)
def test_both_gateways_state_a_response_as_an_offline_verifier_rebuilds_it(
    headers: list[tuple[bytes, bytes]], status: int, drawn: tuple[int, bytes, bytes]
) -> None:
    time, salt, body_sha256 = drawn
    envelope = ResponseEnvelope("DEMO/GOV/Z99.01/GW1/1", time, body_sha256, salt)
    try:
        raw = prepare_response(status, b"OK", headers, receive(), HASH)
    except ExchangeError:
        return
    rebuilt = rebuild_response(parse_response_part(raw), body_sha256, envelope)
    assert state_response(send().names, read_response(raw, send(), HASH), raw, body_sha256, envelope) == rebuilt
    assert state_response(receive().names, status, raw, body_sha256, envelope) == rebuilt
