from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lienthong.exchange.errors import ExchangeError, ExchangeErrorKind
from lienthong.exchange.identifiers import parse_service_id
from lienthong.exchange.lookups import SubjectPlace, SubjectSource
from lienthong.exchange.services import (
    DEFAULT_MAX_BODY,
    DEFAULT_TIMEOUT_S,
    RESERVED_CODES,
    Address,
    Service,
    read_services,
)

AREAS = parse_service_id("DEMO/GOV/Z99.02/REGISTRY/areas")


def _read(body: str, key: str = "REGISTRY/areas") -> Service:
    services = read_services(f'[services."{key}"]\n{body}', "services.toml")
    return next(iter(services.by_name.values()))


def test_a_service_needs_only_its_url() -> None:
    services = read_services('[services."REGISTRY/areas"]\nurl = "http://127.0.0.1:9001/api"', "services.toml")
    service = services.get_service(AREAS)
    assert service.name == "REGISTRY/areas"
    assert service.address == Address(tls=False, host="127.0.0.1", port=9001, path=b"/api")
    assert (service.type, service.timeout_s, service.max_body) == ("REST", DEFAULT_TIMEOUT_S, DEFAULT_MAX_BODY)
    assert not any([service.idempotent, service.disabled, service.requires_purpose, service.subject])


def test_everything_can_be_said_of_a_service() -> None:
    service = _read(
        """
        url = "https://[::1]/"
        type = "OPENAPI"
        timeout_s = 5
        max_body = 1024
        idempotent = true
        subject = "path:/persons/{number}"
        requires_purpose = true
        disabled = true
        notice = "moved"
        """
    )
    assert service == Service(
        name="REGISTRY/areas",
        type="OPENAPI",
        address=Address(tls=True, host="::1", port=443, path=b"/"),
        timeout_s=5,
        max_body=1024,
        idempotent=True,
        subject="path:/persons/{number}",
        asks_purpose=True,
        disabled=True,
        notice="moved",
        subject_place=SubjectPlace(SubjectSource.PATH, steps=("persons",)),
    )


def test_a_service_with_a_subject_always_requires_a_purpose() -> None:
    assert _read('subject = "path:/persons/{number}"').requires_purpose
    with pytest.raises(ExchangeError, match="always requires a purpose"):
        _read('subject = "path:/persons/{number}"\nrequires_purpose = false')


def test_an_unknown_service_is_refused() -> None:
    with pytest.raises(ExchangeError) as caught:
        read_services("", "services.toml").get_service(AREAS)
    assert caught.value.code() == "server.serverproxy.unknown_service"


def test_names_meet_in_their_normal_spelling() -> None:
    services = read_services('[services."R%45G/x%c3%a3"]', "services.toml")
    assert services.get_service(parse_service_id("D/G/C/REG/x%C3%A3")).name == "REG/x%C3%A3"


@pytest.mark.parametrize("code", sorted(RESERVED_CODES))
def test_no_service_shadows_a_metaservice(code: str) -> None:
    with pytest.raises(ExchangeError, match=f"{code} is reserved"):
        _read("", f"REGISTRY/{code}")


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("services = 3", ["services.toml", "must hold tables"]),
        ("[servces.x]", ["services.toml", "'servces'", "'services'"]),
        ("[services.areas]", ['[services."areas"]', "SUBSYSTEM/SERVICE"]),
        ('[services."a/b/c"]', ['[services."a/b/c"]', "SUBSYSTEM/SERVICE"]),
        ('[services]\n"a/b" = 1', ['[services."a/b"]', "expected a table"]),
        ('[services."a/b"]\nulr = "x"', ['[services."a/b"]', "'ulr'", "'url'"]),
        ('[services."a/b"]\n[services."%61/b"]', ['[services."%61/b"]', "a second time"]),
        ('[services."a/b"]\ntype = "SOAP"', ["`type`"]),
        ('[services."a/b"]\ntimeout_s = 0', ["timeout_s is 0"]),
        ('[services."a/b"]\ntimeout_s = 301', ["at most 300"]),
        ('[services."a/b"]\ntimeout_s = nan', ["timeout_s is nan"]),
        ('[services."a/b"]\nmax_body = 0', ["max_body is 0"]),
        ('[services."a/b"]\nsubject = "persons"', ["subject is 'persons'", "path:"]),
        ('[services."a/b"]\nidempotent = "yes"', ["`idempotent`"]),
        ('[services."a/b"]\nurl = "ftp://x"', ["ftp://x", "http://HOST"]),
        ('[services."a/b"]\nurl = "http:///x"', ["http://HOST"]),
        ('[services."a/b"]\nurl = "http://x:port"', ["http://x:port"]),
        ('[services."a/b"]\nurl = "http://[x"', ["http://[x"]),
        ('[services."a/b"]\nurl = "http://x/xã"', ["percent-encoded"]),
        ('[services."a/b"]\nurl = "http://x/?a"', ["query"]),
        ('[services."a/b"]\nurl = "http://x/?"', ["query"]),
        ('[services."a/b"]\nurl = "http://x/#"', ["fragment"]),
        ('[services."a/b"]\nurl = "http://u:p@x/"', ["no user"]),
    ],
)
def test_a_mistake_is_named_with_file_table_and_key(text: str, parts: list[str]) -> None:
    with pytest.raises(ExchangeError) as caught:
        read_services(text, "services.toml")
    assert caught.value.kind is ExchangeErrorKind.MALFORMED_SETTINGS
    assert str(caught.value).startswith("services.toml")
    assert [part for part in parts if part not in str(caught.value)] == []


@given(st.text(st.characters(exclude_characters='"\\\r\n', exclude_categories=["C"]), max_size=30))
def test_any_url_is_read_or_refused(url: str) -> None:
    try:
        service = _read(f'url = "http://{url}"')
    except ExchangeError:
        return
    assert service.address is not None
    assert service.address.host
    assert 0 < service.address.port < 65536
