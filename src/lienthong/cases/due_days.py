"""The last day of a case, by its procedure's rules and what has happened to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    from lienthong.cases.case_state import CaseState
    from lienthong.cases.procedure import Procedure


def find_due(procedure: Procedure, state: CaseState) -> date | None:
    """Give the day that the applicant was told last; None while no deadline was counted."""
    del procedure
    return state.extended_to
