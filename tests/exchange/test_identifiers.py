from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lienthong.exchange.errors import ExchangeError, ExchangeErrorKind
from lienthong.exchange.identifiers import (
    parse_client_id,
    parse_gateway_id,
    parse_member_id,
    parse_service_id,
    require_represented_party,
)
from lienthong.kernel.errors import KernelError
from lienthong.kernel.ids import format_identifier

if TYPE_CHECKING:
    from collections.abc import Callable

K = ExchangeErrorKind
ALL = [parse_member_id, parse_client_id, parse_service_id, parse_gateway_id]


def test_a_subsystem_knows_its_member() -> None:
    client = parse_client_id("DEMO/GOV/Z99.01/PORTAL")
    assert client.text == "DEMO/GOV/Z99.01/PORTAL"
    assert client.member == parse_member_id("DEMO/GOV/Z99.01")
    assert client.subsystem == "PORTAL"


def test_a_member_may_be_a_client_without_a_subsystem() -> None:
    client = parse_client_id("DEMO/GOV/Z99.01")
    assert client.subsystem is None
    assert client.member.text == client.text


def test_a_service_knows_its_provider_and_its_local_name() -> None:
    service = parse_service_id("DEMO/GOV/Z99.02/REGISTRY/areas")
    assert service.provider == parse_client_id("DEMO/GOV/Z99.02/REGISTRY")
    assert service.member.text == "DEMO/GOV/Z99.02"
    assert service.local == "REGISTRY/areas"
    assert service.code == "areas"


def test_an_encoded_slash_belongs_to_its_segment() -> None:
    service = parse_service_id("DEMO/GOV/Z99.02/s%2Fub/areas")
    assert service.provider.subsystem == "s/ub"
    assert service.text == "DEMO/GOV/Z99.02/s%2Fub/areas"
    assert service.local == "s%2Fub/areas"


def test_a_utf_8_segment_has_one_normal_spelling() -> None:
    lower = parse_service_id("DEMO/GOV/Z99.02/REGISTRY/x%c3%a3")
    upper = parse_service_id("DEMO/GOV/Z99.02/REGISTRY/%78%C3%A3")
    assert lower.code == "xã"
    assert lower.text == upper.text == "DEMO/GOV/Z99.02/REGISTRY/x%C3%A3"


def test_a_gateway_has_four_segments() -> None:
    assert parse_gateway_id("DEMO/GOV/Z99.02/GW1").member.text == "DEMO/GOV/Z99.02"


@pytest.mark.parametrize(
    ("parse", "text", "kind"),
    [
        (parse_member_id, "DEMO/GOV", K.INVALID_CLIENT_IDENTIFIER),
        (parse_client_id, "DEMO/GOV", K.INVALID_CLIENT_IDENTIFIER),
        (parse_client_id, "DEMO/GOV/Z/P/x", K.INVALID_CLIENT_IDENTIFIER),
        (parse_client_id, "DEMO//Z/P", K.INVALID_CLIENT_IDENTIFIER),
        (parse_client_id, "DEMO/GOV/../P", K.INVALID_CLIENT_IDENTIFIER),
        (parse_client_id, "DEMO/GOV/%2e%2e/P", K.INVALID_CLIENT_IDENTIFIER),
        (parse_client_id, "DEMO/GOV/Z/%zz", K.INVALID_CLIENT_IDENTIFIER),
        (parse_client_id, "DEMO/GOV/Z/%ff", K.INVALID_CLIENT_IDENTIFIER),
        (parse_client_id, "DEMO/GOV/Z/%00", K.INVALID_CLIENT_IDENTIFIER),
        (parse_client_id, "DEMO/GOV/Z/P Q", K.INVALID_CLIENT_IDENTIFIER),
        (parse_service_id, "DEMO/GOV/Z/S", K.INVALID_REQUEST),
        (parse_service_id, "DEMO/GOV/Z/S/", K.INVALID_REQUEST),
        (parse_service_id, "DEMO/GOV/Z/S/.", K.INVALID_REQUEST),
        (parse_gateway_id, "DEMO/GOV/Z", K.INVALID_SECURITY_SERVER),
        (parse_gateway_id, "DEMO/GOV/Z/GW/1", K.INVALID_SECURITY_SERVER),
        (require_represented_party, "a/b/c", K.INVALID_REQUEST),
        (require_represented_party, "a/", K.INVALID_REQUEST),
    ],
)
def test_a_wrong_name_is_refused_with_its_code(parse: Callable[[str], Any], text: str, kind: ExchangeErrorKind) -> None:
    with pytest.raises(ExchangeError) as caught:
        parse(text)
    assert caught.value.kind is kind


@pytest.mark.parametrize("text", ["GOV/Z99.01", "Z99.01", "GOV/s%2Fub"])
def test_a_represented_party_has_one_or_two_segments(text: str) -> None:
    assert require_represented_party(text) == text


def test_a_long_name_is_read_but_not_remembered() -> None:
    text = "DEMO/GOV/Z/" + "x" * 255
    assert parse_client_id(text).text == text
    assert parse_client_id(text) is not parse_client_id(text)
    assert parse_client_id("DEMO/GOV/Z/P") is parse_client_id("DEMO/GOV/Z/P")


@given(st.lists(st.text(st.characters(), max_size=12), min_size=5, max_size=5))
def test_a_written_name_reads_back_as_its_segments(segments: list[str]) -> None:
    try:
        text = format_identifier(segments)
    except KernelError:
        return
    assert parse_service_id(text).segments == tuple(segments)
    assert parse_service_id(text).text == text


@given(st.text(st.characters(), max_size=40), st.sampled_from(ALL))
def test_any_text_is_read_or_refused(text: str, parse: Callable[[str], Any]) -> None:
    try:
        name = parse(text)
    except ExchangeError:
        return
    assert parse(name.text).segments == name.segments
