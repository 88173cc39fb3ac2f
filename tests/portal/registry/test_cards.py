from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lienthong.people.card_steps import CardKind, CardState
from lienthong.people.cards import apply_for_card, get_card, take_card_step
from lienthong.people.lookups import list_look_ups_of
from lienthong.people.persons import get_person
from lienthong.portal.registry.cards import is_undoable
from tests.people.registries import add_person
from tests.portal.registry.office import NAME, add_known, enter_clerk, make_site
from tests.portal.registry.test_find_person import read

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db


def test_only_the_steps_after_which_a_refusal_is_possible_need_no_confirmation() -> None:
    assert {state for state in CardState if is_undoable(state)} == {
        CardState.APPLIED,
        CardState.CHECKED,
        CardState.APPROVED,
    }


def test_the_queue_shows_steps_and_rows_without_names_and_opening_one_is_recorded(client: Client) -> None:
    registry = make_site()
    known = add_known(registry)
    application = apply_for_card(registry, known.number, CardKind.FIRST, "06673", "Lê Mai")
    enter_clerk(client)
    page = read(client.get("/office/cards/?step=applied&area=06673"))
    assert f"Hồ sơ {application}" in page
    assert NAME not in page
    assert list_look_ups_of(registry, get_person(known.number), 5) == []
    for _ in range(2):
        assert NAME in read(client.get(f"/office/cards/{application}/"))
    (view,) = list_look_ups_of(registry, get_person(known.number), 5)
    assert (view.purpose.value, view.reference) == ("card", str(application))


@pytest.mark.parametrize("query", ["", "?step=checked", "?step=nothing&area=1&page=-3", "?page=99999999999"])
def test_an_empty_queue_says_so_whatever_is_asked(client: Client, query: str) -> None:
    enter_clerk(client)
    assert "Không có hồ sơ nào đang chờ" in read(client.get(f"/office/cards/{query}"))


def test_a_step_is_taken_in_the_clerks_name_and_one_that_cannot_be_undone_is_confirmed(client: Client) -> None:
    registry = make_site()
    application = apply_for_card(registry, add_known(registry).number, CardKind.FIRST, "06673", "Lê Mai")
    enter_clerk(client)
    place = f"/office/cards/{application}/"
    assert client.post(place, {"step": "checked"}).status_code == 302
    assert "Đã ghi nhận: Đã kiểm tra dữ liệu" in read(client.get(place))
    assert "không thể hoàn tác" in read(client.post(place, {"step": "refused"}))
    assert "Nhập lý do" in read(client.post(place, {"step": "refused", "confirmed": "yes", "note": " "}))
    assert get_card(registry, application).state is CardState.CHECKED
    client.post(place, {"step": "refused", "confirmed": "yes", "note": "ảnh không đạt"})
    step = get_card(registry, application).steps[-1]
    assert (step.state, step.actor, step.note) == (CardState.REFUSED, "Lê Thị Mai, Z99.01", "ảnh không đạt")
    assert "Hồ sơ này đã kết thúc" in read(client.get(place))


@pytest.mark.parametrize("step", ["approved", "expired", "replaced", "nothing", ""])
def test_a_step_that_may_not_be_now_is_told_and_changes_nothing(client: Client, step: str) -> None:
    registry = make_site()
    application = apply_for_card(registry, add_known(registry).number, CardKind.FIRST, "06673", "Lê Mai")
    enter_clerk(client)
    page = read(client.post(f"/office/cards/{application}/", {"step": step, "confirmed": "yes"}))
    assert "Hồ sơ vừa được người khác xử lý" in page
    assert len(get_card(registry, application).steps) == 1


def test_the_data_check_of_an_unverified_person_is_refused_in_plain_words(client: Client) -> None:
    registry = make_site()
    known = add_person(registry, verified=False)
    application = apply_for_card(registry, known.number, CardKind.FIRST, "06673", "Lê Mai")
    enter_clerk(client)
    assert "Danh tính chưa được xác minh" in read(client.post(f"/office/cards/{application}/", {"step": "checked"}))


def test_an_application_that_is_none_is_not_found(client: Client) -> None:
    enter_clerk(client)
    assert client.get("/office/cards/12345/").status_code == 404


def test_counts_name_communes_and_no_person(client: Client) -> None:
    registry = make_site()
    application = apply_for_card(registry, add_known(registry).number, CardKind.FIRST, "06673", "Lê Mai")
    for state in (CardState.CHECKED, CardState.APPROVED, CardState.PERSONALISED, CardState.DELIVERED):
        take_card_step(registry, application, state, "Lê Mai")
    enter_clerk(client)
    page = read(client.get("/office/cards/counts/"))
    assert "Phường Bãi Cháy" in page
    assert "100,0 %" in page
    assert NAME not in page
    assert "Không có hồ sơ nào nộp" in read(client.get("/office/cards/counts/?first_day=1/1/2099"))
    assert "govuk-error-summary" in read(client.get("/office/cards/counts/?first_day=31/2/2026"))
