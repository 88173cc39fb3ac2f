"""Reading pages and verifying answers of a form."""

from __future__ import annotations

import pickle
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lienthong.cases.errors import CasesErrorKind
from lienthong.cases.form_parts import Field, FieldKind, Form, FormPage, NumberCheck, Option, Words
from lienthong.cases.forms import (
    FieldFault,
    FormError,
    drop_unasked,
    list_pages,
    read_page,
    select_answers,
    verify_answers,
    verify_own_number,
)
from lienthong.cases.procedure_files import make_form

TODAY = date(2026, 3, 2)


def words(text: str) -> dict[str, str]:
    return {"vi": text, "en": text}


TOLD: dict[str, Any] = {
    "type": "object",
    "required": ["name", "born", "sex", "has_more", "number"],
    "x-pages": [
        {"name": "one", "title": words("1"), "fields": ["name", "born", "sex", "number"]},
        {"name": "two", "title": words("2"), "fields": ["has_more", "more", "home", "count", "paper", "moved"]},
        {"name": "three", "title": words("3"), "fields": ["story"]},
    ],
    "x-number-checks": [{"number": "number", "birth_date": "born", "sex": "sex"}],
    "properties": {
        "name": {"x-kind": "name", "x-label": words("name")},
        "born": {"x-kind": "date", "x-label": words("born"), "x-not-after-today": True},
        "sex": {"x-kind": "choice", "x-label": words("sex"), "x-options": {"male": words("m"), "female": words("f")}},
        "number": {"x-kind": "personal-number", "x-label": words("number")},
        "has_more": {"x-kind": "yes-no", "x-label": words("more?")},
        "more": {"x-kind": "text", "x-label": words("more"), "x-when": "has_more", "x-required": True, "maxLength": 20},
        "home": {"x-kind": "address", "x-label": words("home")},
        "moved": {"x-kind": "date", "x-label": words("moved"), "x-not-before": "born"},
        "count": {"x-kind": "number", "x-label": words("count"), "minimum": 1, "maximum": 9},
        "paper": {"x-kind": "file", "x-label": words("paper")},
        "story": {"x-kind": "long-text", "x-label": words("story"), "x-when": "has_more"},
    },
}
FORM = make_form(TOLD)
ONE, TWO, THREE = FORM.pages
GOOD: dict[str, str] = {
    "name": "Nguyễn Thị Hoa",
    "born-day": "7",
    "born-month": "3",
    "born-year": "1990",
    "sex": "female",
    "number": "001 190 123456",
}
ANSWERS: dict[str, Any] = {
    "name": "Nguyễn Thị Hoa",
    "born": "1990-03-07",
    "sex": "female",
    "number": "001190123456",
    "has_more": False,
}


def keys(faults: dict[str, FieldFault]) -> dict[str, str]:
    return {name: fault.key for name, fault in faults.items()}


def refuse(answers: dict[str, Any]) -> dict[str, str]:
    with pytest.raises(FormError) as raised:
        verify_answers(FORM, answers, TODAY)
    assert raised.value.kind is CasesErrorKind.BAD_FORM
    return keys(raised.value.faults)


def test_a_page_is_read_into_json_values() -> None:
    read = read_page(FORM, ONE, GOOD, today=TODAY)
    assert read.errors == {}
    assert read.answers == {name: value for name, value in ANSWERS.items() if name != "has_more"}


def test_what_the_first_page_and_the_second_say_is_a_whole_form() -> None:
    first = read_page(FORM, ONE, GOOD, today=TODAY).answers
    second = read_page(FORM, TWO, {"has_more": "no", "more": "left over"}, known=first, today=TODAY).answers
    verify_answers(FORM, select_answers(FORM, {**first, **second}), TODAY)
    assert "more" not in second


@pytest.mark.parametrize(
    ("typed", "name", "key"),
    [
        ({"name": ""}, "name", "missing"),
        ({"name": "Nguyễn 2"}, "name", "not-a-name"),
        ({"name": "Nguуễn Hoa"}, "name", "not-a-name"),  # noqa: RUF001 # a Cyrillic letter in the place of y
        ({"name": "Hoa\u200bLan"}, "name", "bad-character"),
        ({"name": "H" * 101}, "name", "too-long"),
        ({"born-day": "30", "born-month": "2"}, "born", "no-such-day"),
        ({"born-day": ""}, "born", "day-incomplete"),
        ({"born-year": "90"}, "born", "no-such-day"),
        ({"born-year": "1890"}, "born", "no-such-day"),
        ({"born-year": "2026", "born-month": "3", "born-day": "3"}, "born", "future-day"),
        ({"sex": "other"}, "sex", "not-an-option"),
        ({"number": "12345"}, "number", "bad-personal-number"),
        ({"number": "٠٠١١٩٠١٢٣٤٥٦"}, "number", "bad-personal-number"),
        ({"number": "001191123456"}, "number", "contradicts-birth-date"),
        ({"number": "001390123456"}, "number", "contradicts-birth-date"),
        ({"number": "001090123456"}, "number", "contradicts-sex"),
    ],
)
def test_a_wrong_answer_is_told_in_both_languages(typed: dict[str, str], name: str, key: str) -> None:
    read = read_page(FORM, ONE, {**GOOD, **typed}, today=TODAY)
    assert keys(dict(read.errors)) == {name: key}
    assert read.errors[name].words.vi != read.errors[name].words.en
    assert name not in read.answers


@pytest.mark.parametrize(
    ("typed", "name", "key"),
    [
        ({"has_more": "perhaps"}, "has_more", "not-an-option"),
        ({"has_more": "yes"}, "more", "missing"),
        ({"has_more": "yes", "more": "m" * 21}, "more", "too-long"),
        ({"has_more": "no", "home-area": "123", "home-line": "here"}, "home", "bad-address"),
        ({"has_more": "no", "home-area": "06799", "home-line": " "}, "home", "bad-address"),
        ({"has_more": "no", "count": "0"}, "count", "too-small"),
        ({"has_more": "no", "count": "10"}, "count", "too-large"),
        ({"has_more": "no", "count": "1.5"}, "count", "not-a-number"),
        ({"has_more": "no", "paper": "../../etc"}, "paper", "bad-document"),
    ],
)
def test_a_wrong_answer_on_the_second_page_is_told(typed: dict[str, str], name: str, key: str) -> None:
    assert keys(dict(read_page(FORM, TWO, typed, today=TODAY).errors)) == {name: key}


def test_text_is_stored_composed_with_the_right_d_and_single_spaces() -> None:
    read = read_page(FORM, ONE, {**GOOD, "name": "  Ðỗ  Thi\u0323 Hoa "})
    assert read.answers["name"] == "Đỗ Thị Hoa"


def test_a_page_on_which_nothing_is_asked_is_no_page() -> None:
    assert [page.name for page in list_pages(FORM, {"has_more": False})] == ["one", "two"]
    assert [page.name for page in list_pages(FORM, {"has_more": True})] == ["one", "two", "three"]


def test_an_answer_that_is_not_asked_for_is_left_out_and_what_is_about_answers_stays() -> None:
    answers = {**ANSWERS, "more": "old", "story": "old", "@sources": {"name": {}}}
    assert select_answers(FORM, answers) == {**ANSWERS, "@sources": {"name": {}}}
    verify_answers(FORM, answers, TODAY)


def test_what_was_typed_before_a_change_of_mind_is_dropped() -> None:
    answers = {**ANSWERS, "more": "old", "@sources": {}, "other": 1}
    assert drop_unasked(FORM, answers) == {**ANSWERS, "@sources": {}, "other": 1}


def test_only_the_applicants_own_number_stands_where_theirs_is_asked_for() -> None:
    field = Field(name="n", kind=FieldKind.PERSONAL_NUMBER, label=Words("", ""), own=True)
    form = Form(pages=(FormPage(name="p", title=Words("", ""), fields=(field,)),))
    verify_own_number(form, {"n": "001190123456"}, "001190123456")
    verify_own_number(form, {}, "001190123456")
    with pytest.raises(FormError, match="not-own-number"):
        verify_own_number(form, {"n": "001190123457"}, "001190123456")


@pytest.mark.parametrize(
    ("change", "faults"),
    [
        ({"name": None}, {"name": "missing"}),
        ({"born": "1990-02-30"}, {"born": "no-such-day"}),
        ({"born": "1990-3-7"}, {"born": "wrong-type", "number": ""}),
        ({"born": "2027-03-07", "number": "001327123456"}, {"born": "future-day"}),
        ({"has_more": "yes"}, {"has_more": "not-an-option", "more": "missing"}),
        ({"has_more": True}, {"more": "missing"}),
        ({"moved": "1990-03-06"}, {"moved": "earlier-day"}),
        ({"unasked": "x"}, {"unasked": "unknown-field"}),
        ({"home": {"area_code": "06799", "line": "1", "more": 1}}, {"home": "bad-address"}),
        ({"name": "Ho\u0300a"}, {"name": "wrong-type"}),
        ({"number": "001090123456"}, {"number": "contradicts-sex"}),
        ({"count": True}, {"count": "not-a-number"}),
    ],
)
def test_answers_that_no_page_gave_are_refused(change: dict[str, Any], faults: dict[str, str]) -> None:
    answers = {name: value for name, value in {**ANSWERS, **change}.items() if value is not None}
    assert refuse(answers) == {name: key for name, key in faults.items() if key}


def test_a_refusal_names_fields_and_no_answers_and_survives_pickling() -> None:
    with pytest.raises(FormError) as raised:
        verify_answers(FORM, {**ANSWERS, "name": "Bí Mật 7"}, TODAY)
    assert "name (not-a-name)" in raised.value.message
    assert "Bí" not in raised.value.message
    again = pickle.loads(pickle.dumps(raised.value))  # noqa: S301 # our own bytes
    assert again.faults == raised.value.faults


_TYPED = st.one_of(st.text(max_size=30), st.sampled_from(["yes", "no", "male", "7", "12", "1990", "06799"]))
_NAMES = [
    "name", "sex", "number", "has_more", "more", "count", "paper", "story", "born",
    *(f"born-{part}" for part in ("day", "month", "year")), "home-area", "home-line",
]  # fmt: skip


@given(st.dictionaries(st.sampled_from(_NAMES), _TYPED))
def test_whatever_is_posted_is_read_or_told_to_be_wrong(posted: dict[str, str]) -> None:
    answers: dict[str, Any] = {}
    errors: dict[str, FieldFault] = {}
    for page in FORM.pages:
        read = read_page(FORM, page, posted, known=answers, today=TODAY)
        answers.update(read.answers)
        errors.update(read.errors)
    try:
        verify_answers(FORM, {name: value for name, value in answers.items() if value is not None}, TODAY)
    except FormError as error:
        assert error.faults.keys() <= errors.keys()  # nothing is refused that the pages let through
    else:
        assert not errors.keys() - {"more", "story"}


@given(st.text(max_size=60))
def test_a_stored_text_is_stored_the_same_again(typed: str) -> None:
    field = Field(name="x", kind=FieldKind.LONG_TEXT, label=Words("", ""))
    form = Form(pages=(FormPage(name="p", title=Words("", ""), fields=(field,)),))
    once = read_page(form, form.pages[0], {"x": typed})
    if once.answers.get("x") is not None:
        assert read_page(form, form.pages[0], {"x": once.answers["x"]}) == once
        verify_answers(form, once.answers)


@given(st.dates(date(1900, 1, 1), date(2199, 12, 31)), st.sampled_from(["male", "female"]), st.integers(0, 999_999))
def test_a_number_of_the_same_birth_year_and_sex_contradicts_nothing(born: date, sex: str, serial: int) -> None:
    digit = (born.year - 1900) // 100 * 2 + (sex == "female")
    number = f"001{digit}{born.year % 100:02}{serial:06}"
    fields = (
        Field(name="n", kind=FieldKind.PERSONAL_NUMBER, label=Words("", "")),
        Field(name="b", kind=FieldKind.DATE, label=Words("", "")),
        Field(
            name="s",
            kind=FieldKind.CHOICE,
            label=Words("", ""),
            options=(Option("male", Words("", "")), Option("female", Words("", ""))),
        ),
    )
    page = FormPage(name="p", title=Words("", ""), fields=fields)
    form = Form(pages=(page,), number_checks=(NumberCheck(number="n", birth_date="b", sex="s"),))
    assert not read_page(form, page, {"n": number, "b": born.isoformat(), "s": sex}).errors
    other = "male" if sex == "female" else "female"
    assert keys(dict(read_page(form, page, {"n": number, "b": born.isoformat(), "s": other}).errors)) == {
        "n": "contradicts-sex"
    }
