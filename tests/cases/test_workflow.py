from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lienthong.cases import actions as told
from lienthong.cases.action_check import verify_action
from lienthong.cases.errors import CasesError, CasesErrorKind
from lienthong.cases.folding import fold
from lienthong.cases.words import (
    REASONS,
    ActionKind,
    ActorKind,
    CaseRole,
    Channel,
    NationalStatus,
    UndoPhase,
    WaitingReason,
)
from lienthong.cases.workflow import ACTION_TABLE, BY_OTHERS, OFFICE, Who, next_actions
from tests.cases.houses import START, UNIT, make_actor
from tests.cases.situations import (
    LINKED_SITUATIONS,
    RECEIVED,
    SIMPLE_PLAN,
    SIMPLE_SITUATIONS,
    SITUATIONS,
    TAKEN,
    A,
    Deed,
    Doing,
    H,
    P,
    R,
    file,
    make_situation,
)

if TYPE_CHECKING:
    from collections.abc import Callable

EXPECTED = Path(__file__).with_name("expected_actions.txt").read_text()
REOPENED = told.Reopened("1/QĐ", "mistake")
WHOS = {
    **{role.value: Who(role, UNIT if role in OFFICE else "", role.value) for role in CaseRole},
    "other handler": Who(CaseRole.HANDLER, UNIT, "handler-2"),
}


def read_expected() -> dict[str, dict[str, set[str]]]:
    """Read the page that was written by hand: situation, who, what."""
    read: dict[str, dict[str, set[str]]] = {}
    situation = ""
    for line in EXPECTED.splitlines():
        if line.startswith("  "):
            who, _, what = line.strip().partition(": ")
            read[situation][who] = set(what.split(", "))
        elif line and not line.startswith("#"):
            situation = line
            read[situation] = {}
    return read


def always(who: str) -> set[str]:
    if who in {"agency", "system"}:
        return set()
    return {"comment", "complain"} if who == "applicant" else {"comment"}


@pytest.mark.parametrize("situation", SITUATIONS)
def test_who_may_do_what_in_a_situation_is_what_was_written_down_by_hand(situation: str) -> None:
    expected = read_expected()[situation]
    state = make_situation(situation)
    met = {who: {str(kind) for kind in next_actions(state, asked)} for who, asked in WHOS.items()}
    assert met == {who: expected.get(who, set()) | always(who) for who in WHOS}


def test_every_action_and_every_status_stands_on_the_page_and_the_page_has_no_other() -> None:
    expected = read_expected()
    told_kinds = {kind for situation in expected.values() for kinds in situation.values() for kind in kinds}
    assert told_kinds | {"comment", "complain", "submit"} == {str(kind) for kind in ActionKind}
    assert set(expected) == set(SITUATIONS)
    assert {make_situation(name).status for name in SITUATIONS} == set(NationalStatus)
    assert set(ACTION_TABLE) == set(ActionKind)


@pytest.mark.parametrize("situation", SITUATIONS)
def test_an_officer_of_another_office_may_do_nothing(situation: str) -> None:
    state = make_situation(situation)
    assert [next_actions(state, Who(role, "Z99.02", role.value)) for role in OFFICE] == [()] * len(OFFICE)


@pytest.mark.parametrize("situation", SITUATIONS)
def test_whoever_is_named_next_can_do_something_and_an_end_names_nobody(situation: str) -> None:
    state = make_situation(situation)
    assert bool(state.waits) is not state.is_over
    for wait in state.waits:
        who = WHOS[wait.role.value]
        assert set(next_actions(state, who)) - {ActionKind.COMMENT, ActionKind.COMPLAIN}, wait


@pytest.mark.parametrize(
    ("situation", "expected"),
    [
        ("new", (R, WaitingReason.TO_RECEIVE)),
        ("received", (H, WaitingReason.TO_TAKE)),
        ("taken", (H, WaitingReason.TO_HANDLE)),
        ("for-decision", (A, WaitingReason.TO_DECIDE)),
        ("asked-for-more", (P, WaitingReason.TO_SUPPLEMENT)),
        ("asked-to-pay", (P, WaitingReason.TO_PAY)),
        ("approved", (H, WaitingReason.TO_ISSUE)),
        ("done", (R, WaitingReason.TO_RETURN)),
        ("returned", None),
        ("withdrawn", None),
        ("linked-received", (CaseRole.SYSTEM, WaitingReason.TO_ASK_AGENCY)),
        ("birth-asked", (CaseRole.AGENCY, WaitingReason.AGENCY_HAS_IT)),
        ("birth-unknown", (H, WaitingReason.OUTCOME_UNKNOWN)),
        ("birth-refused", (H, WaitingReason.AGENCY_REFUSED)),
        ("birth-pending", (CaseRole.AGENCY, WaitingReason.NUMBER_PENDING)),
        ("all-done", (A, WaitingReason.TO_DECIDE)),
        ("linked-refused", (H, WaitingReason.TO_UNDO_BY_HAND)),
        ("residence-being-undone", (CaseRole.AGENCY, WaitingReason.UNDO_ASKED)),
        ("withdrawn-and-done", (CaseRole.SYSTEM, WaitingReason.TO_UNDO)),
        ("withdrawn-and-not-taken-back", (H, WaitingReason.TO_UNDO_BY_HAND)),
    ],
)
def test_who_is_next_and_why(situation: str, expected: tuple[CaseRole, WaitingReason] | None) -> None:
    wait = make_situation(situation).waiting_for
    assert (wait and (wait.role, wait.reason)) == expected


@pytest.mark.parametrize("situation", SITUATIONS)
def test_folding_all_actions_gives_what_doing_them_one_by_one_gave(situation: str) -> None:
    plan = file(SIMPLE_PLAN) if situation in SIMPLE_SITUATIONS else make_situation("linked-received")
    deeds = SIMPLE_SITUATIONS.get(situation) or LINKED_SITUATIONS.get(situation) or ()
    doing = Doing(file(plan.plan)).do(*deeds)
    first = told.Action(
        1,
        ActionKind.SUBMIT,
        make_actor(P),
        START,
        told.Submitted("9", START.date(), Channel.ONLINE, UNIT, plan.plan),
    )
    assert fold([first, *doing.actions]) == doing.state


def test_a_supplement_pauses_and_the_case_goes_on_where_it_was() -> None:
    doing = Doing(file(SIMPLE_PLAN)).do(*SIMPLE_SITUATIONS["asked-for-more"])
    assert (doing.state.items, doing.state.pauses[-1].end) == (("photo",), None)
    doing.do((P, told.Supplemented(documents=("d1",))))
    assert (doing.state.status, doing.state.items, doing.state.supplements) == (NationalStatus.HANDLING, (), 1)
    pause = doing.state.pauses[-1]
    assert pause.end is not None
    assert pause.end > pause.start


def test_a_fee_is_paid_in_full_or_not_at_all() -> None:
    doing = Doing(file(SIMPLE_PLAN)).do(*SIMPLE_SITUATIONS["asked-to-pay"])
    with pytest.raises(CasesError, match="expected 8000 dong, got 1"):
        doing.do((P, told.Paid(1)))
    doing.do((P, told.Paid(8000)))
    assert (doing.state.status, doing.state.fee, doing.state.paid) == (NationalStatus.HANDLING, 0, 8000)


def test_handing_over_to_another_office_takes_the_case_from_its_handler() -> None:
    state = Doing(file(SIMPLE_PLAN)).do(*SIMPLE_SITUATIONS["taken"], (H, told.HandedOver("Z99.03"))).state
    assert (state.unit, state.handler) == ("Z99.03", "")
    assert next_actions(state, WHOS["handler"]) == ()


@pytest.mark.parametrize("kind", REASONS)
def test_a_reason_comes_from_its_list_and_other_needs_text(kind: ActionKind) -> None:
    situation, role, make = REASONED[kind]
    state = make_situation(situation)
    actor = make_actor(role)
    who = Who(role, actor.unit, actor.id)
    for reason in REASONS[kind]:
        verify_action(state, who, actor, make(reason, "because"))
    for reason, text in (("", "x"), ("made-up", "x"), ("other", "  ")):
        with pytest.raises(CasesError, check=lambda error: error.kind is CasesErrorKind.BAD_REASON):
            verify_action(state, who, actor, make(reason, text))


REASONED: dict[ActionKind, tuple[str, CaseRole, Callable[[str, str], told.Payload]]] = {
    ActionKind.REFUSE_TO_RECEIVE: ("new", R, told.ReceptionRefused),
    ActionKind.ASK_SUPPLEMENT: ("taken", H, told.SupplementAsked),
    ActionKind.RESEND_STEP: ("birth-asked", H, lambda reason, text: told.StepResent("birth", "b1", reason, text)),
    ActionKind.REPLACE_STEP: ("birth-refused", H, lambda reason, text: told.StepReplaced("birth", "b2", reason, text)),
    ActionKind.TAKE_OVER_STEP: ("birth-asked", H, lambda reason, text: told.StepTakenOver("birth", reason, text)),
    ActionKind.UNDO_STEP: (
        "linked-refused",
        H,
        lambda reason, text: told.StepUndone("insurance", UndoPhase.DONE, "", reason, text),
    ),
    ActionKind.REFUSE: ("taken", A, told.Refused),
    ActionKind.EXTEND: ("taken", H, lambda reason, text: told.Extended(START.date(), reason, text)),
    ActionKind.STOP: ("taken", A, told.Stopped),
    ActionKind.REOPEN: ("returned", A, lambda reason, text: told.Reopened("1/QĐ", reason, text)),
}


@pytest.mark.parametrize(
    ("situation", "role", "payload"),
    [
        ("taken", H, told.PaymentAsked(0)),
        ("returned", P, told.Rated(0)),
        ("returned", P, told.Rated(6)),
        ("returned", A, told.Reopened(" ", "mistake")),
        ("asked-for-more", P, told.Supplemented()),
        ("taken", H, told.HandedOver(UNIT, "handler")),
        ("new", P, told.Complained(" ")),
        ("complained", A, told.ComplaintAnswered(4, " ")),
        ("complained", A, told.ComplaintAnswered(3, "that was no complaint")),
        ("new", P, told.Commented("x" * 4001)),
        ("linked-received", CaseRole.SYSTEM, told.AgencyAsked("nothing", "m")),
        ("linked-received", CaseRole.SYSTEM, told.AgencyAsked("birth", "")),
        ("birth-done", CaseRole.SYSTEM, told.AgencyAsked("residence", "b1")),
        ("birth-refused", H, told.StepReplaced("birth", "b1", "data-corrected")),
    ],
)
def test_what_makes_no_sense_is_refused(situation: str, role: CaseRole, payload: told.Payload) -> None:
    actor = make_actor(role)
    with pytest.raises(CasesError, check=lambda error: error.kind is CasesErrorKind.BAD_PAYLOAD):
        verify_action(make_situation(situation), Who(role, actor.unit, actor.id), actor, payload)


def test_an_agency_answers_for_its_own_step_alone() -> None:
    state = make_situation("birth-asked")
    civil, insurance = (told.Actor(ActorKind.AGENCY, "DEMO/GOV/X", unit) for unit in ("civil", "insurance"))
    payload = told.AgencyAccepted("birth", "b1")
    verify_action(state, Who(CaseRole.AGENCY, "civil"), civil, payload)
    assert next_actions(state, Who(CaseRole.AGENCY, "insurance")) == ()
    with pytest.raises(CasesError, check=lambda error: error.kind is CasesErrorKind.NOT_NOW):
        verify_action(state, Who(CaseRole.AGENCY, "insurance"), insurance, payload)


@pytest.mark.parametrize(
    ("deeds", "workers"),
    [
        (TAKEN, {"receiver", "handler"}),
        ((*RECEIVED, (H, told.HandedOver(for_decision=True))), {"receiver", "handler"}),
        ((*TAKEN, (A, told.HandedOver(to_account="handler-2")), (A, told.Commented("x"))), {"receiver", "handler"}),
        ((*TAKEN, (A, told.Refused("law")), (H, told.Issued()), (A, REOPENED)), {"receiver", "handler"}),
    ],
)
def test_nobody_decides_on_what_they_worked_on_whatever_posts_they_hold(
    deeds: tuple[Deed, ...], workers: set[str]
) -> None:
    doing = Doing(file(SIMPLE_PLAN)).do(*deeds, (P, told.Complained("slow")))
    assert doing.state.workers == workers
    for account in workers:
        both = Who(A, UNIT, account)
        assert set(next_actions(doing.state, both)).isdisjoint(BY_OTHERS)
        assert ActionKind.EXTEND in next_actions(doing.state, both)
        for payload in (told.Approved(), told.Refused("law"), told.ComplaintAnswered(1, "no")):
            with pytest.raises(CasesError, match="somebody else", check=lambda e: e.kind is CasesErrorKind.NOT_ALLOWED):
                verify_action(doing.state, both, make_actor(A, account=account), payload)
    assert ActionKind.ANSWER_COMPLAINT in next_actions(doing.state, WHOS["approver"])


def test_who_sat_beside_the_applicant_at_the_counter_does_not_decide_either() -> None:
    filed = told.Submitted("9.000001", START.date(), Channel.COUNTER, UNIT, SIMPLE_PLAN)
    beside = told.Actor(ActorKind.CITIZEN, "citizen-1", officer="counter")
    state = fold(
        [told.Action(1, ActionKind.SUBMIT, beside, START, filed), *Doing(file(SIMPLE_PLAN)).do(*TAKEN).actions]
    )
    assert state.workers == {"counter", "receiver", "handler"}
    assert ActionKind.APPROVE not in next_actions(state, Who(A, UNIT, "counter"))


def test_reopening_begins_anew_what_was_taken_back_and_gives_one_result_more() -> None:
    state = make_situation("reopened")
    assert (state.status, state.results, state.decision, state.decided_at) == (NationalStatus.HANDLING, 0, "none", None)
    undone = Doing(make_situation("all-undone")).do((H, told.Issued()), (A, told.Reopened("1/QĐ", "complaint-upheld")))
    assert [step.state for step in undone.state.steps.values()] == ["ready", "waiting", "waiting"]
