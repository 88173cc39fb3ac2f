"""Answers as people read them: page by page, each with its question, and marked where the registry says otherwise."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext

from lienthong.cases.form_parts import FieldKind
from lienthong.cases.forms import list_asked, list_pages
from lienthong.portal.cases.communes import name_place
from lienthong.portal.cases.procedure_words import say

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from lienthong.cases.form_parts import Field, Form, Words


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer: its question, what was answered, and a mark with its tone (`agrees`, `differs`) and a note."""

    name: str
    label: str
    value: str
    mark: str = ""
    tone: str = ""
    note: str = ""
    href: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """The answers of one page of the form."""

    name: str
    title: Words
    answers: tuple[Answer, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """How answers are read: on which day, what documents are called, and what is to be marked of a question."""

    day: date
    name_document: Callable[[str], tuple[str, str]]
    find_mark: Callable[[Field], tuple[str, str, str]]


def tell_answers(form: Form, answers: Mapping[str, Any], reading: Reading) -> tuple[Section, ...]:
    """Give all that was asked, and what was answered."""
    return tuple(
        Section(page.name, page.title, tuple(_tell(field, answers.get(field.name), reading) for field in asked))
        for page in list_pages(form, answers)
        if (asked := list_asked(page, answers))
    )


def _tell(field: Field, value: Any, reading: Reading) -> Answer:  # noqa: ANN401 # of what kind is the field's to say
    mark, tone, note = reading.find_mark(field)
    href = ""
    if field.kind is FieldKind.FILE and value:
        shown, href = reading.name_document(str(value))
    else:
        shown = tell_value(field, value, reading.day)
    return Answer(field.name, say(field.label), shown, mark, tone, note, href)


def tell_value(field: Field, value: Any, day: date) -> str:  # noqa: ANN401 # as above
    """Write one answer as people here do; nothing for none."""
    if value is None or value == "":
        return ""
    write = _WRITERS.get(field.kind)
    return str(value) if write is None else write(field, value, day)


def _write_choice(field: Field, value: str, _day: date) -> str:
    return next((say(option.label) for option in field.options if option.value == value), value)


def _write_address(_field: Field, value: Mapping[str, str], day: date) -> str:
    return f"{value['line']}, {name_place(value['area_code'], day)}"


def _write_number(_field: Field, value: str, _day: date) -> str:
    return " ".join(value[at : at + 3] for at in range(0, len(value), 3))


_WRITERS: Final[dict[FieldKind, Callable[[Field, Any, date], str]]] = {
    FieldKind.DATE: lambda _field, value, _day: f"{date.fromisoformat(value):%d/%m/%Y}",
    FieldKind.YES_NO: lambda _field, value, _day: gettext("Yes") if value else gettext("No"),
    FieldKind.CHOICE: _write_choice,
    FieldKind.ADDRESS: _write_address,
    FieldKind.PERSONAL_NUMBER: _write_number,
}
