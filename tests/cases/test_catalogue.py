"""The catalogue: its procedures, their versions, plans and messages, and finding them."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lienthong.cases.catalogue import build_message, list_amounts, load_catalogue, make_plan
from lienthong.cases.errors import CasesError, CasesErrorKind
from lienthong.cases.forms import list_pages, select_answers, verify_answers
from lienthong.cases.procedure import Call, LegalStatus, Procedure
from lienthong.people.card_requests import CardRequest
from lienthong.people.residences import MoveInRequest, MoveOutRequest
from lienthong.sandbox.agencies.filings import (
    AllowanceCancelling,
    AllowanceFiling,
    BirthCancelling,
    BirthFiling,
    CardCancelling,
    CardFiling,
    DeathFiling,
    ExtractFiling,
)
from tests.cases.procedure_answers import ANSWERS, BIRTH, COPIES, FATHER, MOTHER, RESIDENCE

if TYPE_CHECKING:
    from pathlib import Path

CATALOGUE = load_catalogue()
BY_FOLDER = {procedure.folder: procedure for procedure in CATALOGUE.procedures}
CASE = {"code": "Z99.01-261130-0001", "today": "2026-11-30", "received_on": "2026-11-30", "amounts": {"funeral": 1}}
RESULTS: dict[str, dict[str, Any]] = {
    "birth": {"number": "999124000004", "certificate": "1", "office": "Z99.03", "registered_on": "2024-07-02"},
    "residence": {"household": 7},
    "insurance": {"card": "TE1"},
    "death": {"certificate": "2", "registered_on": "2024-07-02"},
    "funeral": {"decision": "3"},
    "survivor": {"decision": "4"},
}
SHAPES: dict[tuple[str, str, str], type[msgspec.Struct]] = {
    ("civil", "births", "/"): BirthFiling,
    ("civil", "births", "/cancel"): BirthCancelling,
    ("civil", "deaths", "/"): DeathFiling,
    ("civil", "extracts", "/"): ExtractFiling,
    ("population", "residences", "/"): MoveInRequest,
    ("population", "residences", "/end"): MoveOutRequest,
    ("population", "cards", "/"): CardRequest,
    ("insurance", "cards", "/"): CardFiling,
    ("insurance", "cards", "/cancel"): CardCancelling,
    ("social", "funeral-allowances", "/"): AllowanceFiling,
    ("social", "funeral-allowances", "/cancel"): AllowanceCancelling,
    ("social", "survivor-benefits", "/"): AllowanceFiling,
    ("social", "survivor-benefits", "/cancel"): AllowanceCancelling,
}
CHOICES = [
    (procedure, variant)
    for procedure in CATALOGUE.procedures
    for variant in ([one.name for one in procedure.variants] or [""])
]


def answer(procedure: Procedure, variant: str = "") -> dict[str, Any]:
    answers = {**ANSWERS[procedure.folder], **({"variant": variant} if variant else {})}
    return select_answers(procedure.form, answers)


def send(procedure: Procedure, answers: dict[str, Any], step_id: str) -> dict[str, Any]:
    step = procedure.find_step(step_id)
    assert step is not None
    return build_message(step, {"form": answers, "steps": RESULTS, "case": CASE})


@pytest.mark.parametrize(("procedure", "variant"), CHOICES, ids=[f"{one.folder} {name}" for one, name in CHOICES])
def test_every_variant_can_be_filled_in_and_each_agency_understands_what_it_is_told(
    procedure: Procedure, variant: str
) -> None:
    answers = answer(procedure, variant)
    verify_answers(procedure.form, answers, date(2026, 11, 30))
    for planned in make_plan(procedure, answers).steps:
        step = procedure.find_step(planned.id)
        assert step is not None
        calls: list[Any] = [step] if step.undo is None else [step, step.undo]
        for call in calls:
            message = build_message(call, {"form": answers, "steps": RESULTS, "case": CASE})
            msgspec.convert(message, SHAPES[step.agency, call.service, call.path])


@pytest.mark.parametrize("code", ["2.002621", "3.000722"])
def test_the_variants_of_the_linked_birth_ask_the_agencies_that_they_name(code: str) -> None:
    procedure = next(one for one in CATALOGUE.procedures if one.code == code)
    steps = {
        one.name: [step.id for step in make_plan(procedure, answer(procedure, one.name)).steps]
        for one in procedure.variants
    }
    assert steps.pop("birth+insurance") == ["birth", "insurance"]
    assert steps.pop("birth+residence") == ["birth", "residence"]
    assert steps.pop("all") == ["birth", "residence", "insurance"] + ["card"] * (code == "3.000722")
    assert steps in ({}, {"birth+residence+insurance": ["birth", "residence", "insurance"]})


@pytest.mark.parametrize("code", ["2.002622", "2.002913"])
def test_the_variants_of_the_linked_death_ask_two_three_or_four(code: str) -> None:
    procedure = next(one for one in CATALOGUE.procedures if one.code == code)
    steps = [
        [step.id for step in make_plan(procedure, answer(procedure, one.name)).steps] for one in procedure.variants
    ]
    whole = ["death", "residence-end", "funeral", "survivor"]
    assert steps == [whole[:2], whole[:3], whole]


def test_residence_and_insurance_wait_for_the_birth_and_run_beside_each_other() -> None:
    plan = make_plan(BY_FOLDER["linked-birth-2024"], BIRTH)
    assert {step.id: step.needs for step in plan.steps} == {
        "birth": (),
        "residence": ("birth",),
        "insurance": ("birth",),
    }
    assert not plan.has_fees


def test_a_step_does_not_wait_for_one_that_is_left_out() -> None:
    procedure = BY_FOLDER["linked-birth-2026"]
    steps = tuple(
        msgspec.structs.replace(step, when="form.variant == 'birth+insurance'" if step.id == "card" else step.when)
        for step in procedure.steps
    )
    plan = make_plan(msgspec.structs.replace(procedure, steps=steps), answer(procedure, "birth+insurance"))
    assert {step.id: step.needs for step in plan.steps}["card"] == ("birth",)


def test_either_parent_may_apply_and_one_may_stand_alone() -> None:
    procedure = BY_FOLDER["linked-birth-2024"]
    by_mother = send(procedure, BIRTH, "birth")
    assert (by_mother["mother"]["number"], by_mother["father"]["number"]) == (MOTHER["number"], FATHER["number"])
    by_father = send(procedure, {**BIRTH, "applicant_is": "father"}, "birth")
    assert (by_father["father"]["number"], by_father["mother"]["number"]) == (MOTHER["number"], FATHER["number"])
    alone = send(procedure, {**BIRTH, "has_other_parent": False}, "birth")
    assert "father" not in alone
    assert alone["mother"]["full_name"] == MOTHER["name"]


def test_a_copy_of_somebody_elses_paper_names_that_person() -> None:
    about = {"person_number": FATHER["number"], "person_name": FATHER["name"], "person_birth_date": FATHER["born"]}
    told = send(BY_FOLDER["civil-status-copies"], {**COPIES, "about_me": False, **about}, "extract")
    assert (told["number"], told["full_name"]) == (FATHER["number"], FATHER["name"])


def test_who_joins_a_household_names_it_and_no_place() -> None:
    joins = {**RESIDENCE, "joins_household": True, "household": 3, "relation": "spouse"}
    told = send(BY_FOLDER["temporary-residence"], joins, "residence")
    assert (told["household"], told["relation"], told["kind"]) == (3, "spouse", "temporary")
    assert "place" not in told


def test_amounts_are_those_of_the_day() -> None:
    procedure = BY_FOLDER["linked-death-2026"]
    assert list_amounts(procedure, date(2026, 6, 30))["funeral"] == 10_000_000
    assert list_amounts(procedure, date(2026, 7, 1))["funeral"] == 10_800_000
    assert all(one.legal.status is LegalStatus.UNCONFIRMED for one in procedure.parameters)


def test_pages_on_which_nothing_is_asked_are_left_out() -> None:
    procedure = BY_FOLDER["linked-birth-2024"]
    names = [page.name for page in list_pages(procedure.form, {"variant": "birth+insurance"})]
    assert names == ["what", "you", "other-parent", "child", "hospital", "papers"]


def test_each_day_has_its_version_and_a_case_keeps_its_own() -> None:
    assert CATALOGUE.get_procedure("2.002621", date(2025, 12, 31)).folder == "linked-birth-2024"
    with pytest.raises(CasesError, match=r"replaced by 3\.000722") as raised:
        CATALOGUE.get_procedure("2.002621", date(2026, 1, 1))
    assert raised.value.kind is CasesErrorKind.UNKNOWN_PROCEDURE
    assert CATALOGUE.get_version("2.002621", date(2024, 7, 1)).folder == "linked-birth-2024"
    with pytest.raises(CasesError, match="no version begins on"):
        CATALOGUE.get_version("2.002621", date(2024, 7, 2))


def test_what_is_not_certain_says_so() -> None:
    certain = {one.code for one in CATALOGUE.procedures if not one.is_unconfirmed}
    assert certain == {"2.002621", "2.002622"}


def test_nothing_sensitive_is_filled_in_and_only_the_applicants_own_data_is() -> None:
    for procedure in CATALOGUE.procedures:
        for field in procedure.form.fields():
            assert field.prefill is None or (field.own and not field.sensitive and field.prefill.whose == "applicant")
    ethnicity = BY_FOLDER["linked-birth-2024"].form.find_field("child_ethnicity")
    assert ethnicity is not None
    assert ethnicity.sensitive
    assert not ethnicity.required


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("khai sinh", "linked-birth-2026"),
        ("KHAI SINH", "linked-birth-2026"),
        ("khái sinh", "linked-birth-2026"),
        ("khai tử", "linked-death-2026"),
        ("mai tang", "linked-death-2026"),
        ("trich luc", "civil-status-copies"),
        ("ho khau", "permanent-residence"),
        ("tam tru", "temporary-residence"),
        ("newborn", "linked-birth-2026"),
        ("thuong tr", "permanent-residence"),
        ("2.002621", "linked-birth-2026"),
        ("1.004222", "permanent-residence"),
    ],
)
def test_a_procedure_is_found_with_or_without_accents_the_best_first(typed: str, first: str) -> None:
    assert CATALOGUE.search_procedures(typed, date(2026, 11, 30))[0].folder == first


def test_what_fits_nothing_finds_nothing_and_no_words_find_all() -> None:
    assert CATALOGUE.search_procedures("khai hải quan", date(2026, 11, 30)) == ()
    assert len(CATALOGUE.search_procedures(" ", date(2026, 11, 30))) == 5


@given(st.text(max_size=300))
def test_whatever_is_typed_is_searched(typed: str) -> None:
    found = [one.code for one in CATALOGUE.search_procedures(typed, date(2026, 11, 30))]
    assert len(set(found)) == len(found)


def test_a_message_that_is_no_object_is_the_procedures_mistake() -> None:
    with pytest.raises(CasesError, match="no object") as raised:
        build_message(Call(service="x", send="form.a"), {"form": {"a": 1}, "steps": {}, "case": {}})
    assert raised.value.kind is CasesErrorKind.BAD_PROCEDURE
    with pytest.raises(CasesError, match="does not fit"):
        build_message(Call(service="x", send="{a: length(form.a)}"), {"form": {"a": 1}, "steps": {}, "case": {}})
    with pytest.raises(CasesError, match="does not fit"):
        # Text that becomes infinite, of which the library makes no whole number.
        build_message(Call(service="x", send="{a: ceil(to_number(form.a))}"), {"form": {"a": "1e999"}})


def test_a_folder_that_is_not_there_is_told_with_the_settings_name(tmp_path: Path) -> None:
    with pytest.raises(CasesError, match="setting `procedures`"):
        load_catalogue([tmp_path / "none"])
