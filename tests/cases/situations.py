"""Cases in every situation that matters, each made from its actions alone, every one of them checked."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING

from lienthong.cases import actions as told
from lienthong.cases.action_check import verify_action
from lienthong.cases.folding import apply_action, start_case
from lienthong.cases.plan import Plan, PlanStep
from lienthong.cases.words import ActionKind, CaseRole, Channel, UndoPhase
from lienthong.cases.workflow import Who
from tests.cases.houses import START, UNIT, make_actor

if TYPE_CHECKING:
    from lienthong.cases.case_state import CaseState

SIMPLE_PLAN = Plan(has_fees=True)
LINKED_PLAN = Plan(
    (
        PlanStep("birth", "civil", has_undo=True),
        PlanStep("residence", "population", needs=("birth",), has_undo=True),
        PlanStep("insurance", "insurance", needs=("birth",)),
    )
)
P, R, H, A, G, S = (
    CaseRole.APPLICANT,
    CaseRole.RECEIVER,
    CaseRole.HANDLER,
    CaseRole.APPROVER,
    CaseRole.AGENCY,
    CaseRole.SYSTEM,
)


def file(plan: Plan) -> CaseState:
    payload = told.Submitted("9.000001", date(2026, 1, 1), Channel.ONLINE, UNIT, plan)
    return start_case(told.Action(1, ActionKind.SUBMIT, make_actor(P), START, payload))


@dataclass
class Doing:
    """A case on which things are done; what may not be done raises."""

    state: CaseState
    actions: list[told.Action] = field(default_factory=list)

    def do(self, *deeds: tuple[CaseRole, told.Payload]) -> Doing:
        for role, payload in deeds:
            actor = make_actor(role)
            verify_action(self.state, Who(role, actor.unit, actor.id), actor, payload)
            number = self.state.number + 1
            at = START + timedelta(minutes=number)
            action = told.Action(number, told.get_kind(payload), actor, at, payload)
            self.actions.append(action)
            self.state = apply_action(self.state, action)
        return self


Deed = tuple[CaseRole, told.Payload]

RECEIVED: tuple[Deed, ...] = ((R, told.Received()),)
TAKEN: tuple[Deed, ...] = (*RECEIVED, (H, told.Taken()))
APPROVED: tuple[Deed, ...] = (*TAKEN, (A, told.Approved()))
DONE: tuple[Deed, ...] = (*APPROVED, (H, told.Issued()))
RETURNED: tuple[Deed, ...] = (*DONE, (R, told.ResultReturned()))
ASKED: tuple[Deed, ...] = (*TAKEN, (S, told.AgencyAsked("birth", "b1")))
BORN: tuple[Deed, ...] = (*ASKED, (G, told.AgencyDone("birth", "b1", {"number": "1"})))
BOTH: tuple[Deed, ...] = (*BORN, (S, told.AgencyAsked("residence", "r1")), (S, told.AgencyAsked("insurance", "i1")))
INSURED: tuple[Deed, ...] = (*BOTH, (G, told.AgencyDone("insurance", "i1")))
ALL: tuple[Deed, ...] = (*INSURED, (G, told.AgencyDone("residence", "r1")))
ALL_REFUSED: tuple[Deed, ...] = (*ALL, (A, told.Refused("law")))
UNDOING: tuple[Deed, ...] = (
    *ALL_REFUSED,
    (H, told.StepUndone("insurance", UndoPhase.DONE, reason="stays-by-agreement")),
    (S, told.StepUndone("residence", UndoPhase.ASKED, "ur")),
)
UNDONE: tuple[Deed, ...] = (
    *UNDOING,
    (G, told.StepUndone("residence", UndoPhase.DONE, "ur")),
    (S, told.StepUndone("birth", UndoPhase.ASKED, "ub")),
    (G, told.StepUndone("birth", UndoPhase.DONE, "ub")),
)
MISSING = told.SupplementAsked("missing-papers", items=("photo",))

SIMPLE_SITUATIONS: dict[str, tuple[Deed, ...]] = {
    "new": (),
    "not-received": ((R, told.ReceptionRefused("duplicate")),),
    "received": RECEIVED,
    "taken": TAKEN,
    "for-decision": (*TAKEN, (H, told.HandedOver(for_decision=True))),
    "asked-for-more-before-receipt": ((R, MISSING),),
    "asked-for-more": (*TAKEN, (H, MISSING)),
    "asked-to-pay": (*TAKEN, (H, told.PaymentAsked(8000))),
    "approved": APPROVED,
    "refused": (*TAKEN, (A, told.Refused("law"))),
    "done": DONE,
    "returned": RETURNED,
    "rated": (*RETURNED, (P, told.Rated(5))),
    "withdrawn": (*TAKEN, (P, told.Withdrawn())),
    "stopped": (*TAKEN, (A, told.Stopped("no-supplement"))),
    "complained": (*TAKEN, (P, told.Complained("slow"))),
    "complained-when-over": (*RETURNED, (P, told.Complained("wrong"))),
    "answered": (*RETURNED, (P, told.Complained("wrong")), (A, told.ComplaintAnswered(7, "put right"))),
    "reopened": (*RETURNED, (A, told.Reopened("12/QĐ", "mistake"))),
}
LINKED_SITUATIONS: dict[str, tuple[Deed, ...]] = {
    "linked-received": RECEIVED,
    "birth-asked": ASKED,
    "birth-accepted": (*ASKED, (G, told.AgencyAccepted("birth", "b1"))),
    "birth-unknown": (*ASKED, (G, told.AgencyUnknown("birth", "b1"))),
    "birth-refused": (*ASKED, (G, told.AgencyRefused("birth", "b1", "twice"))),
    "birth-pending": (*ASKED, (G, told.AgencyDone("birth", "b1", pending=True))),
    "birth-done": BORN,
    "both-asked-while-applicant-supplements": (*BOTH, (H, MISSING)),
    "all-done": ALL,
    "residence-refused": (*INSURED, (G, told.AgencyRefused("residence", "r1", "no"))),
    "residence-by-hand": (*INSURED, (H, told.StepTakenOver("residence", "agency-down"))),
    "linked-approved": (*ALL, (A, told.Approved())),
    "linked-refused": ALL_REFUSED,
    "residence-being-undone": UNDOING,
    "all-undone": UNDONE,
    "withdrawn-while-asked": (*ASKED, (P, told.Withdrawn())),
    "withdrawn-and-unknown": (*ASKED, (P, told.Withdrawn()), (G, told.AgencyUnknown("birth", "b1"))),
    "withdrawn-and-done": (*BORN, (P, told.Withdrawn())),
    "withdrawn-and-not-taken-back": (
        *BORN,
        (P, told.Withdrawn()),
        (S, told.StepUndone("birth", UndoPhase.ASKED, "ub")),
        (G, told.StepUndone("birth", UndoPhase.FAILED, "ub")),
    ),
}


def make_situation(name: str) -> CaseState:
    """Give the state of a case in a situation."""
    if name in SIMPLE_SITUATIONS:
        return Doing(file(SIMPLE_PLAN)).do(*SIMPLE_SITUATIONS[name]).state
    return Doing(file(LINKED_PLAN)).do(*LINKED_SITUATIONS[name]).state


SITUATIONS = (*SIMPLE_SITUATIONS, *LINKED_SITUATIONS)
