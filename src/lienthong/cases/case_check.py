"""Whether a purpose is true: the case, or draft, is open, and everybody whom the request names is a party to it.

The member's own gateway asks before it sends anything under the purpose (docs/who-looked.md). The answer says no more
than yes or no to both: it tells nobody what a case is about.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote
from uuid import UUID

import msgspec

from lienthong.cases.drafts import find_draft
from lienthong.cases.reading import find_case_by_code, get_case
from lienthong.cases.step_messages import list_under_way
from lienthong.kernel.canonical import decode_base64url
from lienthong.kernel.errors import KernelError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lienthong.cases.drafts import Draft
    from lienthong.cases.house import Cases
    from lienthong.cases.reading import CaseView

_NUMBER: Final = re.compile(r"(?<![0-9])[0-9]{12}(?![0-9])")
"""A personal number, wherever it stands."""


class CheckQuestion(msgspec.Struct, frozen=True):
    """What the gateway asks: the purpose in its two parts, and the request that would be sent.

    `body` is base64url, empty where there is none or it is too large.
    """

    procedure: str
    case: str
    client: str = ""
    service: str = ""
    method: str = ""
    path: str = ""
    query: str = ""
    officer: str = ""
    body: str = ""


class CheckAnswer(msgspec.Struct, frozen=True):
    """Whether the case is open, and whether all who are named are parties to it."""

    open: bool
    party: bool


NOTHING: Final = CheckAnswer(open=False, party=False)


def check_purpose(cases: Cases, question: CheckQuestion) -> CheckAnswer:
    """Answer the gateway. A case of another procedure than the purpose names is none."""
    draft = _find_draft(cases, question.case)
    if draft is not None and draft.procedure == question.procedure:
        case = None if draft.case_id is None else get_case(cases, draft.case_id)
        return _answer(question, is_open=case is None or is_case_open(case), parties=_list_draft_parties(draft, case))
    case = find_case_by_code(cases, question.case)
    if case is None or case.procedure.code != question.procedure:
        return NOTHING
    return _answer(question, is_open=is_case_open(case), parties=list_parties(case))


def is_case_open(case: CaseView) -> bool:
    """Say whether somebody still works on a case; one that is left and being taken back is worked on."""
    return not case.state.is_over or any(True for _ in list_under_way(case.state))


def list_parties(case: CaseView) -> frozenset[str]:
    """Give the personal numbers of all whom a case names: the applicant, the form, and what agencies answered."""
    found = set(_find_numbers(case.answers)) | {case.applicant.number}
    for step in case.state.steps.values():
        found.update(_find_numbers(dict(step.result)))
    return frozenset(found)


def _list_draft_parties(draft: Draft, case: CaseView | None) -> frozenset[str]:
    own = frozenset({draft.applicant.number, *_find_numbers(draft.answers)})
    return own if case is None else own | list_parties(case)


def _answer(question: CheckQuestion, *, is_open: bool, parties: frozenset[str]) -> CheckAnswer:
    return CheckAnswer(is_open, set(_list_named(question)) <= parties)


def _list_named(question: CheckQuestion) -> Iterator[str]:
    """Give the personal numbers that a request names, in its path, query or body."""
    for text in (question.path, question.query):
        yield from _NUMBER.findall(unquote(text))
    try:
        body = decode_base64url(question.body) if question.body else b""
    except KernelError:
        return
    yield from _NUMBER.findall(body.decode("utf-8", "replace"))


def _find_draft(cases: Cases, text: str) -> Draft | None:
    try:
        draft_id = UUID(text)
    except ValueError:
        return None
    return find_draft(cases, draft_id)


def _find_numbers(value: Any) -> Iterator[str]:  # noqa: ANN401 # any JSON value
    if isinstance(value, str):
        yield from _NUMBER.findall(value)
    elif isinstance(value, dict):
        for part in value.values():
            yield from _find_numbers(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _find_numbers(part)
