"""What is filled in for an applicant, where each answer comes from, and what they dispute of it. Pure.

Only the applicant's own data is ever filled in. A filled-in answer keeps its source (service, path, exchange, time) and
what was told; whoever types something else over it, or disputes it, makes a difference that the officer sees. Of
another person named in the form it is known only whether what was typed fits.

All of this stands among the answers, under names that are no questions: it is filed, superseded and erased with them.
"""

from __future__ import annotations

from datetime import datetime  # Struct fields are read at run time
from enum import StrEnum
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final, Protocol

import msgspec

from lienthong.cases.errors import CasesError, CasesErrorKind
from lienthong.cases.expressions import evaluate, find_names
from lienthong.cases.field_values import check_value, require_text
from lienthong.cases.form_parts import FieldFault, FieldKind
from lienthong.cases.forms import is_asked, select_answers
from lienthong.kernel.canonical import canonical_bytes
from lienthong.kernel.text import is_same_spelling

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from lienthong.cases.form_parts import Field, Form, PersonMatch

SOURCES: Final = "@sources"
"""Where filled-in answers come from, by question."""
AREA_DAY: Final = "area_day"
"""Beside `area_code` in an address that is told: the day as of which the code is to be read."""
FILLED: Final = "@filled"
"""Which services were asked, with the exchange: what they had nothing of is not asked again and again."""
DISPUTES: Final = "@disputes"
"""What the applicant says is wrong, by question."""
MATCHES: Final = "@matches"
"""Whether another person's typed data fits, by the form's name for them."""

SIGN_IN: Final = "sign-in"
"""The source of the applicant's number where no other member was asked."""

MOST_COMPARISONS: Final = 5
"""How often one draft may compare one other person: nobody finds a number out by trying."""
LONGEST_DISPUTE: Final = 500


class FindArea(Protocol):
    """Says what a commune's code of one day is today."""

    def __call__(self, code: str, day: str) -> str | None:
        """Give today's code; None where the commune was divided, so that somebody must choose."""
        ...


class Source(msgspec.Struct, frozen=True):
    """Where an answer comes from: the exchange under which both members' logs know it, and what was told."""

    service: str
    path: str
    exchange: str
    at: datetime
    value: Any


class Filled(msgspec.Struct, frozen=True):
    """That a service was asked."""

    exchange: str
    at: datetime


class Dispute(msgspec.Struct, frozen=True):
    """What the applicant says is wrong with what was filled in."""

    text: str
    at: datetime


class MatchOutcome(StrEnum):
    """Whether what was typed of another person fits the registry."""

    MATCH = "match"
    NO_MATCH = "no-match"
    NOT_COMPARED = "not-compared"
    """The registry did not answer, or was asked too often: an officer compares."""


class Match(msgspec.Struct, frozen=True):
    """The outcome for what was typed then (`typed` is its hash), and how often this person was compared."""

    outcome: MatchOutcome
    typed: str
    at: datetime
    times: int = 1
    exchange: str = ""


class Told(msgspec.Struct, frozen=True):
    """What a service told of somebody; `body` is None where it knows nobody."""

    exchange: str
    at: datetime
    body: dict[str, Any] | None


class Known(msgspec.Struct, frozen=True):
    """A filled-in answer for a page: what it says now, where it comes from, and what is said against it."""

    field: Any
    value: Any
    source: Source
    dispute: Dispute | None = None

    @property
    def is_different(self) -> bool:
        """Whether the answer is another than was told: an officer must see that."""
        return bool(self.value != self.source.value)


def read_sources(answers: Mapping[str, Any]) -> dict[str, Source]:
    """Read where filled-in answers come from."""
    return msgspec.convert(answers.get(SOURCES, {}), dict[str, Source])


def read_disputes(answers: Mapping[str, Any]) -> dict[str, Dispute]:
    """Read what the applicant disputes."""
    return msgspec.convert(answers.get(DISPUTES, {}), dict[str, Dispute])


def read_matches(answers: Mapping[str, Any]) -> dict[str, Match]:
    """Read how other persons' data fitted."""
    return msgspec.convert(answers.get(MATCHES, {}), dict[str, Match])


def list_open(form: Form, answers: Mapping[str, Any]) -> tuple[str, ...]:
    """Give the services that the form is filled in from and that were not asked for it yet."""
    filled = answers.get(FILLED, {})
    services = [field.prefill.service for field in _list_own(form) if field.prefill is not None]
    return tuple(service for service in dict.fromkeys(services) if service not in filled)


def _list_own(form: Form) -> Iterator[Field]:
    """Give the questions that may be filled in, whatever the form says of others."""
    return (field for field in form.fields() if field.prefill is not None and field.own and not field.sensitive)


def lay_identity(form: Form, answers: Mapping[str, Any], number: str, at: datetime) -> dict[str, Any]:
    """Give what changes by the applicant's own number, which is known from the sign-in and never typed."""
    own = [field.name for field in form.fields() if field.own and field.kind is FieldKind.PERSONAL_NUMBER]
    missing = [name for name in own if name not in read_sources(answers)]
    if not missing:
        return {}
    told = {name: Source(SIGN_IN, "number", "", at, number) for name in missing}
    return dict.fromkeys(missing, number) | {SOURCES: msgspec.to_builtins({**read_sources(answers), **told})}


def list_parts(form: Form, service: str) -> tuple[str, ...]:
    """Give the parts of a service's answer that the form has a use for: nothing else is asked for."""
    paths = [field.prefill.path for field in _list_own(form) if field.prefill and field.prefill.service == service]
    return tuple(dict.fromkeys(way[0] for path in paths for way in find_names(path)))


def lay_told(form: Form, answers: Mapping[str, Any], service: str, told: Told, find_area: FindArea) -> dict[str, Any]:
    """Give what changes in the answers by what a service told of the applicant.

    An answer that was typed stays, and so does one that is disputed; of what is told, only what the form would take
    from a person is taken. `find_area` reads the code of an address that was told as of an earlier day.
    """
    sources, disputes = read_sources(answers), read_disputes(answers)
    changes: dict[str, Any] = {}
    for field in _list_own(form):
        if field.prefill is None or field.prefill.service != service:
            continue
        value = None if told.body is None else _find_value(field, field.prefill.path, told.body, find_area)
        is_typed = answers.get(field.name) is not None and field.name not in sources
        if value is None or is_typed or field.name in disputes:
            continue
        changes[field.name] = value
        sources[field.name] = Source(service, field.prefill.path, told.exchange, told.at, value)
    filled = {**answers.get(FILLED, {}), service: msgspec.to_builtins(Filled(told.exchange, told.at))}
    return {**changes, SOURCES: msgspec.to_builtins(sources), FILLED: filled}


def _find_value(field: Field, path: str, body: dict[str, Any], find_area: FindArea) -> Any:  # noqa: ANN401 # JSON
    value = evaluate(path, body)
    if isinstance(value, dict) and AREA_DAY in value:
        # The code is one of that day: a reform may have given it to another commune, or to none.
        code = find_area(str(value["area_code"]), str(value[AREA_DAY]))
        value = None if code is None else {"area_code": code, "line": value["line"]}
    checked = None if value is None else check_value(field, value)
    return None if isinstance(checked, FieldFault) else checked


def list_known(form: Form, answers: Mapping[str, Any]) -> Iterator[Known]:
    """Give the filled-in answers to what is asked, in the form's order."""
    sources, disputes = read_sources(answers), read_disputes(answers)
    selected = select_answers(form, answers)
    for field in form.fields():
        if field.name in sources and is_asked(field, selected):
            yield Known(field, answers.get(field.name), sources[field.name], disputes.get(field.name))


def list_differences(form: Form, answers: Mapping[str, Any]) -> list[Known]:
    """Give what an officer must look at: answers that differ from what was told, or that are disputed."""
    return [known for known in list_known(form, answers) if known.is_different or known.dispute is not None]


def dispute(form: Form, answers: Mapping[str, Any], name: str, said: tuple[Any, str], at: datetime) -> dict[str, Any]:
    """Give what changes by a dispute: `said` is the right answer as a JSON value (None: not said) and a text.

    Raises BAD_PAYLOAD for what was not filled in, and for a text or an answer that cannot be read.
    """
    value, text = said
    field = form.find_field(name)
    if field is None or name not in read_sources(answers):
        raise CasesError(CasesErrorKind.BAD_PAYLOAD, f"question {name!r}: it was not filled in, so answer it anew")
    line = require_text(text)
    checked = None if value is None else check_value(field, value)
    if isinstance(line, FieldFault) or isinstance(checked, FieldFault) or not 0 < len(line) <= LONGEST_DISPUTE:
        message = f"question {name!r}: expected an answer of its kind and a text of 1 to {LONGEST_DISPUTE} characters"
        raise CasesError(CasesErrorKind.BAD_PAYLOAD, message)
    disputes = {**read_disputes(answers), name: Dispute(line, at)}
    changes = {DISPUTES: msgspec.to_builtins(disputes)}
    return changes if checked is None else {**changes, name: checked}


def withdraw_dispute(answers: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Give what changes when a dispute is taken back: the answer is again what was told."""
    sources, disputes = read_sources(answers), read_disputes(answers)
    if disputes.pop(name, None) is None:
        raise CasesError(CasesErrorKind.BAD_PAYLOAD, f"question {name!r}: nothing is disputed of it")
    return {DISPUTES: msgspec.to_builtins(disputes), name: sources[name].value}


def list_unmatched(form: Form, answers: Mapping[str, Any]) -> list[PersonMatch]:
    """Give the other persons whose data is typed whole and was not compared as it stands now."""
    selected, matches = select_answers(form, answers), read_matches(answers)
    return [
        one
        for one in form.matches
        if all(selected.get(name) is not None for name in (one.number, one.full_name, one.birth_date))
        and (one.name not in matches or matches[one.name].typed != hash_typed(one, selected))
    ]


def hash_typed(match: PersonMatch, answers: Mapping[str, Any]) -> str:
    """Give a short hash of what was typed of a person, to see whether it changed."""
    typed = [answers.get(name) for name in (match.number, match.full_name, match.birth_date)]
    return sha256(canonical_bytes(typed)).hexdigest()[:16]


def may_compare(match: PersonMatch, answers: Mapping[str, Any]) -> bool:
    """Tell whether the registry may be asked once more about this person for this draft."""
    known = read_matches(answers).get(match.name)
    return known is None or known.times < MOST_COMPARISONS


def compare_person(match: PersonMatch, answers: Mapping[str, Any], told: Told) -> MatchOutcome:
    """Say whether what was typed fits who was told; all else that was told ends here."""
    if told.body is None:
        return MatchOutcome.NO_MATCH
    name, born = told.body.get("full_name"), told.body.get("birth_date")
    fits = isinstance(name, str) and is_same_spelling(name, answers[match.full_name])
    return MatchOutcome.MATCH if fits and born == answers[match.birth_date] else MatchOutcome.NO_MATCH


def lay_match(
    match: PersonMatch, answers: Mapping[str, Any], outcome: MatchOutcome, at: datetime, exchange: str = ""
) -> dict[str, Any]:
    """Give what changes by a comparison."""
    known = read_matches(answers)
    before = known.get(match.name)
    times = (0 if before is None else before.times) + bool(exchange)
    typed = hash_typed(match, answers)
    return {MATCHES: msgspec.to_builtins({**known, match.name: Match(outcome, typed, at, times, exchange)})}
