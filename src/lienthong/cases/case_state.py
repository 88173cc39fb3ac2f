"""What a case is after its actions: the value that everything else about a case is told from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from lienthong.cases.plan import Plan
from lienthong.cases.words import CaseRole, Decision, NationalStatus, WaitingReason

if TYPE_CHECKING:
    from datetime import date, datetime

    from lienthong.cases.steps import StepView

LEFT: Final = frozenset({NationalStatus.WITHDRAWN, NationalStatus.STOPPED})
"""Nobody wants the result any more: what was done is taken back."""

ENDINGS: Final = frozenset({NationalStatus.NOT_RECEIVED, NationalStatus.RETURNED, *LEFT})


@dataclass(frozen=True, slots=True)
class Wait:
    """Who is to do something next, and why; for a step, which one and the agency's name in the plan."""

    role: CaseRole
    reason: WaitingReason
    step: str = ""
    agency: str = ""


@dataclass(frozen=True, slots=True)
class Pause:
    """A time during which the applicant was to do something; without an end it lasts."""

    status: NationalStatus
    start: datetime
    end: datetime | None = None


@dataclass(frozen=True, slots=True)
class Complaint:
    """A complaint that the office has not answered: the number of its action, and when it came."""

    number: int
    at: datetime


@dataclass(frozen=True, slots=True)
class CaseState:
    """A case after its actions. `number` is the last action's; `handler` is the account that works on it.

    `workers` are the accounts of all officers who received or handled it, or sat beside the applicant: none of them
    decides.
    """

    number: int
    status: NationalStatus
    unit: str
    submitted_at: datetime
    plan: Plan = field(default_factory=Plan)
    steps: dict[str, StepView] = field(default_factory=dict)
    waits: tuple[Wait, ...] = ()
    handler: str = ""
    workers: frozenset[str] = frozenset()
    decision: Decision = Decision.NONE
    for_decision: bool = False
    resume: NationalStatus = NationalStatus.NEW
    received_at: datetime | None = None
    decided_at: datetime | None = None
    done_at: datetime | None = None
    returned_at: datetime | None = None
    ended_at: datetime | None = None
    extended_to: date | None = None
    extended: tuple[tuple[datetime, date], ...] = ()
    pauses: tuple[Pause, ...] = ()
    supplements: int = 0
    items: tuple[str, ...] = ()
    supplement_until: date | None = None
    reason: str = ""
    text: str = ""
    fee: int = 0
    paid: int = 0
    outcome: tuple[str, ...] = ()
    results: int = 0
    stars: int = 0
    complaints: int = 0
    unanswered: tuple[Complaint, ...] = ()

    @property
    def waiting_for(self) -> Wait | None:
        """Who is next; None once it is over."""
        return self.waits[0] if self.waits else None

    @property
    def extensions(self) -> int:
        """How often the applicant was told another day."""
        return len(self.extended)

    @property
    def is_over(self) -> bool:
        """Whether nobody has anything to do any more."""
        return self.status in ENDINGS and not self.waits

    @property
    def is_taken_back(self) -> bool:
        """Whether what agencies did is to be taken back."""
        return self.status in LEFT or self.decision is Decision.REFUSED
