"""What a procedure is made of, as `procedure.yaml` says it and as everybody else reads it.

A procedure holds from a day to a day; a case keeps the version that held when it was handed in.
"""

from __future__ import annotations

from datetime import date, time
from enum import StrEnum

import msgspec

from lienthong.cases.form_parts import NO_WORDS, Form, Words


class LegalStatus(StrEnum):
    """How sure it is that a rule is the law's."""

    CITED = "cited"
    """The document says so."""
    UNCONFIRMED = "unconfirmed"
    """Somebody says that it does; the text was not read."""
    SANDBOX = "sandbox"
    """Made up, for the sandbox alone."""


class Legal(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A document that a rule comes from; `document` and `date` together name it, numbers repeat."""

    document: str
    date: date
    article: str = ""
    status: LegalStatus = LegalStatus.UNCONFIRMED


class LimitRule(StrEnum):
    """How the last day is counted."""

    WORKING_DAYS = "working_days"
    """So many working days after the day of receipt, which is not counted."""
    SAME_DAY_BEFORE = "same_day_before"
    """On the working day of receipt; from a time of day on, on the next one."""


class Limit(msgspec.Struct, frozen=True, kw_only=True):
    """Until when a step, or the whole where `step` is empty, must be done; with the article that says so."""

    step: str = ""
    rule: LimitRule = LimitRule.WORKING_DAYS
    time: time = time(15)
    working_days: int = 0
    if_verification: int | None = None
    """How many working days where something must be verified."""
    legal: Legal


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """Something said to an agency's service: `send` is a JMESPath over form, steps and case, giving the message."""

    service: str
    send: str
    path: str = "/"
    """The path within the service, to which the message is posted."""


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """What one agency does. It may begin when all that it `needs` is done, and is left out where `when` is false."""

    id: str
    title: Words
    agency: str
    service: str
    send: str
    path: str = "/"
    needs: tuple[str, ...] = ()
    when: str = ""
    undo: Call | None = None
    limit: Limit | None = None


class Variant(msgspec.Struct, frozen=True, kw_only=True):
    """A choice of what to apply for together; the form's field `variant` has its name."""

    name: str
    title: Words


class Fee(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be paid, in đồng, where `when` (JMESPath over the answers) is true."""

    name: str
    title: Words
    amount: int
    when: str = ""
    legal: Legal


class Parameter(msgspec.Struct, frozen=True, kw_only=True):
    """An amount that the law sets and changes: in đồng, from a day to a day."""

    name: str
    title: Words
    amount: int
    valid_from: date
    valid_to: date | None = None
    legal: Legal


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """A paper that the applicant gets: from a step's result, or from the office's own decision where empty."""

    document: str
    title: Words
    from_step: str = ""


class RunBy(StrEnum):
    """Who asks the agencies."""

    US = "us"
    NATIONAL = "national"


class Procedure(msgspec.Struct, frozen=True, kw_only=True):
    """One version of a public service: valid from a day to a day, both included."""

    code: str
    valid_from: date
    valid_to: date | None = None
    title: Words
    summary: Words = NO_WORDS
    field: Words = NO_WORDS
    """What part of administration it belongs to."""
    keywords: tuple[str, ...] = ()
    bring: tuple[Words, ...] = ()
    """What to have at hand before beginning."""
    legal: tuple[Legal, ...]
    code_status: LegalStatus = LegalStatus.UNCONFIRMED
    """How sure the code is."""
    authority: str
    level: int
    form: Form
    limits: tuple[Limit, ...] = ()
    chain: Limit | None = None
    fees: tuple[Fee, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    replaces: str = ""
    variants: tuple[Variant, ...] = ()
    steps: tuple[Step, ...] = ()
    outcome: tuple[Outcome, ...] = ()
    run_by: RunBy = RunBy.US
    folder: str = ""
    """Where it was read from."""

    @property
    def is_unconfirmed(self) -> bool:
        """Whether its code or its legal ground is not certain, which pages must say."""
        return self.code_status is not LegalStatus.CITED or not any(
            legal.status is LegalStatus.CITED for legal in self.legal
        )

    def is_valid_on(self, day: date) -> bool:
        """Tell whether this version holds on a day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    def find_step(self, step_id: str) -> Step | None:
        """Find a step by its id."""
        return next((step for step in self.steps if step.id == step_id), None)
