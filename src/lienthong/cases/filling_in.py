"""Stories of filling in a draft from the exchange: ask for the applicant's own data, and compare another person's.

Questions go out under the draft's purpose, never inside a transaction. A crash between an answer and saving it leaves
the look-up in both members' logs and on the person's own page, and a draft that asks again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final, Protocol

from lienthong.areas.store import get_book
from lienthong.areas.succession import trace_unit
from lienthong.areas.unit_book import Unknown
from lienthong.cases.drafts import get_draft, save_answers
from lienthong.cases.errors import CasesError, CasesErrorKind
from lienthong.cases.prefill import (
    MatchOutcome,
    Told,
    compare_person,
    dispute,
    lay_identity,
    lay_match,
    lay_told,
    list_open,
    list_parts,
    list_unmatched,
    may_compare,
    withdraw_dispute,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from lienthong.areas.unit_book import UnitBook
    from lienthong.cases.drafts import Applicant, Draft
    from lienthong.cases.form_parts import Form
    from lienthong.cases.house import Cases
    from lienthong.cases.prefill import FindArea

COMPARED: Final = ("full_name", "birth_date")
"""What is asked about another person; no more than what was typed of them."""


@dataclass(frozen=True, slots=True)
class AskedFor:
    """Why something is asked: the draft's purpose, and the account that is behind it."""

    purpose: str
    user: str


class Asker(Protocol):
    """Asks other members about one person."""

    def ask(self, service: str, number: str, parts: tuple[str, ...], asked_for: AskedFor) -> Told | None:
        """Give what a service tells of a person, only these parts; None where it cannot be asked now."""
        ...


class AsksNobody:
    """Asks no member at all: what would be compared is left to an officer."""

    def ask(self, service: str, number: str, parts: tuple[str, ...], asked_for: AskedFor) -> None:
        """Give nothing."""


@dataclass(frozen=True, slots=True)
class Filling:
    """A draft after it was filled in, and the services that could not be asked: the person types what they have."""

    draft: Draft
    away: tuple[str, ...] = ()


def fill_draft(cases: Cases, asker: Asker, draft_id: UUID, applicant: Applicant) -> Filling:
    """Fill in what other members know of the applicant: each service once for a draft, and nobody else's data."""
    draft = get_draft(cases, draft_id, applicant)
    form = _get_form(cases, draft)
    away: list[str] = []
    changes = lay_identity(form, draft.answers, applicant.number, cases.now())
    for service in list_open(form, draft.answers):
        # The number is the signed-in person's own, whatever was typed into the form.
        told = asker.ask(service, applicant.number, list_parts(form, service), _ask_for(draft))
        if told is None:
            away.append(service)
        else:
            changes |= lay_told(form, {**draft.answers, **changes}, service, told, _find_area_on(cases.today()))
    return Filling(_save(cases, draft, changes), tuple(away))


def compare_others(cases: Cases, asker: Asker, draft_id: UUID, applicant: Applicant) -> Draft:
    """Compare every other person who is named whole; kept is only whether it fits."""
    draft = get_draft(cases, draft_id, applicant)
    form = _get_form(cases, draft)
    changes: dict[str, Any] = {}
    for match in list_unmatched(form, draft.answers):
        answers = {**draft.answers, **changes}
        told = None
        if may_compare(match, answers):
            told = asker.ask(match.service, answers[match.number], COMPARED, _ask_for(draft))
        outcome = MatchOutcome.NOT_COMPARED if told is None else compare_person(match, answers, told)
        changes |= lay_match(match, answers, outcome, cases.now(), "" if told is None else told.exchange)
    return _save(cases, draft, changes)


def dispute_answer(cases: Cases, draft_id: UUID, applicant: Applicant, name: str, said: tuple[Any, str]) -> Draft:
    """Dispute a filled-in answer: with the right one as a JSON value, or None, and a text."""
    draft = get_draft(cases, draft_id, applicant)
    return _save(cases, draft, dispute(_get_form(cases, draft), draft.answers, name, said, cases.now()))


def withdraw_answers_dispute(cases: Cases, draft_id: UUID, applicant: Applicant, name: str) -> Draft:
    """Take a dispute back."""
    draft = get_draft(cases, draft_id, applicant)
    return _save(cases, draft, withdraw_dispute(draft.answers, name))


def _get_form(cases: Cases, draft: Draft) -> Form:
    if draft.case_id is not None:
        raise CasesError(CasesErrorKind.NOT_NOW, f"draft {draft.id}: it was filed; nothing is filled in any more")
    return cases.catalogue.get_version(draft.procedure, draft.version).form


def find_present_area(book: UnitBook, code: str, day: str, today: date) -> str | None:
    """Trace a commune's code of one day to today's; None where it was divided, or no day is told.

    A code that the tables do not know stays as it was told.
    """
    try:
        told_on = date.fromisoformat(day)
    except ValueError:
        return None
    unit = book.resolve(code, told_on) if book.units else None
    trace = None if unit is None or isinstance(unit, Unknown) else trace_unit(book, unit, today)
    if trace is None or isinstance(trace, Unknown):
        return code
    return trace[0].unit.code if len(trace) == 1 else None


def _find_area_on(today: date) -> FindArea:
    return lambda code, day: find_present_area(get_book(), code, day, today)


def _ask_for(draft: Draft) -> AskedFor:
    return AskedFor(draft.purpose, draft.applicant.officer or draft.applicant.account)


def _save(cases: Cases, draft: Draft, changes: Mapping[str, Any]) -> Draft:
    return save_answers(cases, draft.id, draft.applicant, changes) if changes else draft
