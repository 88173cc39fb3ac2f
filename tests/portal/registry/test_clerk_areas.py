"""A clerk of one commune sees and works its people and its cards; a post of the whole registry sees all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.test import Client

from lienthong.people.card_steps import CardKind, CardState
from lienthong.people.cards import apply_for_card
from lienthong.people.errors import PeopleError
from lienthong.people.lookups import get_open_look_up
from lienthong.people.models import CardApplication, LookUp
from tests.people.registries import add_household, add_person
from tests.portal.registry.office import NAME, enter_clerk, look_up, make_site

if TYPE_CHECKING:
    from lienthong.people.registry import Registry

pytestmark = [pytest.mark.django_db, pytest.mark.urls("lienthong.site.urls_registry")]

HERE, THERE = "06673", "06676"
NOBODY = "Không có ai mang số này trong cơ sở dữ liệu"


@pytest.fixture
def registry() -> Registry:
    return make_site()


@pytest.fixture
def client() -> Client:
    client = Client()
    enter_clerk(client, HERE)
    return client


def add_resident(registry: Registry, area: str) -> str:
    return add_person(registry, household=add_household(registry, area)).number


def apply(registry: Registry, area: str) -> int:
    return apply_for_card(registry, add_resident(registry, area), CardKind.FIRST, area, "somebody")


def test_a_resident_is_found_and_who_lives_elsewhere_is_not(client: Client, registry: Registry) -> None:
    assert client.get(look_up(client, add_resident(registry, HERE))).status_code == 200
    elsewhere = client.post("/office/", {"purpose": "counter", "number": add_resident(registry, THERE)})
    nobody = client.post("/office/", {"purpose": "counter", "number": "999302999999"})
    for answer in (elsewhere, nobody):
        assert answer.status_code == 200
        assert NOBODY in answer.content.decode()
    assert LookUp.objects.filter(person=None).count() == 2


def test_by_name_only_residents_are_found(client: Client, registry: Registry) -> None:
    add_resident(registry, THERE)
    told = {"purpose": "counter", "full_name": NAME, "birth_date": "17/5/1990"}
    assert client.post("/office/", told).status_code == 200
    assert LookUp.objects.get().person is None
    add_resident(registry, HERE)
    assert client.post("/office/", told).status_code == 302


def test_a_look_up_opens_no_page_of_who_does_not_live_in_the_commune_any_more(
    client: Client, registry: Registry
) -> None:
    assert client.get(look_up(client, add_resident(registry, HERE))).status_code == 200
    row = LookUp.objects.get()
    assert get_open_look_up(registry, row.pk, row.account, frozenset({HERE})).person == row.person
    with pytest.raises(PeopleError, match="not open to this account"):
        get_open_look_up(registry, row.pk, row.account, frozenset({THERE}))


def test_the_queue_the_counts_and_the_cards_are_those_of_the_commune(client: Client, registry: Registry) -> None:
    mine, other = apply(registry, HERE), apply(registry, THERE)
    queue = client.get("/office/cards/").content.decode()
    assert f"/office/cards/{mine}/" in queue
    assert f"/office/cards/{other}/" not in queue
    counts = client.get("/office/cards/counts/").content.decode()
    assert "Bãi Cháy" in counts
    assert "Cao Thắng" not in counts
    assert client.get(f"/office/cards/{mine}/").status_code == 200
    assert client.get(f"/office/cards/{other}/").status_code == 404
    assert client.post(f"/office/cards/{other}/", {"step": "checked"}).status_code == 404
    assert CardApplication.objects.get(pk=other).state == CardState.APPLIED
    assert client.post(f"/office/cards/{mine}/", {"step": "checked"}).status_code == 302


def test_an_application_is_taken_in_for_the_own_commune_only(client: Client, registry: Registry) -> None:
    page = look_up(client, add_resident(registry, HERE))
    answer = client.post(f"{page}card/", {"kind": "first", "area_code": THERE})
    assert "Chức vụ của bạn thuộc xã khác" in answer.content.decode()
    assert "Tỉnh, thành phố" not in answer.content.decode()
    assert f'<option value="{HERE}"' in answer.content.decode()
    assert f'<option value="{THERE}"' not in answer.content.decode()
    assert not CardApplication.objects.exists()
    assert client.post(f"{page}card/", {"kind": "first", "area_code": HERE}).status_code == 302


def test_a_file_may_hold_people_of_any_commune_so_a_communes_clerk_imports_none(client: Client) -> None:
    assert client.get("/office/import/").status_code == 403
    for place in ("/office/", "/office/cards/", "/office/cards/counts/"):
        assert 'href="/office/import/"' not in client.get(place).content.decode()


def test_a_post_of_the_whole_registry_sees_all(registry: Registry) -> None:
    client = Client()
    enter_clerk(client)
    numbers = [add_resident(registry, area) for area in (HERE, THERE)]
    assert [client.get(look_up(client, number)).status_code for number in numbers] == [200, 200]
    assert client.get(f"/office/cards/{apply(registry, THERE)}/").status_code == 200
    assert client.get("/office/import/").status_code == 200
    assert 'href="/office/import/"' in client.get("/office/").content.decode()
