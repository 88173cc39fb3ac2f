"""What of a procedure a case's workflow needs: its steps and whether it is paid for.

A case keeps the plan it was filed with, so that a new version of the procedure changes no running case, and so that
erasing what the applicant typed leaves its state readable. It holds nothing personal.
"""

from __future__ import annotations

import msgspec


class PlanStep(msgspec.Struct, frozen=True, omit_defaults=True):
    """One step at an agency: which, who does it, which steps must be done before, and whether it can be taken back."""

    id: str
    agency: str
    service: str = ""
    needs: tuple[str, ...] = ()
    has_undo: bool = False


class Plan(msgspec.Struct, frozen=True, omit_defaults=True):
    """The steps that apply to this case, in the procedure's order; every step's needs stand before it."""

    steps: tuple[PlanStep, ...] = ()
    has_fees: bool = False

    def get_step(self, step_id: str) -> PlanStep | None:
        """Give the step of an id, or None."""
        return next((step for step in self.steps if step.id == step_id), None)
