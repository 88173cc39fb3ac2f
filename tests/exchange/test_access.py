from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lienthong.exchange.access import Allowed, Grants, Moment, read_grants, require_access
from lienthong.exchange.control import METHODS
from lienthong.exchange.errors import ExchangeError, ExchangeErrorKind
from lienthong.exchange.services import Service, read_services
from tests.exchange.requests import CLIENT, ID, TARGET, receive

K = ExchangeErrorKind
NOW = int(datetime(2026, 11, 24, 12, tzinfo=UTC).timestamp() * 1000)
GROUPS = {"communes": {"DEMO/GOV/Z99.01/PORTAL"}, "empty": set[str]()}
SERVICES = """
[services."REGISTRY/areas"]
url = "http://127.0.0.1:9001"
[services."REGISTRY/persons"]
url = "http://127.0.0.1:9002"
subject = "path:/persons/{number}"
[services."REGISTRY/asked"]
url = "http://127.0.0.1:9003"
requires_purpose = true
[services."REGISTRY/soap"]
url = "http://127.0.0.1:9004"
type = "WSDL"
[services."REGISTRY/off"]
url = "http://127.0.0.1:9005"
disabled = true
notice = "back on Monday"
[services."REGISTRY/nowhere"]
"""


def _grant(service: str = "areas", **changes: str) -> str:
    fields = {
        "to": '"DEMO/GOV/Z99.01/PORTAL"',
        "service": f'"REGISTRY/{service}"',
        "methods": '["GET"]',
        "paths": '["/units/*"]',
        **changes,
    }
    return "[[grant]]\n" + "".join(f"{key} = {value}\n" for key, value in fields.items() if value)


def _ask(
    grants: str,
    service: str = "areas",
    method: bytes = b"GET",
    path: bytes = b"/units/06652",
    *headers: tuple[bytes, bytes],
) -> Allowed:
    target = TARGET.removesuffix(b"areas") + service.encode() + path
    return require_access(
        receive(method, target, [CLIENT, ID, *headers]),
        read_services(SERVICES, "services.toml"),
        read_grants(grants, "grants.toml"),
        Moment(GROUPS.__getitem__, NOW),
    )


def _miss(*arguments: object, **keywords: object) -> ExchangeError:
    with pytest.raises(ExchangeError) as caught:
        _ask(*arguments, **keywords)  # type: ignore[arg-type] # passed on as they come
    return caught.value


PURPOSE = (b"X-Road-Purpose", b"2.002621#H99-1")


def test_a_granted_request_gives_its_service_and_grant() -> None:
    allowed = _ask(_grant())
    assert allowed.service.name == "REGISTRY/areas"
    assert allowed.grant.to == "DEMO/GOV/Z99.01/PORTAL"


@pytest.mark.parametrize(
    "grants",
    [
        _grant(methods='["*"]'),
        _grant(paths='["**"]'),
        _grant(to='"group:communes"'),
        _grant(to='"DEMO/GOV/Z99.01/P%4fRTAL"'),
        _grant(service="areas", until="2026-11-24T19:00:00.001+07:00"),
        _grant(to='"group:empty"') + _grant(until="2020-01-01T00:00:00Z") + _grant(),
    ],
)
def test_a_grant_may_be_said_in_many_ways(grants: str) -> None:
    assert _ask(grants).service.name == "REGISTRY/areas"


@pytest.mark.parametrize(
    ("grants", "kind"),
    [
        ("", K.NOT_GRANTED),
        (_grant(to='"DEMO/GOV/Z99.01/OTHER"'), K.NOT_GRANTED),
        (_grant(to='"DEMO/GOV/Z99.01"'), K.NOT_GRANTED),
        (_grant(to='"group:empty"'), K.NOT_GRANTED),
        (_grant("persons"), K.NOT_GRANTED),
        (_grant(until="2026-11-24T12:00:00Z"), K.GRANT_EXPIRED),
        (_grant(until="2026-11-24T19:00:00+07:00"), K.GRANT_EXPIRED),
        (_grant(methods='["POST", "DELETE"]'), K.METHOD_NOT_GRANTED),
        (_grant(paths='["/units", "/units/*/old"]'), K.PATH_NOT_GRANTED),
        (_grant(purposes='["2.002621"]'), K.MISSING_PURPOSE),
        (_grant(methods='["PUT"]') + _grant(paths='["/"]') + _grant(until="2020-01-01T00:00:00Z"), K.PATH_NOT_GRANTED),
    ],
)
def test_what_no_grant_allows_is_denied_with_the_nearest_reason(grants: str, kind: ExchangeErrorKind) -> None:
    error = _miss(grants)
    assert error.kind is kind
    assert error.status == 500
    if kind is not K.MISSING_PURPOSE:
        assert error.code() == "server.serverproxy.access_denied"


def test_a_purpose_must_be_one_of_the_grants() -> None:
    grants = _grant(purposes='["2.002621", "2.002622"]')
    assert _ask(grants, "areas", b"GET", b"/units/1", PURPOSE).grant.purposes == {"2.002621", "2.002622"}
    other = (b"X-Road-Purpose", b"2.00262#2.002621")
    assert _miss(grants, "areas", b"GET", b"/units/1", other).kind is K.PURPOSE_NOT_GRANTED


@pytest.mark.parametrize("service", ["persons", "asked"])
def test_a_service_about_persons_is_never_asked_without_a_purpose(service: str) -> None:
    everything = _grant(service, methods='["*"]', paths='["**"]')
    assert _miss(everything, service).code() == "server.serverproxy.missing_purpose"
    assert _ask(everything, service, b"GET", b"/x", PURPOSE).service.name == f"REGISTRY/{service}"


def test_no_setting_lifts_the_purpose_of_a_service_with_a_subject() -> None:
    """Whatever combination of fields a Service and a grant can have: a subject needs a purpose."""
    grants = read_grants(_grant("persons", methods='["*"]', paths='["**"]'), "grants.toml")
    request = receive(target=TARGET.removesuffix(b"areas") + b"persons/1")
    for asks in (True, False):
        for idempotent in (True, False):
            service = Service(
                name="REGISTRY/persons",
                type="REST",
                address=None,
                timeout_s=1,
                max_body=1,
                idempotent=idempotent,
                subject="path:/{number}",
                asks_purpose=asks,
                disabled=False,
                notice="",
            )
            with pytest.raises(ExchangeError) as caught:
                grants.require(request, service, Moment(GROUPS.__getitem__, NOW))
            assert caught.value.kind is K.MISSING_PURPOSE


@pytest.mark.parametrize(
    ("service", "code"),
    [
        ("unknown", "server.serverproxy.unknown_service"),
        ("soap", "server.serverproxy.service_type"),
        ("off", "server.serverproxy.service_disabled"),
        ("nowhere", "server.serverproxy.service_missing_url"),
    ],
)
def test_a_service_that_cannot_be_called_says_why(service: str, code: str) -> None:
    error = _miss(_grant(service), service)
    assert (error.code(), error.status) == (code, 500)


@pytest.mark.parametrize("service", ["off", "nowhere"])
def test_access_is_decided_before_the_state_of_a_service_is_told(service: str) -> None:
    assert _miss("", service).code() == "server.serverproxy.access_denied"


def test_the_notice_of_a_disabled_service_is_told() -> None:
    assert "back on Monday" in str(_miss(_grant("off"), "off"))


@pytest.mark.parametrize(
    "name",
    [b"X-HTTP-Method-Override", b"x-http-method", b"X-METHOD-OVERRIDE", b"X_HTTP_Method_Override", b"x-http_method"],
)
def test_a_header_that_replaces_the_method_is_refused(name: bytes) -> None:
    everything = _grant(methods='["*"]', paths='["**"]')
    assert _miss(everything, "areas", b"POST", b"/", (name, b"DELETE")).kind is K.METHOD_OVERRIDE
    assert _ask(everything, "areas", b"POST", b"/", (b"X-HTTP", b"DELETE")).grant.paths == ("**",)


@pytest.mark.parametrize(
    "path", [b"/units/..%2fpersons", b"/units/%2e%2e/persons", b"/units/..", b"/units/%252e%252e", b"/units/a\\b"]
)
def test_a_path_with_two_meanings_is_refused_under_any_grant(path: bytes) -> None:
    assert _miss(_grant(paths='["**"]'), "areas", b"GET", path).kind is K.PATH_REFUSED


@pytest.mark.parametrize("path", [b"/units//1", b"/units/;x", b"/units/1;/2", b"/units/1/"])
def test_a_path_must_stay_inside_in_every_reading(path: bytes) -> None:
    assert _miss(_grant(), "areas", b"GET", path).kind is K.PATH_NOT_GRANTED


def test_no_path_is_the_root() -> None:
    assert _ask(_grant(paths='["/"]'), "areas", b"GET", b"").grant.paths == ("/",)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("grant = 3", ["grants.toml", "[[grant]]"]),
        ("[grant]\nto = 1", ["grants.toml", "[[grant]]"]),
        ("[[grants]]", ["'grants'", "'grant'"]),
        ("grant = [1]", ["[[grant]] number 1", "expected a table"]),
        (_grant() + _grant(purpose='["x"]'), ["[[grant]] number 2", "'purpose'", "'purposes'"]),
        (_grant(to=""), ["`to`"]),
        (_grant(to='"DEMO/GOV"'), ["`to`", "DEMO/GOV"]),
        (_grant(to='"group:"'), ["group:NAME"]),
        (_grant("areas/x"), ["SUBSYSTEM/SERVICE"]),
        (_grant("listMethods"), ["reserved"]),
        (_grant(methods="[]"), ["methods is []"]),
        (_grant(methods='["get"]'), ["methods is ['get']", "GET"]),
        (_grant(methods='["*", "GET"]'), ["methods is"]),
        (_grant(methods='"GET"'), ["`methods`"]),
        (_grant(paths="[]"), ["paths is empty"]),
        (_grant(paths='["units"]'), ["'units'", "begin with '/'"]),
        (_grant(purposes="[]"), ["purposes is empty"]),
        (_grant(purposes='["2.1#case"]'), ["2.1#case", "before `#`"]),
        (_grant(purposes='[" x"]'), ["without blanks"]),
        (_grant(purposes='[""]'), ["purpose ''"]),
        (_grant(until="2027-01-01"), ["until is 2027-01-01", "+07:00"]),
        (_grant(until="2027-01-01T00:00:00"), ["until is", "+07:00"]),
        (_grant(until='"tomorrow"'), ["until is tomorrow"]),
        (_grant(fields="[]"), ["fields holds 0"]),
        (_grant(fields='["name"]'), ["'name'", "begin with `/`"]),
        (_grant(fields='["/a~2"]'), ["'/a~2'", "~0"]),
        (_grant(rate='"10"'), ["rate is '10'", "100/min"]),
        (_grant(rate='"0/s"'), ["rate is '0/s'"]),
        (_grant(rate="10"), ["`rate`"]),
    ],
)
def test_a_mistake_is_named_with_file_table_and_key(text: str, parts: list[str]) -> None:
    with pytest.raises(ExchangeError) as caught:
        read_grants(text, "grants.toml")
    assert caught.value.kind is K.MALFORMED_SETTINGS
    assert str(caught.value).startswith("grants.toml")
    assert [part for part in parts if part not in str(caught.value)] == []


def test_an_empty_file_grants_nothing() -> None:
    assert read_grants("", "grants.toml") == Grants({})


@given(
    st.sampled_from(sorted(METHODS)),
    st.sampled_from([b"/units/1", b"/units/1/2", b"/", b"/other"]),
    st.sampled_from([(), (PURPOSE,)]),
    st.lists(st.sampled_from(["GET", "POST", "PUT"]), min_size=1, unique=True),
    st.sampled_from(["/units/*", "/units/**", "**"]),
    st.sampled_from(["", '["2.002621"]', '["other"]']),
    st.sampled_from(["", "2026-11-24T12:00:00Z", "2026-11-24T12:00:00.001Z"]),
)
def test_a_request_passes_exactly_if_each_part_of_a_grant_holds(  # noqa: PLR0913, PLR0917 - one rule, all its parts
    method: bytes,
    path: bytes,
    purpose: tuple[tuple[bytes, bytes], ...],
    methods: list[str],
    glob: str,
    purposes: str,
    until: str,
) -> None:
    text = _grant(methods=str(methods).replace("'", '"'), paths=f'["{glob}"]', purposes=purposes, until=until)
    expected = (
        method.decode() in methods
        and (glob == "**" or path == b"/units/1" or (glob == "/units/**" and path == b"/units/1/2"))
        and (not purposes or (bool(purpose) and purposes == '["2.002621"]'))
        and not until.endswith(":00Z")
    )
    try:
        _ask(text, "areas", method, path, *purpose)
    except ExchangeError:
        assert not expected
    else:
        assert expected
