"""The last day of a case, by its procedure's rules and what has happened to it, in a calendar."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lienthong.cases.time_limits import reckon_case

if TYPE_CHECKING:
    from datetime import date

    from lienthong.cases.case_state import CaseState
    from lienthong.cases.house import FindDue
    from lienthong.cases.procedure import Procedure
    from lienthong.cases.working_days import WorkingDays


def find_due_in(calendar: WorkingDays) -> FindDue:
    """Give what finds the last day in a calendar."""

    def find_due(procedure: Procedure, state: CaseState) -> date | None:
        """Give the last day as it stands; where no term is known, the day of an extension, if any."""
        reckoned = reckon_case(procedure, state, calendar)
        return state.extended_to if reckoned is None else reckoned.due

    return find_due
