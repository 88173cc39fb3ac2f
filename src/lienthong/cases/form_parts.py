"""What a form is made of: pages, fields, and where a field may be filled in from.

A form is data: a JSON Schema with keywords of our own (docs/procedures.md). Answers are one flat mapping of field
names to JSON values; what stands in it under a name that begins with `@` is about fields and is none (prefill.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterator


class Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A text in both languages; procedures bring their own, so that a new one needs no translator's catalogue."""

    vi: str
    en: str


NO_WORDS = Words("", "")


class FieldKind(StrEnum):
    """What is asked for; the value in answers stands behind each."""

    TEXT = "text"
    """One line of text."""
    LONG_TEXT = "long-text"
    """Text of several lines."""
    NAME = "name"
    """A person's full name, as text."""
    DATE = "date"
    """`YYYY-MM-DD`; posted in three parts: FIELD-day, FIELD-month, FIELD-year."""
    NUMBER = "number"
    """A whole number."""
    CHOICE = "choice"
    """One of the options' values."""
    YES_NO = "yes-no"
    """true or false; posted as `yes` or `no`."""
    ADDRESS = "address"
    """`{"area_code": "06799", "line": "…"}`; posted in two parts: FIELD-area, FIELD-line."""
    PERSONAL_NUMBER = "personal-number"
    """Twelve digits, as text."""
    FILE = "file"
    """The id of a stored document, as text."""


class Option(msgspec.Struct, frozen=True):
    """One of the values to choose from."""

    value: str
    label: Words


class Prefill(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where a field's first value comes from: a service of the exchange and a JMESPath into its answer.

    There is one person only whose data is ever asked for: the applicant.
    """

    service: str
    path: str
    whose: str = "applicant"


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """One question. `when` is a JMESPath over the answers: where it is false, the question is not asked."""

    name: str
    kind: FieldKind
    label: Words
    hint: Words = NO_WORDS
    required: bool = False
    options: tuple[Option, ...] = ()
    prefill: Prefill | None = None
    when: str = ""
    own: bool = False
    """Whether it is about the applicant: only then may it be filled in for them."""
    sensitive: bool = False
    """Never filled in, searched by, counted or exported, as ethnicity is."""
    min_length: int = 0
    max_length: int = 200
    minimum: int | None = None
    maximum: int | None = None
    not_after_today: bool = False
    not_before: str = ""
    """Another date's question: this day cannot be before that one."""


class FormPage(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked on one page. Where no field of it is asked, there is no page."""

    name: str
    title: Words
    fields: tuple[Field, ...]
    hint: Words = NO_WORDS


class PersonMatch(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody else whom the form names: the typed data is compared in the registry, and gives yes or no."""

    name: str
    title: Words
    number: str
    full_name: str
    birth_date: str
    service: str = "persons"


class NumberCheck(msgspec.Struct, frozen=True, kw_only=True):
    """Fields that must not contradict the personal number of the same person; empty names are not compared."""

    number: str
    birth_date: str = ""
    sex: str = ""


class Form(msgspec.Struct, frozen=True, kw_only=True):
    """A form. `schema` is the JSON Schema that it was read from."""

    pages: tuple[FormPage, ...]
    matches: tuple[PersonMatch, ...] = ()
    number_checks: tuple[NumberCheck, ...] = ()
    schema: dict[str, Any] = {}

    def fields(self) -> Iterator[Field]:
        """Give all questions in order."""
        for page in self.pages:
            yield from page.fields

    def find_page(self, name: str) -> FormPage | None:
        """Find a page by its name."""
        return next((page for page in self.pages if page.name == name), None)

    def find_field(self, name: str) -> Field | None:
        """Find a question by its name."""
        return next((field for field in self.fields() if field.name == name), None)


class FieldFault(msgspec.Struct, frozen=True):
    """What is wrong with an answer: `key` for programs, `words` for the person who typed it."""

    key: str
    words: Words


class PageAnswers(msgspec.Struct, frozen=True):
    """What a posted page said: the answers that can be read, and for the others what is wrong.

    Questions of the page that are not asked have neither. An answer left empty where it may be is None.
    """

    answers: Mapping[str, Any]
    errors: Mapping[str, FieldFault]
