from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.urls import get_resolver

from lienthong.people.card_steps import CardKind
from lienthong.people.cards import apply_for_card
from lienthong.people.changes import correct_person, tell_marriage
from lienthong.people.errors import PeopleErrorKind
from lienthong.people.events import Corrected
from lienthong.people.models import AnsweredMessage, Event, Person
from lienthong.people.service_openapi import OPERATIONS, make_description
from lienthong.people.service_views import STATUSES
from lienthong.people.urls import urlpatterns
from lienthong.people.words import Sex
from lienthong.web.callers import GATEWAY_SECRET_HEADER, Caller
from tests.people.registries import add_household, add_person, make_registry
from tests.site_settings import GATEWAY_SECRET

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db

HEADERS = {
    GATEWAY_SECRET_HEADER: GATEWAY_SECRET,
    "X-Road-Client": "DEMO/GOV/Z99.01/PORTAL",
    "X-Road-Id": "m-1",
    "X-Road-Purpose": "1.001193#H49-1",
}
ROOT = "/services/people/"
YESTERDAY = (datetime.now(UTC) - timedelta(days=1)).date()


def ask(client: Client, path: str, **query: str) -> tuple[int, Any]:
    response = client.get(ROOT + path, query, headers=HEADERS)
    return response.status_code, json.loads(response.content)


def tell(client: Client, path: str, body: object, message_id: str = "m-1") -> tuple[int, Any]:
    headers = {**HEADERS, "X-Road-Id": message_id}
    response = client.post(ROOT + path, json.dumps(body), content_type="application/json", headers=headers)
    return response.status_code, json.loads(response.content)


def test_a_person_is_found_by_number_with_the_default_fields(client: Client) -> None:
    registry = make_registry()
    household = add_household(registry)
    known = add_person(registry, household=household)
    status, answer = ask(client, f"persons/{known.number}")
    assert status == 200
    assert answer == {
        "number": known.number,
        "full_name": "Nguyễn Thị Hòa",
        "sex": "female",
        "birth_date": "1990-05-17",
        "died_on": None,
        "residence": {
            "household": household,
            "relation": "head",
            "area_code": "06673",
            "area_day": "2025-07-01",
            "line": "Tổ 1, khu 2",
            "since": "2025-08-01",
        },
        "sandbox": {"instance": "DEMO", "notice": "BẢN MẪU – KHÔNG CÓ GIÁ TRỊ PHÁP LÝ"},  # noqa: RUF001 # official wording
    }


def test_only_the_fields_asked_for_are_answered(client: Client) -> None:
    registry = make_registry()
    wife, husband = add_person(registry), add_person(registry, "Lê Văn An", Sex.MALE)
    tell_marriage(registry, (wife.number, husband.number), "3/2020", date(2020, 2, 2), "s")
    _status, answer = ask(client, f"persons/{wife.number}", fields="full_name,spouse,father")
    assert answer.keys() == {"full_name", "spouse", "father", "sandbox"}
    assert answer["spouse"] == {"number": husband.number, "full_name": "Lê Văn An"}
    assert answer["father"] is None


@pytest.mark.parametrize("field", ["ethnicity", "religion", "search_name", "id", ""])
def test_a_field_that_cannot_be_asked_is_refused(client: Client, field: str) -> None:
    known = add_person(make_registry())
    status, answer = ask(client, f"persons/{known.number}", fields=f"full_name,{field}")
    assert (status, answer["type"]) == (400, "urn:lienthong:problem:bad-request")


def test_a_replaced_number_still_finds_its_person(client: Client) -> None:
    registry = make_registry()
    known = add_person(registry)
    state = correct_person(registry, known.number, Corrected("5/QĐ", birth_date=date(1991, 5, 17)), "s")
    _status, answer = ask(client, f"persons/{known.number}")
    assert (answer["number"], answer["asked_number"]) == (state.number, known.number)


@pytest.mark.parametrize("name", ["Nguyễn Thị Hòa", "NGUYEN THI HOA", "nguyễn  thị hoà"])
def test_a_person_is_found_by_exact_name_and_birth_date(client: Client, name: str) -> None:
    registry = make_registry()
    known = add_person(registry)
    add_person(registry, "Nguyễn Thị Hoàn")
    add_person(registry, birth_date=date(1990, 5, 18))
    status, answer = ask(client, "persons", full_name=name, birth_date="1990-05-17")
    assert (status, [one["number"] for one in answer["persons"]]) == (200, [known.number])


@pytest.mark.parametrize(
    ("query", "kind"),
    [
        ({"full_name": "Hòa"}, "bad-day"),
        ({"birth_date": "1990-05-17"}, "bad-name"),
        ({"full_name": "Hòa", "birth_date": "1990-05-17", "ethnicity": "Dao"}, "bad-request"),
        ({"full_name": "Hòa", "birth_date": "1990-02-30"}, "bad-day"),
    ],
)
def test_a_search_needs_name_and_birth_date_and_nothing_else(client: Client, query: dict[str, str], kind: str) -> None:
    status, answer = ask(client, "persons", **query)
    assert (status, answer["type"]) == (400, f"urn:lienthong:problem:{kind}")


def test_a_common_name_and_birth_date_list_nobody(client: Client) -> None:
    registry = make_registry()
    for _ in range(21):
        add_person(registry)
    assert ask(client, "persons", full_name="Nguyễn Thị Hòa", birth_date="1990-05-17")[0] == 409


def test_a_household_lists_its_members_the_head_first(client: Client) -> None:
    registry = make_registry()
    known = add_person(registry, household=add_household(registry))
    _status, answer = ask(client, f"persons/{known.number}/household")
    assert [(one["full_name"], one["relation"]) for one in answer["members"]] == [("Nguyễn Thị Hòa", "head")]
    alone = add_person(registry)
    assert ask(client, f"persons/{alone.number}/household")[1]["residence"] is None


def test_a_birth_form_gets_the_ethnicity_of_a_parent_only_when_it_says_so(client: Client) -> None:
    known = add_person(make_registry())
    assert "ethnicity" not in ask(client, f"persons/{known.number}/as-parent")[1]
    assert ask(client, f"persons/{known.number}/as-parent", ethnicity="include")[1]["ethnicity"] == "Dao"
    assert ask(client, f"persons/{known.number}/as-parent", ethnicity="Dao")[0] == 400


def test_the_facts_of_a_person_have_sources_and_name_no_ethnicity(client: Client) -> None:
    registry = make_registry()
    wife, husband = add_person(registry), add_person(registry, "Lê Văn An", Sex.MALE)
    tell_marriage(registry, (wife.number, husband.number), "3/2020", date(2020, 2, 2), "hộ tịch 3/2020")
    status, answer = ask(client, f"persons/{wife.number}/facts")
    assert status == 200
    spouse = [fact for fact in answer["facts"] if fact["name"] == "spouse"][-1]
    assert (spouse["value"], spouse["valid_from"], spouse["source"]) == (husband.number, "2020-02-02", "hộ tịch 3/2020")
    assert "ethnicity" not in {fact["name"] for fact in answer["facts"]}
    assert "Dao" not in json.dumps(answer, ensure_ascii=False)


def test_a_birth_comes_back_with_its_number_and_the_same_message_with_the_same(client: Client) -> None:
    mother = add_person(make_registry())
    birth = {
        "full_name": "Trần Gia Bảo",
        "sex": "male",
        "birth_date": YESTERDAY.isoformat(),
        "office": "Z99.03",
        "certificate": "15/2026",
        "mother": mother.names,
    }
    status, answer = tell(client, "births", birth)
    assert status == 201
    assert answer["number"].startswith("9992")
    assert tell(client, "births", birth) == (status, answer)
    assert Person.objects.count() == 2
    status, refusal = tell(client, "births", {**birth, "full_name": "Trần Gia Huy"})
    assert (status, refusal["type"]) == (422, "urn:lienthong:problem:message-reused")
    assert Event.objects.get(kind="born").source == "exchange:DEMO/GOV/Z99.01/PORTAL#m-1"


def test_a_move_and_a_death_are_told_over_the_exchange(client: Client) -> None:
    known = add_person(make_registry())
    place = {"area_code": "06673", "line": "Tổ 5, khu 1"}
    move = {**known.names, "relation": "head", "from_day": "2026-01-02", "place": place}
    status, answer = tell(client, "residences", move, "m-1")
    assert (status, answer["since"]) == (201, "2026-01-02")
    death = {**known.names, "died_on": "2026-02-01", "certificate": "7/2026"}
    assert tell(client, "deaths", death, "m-2") == (201, {"number": known.number, "died_on": "2026-02-01"})
    leave = {**known.names, "household": answer["household"], "end_day": "2026-02-01", "reason": "death"}
    status, answer = tell(client, "residences/end", leave, "m-3")
    assert (status, answer["household"]) == (200, None)
    assert tell(client, "deaths", death, "m-4")[0] == 409


@pytest.mark.parametrize(
    ("path", "changes"),
    [
        ("deaths", {"certificate": "1\u0000"}),
        ("deaths", {"number": "9" * 10_000}),
        ("births", {"nationality": "Việt Nam"}),
        ("births", {"birth_place": "x" * 201}),
        ("births", {"ethnicity": "\n"}),
        ("births", {"religion": "x"}),
        ("residences", {"household": 2**70}),
        ("residences", {"household": 0}),
        ("residences", {"place": {"area_code": "6673", "line": "x"}}),
        ("residences/end", {"household": -1}),
    ],
)
def test_what_no_table_holds_is_refused_at_the_edge(client: Client, path: str, changes: dict[str, Any]) -> None:
    names = {"number": "999190000001", "full_name": "Nguyễn Thị Hòa", "birth_date": "1990-05-17"}
    whole = {
        "deaths": {**names, "died_on": "2026-01-01", "certificate": "1"},
        "births": {"full_name": "A", "sex": "male", "birth_date": "2026-01-01", "office": "Z", "certificate": "1"},
        "residences": {**names, "relation": "head", "from_day": "2026-01-02"},
        "residences/end": {**names, "end_day": "2026-01-02"},
    }
    status, answer = tell(client, path, {**whole[path], **changes})
    assert (status, answer["type"]) == (400, "urn:lienthong:problem:bad-request")


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("persons/9991900000%0001", {}),
        ("persons", {"full_name": "A\u0000", "birth_date": "1990-05-17"}),
        ("cards/counts", {"area_code": "\u0000"}),
        ("cards/counts", {"from": "x"}),
        ("persons/999190000001", {"fields": "full_name\u0000"}),
    ],
)
def test_a_question_that_makes_no_sense_is_refused_at_the_edge(
    client: Client, path: str, query: dict[str, str]
) -> None:
    assert ask(client, path, **query)[0] == 400


@pytest.mark.parametrize("body", [{}, {"number": 1}, [], {"full_name": "A", "ethnicity": "Dao"}])
def test_a_body_that_is_not_the_form_is_refused_and_not_kept(client: Client, body: object) -> None:
    assert tell(client, "deaths", body)[0] == 400
    assert not AnsweredMessage.objects.exists()


@pytest.mark.parametrize("name", [pattern.name for pattern in urlpatterns if "persons" in str(pattern.pattern)])
def test_nobody_is_looked_up_without_a_purpose(client: Client, name: str) -> None:
    known = add_person(make_registry())
    path = next(str(pattern.pattern) for pattern in urlpatterns if pattern.name == name)
    headers = {**HEADERS, "X-Road-Purpose": " "}
    response = client.get(ROOT + path.replace("<str:number>", known.number), headers=headers)
    assert response.status_code == 403
    assert known.full_name not in response.content.decode()


def test_a_card_is_applied_for_over_the_exchange_once(client: Client) -> None:
    known = add_person(make_registry())
    wanted = {**known.names, "area_code": "06673"}
    status, answer = tell(client, "cards", wanted, "m-1")
    assert (status, answer["number"]) == (201, known.number)
    assert tell(client, "cards", wanted, "m-1") == (status, answer)
    assert tell(client, "cards", wanted, "m-2")[0] == 409
    assert tell(client, "cards", {**wanted, "full_name": "Trần Gia Huy"}, "m-3")[0] == 409


@pytest.mark.parametrize("path", ["births", "cards", "deaths", "residences", "residences/end"])
def test_nothing_is_changed_without_a_purpose_or_a_message_id(client: Client, path: str) -> None:
    for missing, status in (("X-Road-Purpose", 403), ("X-Road-Id", 400), (GATEWAY_SECRET_HEADER, 401)):
        headers = {name: value for name, value in HEADERS.items() if name != missing}
        response = client.post(ROOT + path, "{}", content_type="application/json", headers=headers)
        assert response.status_code in {status, 400}
        assert response.status_code == status or missing == "X-Road-Id"


def test_card_counts_name_nobody_and_need_no_purpose(client: Client) -> None:
    registry = make_registry()
    known = add_person(registry)
    apply_for_card(registry, known.number, CardKind.FIRST, "06673", "Lê Mai")
    response = client.get(ROOT + "cards/counts", {"from": "2026-11-01"}, headers={**HEADERS, "X-Road-Purpose": ""})
    answer = json.loads(response.content)
    assert answer["communes"][0]["area_code"] == "06673"
    assert answer["communes"][0]["waiting"] == 1
    assert known.number not in response.content.decode()


def test_every_view_is_for_the_gateway_alone(client: Client) -> None:
    for pattern in urlpatterns:
        assert pattern.callback.callers == {Caller.GATEWAY}  # type: ignore[attr-defined] # set by open_to
        response = client.get(ROOT + str(pattern.pattern).replace("<str:number>", "999190000001"))
        assert response.status_code == 401


def test_the_description_names_exactly_the_routes(client: Client) -> None:
    routes = {"/" + str(pattern.pattern).replace("<str:number>", "{number}") for pattern in urlpatterns}
    assert {operation.path for operation in OPERATIONS} == routes - {"/openapi.json"}
    response = client.get(ROOT + "openapi.json", headers=HEADERS)
    assert json.loads(response.content) == json.loads(json.dumps(make_description()))
    assert get_resolver().resolve(ROOT + "openapi.json").url_name == "openapi"


def test_every_kind_of_error_has_a_status() -> None:
    assert set(STATUSES) == set(PeopleErrorKind)
