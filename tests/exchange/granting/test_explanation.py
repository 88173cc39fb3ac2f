from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lienthong.directory.members import Directory, Member, Subsystem
from lienthong.exchange.access import METHOD_OVERRIDES, Moment, read_grants, require_access
from lienthong.exchange.errors import ExchangeError, ExchangeErrorKind
from lienthong.exchange.granting.explanation import Explanation, Policies, Question, explain
from lienthong.exchange.identifiers import parse_member_id
from lienthong.exchange.message import prepare_request, read_request
from lienthong.exchange.services import read_services
from lienthong.kernel.ids import new_uuid4

K = ExchangeErrorKind
NOW = int(datetime(2026, 11, 24, 12, tzinfo=UTC).timestamp() * 1000)
MEMBER = "DEMO/GOV/Z99.02"
CLIENT = "DEMO/GOV/Z99.01/PORTAL"
SERVICES = """
[services."AREAS/units"]
url = "http://127.0.0.1:9001"
[services."AREAS/persons"]
url = "http://127.0.0.1:9002"
subject = "path:/{number}"
[services."AREAS/off"]
url = "http://127.0.0.1:9002"
disabled = true
[services."AREAS/nowhere"]
[services."AREAS/soap"]
type = "WSDL"
"""
GRANTS = "".join(
    f'[[grant]]\nto = "{to}"\nservice = "AREAS/{service}"\nmethods = ["{method}"]\npaths = ["{path}"]\n{more}\n'
    for to, service, method, path, more in (
        ("group:communes", "units", "GET", "/units/*", 'purposes = ["1.1"]'),
        ("DEMO/GOV/Z99.01/CLERK", "units", "*", "**", ""),
        (CLIENT, "units", "GET", "/over/*", "until = 2026-01-01T00:00:00Z"),
        (CLIENT, "units", "PUT", "/units/*", 'rate = "5/min"\nfields = ["/name", "/code"]'),
        (CLIENT, "persons", "GET", "**", ""),
        (CLIENT, "off", "GET", "**", ""),
        (CLIENT, "nowhere", "GET", "**", ""),
    )
)
DIRECTORY = Directory(
    version=1,
    instance="DEMO",
    issued=NOW,
    expires=NOW + 1,
    authority="",
    members=(
        Member("DEMO/GOV/Z99.01", "commune", (Subsystem("PORTAL", "portal"), Subsystem("CLERK", "clerk"))),
        Member(MEMBER, "agency", (Subsystem("AREAS", "areas"),)),
    ),
    groups={"communes": (CLIENT,)},
)
POLICIES = Policies(
    parse_member_id(MEMBER), read_services(SERVICES, "services.toml"), read_grants(GRANTS, "grants.toml"), DIRECTORY
)
PURPOSE = (b"X-Road-Purpose", b"1.1#case")


def _explain(
    service: str = "units", method: str = "GET", path: str = "/units/1", *headers: tuple[bytes, bytes]
) -> Explanation:
    return explain(Question(CLIENT, f"AREAS/{service}", method, path, headers), POLICIES, NOW)


def test_an_allowed_request_passes_every_line() -> None:
    explanation = _explain("units", "GET", "/units/1", PURPOSE)
    ids = [grant.id for grant in POLICIES.grants.by_service["AREAS/units"]]
    assert explanation.conclusion == f"allowed by grant {ids[0]}"
    assert all(line.holds for line in explanation.lines)
    assert [line.what for line in explanation.lines] == [
        "GET /units/1 is a request that gateways read",
        f"the directory knows {CLIENT}",
        "AREAS/units is in services.toml, of type REST",
        "the path reads /units/1, and no header replaces the method",
        "grants.toml has 4 on AREAS/units",
        f"grant {ids[0]}: it is to group:communes, and the client is {CLIENT}",
        f"grant {ids[0]}: it holds until it is withdrawn, and it is 2026-11-24T12:00:00+00:00",
        f"grant {ids[0]}: its methods are GET, and the method is GET",
        f"grant {ids[0]}: its paths are /units/*, and the path is /units/1",
        f"grant {ids[0]}: it asks for a purpose, and the request's is 1.1",
        f"grant {ids[0]}: its purposes are 1.1, and the request's is 1.1",
        "the service is not disabled",
        "the service has a url",
    ]


def test_a_grants_fields_and_rate_are_told() -> None:
    conclusion = _explain("units", "PUT").conclusion
    assert conclusion.endswith(", with the fields /name, /code alone, at most 5/min (the running gateway counts)")


def test_each_grant_that_misses_says_where() -> None:
    explanation = _explain("units", "GET", "/over/1")
    missed = [line.what.partition(": ")[2] for line in explanation.lines if not line.holds]
    assert missed == [
        "its paths are /units/*, and the path is /over/1",
        f"it is to DEMO/GOV/Z99.01/CLERK, and the client is {CLIENT}",
        "it holds until 2026-01-01T00:00:00+00:00, and it is 2026-11-24T12:00:00+00:00",
        "its methods are PUT, and the method is GET",
    ]
    assert explanation.conclusion.startswith("refused path_not_granted: Request is not allowed: ")


@pytest.mark.parametrize(
    ("service", "method", "path", "kind"),
    [
        ("units", "GET", "/units/1", K.MISSING_PURPOSE),
        ("persons", "GET", "/1", K.MISSING_PURPOSE),
        ("units", "PATCH", "/units/1", K.METHOD_NOT_GRANTED),
        ("units", "PUT", "/units/..", K.PATH_REFUSED),
        ("none", "GET", "", K.UNKNOWN_SERVICE),
        ("soap", "GET", "", K.SERVICE_TYPE),
        ("off", "GET", "", K.SERVICE_DISABLED),
        ("nowhere", "GET", "", K.SERVICE_MISSING_URL),
        ("listMethods", "POST", "", K.METHOD_NOT_GRANTED),
        ("units", "CONNECT", "", K.INVALID_HTTP_METHOD),
        ("units", "GET", "/a#b", K.INVALID_REQUEST),
    ],
)
def test_a_refusal_says_its_kind(service: str, method: str, path: str, kind: K) -> None:
    explanation = _explain(service, method, path)
    assert explanation.refusal is not None
    assert explanation.refusal.kind is kind
    assert str(kind) in explanation.conclusion


def test_what_the_consumers_own_gateway_refuses_says_so() -> None:
    assert _explain("units", "GET", "/a#b").conclusion.startswith("refused at the consumer's own gateway, ")


def test_a_metaservice_is_every_subsystems() -> None:
    assert _explain("listMethods", "GET", "").conclusion.startswith("allowed: the gateway answers this itself")


def test_a_client_that_the_directory_does_not_know_is_refused() -> None:
    explanation = explain(Question("DEMO/GOV/Z99.09/X", "AREAS/units", "GET", "/"), POLICIES, NOW)
    assert explanation.refusal is not None
    assert explanation.refusal.kind is K.UNKNOWN_MEMBER


def test_a_header_that_replaces_the_method_is_seen() -> None:
    for name in METHOD_OVERRIDES:
        refusal = _explain("units", "PUT", "/units/1", (name, b"DELETE")).refusal
        assert refusal is not None
        assert refusal.kind is K.METHOD_OVERRIDE


@given(
    st.sampled_from(["units", "persons", "off", "nowhere", "soap", "none"]),
    st.sampled_from(["GET", "PUT", "PATCH", "TRACE"]),
    st.sampled_from(["", "/", "/units/1", "/over/1", "/a/../b", "/units/%2e", "/units//1"]),
    st.sampled_from([(), (PURPOSE,), ((b"X-Road-Purpose", b"2.2"),)]),
)
def test_an_explanation_never_differs_from_the_decision(
    service: str, method: str, path: str, headers: tuple[tuple[bytes, bytes], ...]
) -> None:
    explanation = _explain(service, method, path, *headers)
    target = f"/r1/{MEMBER}/AREAS/{service}{path}".encode()
    sent = [(b"X-Road-Client", CLIENT.encode()), *headers]
    request = read_request(prepare_request(method.encode(), target, sent, new_uuid4(), "DEMO").header_part)
    moment = Moment(DIRECTORY.members_of_group, NOW)
    try:
        allowed = require_access(request, POLICIES.services, POLICIES.grants, moment)
    except ExchangeError as error:
        assert explanation.refusal is not None
        assert (explanation.refusal.kind, explanation.refusal.message) == (error.kind, error.message)
    else:
        assert explanation.allowed == allowed
