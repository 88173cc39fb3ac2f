"""Forms: reading a page that was typed, and verifying all answers before they become a case. Pure.

Answers are one flat mapping of question to JSON value. A name that begins with `@` is about answers (prefill.py) and is
no answer. A question whose condition is false is not asked, and whatever stands there is not part of the answers.
"""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from jsonschema import Draft202012Validator

from lienthong.cases.expressions import is_true
from lienthong.cases.field_values import AREA_CODE, DOCUMENT, PERSONAL_NUMBER, check_value, read_value
from lienthong.cases.form_faults import FaultKey, FormError, make_fault
from lienthong.cases.form_parts import (
    Field,
    FieldFault,
    FieldKind,
    Form,
    FormPage,
    NumberCheck,
    Option,
    PageAnswers,
    PersonMatch,
    Prefill,
    Words,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = (
    "FaultKey",
    "Field",
    "FieldFault",
    "FieldKind",
    "Form",
    "FormError",
    "FormPage",
    "NumberCheck",
    "Option",
    "PageAnswers",
    "PersonMatch",
    "Prefill",
    "Words",
    "drop_unasked",
    "is_asked",
    "list_asked",
    "list_pages",
    "make_answers_schema",
    "read_page",
    "select_answers",
    "verify_answers",
    "verify_own_number",
)

ABOUT: Final = "@"
"""How names begin that are about answers and are none."""


def is_asked(field: Field, answers: Mapping[str, Any]) -> bool:
    """Tell whether a question is asked, after these answers."""
    return is_true(field.when, answers)


def list_asked(page: FormPage, answers: Mapping[str, Any]) -> tuple[Field, ...]:
    """Give the questions of a page that are asked, after these answers."""
    return tuple(field for field in page.fields if is_asked(field, answers))


def list_pages(form: Form, answers: Mapping[str, Any]) -> tuple[FormPage, ...]:
    """Give the pages on which something is asked, after these answers."""
    known = select_answers(form, answers)
    return tuple(page for page in form.pages if list_asked(page, known))


def select_answers(form: Form, answers: Mapping[str, Any]) -> dict[str, Any]:
    """Give the answers to what is asked, in the form's order, without empty ones; and what is about answers."""
    selected: dict[str, Any] = {}
    for field in form.fields():
        value = answers.get(field.name)
        if value is not None and is_asked(field, selected):
            selected[field.name] = value
    return selected | {name: value for name, value in answers.items() if name.startswith(ABOUT)}


def drop_unasked(form: Form, answers: Mapping[str, Any]) -> dict[str, Any]:
    """Give the answers without those to questions that are not asked: what was typed before a change of mind.

    They would be filed for nothing, and make somebody a party to the case who is not named in it.
    """
    kept = select_answers(form, answers)
    names = {field.name for field in form.fields()}
    return {name: value for name, value in answers.items() if name not in names or name in kept}


def verify_own_number(form: Form, answers: Mapping[str, Any], number: str) -> None:
    """Raise BAD_FORM where a question about the applicant's own number has another person's."""
    own = [field.name for field in form.fields() if field.own and field.kind is FieldKind.PERSONAL_NUMBER]
    wrong = [name for name in own if answers.get(name, number) != number]
    if wrong:
        raise FormError({name: make_fault(FaultKey.NOT_OWN_NUMBER) for name in wrong})


def read_page(
    form: Form,
    page: FormPage,
    posted: Mapping[str, str],
    known: Mapping[str, Any] | None = None,
    today: date | None = None,
) -> PageAnswers:
    """Read a posted page. `known` are the answers so far, of this page's own questions the old ones.

    A question that another answer of the same post switches off is not read. Without `today`, days to come are let
    through; `verify_answers` will not.
    """
    answers: dict[str, Any] = {}
    errors: dict[str, FieldFault] = {}
    so_far = {name: value for name, value in (known or {}).items() if all(name != field.name for field in page.fields)}
    for field in page.fields:
        if not is_asked(field, so_far):
            continue
        value = read_value(field, posted)
        fault = value if isinstance(value, FieldFault) else _find_fault(field, value, today)
        if fault is not None:
            errors[field.name] = fault
        else:
            answers[field.name] = so_far[field.name] = value
    asked = {field.name for field in page.fields}
    errors |= {name: fault for name, fault in _contradictions(form, so_far) if name in asked and name not in errors}
    return PageAnswers({name: value for name, value in answers.items() if name not in errors}, errors)


def verify_answers(form: Form, answers: Mapping[str, Any], today: date | None = None) -> None:
    """Raise BAD_FORM (`FormError`) unless the answers are all that the form asks, and possible.

    First by the form's JSON Schema, then by what a schema cannot say: days of the calendar, letters of names, and
    numbers that contradict their person.
    """
    faults = dict(_faults(form, answers, today))
    if faults:
        raise FormError(faults)


def _faults(form: Form, answers: Mapping[str, Any], today: date | None) -> Iterator[tuple[str, FieldFault]]:
    asked = select_answers(form, answers)
    names = {field.name for field in form.fields()}
    yield from (
        (name, make_fault(FaultKey.UNKNOWN_FIELD))
        for name in answers
        if name not in names and not name.startswith(ABOUT)
    )
    yield from _contradictions(form, asked)
    for error in Draft202012Validator(make_answers_schema(form)).iter_errors(asked):
        if error.absolute_path:
            yield str(error.absolute_path[0]), make_fault(FaultKey.WRONG_TYPE)
    for field in form.fields():
        if not is_asked(field, asked):
            continue
        value = asked.get(field.name)
        checked = None if value is None else check_value(field, value)
        fault = checked if isinstance(checked, FieldFault) else _find_fault(field, checked, today)
        if fault is not None:
            yield field.name, fault
        elif checked != value:
            yield field.name, make_fault(FaultKey.WRONG_TYPE)


def _find_fault(field: Field, value: Any, today: date | None) -> FieldFault | None:  # noqa: ANN401 # a JSON value
    if value is None:
        return make_fault(FaultKey.MISSING) if field.required else None
    if field.not_after_today and today is not None and date.fromisoformat(value) > today:
        return make_fault(FaultKey.FUTURE_DAY)
    return None


def _contradictions(form: Form, answers: Mapping[str, Any]) -> Iterator[tuple[str, FieldFault]]:
    """Compare each personal number with the birth date and sex typed for the same person.

    Its fourth digit says century and sex (even: male), the next two the year (137/2015/NĐ-CP, articles 7 and 13).
    """
    yield from _find_disorder(form, answers)
    for check in form.number_checks:
        number = answers.get(check.number)
        if not isinstance(number, str) or not PERSONAL_NUMBER.fullmatch(number):
            continue
        year = 1900 + int(number[3]) // 2 * 100 + int(number[4:6])
        born = answers.get(check.birth_date)
        if isinstance(born, str) and not born.startswith(f"{year}-"):
            yield check.number, make_fault(FaultKey.CONTRADICTS_BIRTH_DATE, year=year)
        sex = answers.get(check.sex)
        if sex in {"male", "female"} and (sex == "female") is not bool(int(number[3]) % 2):
            yield check.number, make_fault(FaultKey.CONTRADICTS_SEX)


def _find_disorder(form: Form, answers: Mapping[str, Any]) -> Iterator[tuple[str, FieldFault]]:
    """Compare each day with the one that it cannot be before, such as a death with the birth."""
    for field in form.fields():
        later, earlier = (str(answers.get(name, "")) for name in (field.name, field.not_before))
        if _FULL_DAY.fullmatch(later) and _FULL_DAY.fullmatch(earlier) and later < earlier:
            year, month, day = map(int, earlier.split("-"))
            yield field.name, make_fault(FaultKey.EARLIER_DAY, year=year, month=month, day=day)


_FULL_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

_TYPES: Final[dict[FieldKind, dict[str, Any]]] = {
    FieldKind.DATE: {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"},
    FieldKind.NUMBER: {"type": "integer"},
    FieldKind.YES_NO: {"type": "boolean"},
    FieldKind.ADDRESS: {
        "type": "object",
        "additionalProperties": False,
        "required": ["area_code", "line"],
        "properties": {
            "area_code": {"type": "string", "pattern": f"^{AREA_CODE.pattern}$"},
            "line": {"type": "string", "minLength": 1},
        },
    },
    FieldKind.PERSONAL_NUMBER: {"type": "string", "pattern": f"^{PERSONAL_NUMBER.pattern}$"},
    FieldKind.FILE: {"type": "string", "pattern": f"^{DOCUMENT.pattern}$"},
}


def make_answers_schema(form: Form) -> dict[str, Any]:
    """Make the plain JSON Schema of a form's answers, which any program can use."""
    told: dict[str, Any] = form.schema.get("properties", {})
    properties = {
        name: {
            **_TYPES.get(FieldKind(field["x-kind"]), {"type": "string"}),
            **({"enum": list(field["x-options"])} if "x-options" in field else {}),
            **{keyword: value for keyword, value in field.items() if not keyword.startswith("x-")},
        }
        for name, field in told.items()
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "required": list(form.schema.get("required", ())),
        "properties": properties,
    }
