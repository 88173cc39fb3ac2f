"""Cases of the month before at the sample commune, so that a month that is over can be counted, with two late ones.

Made when the sandbox is filled, by the same stories as all cases, with the clock set back. They are copies from the
civil registry's books that an officer brought by hand: no agency was asked, and nothing says that one was. Nobody in
them exists.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Final
from uuid import uuid4

from django.db import transaction

from lienthong.cases import actions as told
from lienthong.cases.actions import Actor, get_kind
from lienthong.cases.drafts import Applicant, open_draft, save_answers
from lienthong.cases.filing import submit
from lienthong.cases.handling import perform
from lienthong.cases.models import Case
from lienthong.cases.site_cases import SitePeople, make_site_cases
from lienthong.cases.words import ActorKind, CaseRole, Channel
from lienthong.cases.working_days import VIETNAM
from lienthong.identity.models import Account
from lienthong.sandbox.marks import COMMUNE_AGENCY

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from lienthong.cases.house import Cases

PROCEDURE: Final = "2.000635"
CASES: Final = 8
LATE: Final = frozenset({2, 6})
"""Of these, counted from 0, the result is ready only some days after its day."""
LATE_DAYS: Final = 6
AT_COUNTER: Final = 3
"""Each third is filed at the counter."""
NUMBER, NAME = "999190012345", "Nguyễn Thị Mẫu"
ANSWERS: Final = {
    "extract_kind": "birth",
    "copies": 1,
    "applicant_number": NUMBER,
    "applicant_name": NAME,
    "applicant_birth_date": "1990-05-17",
    "about_me": True,
}
RECEIVER: Final = "tiep-nhan-mau"
HANDLER: Final = "xu-ly-mau"
APPROVER: Final = "phe-duyet-mau"


@dataclass(frozen=True, slots=True)
class _Then:
    """A clock that stands still at a moment of the past."""

    moment: datetime

    def now_ms(self) -> int:
        return int(self.moment.timestamp() * 1000)


@dataclass(frozen=True, slots=True)
class _Staff:
    """The sandbox's officers, whose posts begin on the day of its filling: they hold them in the month before too."""

    people: SitePeople
    today: date

    def find_number(self, account: str) -> str | None:
        return self.people.find_number(account)

    def list_roles(self, account: str, day: date) -> frozenset[tuple[str, CaseRole]]:
        del day
        return self.people.list_roles(account, self.today)


def make_earlier_cases(today: date, say: Callable[[str], None]) -> None:
    """Make them, in one transaction; a site that has cases stays as it is."""
    if Case.objects.exists():
        return
    staff = _Staff(SitePeople(), today)
    house = replace(make_site_cases(), people=staff, follow_up=lambda _case, _kind, _state: None, portal=None)
    first = (today.replace(day=1) - timedelta(days=1)).replace(day=1)
    with transaction.atomic():
        officers = {name: _make_actor(name) for name in (RECEIVER, HANDLER, APPROVER)}
        for number in range(CASES):
            _make(house, first + timedelta(days=1 + number), number, officers)
    say(f"{CASES} cases of the month before, {len(LATE)} of them late, at the sample commune")


def _make(house: Cases, day: date, number: int, officers: dict[str, Actor]) -> None:
    applicant = Applicant(NUMBER, str(uuid4()), NAME, 2)
    filed = _set(house, day, 0)
    draft = open_draft(filed, applicant, PROCEDURE, day)
    save_answers(filed, draft.id, applicant, ANSWERS)
    channel = Channel.COUNTER if number % AT_COUNTER == 0 else Channel.ONLINE
    case = submit(filed, draft.id, applicant, str(draft.id), channel).case_id
    ready = day + timedelta(days=LATE_DAYS) if number in LATE else day
    acts: tuple[tuple[date, str, CaseRole, told.Payload], ...] = (
        (day, RECEIVER, CaseRole.RECEIVER, told.Received()),
        (day, HANDLER, CaseRole.HANDLER, told.Taken()),
        (ready, HANDLER, CaseRole.HANDLER, told.StepTakenOver("extract", "other", "Sao từ sổ giấy (mẫu)")),
        (ready, APPROVER, CaseRole.APPROVER, told.Approved()),
        (ready, HANDLER, CaseRole.HANDLER, told.Issued()),
        (ready, RECEIVER, CaseRole.RECEIVER, told.ResultReturned(Channel.COUNTER)),
    )
    for minute, (on, who, role, payload) in enumerate(acts, 1):
        perform(_set(house, on, minute), case, officers[who], role, get_kind(payload), payload, str(uuid4()))


def _set(house: Cases, day: date, minute: int) -> Cases:
    moment = datetime.combine(day, time(9, minute), VIETNAM).astimezone(UTC)
    return replace(house, clock=_Then(moment))


def _make_actor(name: str) -> Actor:
    account = Account.objects.get(username=name)
    return Actor(ActorKind.OFFICER, str(account.pk), COMMUNE_AGENCY, account.full_name)
