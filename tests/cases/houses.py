"""A house of cases for tests: procedures made by hand, a clock that tests set, and people that tests know."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lienthong.cases import actions as told
from lienthong.cases.catalogue import Catalogue
from lienthong.cases.drafts import Applicant, open_draft, save_answers
from lienthong.cases.filing import submit
from lienthong.cases.form_parts import Form, Words
from lienthong.cases.handling import perform
from lienthong.cases.house import Cases
from lienthong.cases.procedure import Call, Fee, Legal, LegalStatus, Procedure, Step
from lienthong.cases.words import ActorKind, CaseRole, Channel
from lienthong.kernel.keys import SigningKey

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from lienthong.cases.case_state import CaseState
    from lienthong.cases.receipts import Receipt
    from lienthong.cases.words import ActionKind

UNIT = "Z99.01"
START = datetime(2026, 11, 30, 2, 0, tzinfo=UTC)
VALID_FROM = date(2026, 1, 1)
SIMPLE, LINKED = "9.000001", "9.000002"
KEY = SigningKey(bytes(range(32)))

APPLICANT = Applicant("999000000001", "citizen-1", "Nguyễn Thị Mẫu", 2)
OTHER = Applicant("999000000002", "citizen-2", "Trần Văn Mẫu", 2)

_LEGAL = (Legal(document="thử", date=VALID_FROM, status=LegalStatus.SANDBOX),)
_ids = itertools.count()


@dataclass
class SetClock:
    """A clock that stands until a test moves it."""

    moment: datetime = START

    def now_ms(self) -> int:
        return int(self.moment.timestamp() * 1000)

    def pass_time(self, **told_time: float) -> None:
        self.moment += timedelta(**told_time)


@dataclass
class People:
    """Who the tests' accounts are: officers by name at the tests' office."""

    numbers: dict[str, str] = field(default_factory=lambda: {each.account: each.number for each in (APPLICANT, OTHER)})
    roles: dict[str, set[tuple[str, CaseRole]]] = field(
        default_factory=lambda: {
            "receiver": {(UNIT, CaseRole.RECEIVER)},
            "handler": {(UNIT, CaseRole.HANDLER)},
            "handler-2": {(UNIT, CaseRole.HANDLER)},
            "approver": {(UNIT, CaseRole.APPROVER)},
            "elsewhere": {("Z99.02", role) for role in (CaseRole.RECEIVER, CaseRole.HANDLER, CaseRole.APPROVER)},
        }
    )

    def find_number(self, account: str) -> str | None:
        return self.numbers.get(account)

    def list_roles(self, account: str, day: date) -> frozenset[tuple[str, CaseRole]]:
        del day
        return frozenset(self.roles.get(account, ()))


def make_procedure(code: str = SIMPLE, steps: tuple[Step, ...] = (), fees: tuple[Fee, ...] = ()) -> Procedure:
    return Procedure(
        code=code,
        valid_from=VALID_FROM,
        title=Words(vi="Thử", en="Test"),
        legal=_LEGAL,
        authority="commune",
        level=2,
        form=Form(pages=()),
        steps=steps,
        fees=fees,
    )


def make_step(name: str, agency: str, needs: tuple[str, ...] = (), *, has_undo: bool = True) -> Step:
    return Step(
        id=name,
        title=Words(vi=name, en=name),
        agency=agency,
        service=f"{name}s",
        send="{form: form}",
        needs=needs,
        undo=Call(service="undo", send="{form: form}") if has_undo else None,
    )


STEPS = (
    make_step("birth", "civil"),
    make_step("residence", "population", ("birth",)),
    make_step("insurance", "insurance", ("birth",), has_undo=False),
)
FEE = Fee(name="fee", title=Words(vi="Lệ phí", en="Fee"), amount=8000, legal=_LEGAL[0])


def make_cases(clock: SetClock | None = None, **more: Any) -> Cases:  # noqa: ANN401 # any part of it
    made = Cases(
        instance="DEMO",
        unit=UNIT,
        clock=clock or SetClock(),
        signing_key=KEY,
        catalogue=Catalogue((make_procedure(fees=(FEE,)), make_procedure(LINKED, STEPS))),
        people=People(),
        follow_up=lambda _case, _kind, _state: None,
        find_due=lambda _procedure, state: state.extended_to,
        verify_answers=lambda _procedure, _answers: None,
        data=Path("/nonexistent"),
    )
    return replace(made, **more)


def file_case(
    cases: Cases,
    procedure: str = SIMPLE,
    applicant: Applicant = APPLICANT,
    answers: Mapping[str, Any] | None = None,
    documents: tuple[str, ...] = (),
) -> Receipt:
    draft = open_draft(cases, applicant, procedure, VALID_FROM)
    save_answers(cases, draft.id, applicant, answers if answers is not None else {"child": "Nguyễn Mẫu An"})
    return submit(cases, draft.id, applicant, new_key(), Channel.ONLINE, documents)


def new_key() -> str:
    return f"key-{next(_ids)}"


def make_actor(role: CaseRole, unit: str = UNIT, account: str = "") -> told.Actor:
    match role:
        case CaseRole.APPLICANT:
            return told.Actor(ActorKind.CITIZEN, account or APPLICANT.account)
        case CaseRole.AGENCY:
            return told.Actor(ActorKind.AGENCY, "DEMO/GOV/Z99.02", account)
        case CaseRole.SYSTEM:
            return told.Actor(ActorKind.SYSTEM, "cases.advance_case")
    return told.Actor(ActorKind.OFFICER, account or role.value, unit)


def do(  # noqa: PLR0913, PLR0917 # as the story that it calls
    cases: Cases,
    case_id: UUID,
    role: CaseRole,
    payload: told.Payload,
    key: str = "",
    actor: told.Actor | None = None,
    expected_number: int | None = None,
) -> CaseState:
    kind: ActionKind = told.get_kind(payload)
    return perform(cases, case_id, actor or make_actor(role), role, kind, payload, key or new_key(), expected_number)
