from __future__ import annotations

import json
import pickle
import re
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lienthong.exchange.errors import (
    ERROR_TABLE,
    ExchangeError,
    ExchangeErrorKind,
    Side,
    Spelling,
    render_error,
)

K = ExchangeErrorKind
DETAIL = "7b1c1c1e-0000-4000-8000-000000000001"

XROAD_CODES = re.findall(
    r"\w+",
    """
    bad_request invalid_request access_denied unknown_service unknown_member service_disabled service_failed
    service_missing_url network_error io_error internal_error ssl_authentication_failed logging_failed
    signature_verification inconsistent_response invalid_security_server invalid_client_identifier invalid_rest
    service_type global_conf_outdated missing_header_field http_error
    """,
)
"""Codes of X-Road that say what this gateway can meet; it has, for one, no time-stamping to fail."""


def test_every_kind_has_a_row_and_no_row_is_without_a_kind() -> None:
    assert set(ERROR_TABLE) == set(ExchangeErrorKind)


def test_every_code_that_x_road_clients_may_meet_is_there() -> None:
    assert set(XROAD_CODES) <= {row.snake for row in ERROR_TABLE.values()}


@pytest.mark.parametrize("kind", ExchangeErrorKind)
def test_both_spellings_of_a_code_are_the_same_words(kind: ExchangeErrorKind) -> None:
    row = ERROR_TABLE[kind]
    if kind is K.GLOBAL_CONF_OUTDATED:  # X-Road turned the words round in 7.8
        assert row.camel == "OutdatedGlobalConf"
        return
    assert row.camel.lower() == row.snake.replace("_", "")
    assert re.fullmatch(r"[a-z_]+(\.[a-z_]+)?", row.snake)
    assert re.fullmatch(r"[A-Z][A-Za-z]+(\.[A-Z][A-Za-z]+)?", row.camel)


@pytest.mark.parametrize("kind", ExchangeErrorKind)
def test_the_status_of_a_kind_is_as_real_servers_have_it(kind: ExchangeErrorKind) -> None:
    error = ExchangeError(kind, "x")
    expected = 400 if error.side is Side.CALLER else 500
    if kind in {K.OVERLOADED, K.OUTCOME_NOT_RECORDED}:
        expected = 503
    if kind is K.RATE_EXCEEDED:
        expected = 429
    assert error.status == ERROR_TABLE[kind].status == expected


@pytest.mark.parametrize(
    ("kind", "side", "snake", "camel", "status"),
    [
        (K.NOT_GRANTED, None, "server.serverproxy.access_denied", "Server.ServerProxy.AccessDenied", 500),
        (K.PATH_REFUSED, None, "server.serverproxy.access_denied", "Server.ServerProxy.AccessDenied", 500),
        (K.NETWORK_ERROR, None, "server.clientproxy.network_error", "Server.ClientProxy.NetworkError", 500),
        (K.IO_ERROR, None, "server.clientproxy.io_error", "Server.ClientProxy.IOError", 500),
        (K.MALFORMED_HTTP, None, "client.bad_request", "Client.BadRequest", 400),
        (K.SERVICE_TYPE, None, "server.serverproxy.service_type", "Server.ServerProxy.ServiceType", 500),
        (
            K.SERVICE_UNREACHABLE,
            None,
            "server.serverproxy.service_failed.network_error",
            "Server.ServerProxy.ServiceFailed.NetworkError",
            500,
        ),
        (
            K.CALLER_UNAUTHENTICATED,
            None,
            "client.ssl_authentication_failed",
            "Client.SslAuthenticationFailed",
            400,
        ),
        (K.OVERLOADED, None, "server.clientproxy.overloaded", "Server.ClientProxy.Overloaded", 503),
        (K.OVERLOADED, Side.PROVIDER, "server.serverproxy.overloaded", "Server.ServerProxy.Overloaded", 503),
        (
            K.BODY_TOO_LARGE,
            Side.PROVIDER,
            "server.serverproxy.body_too_large",
            "Server.ServerProxy.BodyTooLarge",
            500,
        ),
        (K.INVALID_REQUEST, Side.CALLER, "client.invalid_request", "Client.InvalidRequest", 400),
    ],
)
def test_codes_name_the_side_where_it_happened(
    kind: ExchangeErrorKind, side: Side | None, snake: str, camel: str, status: int
) -> None:
    error = ExchangeError(kind, "x", side)
    assert (error.code(), error.code(Spelling.CAMEL), error.status) == (snake, camel, status)


def test_an_error_survives_its_way_from_another_process() -> None:
    error = pickle.loads(pickle.dumps(ExchangeError(K.TIMEOUT, "slow", Side.PROVIDER)))  # noqa: S301 - our bytes
    assert (error.kind, error.message, error.side) == (K.TIMEOUT, "slow", Side.PROVIDER)


@pytest.mark.parametrize(
    ("accept", "content_type"),
    [
        (b"", b"application/json"),
        (b"application/json", b"application/json"),
        (b"*/*", b"application/json"),
        (b"nonsense;;;,", b"application/json"),
        (b"application/*", b"application/json"),
        (b"text/html", b"application/json"),
        (b"text/xml", b"text/xml"),
        (b"text/*", b"text/xml"),
        (b"application/xml", b"application/xml"),
        (b"TEXT/XML; q=0.1", b"text/xml"),
        (b"application/json, application/xml;q=0.2, text/xml", b"application/xml"),
        (b"text/xml, application/xml", b"text/xml"),
        (b"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", b"application/xml"),
    ],
)
def test_the_first_xml_type_in_header_order_decides(accept: bytes, content_type: bytes) -> None:
    answer = render_error(ExchangeError(K.NOT_GRANTED, "no"), accept, Spelling.SNAKE, DETAIL)
    assert answer.status == 500
    assert answer.headers == [
        (b"Content-Type", content_type + b";charset=utf-8"),
        (b"X-Road-Error", b"server.serverproxy.access_denied"),
    ]
    assert answer.body.startswith(b"{" if content_type == b"application/json" else b"<?xml")


def test_a_json_error_has_type_message_and_detail() -> None:
    answer = render_error(ExchangeError(K.UNKNOWN_SERVICE, 'no "x"'), b"", Spelling.CAMEL, DETAIL)
    assert json.loads(answer.body) == {
        "type": "Server.ServerProxy.UnknownService",
        "message": 'no "x"',
        "detail": DETAIL,
    }
    assert dict(answer.headers)[b"X-Road-Error"] == b"Server.ServerProxy.UnknownService"


def test_an_xml_error_has_type_message_and_detail() -> None:
    answer = render_error(ExchangeError(K.UNKNOWN_SERVICE, "a < b & c"), b"text/xml", Spelling.SNAKE, DETAIL)
    root = ET.fromstring(answer.body)  # noqa: S314 - our own bytes
    assert root.tag == "error"
    assert [(child.tag, child.text) for child in root] == [
        ("type", "server.serverproxy.unknown_service"),
        ("message", "a < b & c"),
        ("detail", DETAIL),
    ]


@pytest.mark.parametrize("kind", [K.OVERLOADED, K.OUTCOME_NOT_RECORDED])
def test_a_caller_who_may_try_again_is_told_when(kind: ExchangeErrorKind) -> None:
    answer = render_error(ExchangeError(kind, "later"), b"", Spelling.SNAKE, DETAIL)
    assert answer.status == 503
    assert dict(answer.headers)[b"Retry-After"] == b"1"


@given(st.text(st.characters()), st.sampled_from([b"", b"text/xml"]))
def test_any_message_can_be_told(message: str, accept: bytes) -> None:
    body = render_error(ExchangeError(K.MALFORMED_HTTP, message), accept, Spelling.SNAKE, DETAIL).body
    if accept:
        ET.fromstring(body)  # noqa: S314 - our own bytes
    else:
        json.loads(body)
