"""What the stories of this house need from outside, handed in as one value."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path  # noqa: TC003 # read at run time by whoever inspects the value
from typing import TYPE_CHECKING, Any, Final, Protocol
from zoneinfo import ZoneInfo

from lienthong.cases.numbering import CodeFormat

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from lienthong.cases.case_state import CaseState
    from lienthong.cases.catalogue import Catalogue
    from lienthong.cases.documents.house import Documents
    from lienthong.cases.procedure import Procedure
    from lienthong.cases.reconciling import FilingPortal
    from lienthong.cases.words import ActionKind, CaseRole
    from lienthong.kernel.clock import Clock
    from lienthong.kernel.keys import SigningKey

VIETNAM: Final = ZoneInfo("Asia/Ho_Chi_Minh")

_MS: Final = 1000


class CasePeople(Protocol):
    """Who accounts are, as far as cases must know."""

    def find_number(self, account: str) -> str | None:
        """Give the personal number that a citizen's account is bound to."""
        ...

    def list_roles(self, account: str, day: date) -> frozenset[tuple[str, CaseRole]]:
        """Give in which role an officer's account may act at which offices on a day."""
        ...


class FollowUp(Protocol):
    """Hands what follows from an action to the queue, in the action's transaction."""

    def __call__(self, case_id: UUID, kind: ActionKind, state: CaseState) -> None:
        """Defer the jobs by the case's id."""
        ...


class FindDue(Protocol):
    """Counts until when a case must be done."""

    def __call__(self, procedure: Procedure, state: CaseState) -> date | None:
        """Give the day, or None while no deadline runs."""
        ...


class VerifyAnswers(Protocol):
    """Checks what was filled in against the procedure's form."""

    def __call__(self, procedure: Procedure, answers: Mapping[str, Any]) -> None:
        """Return, or raise BAD_FORM."""
        ...


@dataclass(frozen=True, slots=True)
class Cases:
    """The instance, the office that cases are filed at unless another is named, and where everything else is asked."""

    instance: str
    unit: str
    clock: Clock
    signing_key: SigningKey
    catalogue: Catalogue
    people: CasePeople
    follow_up: FollowUp
    find_due: FindDue
    verify_answers: VerifyAnswers
    data: Path
    code_format: CodeFormat = CodeFormat.AGENCY
    documents: Documents | None = None
    portal: FilingPortal | None = None

    def now(self) -> datetime:
        """Give this moment."""
        return datetime.fromtimestamp(self.clock.now_ms() / _MS, UTC)

    def today(self) -> date:
        """Give the day in Vietnam."""
        return self.now().astimezone(VIETNAM).date()


def find_day(moment: datetime) -> date:
    """Give the day in Vietnam of a moment."""
    return moment.astimezone(VIETNAM).date()
