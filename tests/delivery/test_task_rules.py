from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lienthong.delivery.directive_words import TaskAct, TaskState
from lienthong.delivery.errors import DeliveryError
from lienthong.delivery.task_rules import Done, Hat, fold_steps, list_acts, require_act

DUE = date(2026, 6, 15)
GIVEN = Done(TaskAct.GIVEN, "chief", DUE)
ALL = frozenset({Hat.OWNER, Hat.LEADER})


def do(*acts: tuple[TaskAct, str]) -> list[Done]:
    return [GIVEN, *(Done(act, by, DUE) for act, by in acts)]


def test_nothing_is_reported_done_without_a_proof() -> None:
    bare = fold_steps(do())
    assert TaskAct.REPORTED_DONE not in list_acts(bare, frozenset({Hat.OWNER}))
    with pytest.raises(DeliveryError, match="add a proof first"):
        require_act(bare, TaskAct.REPORTED_DONE, frozenset({Hat.OWNER}), "lan")
    proven = fold_steps(do((TaskAct.PROOF_ADDED, "lan")))
    require_act(proven, TaskAct.REPORTED_DONE, frozenset({Hat.OWNER}), "lan")


def test_a_report_that_is_returned_needs_another_proof() -> None:
    steps = do((TaskAct.PROOF_ADDED, "lan"), (TaskAct.REPORTED_DONE, "lan"), (TaskAct.RETURNED, "chief"))
    assert fold_steps(steps).state is TaskState.OPEN
    assert TaskAct.REPORTED_DONE not in list_acts(fold_steps(steps), ALL)


def test_nobody_accepts_what_they_reported_themselves() -> None:
    steps = fold_steps(do((TaskAct.PROOF_ADDED, "lan"), (TaskAct.REPORTED_DONE, "lan")))
    with pytest.raises(DeliveryError, match="another leader"):
        require_act(steps, TaskAct.ACCEPTED, ALL, "lan")
    require_act(steps, TaskAct.ACCEPTED, ALL, "chief")


def test_a_helper_proves_and_asks_and_a_stranger_may_do_nothing() -> None:
    situation = fold_steps(do())
    assert set(list_acts(situation, frozenset({Hat.HELPER}))) == {TaskAct.PROOF_ADDED, TaskAct.ASKED}
    assert list_acts(situation, frozenset()) == ()


def test_an_answer_is_kept_however_the_task_ended() -> None:
    for last in (TaskAct.ACCEPTED, TaskAct.CANCELLED):
        over = fold_steps(do((TaskAct.PROOF_ADDED, "a"), (TaskAct.REPORTED_DONE, "a"), (last, "b")))
        require_act(over, TaskAct.ANSWERED, frozenset({Hat.PLATFORM}), "")


@given(st.lists(st.tuples(st.sampled_from(TaskAct), st.sampled_from(["lan", "chief"])), max_size=20))
def test_no_way_that_the_rules_allow_ends_a_task_unproven_or_leaves_its_end(tries: list[tuple[TaskAct, str]]) -> None:
    steps = [GIVEN]
    for act, by in tries:
        before = fold_steps(steps)
        hats = frozenset({Hat.PLATFORM}) if by == "" else ALL
        try:
            require_act(before, act, hats, by)
        except DeliveryError:
            continue
        steps.append(Done(act, by, DUE))
        after = fold_steps(steps)
        assert before.state not in {TaskState.DONE, TaskState.CANCELLED} or after.state is before.state
        assert after.state is not TaskState.DONE or (after.proofs > 0 and after.reported_by != steps[-1].by)
