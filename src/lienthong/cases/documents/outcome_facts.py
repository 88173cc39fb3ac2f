"""What a case's results say, from what the agencies answered. Pure.

A result's own fields are printed under the labels of `paper_words.LABELS`, so that a procedure without a template of
its own has a paper at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from lienthong.cases.documents.form_facts import write_words
from lienthong.cases.documents.paper_words import (
    AGENCIES,
    DAYS,
    LABELS,
    NATIONALITIES,
    PERSONS,
    RELATIONS,
    SEXES,
)
from lienthong.cases.documents.spelt_days import spell_day
from lienthong.cases.form_parts import NO_WORDS, Words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lienthong.cases.procedure import Legal, Outcome
    from lienthong.cases.reading import CaseView

TEMPLATES: Final = {
    "birth-certificate": "birth-certificate",
    "insurance-card": "insurance-card",
    "residence-notice": "residence-notice",
    "funeral-decision": "decision",
    "survivor-decision": "decision",
}
"""By the name of an outcome's document; every other is an extract."""

EXTRACT: Final = "extract"

SYMBOLS: Final = {
    "birth-certificate": "GKS",
    "civil-extract": "TLHT",
    "death-extract": "TLKT",
    "insurance-card": "BHYT",
    "residence-notice": "TBCT",
    "funeral-decision": "TBQĐ",
    "survivor-decision": "TBQĐ",
}
"""Behind the number of each paper. Our own, as an office's own register of papers has them."""
OTHER_SYMBOL: Final = "KQGQ"

PASSED_ON: Final = ("full_name", "sex", "birth_date", "number")
"""What a step's paper says of the person from the steps before it, whose results may not name them again."""

CAPACITY: Final = Words("Nơi trả kết quả", "The office that gives out the result")
OWN_CAPACITY: Final = Words("Người có thẩm quyền", "Who decides")

_NAMED: Final[Mapping[str, Mapping[str, Words]]] = {
    "sex": SEXES,
    "relation": RELATIONS,
    "nationality": NATIONALITIES,
}


def find_template(document: str) -> str:
    """Give the name of the template of an outcome's document."""
    return TEMPLATES.get(document, EXTRACT)


def find_symbol(document: str) -> str:
    """Give what stands behind the number of an outcome's document."""
    return SYMBOLS.get(document, OTHER_SYMBOL)


def is_due(case: CaseView, outcome: Outcome) -> bool:
    """Whether the case has the result that an outcome is made of."""
    if not outcome.from_step:
        return True
    step = case.state.steps.get(outcome.from_step)
    return step is not None and step.is_complete


def gather_result(case: CaseView, outcome: Outcome) -> dict[str, Any]:
    """Give the result that an outcome is made of, with what the steps before say of the person."""
    step = case.state.steps.get(outcome.from_step)
    if step is None:
        return dict(case.answers)
    before = [case.state.steps[need].result for need in step.needs if need in case.state.steps]
    passed = {name: result[name] for result in before for name in PASSED_ON if name in result}
    return {**passed, **step.result}


def make_outcome_facts(case: CaseView, outcome: Outcome) -> dict[str, Any]:
    """Give what an outcome's paper says."""
    result = gather_result(case, outcome)
    return {
        "title": write_words(outcome.title),
        "applicant": case.applicant.name,
        "copy": False,
        "capacity": write_words(CAPACITY if outcome.from_step else OWN_CAPACITY),
        "ground": _tell_source(case, outcome, result),
        "grounds": [_tell_legal(legal) for legal in case.procedure.legal],
        "own": not outcome.from_step,
        "what": write_words(outcome.title),
        "birth_words": spell_day(str(result.get("birth_date") or "")),
        "groups": _make_groups(result),
        "rows": _make_rows(result),
        **_make_card(result),
    }


def find_subject(case: CaseView, outcome: Outcome) -> str:
    """Give the name of whom an outcome is about."""
    name = gather_result(case, outcome).get("full_name")
    return name if isinstance(name, str) and name else case.applicant.name


def make_initials(name: str) -> str:
    """Give a name's initials, such as N. T. M.: enough for who holds the paper, nothing for anybody else."""
    return " ".join(f"{word[0].upper()}." for word in name.split()[:8])


def write_date(day: str) -> str:
    """Give a day of a result as a paper writes it; anything else as it is."""
    year, _, rest = day.partition("-")
    month, _, number = rest.partition("-")
    is_day = len(day) == len("YYYY-MM-DD") and all(part.isdecimal() for part in (year, month, number))
    return f"{number}/{month}/{year}" if is_day else day


def _tell_source(case: CaseView, outcome: Outcome, result: Mapping[str, Any]) -> str:
    """Say by which agency's entry the paper is made: the office that gives it out did not decide it."""
    if not outcome.from_step:
        return ""
    step = case.state.steps[outcome.from_step]
    agency = AGENCIES.get(step.agency, Words(step.agency, step.agency)).vi
    number = next((result[name] for name in ("decision", "extract", "certificate", "card") if result.get(name)), "")
    days = (result[name] for name in ("decided_on", "issued_on", "registered_on", "since") if result.get(name))
    day = next(days, "")
    told = f"kết quả giải quyết của {agency}"
    told += f", số {number}" if number else ""
    return told + (f", ngày {write_date(str(day))}" if day else "")


def _tell_legal(legal: Legal) -> str:
    article = f"{legal.article}, " if legal.article else ""
    return f"{article}{legal.document} ngày {legal.date:%d/%m/%Y}"


def _make_groups(result: Mapping[str, Any]) -> list[dict[str, Any]]:
    groups = [{"title": write_words(NO_WORDS), "rows": _make_rows(result)}]
    for name, title in PERSONS.items():
        person = result.get(name)
        if isinstance(person, dict) and (rows := _make_rows(person)):
            groups.append({"title": write_words(title), "rows": rows})
    return groups


def _make_rows(result: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [
        {"vi": label.vi, "en": label.en, "value": value, "strong": name in {"full_name", "number"}}
        for name, label in LABELS.items()
        if (value := _write_value(name, result.get(name)))
    ]


def _write_value(name: str, value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    text = str(value)
    if name == "amount":
        return f"{int(text):,} đồng".replace(",", ".") if text.isdecimal() and int(text) else ""
    if name in DAYS:
        return write_date(text)
    named = _NAMED.get(name, {}).get(text)
    return text if named is None else named.vi


def _make_card(result: Mapping[str, Any]) -> dict[str, Any]:
    """Give what a card shows, each as text; what is missing is empty."""
    names = ("card", "full_name", "birth_date", "valid_from", "valid_to")
    shown: dict[str, Any] = {name: str(result.get(name) or "") for name in names}
    shown["facility"] = str(result.get("facility") or result.get("hospital") or "")
    shown["sex"] = write_words(SEXES.get(str(result.get("sex")), NO_WORDS))
    return shown
