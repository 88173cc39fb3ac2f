from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lienthong.exchange.control import METHODS, SAFE_METHODS, parse_target, read_control, require_request_line
from lienthong.exchange.errors import ExchangeError, ExchangeErrorKind
from tests.exchange.requests import CLIENT, ID, REQUEST_ID, TARGET, receive, send

K = ExchangeErrorKind


@pytest.mark.parametrize(
    ("rest", "path", "query"),
    [
        (b"", b"", None),
        (b"/", b"/", None),
        (b"?", b"", b""),
        (b"?a=1&b=%2F?c", b"", b"a=1&b=%2F?c"),
        (b"/path%3B/", b"/path%3B/", None),
        (b"/a//b/../c%2fd?x", b"/a//b/../c%2fd", b"x"),
        (b"/x\xc3\xa3", b"/x\xc3\xa3", None),
    ],
)
def test_path_and_query_stay_raw(rest: bytes, path: bytes, query: bytes | None) -> None:
    target = parse_target(TARGET + rest)
    assert (target.service.text, target.path, target.query) == ("DEMO/GOV/Z99.02/REGISTRY/areas", path, query)


@pytest.mark.parametrize(
    "target",
    [
        b"/r1/invalid",
        b"/r1/DEMO/GOV/Z99.02/REGISTRY",
        b"/r1/DEMO/GOV/Z99.02/REGISTRY/",
        b"/r1/DEMO/GOV/Z99.02/REGISTRY?/areas",
        b"/r1//GOV/Z99.02/REGISTRY/areas",
        b"/r1/DEMO/GOV/Z99.02/../areas",
        b"/r1/DEMO/GOV/Z99.02/%2e/areas",
        b"/r1/DEMO/GOV/Z99.02/REGISTRY/ar%eas",
        b"/r2/DEMO/GOV/Z99.02/REGISTRY/areas",
        b"/R1/DEMO/GOV/Z99.02/REGISTRY/areas",
        b"x/r1/DEMO/GOV/Z99.02/REGISTRY/areas",
        b"http://host/r1/DEMO/GOV/Z99.02/REGISTRY/areas",
        b"//r1/DEMO/GOV/Z99.02/REGISTRY/areas",
        b"/r1/DEMO/GOV/Z99.02/REGISTRY/areas#x",
        b"*",
        b"",
    ],
)
def test_another_target_is_an_invalid_request_with_status_500(target: bytes) -> None:
    with pytest.raises(ExchangeError) as caught:
        parse_target(target)
    assert caught.value.code() == "server.clientproxy.invalid_request"
    assert caught.value.status == 500


@pytest.mark.parametrize("method", sorted(METHODS))
def test_the_methods_of_x_road_are_taken(method: bytes) -> None:
    assert send(method).method == method


@pytest.mark.parametrize("method", [b"CONNECT", b"get", b"PROPFIND", b"", b"GET "])
def test_other_methods_are_refused(method: bytes) -> None:
    with pytest.raises(ExchangeError) as caught:
        require_request_line(method, TARGET)
    assert caught.value.kind is K.INVALID_HTTP_METHOD


def test_safe_methods_are_methods() -> None:
    assert SAFE_METHODS < METHODS


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        ((b"X-Road-Client", b"DEMO/GOV"), K.INVALID_CLIENT_IDENTIFIER),
        ((b"X-Road-Client", b"DEMO/GOV/Z/\xc3\xa3"), K.INVALID_CLIENT_IDENTIFIER),
        ((b"X-Road-Client", b""), K.MISSING_HEADER_FIELD),
        ((b"X-Road-Security-Server", b"DEMO/GOV/Z99.02"), K.INVALID_SECURITY_SERVER),
        ((b"X-Road-Represented-Party", b"A/B/C"), K.INVALID_REQUEST),
        ((b"X-Road-Id", b"x" * 256), K.INVALID_REQUEST),
        ((b"X-Road-Id", b"\xff"), K.INVALID_REQUEST),
        ((b"X-Road-Id", b"a\xe2\x80\xa8b"), K.INVALID_REQUEST),
        ((b"X-Road-Purpose", b"#case"), K.INVALID_REQUEST),
        ((b"X-Road-Purpose", b" # "), K.INVALID_REQUEST),
        ((b"X-Road-Purpose", b"x" * 256), K.INVALID_REQUEST),
        ((b"X-Road-Purpose", b"\xc3"), K.INVALID_REQUEST),
    ],
)
def test_a_wrong_control_header_is_refused_at_the_consumer(
    header: tuple[bytes, bytes], kind: ExchangeErrorKind
) -> None:
    with pytest.raises(ExchangeError) as caught:
        send(headers=[CLIENT, header])
    assert caught.value.kind is kind
    assert caught.value.status == 500
    assert caught.value.code().startswith("server.clientproxy.")


def test_a_missing_client_gives_500_as_real_servers_do() -> None:
    with pytest.raises(ExchangeError) as caught:
        send(headers=[ID])
    assert (caught.value.status, caught.value.code()) == (500, "server.clientproxy.missing_header_field")


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (b"2.002621#H99.01-7", "2.002621"),
        (b"2.002621", "2.002621"),
        (b"2.002621#H99 #1", "2.002621"),
        ("68/2020/QH14 Điều 38".encode(), "68/2020/QH14 Điều 38"),
    ],
)
def test_only_the_part_before_the_number_sign_is_the_purposes_code(value: bytes, code: str) -> None:
    request = receive(headers=[CLIENT, (b"X-Road-Purpose", value)])
    assert request.purpose == value.decode()
    assert request.purpose_code == code


@pytest.mark.parametrize("value", [b"2.002621 #H99.01-7", b" #H99", b"#H99", b"\xc2\xa0#1"])
def test_a_purpose_that_its_statement_would_spell_otherwise_is_refused(value: bytes) -> None:
    with pytest.raises(ExchangeError, match="X-Road-Purpose"):
        receive(headers=[CLIENT, (b"X-Road-Purpose", value)])


@pytest.mark.parametrize("code", ["012345678901", "CMND 123456789", "٠١٢٣٤٥٦٧٨"])
def test_a_persons_number_cannot_stand_as_a_purpose(code: str) -> None:
    with pytest.raises(ExchangeError, match="9 digits in a row"):
        receive(headers=[CLIENT, (b"X-Road-Purpose", code.encode())])


def test_a_persons_number_may_be_part_of_the_case_which_no_statement_holds() -> None:
    request = receive(headers=[CLIENT, (b"X-Road-Purpose", b"2.002621#012345678901")])
    assert request.names.purpose == "2.002621"


@pytest.mark.parametrize("code", ["012345678901", "%30%31%32345678901"])
def test_a_persons_number_cannot_stand_as_a_services_code(code: str) -> None:
    with pytest.raises(ExchangeError, match="9 digits in a row"):
        parse_target(f"/r1/DEMO/GOV/Z99.02/AREAS/{code}/x".encode())


def test_a_request_may_ask_for_a_gateway() -> None:
    request = receive(headers=[CLIENT, (b"X-Road-Security-Server", b"DEMO/GOV/Z99.02/GW1")])
    assert request.gateway is not None
    assert request.gateway.text == "DEMO/GOV/Z99.02/GW1"
    assert receive().gateway is None


def test_a_represented_party_is_carried() -> None:
    header = (b"X-Road-Represented-Party", b"GOV/Z99.03")
    assert receive(headers=[CLIENT, header]).part.by_name[b"x-road-represented-party"] == b"GOV/Z99.03"


UUID = re.compile(rb"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
NOISE = st.sampled_from([b"", b"-", b"0", b"f", b"g", b"x", b"A", b"\0", b"\xff", b"00"])


@given(st.integers(0, 36), NOISE, st.integers(0, 2))
@example(0, b"", 0)
def test_a_request_id_is_a_uuid_in_lower_case(at: int, noise: bytes, cut: int) -> None:
    text = REQUEST_ID.encode()[:at] + noise + REQUEST_ID.encode()[at + cut :]
    values = {b"x-road-client": CLIENT[1], b"x-road-id": b"1", b"x-road-request-id": text}
    try:
        control = read_control(values)
    except ExchangeError:
        assert not UUID.fullmatch(text)
    else:
        assert UUID.fullmatch(text)
        assert control.request_id == text.decode()


@given(st.binary(max_size=60).map(lambda rest: b"/r1/D/G/C/S/v" + rest))
def test_any_target_is_split_without_loss_or_refused(raw: bytes) -> None:
    try:
        target = parse_target(raw)
    except ExchangeError:
        return
    tail = target.path + (b"" if target.query is None else b"?" + target.query)
    assert raw.endswith(tail)
    assert raw[: len(raw) - len(tail)].count(b"/") == 6
