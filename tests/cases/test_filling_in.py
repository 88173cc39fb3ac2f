"""Filling in a draft: the applicant's own data, its sources and disputes, and another person's match or no match."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from lienthong.areas.unit_book import make_book
from lienthong.cases import prefill
from lienthong.cases.catalogue import load_catalogue
from lienthong.cases.drafts import Applicant, get_draft, open_draft, save_answers
from lienthong.cases.errors import CasesError, CasesErrorKind
from lienthong.cases.exchange_asker import ExchangeAsker
from lienthong.cases.filling_in import (
    compare_others,
    dispute_answer,
    fill_draft,
    find_present_area,
    withdraw_answers_dispute,
)
from lienthong.cases.forms import verify_answers
from lienthong.cases.prefill import (
    MOST_COMPARISONS,
    MatchOutcome,
    lay_told,
    list_differences,
    list_known,
    read_matches,
    read_sources,
)
from lienthong.exchange.client import ONCE, GatewayClient
from tests.areas.books import link, make_unit
from tests.cases.houses import SetClock, make_cases
from tests.cases.procedure_answers import BIRTH, FATHER, MOTHER
from tests.simulators.own_gateway import OwnGateway, Told

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lienthong.cases.drafts import Draft
    from lienthong.cases.house import Cases

pytestmark = pytest.mark.django_db

SERVICE = "DEMO/GOV/Z99.02/POPULATION/persons"
PROCEDURE = load_catalogue().get_version("3.000722", date(2026, 1, 1))
APPLICANT = Applicant(MOTHER["number"], "citizen-1", MOTHER["name"], 2)
RECORD = {
    "number": MOTHER["number"],
    "full_name": MOTHER["name"],
    "birth_date": MOTHER["born"],
    "residence": {"household": 7, "area_code": "06799", "area_day": "2026-01-01", "line": "Thôn Mẫu"},
    "ethnicity": "Tày",
}


def tell(record: dict[str, Any]) -> Told:
    return Told(200, json.dumps(record).encode())


@pytest.fixture
def gateway() -> Iterator[OwnGateway]:
    father = {"number": FATHER["number"], "full_name": FATHER["name"].upper(), "birth_date": FATHER["born"]}
    answers = {
        f"{SERVICE}/{MOTHER['number']}": tell(RECORD),
        f"{SERVICE}/{FATHER['number']}": tell(father),
        f"{SERVICE}/999094999999": Told(404, b"{}"),
    }
    with OwnGateway(answers) as gateway:
        yield gateway


@pytest.fixture
def cases() -> Cases:
    return make_cases(catalogue=load_catalogue())


@pytest.fixture
def asker(gateway: OwnGateway) -> Iterator[ExchangeAsker]:
    client = GatewayClient(gateway.address, "DEMO/GOV/Z99.01/PORTAL", "token", retries=ONCE)
    with client:
        yield ExchangeAsker(client, {"persons": SERVICE}, SetClock())


@pytest.fixture
def draft(cases: Cases) -> Draft:
    return open_draft(cases, APPLICANT, "3.000722", date(2026, 11, 30))


def test_the_applicants_own_data_is_filled_in_with_its_sources(
    cases: Cases, asker: ExchangeAsker, draft: Draft
) -> None:
    filled = fill_draft(cases, asker, draft.id, APPLICANT).draft.answers
    assert {name: filled[name] for name in ("applicant_name", "applicant_birth_date", "household")} == {
        "applicant_name": MOTHER["name"],
        "applicant_birth_date": MOTHER["born"],
        "household": 7,
    }
    assert filled["applicant_residence"] == {"area_code": "06799", "line": "Thôn Mẫu"}
    source = read_sources(filled)["applicant_name"]
    assert (source.service, source.path, source.exchange) == ("persons", "full_name", "0195-1")
    assert "child_ethnicity" not in filled
    assert "Tày" not in json.dumps(filled)


REFORM, BEFORE, TODAY = date(2025, 7, 1), date(2000, 1, 1), date(2026, 11, 30)


@pytest.mark.parametrize(
    ("code", "day", "present"),
    [
        ("00001", "2025-06-30", "00009"),  # became part of another
        ("00002", "2025-06-30", None),  # divided between two
        ("00002", "2026-01-01", "00002"),  # the later unit of the same code
        ("99998", "2025-06-30", "99998"),  # nothing is known of it
        ("00001", "2025-06-31", None),
    ],
)
def test_a_communes_code_of_an_earlier_day_becomes_todays_if_there_is_one(
    code: str, day: str, present: str | None
) -> None:
    old_one, old_two = (make_unit(code, BEFORE, REFORM) for code in ("00001", "00002"))
    new_two, new_nine = (make_unit(code, REFORM) for code in ("00002", "00009"))
    links = [link(old_one, new_nine), link(old_two, new_two), link(old_two, new_nine)]
    book = make_book([old_one, old_two, new_two, new_nine], links)
    assert find_present_area(book, code, day, TODAY) == present


def test_each_member_is_asked_once_for_a_draft_under_its_purpose_and_for_what_the_form_needs(
    cases: Cases, asker: ExchangeAsker, draft: Draft, gateway: OwnGateway
) -> None:
    for _ in range(3):
        fill_draft(cases, asker, draft.id, APPLICANT)
    ((path, headers),) = gateway.asked
    assert path == f"/r1/{SERVICE}/{MOTHER['number']}?fields=number%2Cfull_name%2Cbirth_date%2Cresidence"
    assert headers["x-road-purpose"] == f"3.000722#{draft.id}"
    assert headers["x-road-userid"] == "citizen-1"


def test_whatever_was_typed_as_ones_number_only_ones_own_is_asked_for_and_kept(
    cases: Cases, asker: ExchangeAsker, draft: Draft, gateway: OwnGateway
) -> None:
    save_answers(cases, draft.id, APPLICANT, {"applicant_number": FATHER["number"], "applicant_name": "Tên Tự Gõ"})
    filled = fill_draft(cases, asker, draft.id, APPLICANT).draft.answers
    assert filled["applicant_number"] == MOTHER["number"]
    assert filled["applicant_name"] == "Tên Tự Gõ"
    assert all(FATHER["number"] not in path for path, _ in gateway.asked)


def test_a_whole_form_is_filled_in_by_the_record_and_what_only_the_person_knows(
    cases: Cases, asker: ExchangeAsker, draft: Draft
) -> None:
    fill_draft(cases, asker, draft.id, APPLICANT)
    own = ("applicant_number", "applicant_name", "applicant_birth_date", "applicant_residence", "household")
    typed = {name: value for name, value in BIRTH.items() if name not in own}
    answers = save_answers(cases, draft.id, APPLICANT, typed).answers
    verify_answers(PROCEDURE.form, answers, date(2026, 11, 30))
    assert [known.field.name for known in list_known(PROCEDURE.form, answers)] == list(own)
    assert list_differences(PROCEDURE.form, answers) == []


def test_what_is_away_is_told_and_asked_again_the_next_time(
    cases: Cases, asker: ExchangeAsker, draft: Draft, gateway: OwnGateway
) -> None:
    place = f"{SERVICE}/{MOTHER['number']}"
    gateway.answers[place] = Told(503, b"{}", "Server.ServerProxy.ServiceFailed")
    away = fill_draft(cases, asker, draft.id, APPLICANT)
    assert away.away == ("persons",)
    assert away.draft.answers["applicant_number"] == MOTHER["number"]
    gateway.answers[place] = tell(RECORD)
    assert fill_draft(cases, asker, draft.id, APPLICANT).draft.answers["applicant_name"] == MOTHER["name"]


@pytest.mark.parametrize("told", [Told(200, b"[1]"), Told(200, b"nothing"), Told(500, b"{}")])
def test_what_cannot_be_read_fills_nothing_in(
    cases: Cases, asker: ExchangeAsker, draft: Draft, gateway: OwnGateway, told: Told
) -> None:
    gateway.answers[f"{SERVICE}/{MOTHER['number']}"] = told
    filled = fill_draft(cases, asker, draft.id, APPLICANT)
    assert filled.away == ("persons",)
    assert "applicant_name" not in filled.draft.answers


def test_what_the_form_would_not_take_from_a_person_is_not_filled_in(
    cases: Cases, asker: ExchangeAsker, draft: Draft, gateway: OwnGateway
) -> None:
    gateway.answers[f"{SERVICE}/{MOTHER['number']}"] = tell({"full_name": "A1", "birth_date": 7, "residence": None})
    filled = fill_draft(cases, asker, draft.id, APPLICANT).draft.answers
    assert [name for name in filled if not name.startswith("@")] == ["applicant_number"]
    fill_draft(cases, asker, draft.id, APPLICANT)
    assert len(gateway.asked) == 1


def test_a_dispute_stands_in_the_answers_with_what_was_told_until_it_is_taken_back(
    cases: Cases, asker: ExchangeAsker, draft: Draft
) -> None:
    fill_draft(cases, asker, draft.id, APPLICANT)
    said = ("Trần Thị Mẫu Hoa", "Giấy khai sinh của tôi ghi khác")
    answers = dispute_answer(cases, draft.id, APPLICANT, "applicant_name", said).answers
    (known,) = list_differences(PROCEDURE.form, answers)
    assert (known.value, known.source.value) == ("Trần Thị Mẫu Hoa", MOTHER["name"])
    assert known.dispute is not None
    assert known.dispute.text == said[1]
    again = withdraw_answers_dispute(cases, draft.id, APPLICANT, "applicant_name").answers
    assert list_differences(PROCEDURE.form, again) == []
    assert again["applicant_name"] == MOTHER["name"]


def test_what_is_disputed_stays_whatever_is_told_later(cases: Cases, asker: ExchangeAsker, draft: Draft) -> None:
    fill_draft(cases, asker, draft.id, APPLICANT)
    said = ("Trần Thị Mẫu Hoa", "Giấy khai sinh của tôi ghi khác")
    answers = dispute_answer(cases, draft.id, APPLICANT, "applicant_name", said).answers
    later = prefill.Told("0195-9", cases.now(), RECORD)
    changes = lay_told(PROCEDURE.form, answers, "persons", later, lambda code, day: code)  # noqa: ARG005 # by name
    assert "applicant_name" not in changes
    assert changes["applicant_birth_date"] == MOTHER["born"]
    assert changes["@sources"]["applicant_birth_date"]["exchange"] == "0195-9"


def test_a_dispute_without_another_answer_is_shown_too(cases: Cases, asker: ExchangeAsker, draft: Draft) -> None:
    fill_draft(cases, asker, draft.id, APPLICANT)
    answers = dispute_answer(cases, draft.id, APPLICANT, "household", (None, "Không phải hộ của tôi")).answers
    (known,) = list_differences(PROCEDURE.form, answers)
    assert (known.field.name, known.value, known.is_different) == ("household", 7, False)


def test_what_is_typed_over_a_filled_in_answer_is_a_difference_that_the_officer_sees(
    cases: Cases, asker: ExchangeAsker, draft: Draft
) -> None:
    fill_draft(cases, asker, draft.id, APPLICANT)
    answers = save_answers(cases, draft.id, APPLICANT, {"applicant_birth_date": "1995-04-13"}).answers
    assert [known.field.name for known in list_differences(PROCEDURE.form, answers)] == ["applicant_birth_date"]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("child_name", ("Tên", "không đúng")),
        ("nothing", ("Tên", "không đúng")),
        ("applicant_name", ("Tên", "")),
        ("applicant_name", ("Tên 7", "không đúng")),
        ("applicant_name", (None, "x" * 501)),
    ],
)
def test_a_dispute_that_cannot_be_read_is_refused(
    cases: Cases, asker: ExchangeAsker, draft: Draft, name: str, said: tuple[Any, str]
) -> None:
    fill_draft(cases, asker, draft.id, APPLICANT)
    with pytest.raises(CasesError) as raised:
        dispute_answer(cases, draft.id, APPLICANT, name, said)
    assert raised.value.kind is CasesErrorKind.BAD_PAYLOAD


def test_nothing_is_taken_back_that_was_not_disputed(cases: Cases, draft: Draft) -> None:
    with pytest.raises(CasesError, match="nothing is disputed"):
        withdraw_answers_dispute(cases, draft.id, APPLICANT, "applicant_name")


@pytest.mark.parametrize(
    ("change", "outcome"),
    [
        ({}, MatchOutcome.MATCH),
        ({"other_name": "NGUYỄN văn MẪU"}, MatchOutcome.MATCH),
        ({"other_name": "Nguyễn Văn Khác"}, MatchOutcome.NO_MATCH),
        ({"other_birth_date": "1994-01-31"}, MatchOutcome.NO_MATCH),
        ({"other_number": "999094999999"}, MatchOutcome.NO_MATCH),
    ],
)
def test_another_persons_typed_data_fits_or_does_not_and_nothing_else_is_kept(
    cases: Cases, asker: ExchangeAsker, draft: Draft, change: dict[str, str], outcome: MatchOutcome
) -> None:
    typed = {name: BIRTH[name] for name in ("has_other_parent", "other_name", "other_number", "other_birth_date")}
    save_answers(cases, draft.id, APPLICANT, {**typed, **change})
    answers = compare_others(cases, asker, draft.id, APPLICANT).answers
    match = read_matches(answers)["other_parent"]
    assert match.outcome is outcome
    assert {**typed, **change} == {name: value for name, value in answers.items() if not name.startswith("@")}
    assert set(answers["@matches"]["other_parent"]) == {"outcome", "typed", "at", "times", "exchange"}


def test_a_person_is_compared_again_when_the_data_changed_and_at_most_so_often(
    cases: Cases, asker: ExchangeAsker, draft: Draft, gateway: OwnGateway
) -> None:
    typed = {name: BIRTH[name] for name in ("has_other_parent", "other_name", "other_number", "other_birth_date")}
    for day in range(1, 3 + MOST_COMPARISONS):
        save_answers(cases, draft.id, APPLICANT, {**typed, "other_birth_date": f"1994-02-{day:02}"})
        for _ in range(2):
            compare_others(cases, asker, draft.id, APPLICANT)
    assert len(gateway.asked) == MOST_COMPARISONS
    assert all(path.endswith("?fields=full_name%2Cbirth_date") for path, _ in gateway.asked)
    match = read_matches(get_draft(cases, draft.id, APPLICANT).answers)["other_parent"]
    assert match.outcome is MatchOutcome.NOT_COMPARED


def test_nobody_is_compared_while_something_is_not_typed(
    cases: Cases, asker: ExchangeAsker, draft: Draft, gateway: OwnGateway
) -> None:
    save_answers(cases, draft.id, APPLICANT, {"has_other_parent": True, "other_number": FATHER["number"]})
    compare_others(cases, asker, draft.id, APPLICANT)
    assert gateway.asked == []


def test_nobody_else_fills_a_draft_in(cases: Cases, asker: ExchangeAsker, draft: Draft, gateway: OwnGateway) -> None:
    other = Applicant(FATHER["number"], "citizen-2", FATHER["name"], 2)
    with pytest.raises(CasesError) as raised:
        fill_draft(cases, asker, draft.id, other)
    assert raised.value.kind is CasesErrorKind.UNKNOWN_DRAFT
    assert gateway.asked == []
