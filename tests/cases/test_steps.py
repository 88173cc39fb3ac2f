from __future__ import annotations

import pytest

from lienthong.cases import actions as told
from lienthong.cases.action_check import verify_action
from lienthong.cases.errors import CasesError, CasesErrorKind
from lienthong.cases.waiting import find_step_reason
from lienthong.cases.words import CaseRole, StepState, UndoPhase, WaitingReason
from lienthong.cases.workflow import Who, list_ready, list_undo_due
from tests.cases.houses import make_actor
from tests.cases.situations import (
    ALL,
    ALL_REFUSED,
    ASKED,
    BOTH,
    INSURED,
    LINKED_PLAN,
    UNDOING,
    A,
    Deed,
    Doing,
    G,
    H,
    P,
    S,
    file,
)

BY_HAND = told.StepTakenOver("birth", "found-out", result={"number": "1"})
RESEND = told.StepResent("birth", "b1", "no-answer")
REPLACE = told.StepReplaced("birth", "b2", "data-corrected", data={"sex": "male"})
TOLD = told.AgencyDone("birth", "b1", {"number": "1"})

BEFORE: dict[str, tuple[Deed, ...]] = {
    "ready": (),
    "requested": ((S, told.AgencyAsked("birth", "b1")),),
    "accepted": ((S, told.AgencyAsked("birth", "b1")), (G, told.AgencyAccepted("birth", "b1"))),
    "unknown": ((S, told.AgencyAsked("birth", "b1")), (G, told.AgencyUnknown("birth", "b1"))),
    "refused": ((S, told.AgencyAsked("birth", "b1")), (G, told.AgencyRefused("birth", "b1", "x"))),
    "pending": ((S, told.AgencyAsked("birth", "b1")), (G, told.AgencyDone("birth", "b1", pending=True))),
    "done": ((S, told.AgencyAsked("birth", "b1")), (G, TOLD)),
    "by-hand": ((S, told.AgencyAsked("birth", "b1")), (H, BY_HAND)),
}
DEEDS: dict[str, Deed] = {
    "ask": (S, told.AgencyAsked("birth", "b9")),
    "accept": (G, told.AgencyAccepted("birth", "b1")),
    "tell": (G, TOLD),
    "refuse": (G, told.AgencyRefused("birth", "b1")),
    "lose": (G, told.AgencyUnknown("birth", "b1")),
    "resend": (H, RESEND),
    "replace": (H, REPLACE),
    "take over": (H, BY_HAND),
    "undo": (H, told.StepUndone("birth", UndoPhase.DONE, reason="nothing-to-undo")),
    "other message": (G, told.AgencyDone("birth", "never-sent")),
}
# Written by hand: what each state of a step allows while the case is worked on, and what the step is then.
ALLOWED = {
    "ready": {"ask": "requested", "take over": "by-hand"},
    "requested": {
        "accept": "accepted",
        "tell": "done",
        "refuse": "refused",
        "lose": "unknown",
        "resend": "requested",
        "take over": "by-hand",
    },
    "accepted": {
        "tell": "done",
        "refuse": "refused",
        "lose": "unknown",
        "resend": "requested",
        "take over": "by-hand",
    },
    "unknown": {
        "accept": "accepted",
        "tell": "done",
        "refuse": "refused",
        "resend": "requested",
        "take over": "by-hand",
    },
    "refused": {"tell": "refused", "replace": "requested", "take over": "by-hand"},
    "pending": {"tell": "done", "take over": "by-hand"},
    "done": {},
    "by-hand": {"tell": "by-hand"},
}


def begin(*deeds: Deed) -> Doing:
    return Doing(file(LINKED_PLAN)).do(*ASKED[:2], *deeds)


@pytest.mark.parametrize("before", BEFORE)
@pytest.mark.parametrize("deed", DEEDS)
def test_each_state_of_a_step_allows_what_was_written_down_and_nothing_else(before: str, deed: str) -> None:
    doing = begin(*BEFORE[before])
    role, payload = DEEDS[deed]
    actor = make_actor(role)
    if deed in ALLOWED[before]:
        assert doing.do(DEEDS[deed]).state.steps["birth"].state == ALLOWED[before][deed]
    else:
        with pytest.raises(CasesError, check=lambda error: error.kind is CasesErrorKind.NOT_NOW):
            verify_action(doing.state, Who(role, actor.unit, actor.id), actor, payload)


def test_resending_keeps_the_message_id_and_replacing_takes_a_new_one_with_the_corrected_data() -> None:
    assert begin(*BEFORE["unknown"], (H, RESEND)).state.steps["birth"].message_id == "b1"
    replaced = begin(*BEFORE["refused"], (H, REPLACE)).state.steps["birth"]
    assert (replaced.message_id, replaced.asked, replaced.data) == ("b2", ("b1", "b2"), {"sex": "male"})


def test_a_pending_number_holds_back_what_needs_it_and_its_coming_completes_the_result() -> None:
    doing = begin(
        (S, told.AgencyAsked("birth", "b1")), (G, told.AgencyDone("birth", "b1", {"book": "3"}, pending=True))
    )
    assert list_ready(doing.state) == []
    residence = doing.state.steps["residence"]
    assert (residence.state, find_step_reason(residence, doing.state)) == ("waiting", WaitingReason.OTHER_STEPS)
    assert find_step_reason(doing.state.steps["birth"], doing.state) is WaitingReason.NUMBER_PENDING

    doing.do((G, TOLD))
    assert doing.state.steps["birth"].result == {"book": "3", "number": "1"}
    assert [step.id for step in list_ready(doing.state)] == ["residence", "insurance"]


def test_a_late_result_of_a_step_done_by_hand_is_noted_once_and_changes_nothing() -> None:
    doing = begin(*BEFORE["by-hand"], (G, told.AgencyDone("birth", "b1", {"number": "2"})))
    step = doing.state.steps["birth"]
    assert (step.state, step.is_late, step.result) == ("by-hand", True, {"number": "1"})
    with pytest.raises(CasesError, match="may do now"):
        doing.do((G, TOLD))


def test_one_of_two_refused_can_still_be_granted_and_what_needed_a_refused_one_is_cancelled() -> None:
    partial = begin(*INSURED[2:], (G, told.AgencyRefused("residence", "r1", "no")), (A, told.Approved()))
    assert [step.state for step in partial.state.steps.values()] == ["done", "refused", "done"]

    nothing = begin(*BEFORE["refused"])
    with pytest.raises(CasesError, match="approve"):
        nothing.do((A, told.Approved()))
    nothing.do((A, told.Refused("agency-refused")))
    assert [step.state for step in nothing.state.steps.values()] == ["refused", "cancelled", "cancelled"]
    assert nothing.do((H, told.Issued())).state.status.name == "DONE"


def test_taking_back_goes_from_the_last_step_to_the_first_and_by_hand_where_no_agency_can() -> None:
    doing = Doing(file(LINKED_PLAN)).do(*ALL_REFUSED)
    assert [step.id for step in list_undo_due(doing.state)] == ["residence"]
    with pytest.raises(CasesError):
        doing.do((S, told.StepUndone("birth", UndoPhase.ASKED, "ub")))
    with pytest.raises(CasesError):
        doing.do((S, told.StepUndone("insurance", UndoPhase.ASKED, "ui")))

    doing = Doing(file(LINKED_PLAN)).do(*UNDOING, (G, told.StepUndone("residence", UndoPhase.FAILED, "ur")))
    assert list_undo_due(doing.state) == []
    doing.do((H, told.StepUndone("residence", UndoPhase.DONE, reason="taken-back-by-agency")))
    assert [step.id for step in list_undo_due(doing.state)] == ["birth"]


def test_a_result_that_comes_after_withdrawal_is_kept_and_taken_back() -> None:
    doing = Doing(file(LINKED_PLAN)).do(*BOTH, (P, told.Withdrawn()))
    assert not doing.state.is_over
    doing.do((G, told.AgencyDone("residence", "r1")), (G, told.AgencyRefused("insurance", "i1")))
    assert [step.id for step in list_undo_due(doing.state)] == ["residence"]
    for step in ("residence", "birth"):
        doing.do(
            (S, told.StepUndone(step, UndoPhase.ASKED, f"u-{step}")),
            (G, told.StepUndone(step, UndoPhase.DONE, f"u-{step}")),
        )
    assert doing.state.is_over


def test_what_was_thought_not_done_and_was_done_after_all_is_taken_back_after_all() -> None:
    lost = begin(*BEFORE["unknown"], (P, told.Withdrawn()))
    lost.do((H, told.StepUndone("birth", UndoPhase.DONE, reason="nothing-to-undo")))
    assert lost.state.is_over
    lost.do((G, TOLD))
    assert not lost.state.is_over
    assert lost.state.steps["birth"].state is StepState.DONE
    assert [step.id for step in list_undo_due(lost.state)] == ["birth"]


def test_nobody_but_who_was_asked_says_that_a_step_was_taken_back() -> None:
    doing = Doing(file(LINKED_PLAN)).do(*ALL_REFUSED)
    for phase in UndoPhase:
        with pytest.raises(CasesError):
            doing.do((CaseRole.AGENCY, told.StepUndone("residence", phase, "u")))
    assert Doing(file(LINKED_PLAN)).do(*ALL).state.steps["residence"].undo_message_id == ""
