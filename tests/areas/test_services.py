from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from lienthong.areas.errors import AreasErrorKind
from lienthong.areas.models import Load, Succession, Unit
from lienthong.areas.service_openapi import make_description
from lienthong.areas.service_views import STATUSES
from lienthong.areas.urls import urlpatterns
from lienthong.sandbox import areas_answers, units
from lienthong.web.callers import GATEWAY_SECRET_HEADER, Caller
from tests.site_settings import GATEWAY_SECRET

if TYPE_CHECKING:
    from django.test import Client

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("national_tables"),
    pytest.mark.xdist_group("national-tables"),
]

ROOT = "/services/areas/"
HEADERS = {GATEWAY_SECRET_HEADER: GATEWAY_SECRET, "X-Road-Client": "DEMO/GOV/Z99.01/PORTAL"}


def ask(client: Client, path: str, **query: str) -> tuple[int, Any]:
    response = client.get(ROOT + path, query, headers=HEADERS)
    return response.status_code, json.loads(response.content)


def read(client: Client, text: str, **more: str) -> tuple[int, Any]:
    body = json.dumps({"text": text, **more})
    response = client.post(ROOT + "addresses", body, content_type="application/json", headers=HEADERS)
    return response.status_code, json.loads(response.content)


def test_the_unit_of_a_code_on_a_day(client: Client) -> None:
    status, answer = ask(client, "units/06886", on="2025-06-30")
    assert status == 200
    assert answer["unit"] == {
        "code": "06886",
        "name": "Xã Hải Lạng",
        "kind": "xã",
        "level": "commune",
        "english": "Hai Lang Commune",
        "english_is_derived": True,
        "from": "2024-11-01",
        "to": "2025-06-30",
        "district": "Huyện Tiên Yên",
        "province": {"code": "22", "name": "Tỉnh Quảng Ninh"},
        "successors": ["06799", "06886", "06970"],
    }
    assert answer["data"]["source"] == "vietnamadminunits 1.0.4"
    assert answer["data"]["documents"] == ["1679/NQ-UBTVQH15"]
    assert answer["sandbox"]["notice"] == "BẢN MẪU – KHÔNG CÓ GIÁ TRỊ PHÁP LÝ"  # noqa: RUF001 # as displayed


def test_a_divided_unit_is_not_decided(client: Client) -> None:
    status, answer = ask(client, "units/06886/successors", on="2025-06-30")
    assert status == 200
    assert not answer["decided"]
    assert [unit["code"] for unit in answer["candidates"]] == ["06799", "06886", "06970"]
    assert answer["shares"] == [{"code": code, "lower": 0, "upper": 1} for code in ("06799", "06886", "06970")]


def test_what_a_present_unit_was_before(client: Client) -> None:
    status, answer = ask(client, "units/08/predecessors")
    assert status == 200
    assert [unit["name"] for unit in answer["candidates"]] == ["Tỉnh Hà Giang", "Tỉnh Tuyên Quang"]
    assert answer["to"] == "2025-06-30"


def test_lists_are_of_one_level_and_may_be_of_one_province(client: Client) -> None:
    assert len(ask(client, "units", on="2025-07-01")[1]["units"]) == 3_321
    assert len(ask(client, "units", on="2025-07-01", province="22")[1]["units"]) == 54
    assert len(ask(client, "units/", on="2024-11-01", province="22")[1]["units"]) == 171
    assert len(ask(client, "units", on="2025-06-30", level="district")[1]["units"]) == 696


@pytest.mark.parametrize(
    ("path", "query", "status", "kind"),
    [
        ("units/6886", {}, 400, "bad-code"),
        ("units/06886", {"on": "30/6/2025"}, 400, "bad-day"),
        ("units/06886", {"on": "2025-02-30"}, 400, "bad-day"),
        ("units/06886", {"day": "2025-06-30"}, 400, "bad-parameter"),
        ("units/06886", {"on": "2020-01-01"}, 404, "unknown-day"),
        ("units/99999", {"on": "2025-12-01"}, 404, "unknown-code"),
        ("units", {"on": "2025-01-01"}, 404, "unknown-day"),
        ("units", {"level": "village"}, 400, "bad-parameter"),
        ("units", {"province": "193", "on": "2025-06-30"}, 400, "bad-parameter"),
        ("units/06886/successors", {"on": "2025-07-01", "to": "2025-01-01"}, 400, "bad-day"),
        ("units/06886/predecessors", {"on": "2025-06-30"}, 404, "unknown-day"),
        ("units/06886/predecessors", {"on": "2025-07-01", "to": "2026-01-01"}, 400, "bad-day"),
        ("agencies/H4", {}, 400, "bad-agency-code"),
        ("agencies/H48", {}, 404, "unknown-code"),
    ],
)
def test_what_cannot_be_answered_says_why(
    client: Client, path: str, query: dict[str, str], status: int, kind: str
) -> None:
    met, problem = ask(client, path, **query)
    assert (met, problem["type"]) == (status, f"urn:lienthong:problem:{kind}")
    assert problem["detail"]


def test_an_address_gives_candidates_with_reasons(client: Client) -> None:
    status, answer = read(client, "Số 5, P. Hồng Gai, TP Hạ Long, Quảng Ninh")
    assert status == 200
    assert answer["decided"]
    first = answer["candidates"][0]
    assert (first["unit"]["code"], first["rest"]) == ("06691", "Số 5")
    assert "district-named" in first["reasons"]


def test_an_address_that_fits_two_places_is_not_decided(client: Client) -> None:
    assert read(client, "Xã Tân Thành")[1]["decided"] is False
    assert read(client, "Xã Hải Lạng, Quảng Ninh", on="2025-07-01")[1]["decided"] is True


@pytest.mark.parametrize("body", [b"", b"[]", b'{"text": 1}', b'{"text": "x", "more": 1}', b"\xff", b"x" * 9000])
def test_a_question_that_is_none_is_refused(client: Client, body: bytes) -> None:
    response = client.post(ROOT + "addresses", body, content_type="application/json", headers=HEADERS)
    assert response.status_code == 400
    assert json.loads(response.content)["type"].endswith(":bad-parameter")


def test_an_agency_is_known_on_its_days(client: Client) -> None:
    status, answer = ask(client, "agencies/H49", on="2026-01-01")
    assert (status, answer["agency"]["area"]) == (200, "22")
    assert ask(client, "agencies/H49", on="2018-01-01")[0] == 404


def test_only_the_gateway_may_ask(client: Client) -> None:
    assert client.get(ROOT + "units/06886").status_code == 401
    assert {getattr(pattern.callback, "callers", None) for pattern in urlpatterns} == {frozenset({Caller.GATEWAY})}


def test_every_path_is_described_and_every_kind_has_a_status() -> None:
    described = {path.lstrip("/").replace("{code}", "<str:code>") for path in make_description()["paths"]}
    assert described == {str(pattern.pattern).rstrip("/") for pattern in urlpatterns} - {"openapi.json"}
    assert set(STATUSES) == set(AreasErrorKind)


def test_a_site_that_loaded_nothing_says_so(client: Client) -> None:
    Succession.objects.all().delete()
    Unit.objects.exclude(parent=None).filter(level="commune").delete()
    Unit.objects.exclude(parent=None).delete()
    Unit.objects.all().delete()
    Load.objects.create(source="emptied", digest="", counts={})
    status, problem = ask(client, "units/06886")
    assert (status, problem["type"]) == (503, "urn:lienthong:problem:not-loaded")
    assert read(client, "Hạ Long")[0] == 503


def test_the_description_is_served(client: Client) -> None:
    status, document = ask(client, "openapi.json")
    assert (status, document["openapi"]) == (200, "3.1.0")


@pytest.mark.parametrize("day", ["2025-06-30", "2025-07-01"])
def test_it_answers_as_the_sandboxs_first_provider_did(client: Client, day: str) -> None:
    """The same questions, read by the same types, give the same units: it can take that provider's place."""
    book = units.read_units()
    listed = client.get(ROOT + "units", {"on": day, "province": "22"}, headers=HEADERS)
    ours = msgspec.json.decode(listed.content, type=areas_answers.UnitsAnswer)
    theirs = book.list_units(ours.on)
    assert ours.units == theirs
    for unit in theirs[::10]:
        one = client.get(f"{ROOT}units/{unit.code}", {"on": day}, headers=HEADERS)
        assert msgspec.json.decode(one.content, type=areas_answers.UnitAnswer).unit == unit
        asked = client.get(f"{ROOT}units/{unit.code}/successors", {"on": day}, headers=HEADERS)
        answer = msgspec.json.decode(asked.content, type=areas_answers.SuccessorsAnswer)
        assert answer.candidates == book.follow(unit)
        assert answer.decided is (len(answer.candidates) == 1)
