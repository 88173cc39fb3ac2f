"""Every way that a linked case can go, searched whole: losses, repeats, refusals and withdrawal in any order.

An agency answers one message with one outcome, at any time, again and again, or never: a lost answer is one that does
not come. Time stands still, so that two ways to the same case are one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

import pytest

from lienthong.cases import actions as told
from lienthong.cases.action_check import verify_action
from lienthong.cases.errors import CasesError, CasesErrorKind
from lienthong.cases.folding import apply_action
from lienthong.cases.plan import Plan, PlanStep
from lienthong.cases.words import ActionKind, NationalStatus, StepState, UndoPhase
from lienthong.cases.workflow import Who, is_allowed, next_actions
from tests.cases.houses import START, make_actor
from tests.cases.situations import TAKEN, A, Deed, Doing, G, H, P, R, S, file

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lienthong.cases.case_state import CaseState
    from lienthong.cases.steps import StepView
    from lienthong.cases.words import CaseRole

PARALLEL = Plan((PlanStep("a", "one", has_undo=True), PlanStep("b", "two")))
CHAIN = Plan((PlanStep("a", "one", has_undo=True), PlanStep("b", "two", needs=("a",), has_undo=True)))


@dataclass(frozen=True)
class Bounds:
    """How often what could go on for ever is tried: messages of one step, reopenings, supplements."""

    messages: int = 1
    reopened: int = 0
    asked_applicant: int = 0


IDLE = frozenset({ActionKind.COMMENT, ActionKind.COMPLAIN})


@dataclass(frozen=True)
class World:
    """The case, which messages their agencies acted on, and which they turned down, as far as anybody heard of it."""

    state: CaseState
    acted: frozenset[str] = frozenset()
    turned_down: frozenset[str] = frozenset()
    taken_back: frozenset[str] = frozenset()
    reopened: int = 0
    asked_applicant: int = 0

    def key(self) -> Key:
        """Give what makes this world another one: no moments, no counting."""
        state = self.state
        steps = tuple(
            (s.state, s.message_id, s.asked, s.pending, s.is_answered, s.is_late, s.undo_failed, s.undo_message_id)
            for s in state.steps.values()
        )
        return (
            (state.status, state.decision, state.handler, state.for_decision, state.resume, state.results, steps),
            (self.acted, self.turned_down, self.taken_back, self.reopened, self.asked_applicant),
        )


def list_deeds(world: World, bounds: Bounds) -> Iterator[Deed]:
    """Give what anybody might try, allowed or not."""
    yield from (
        (P, told.Withdrawn()),
        (A, told.Approved()),
        (A, told.Refused("law")),
        (A, told.Stopped("court-or-law")),
        (S, told.Issued()),
        (R, told.ResultReturned()),
        (P, told.Supplemented(text="x")),
    )
    if world.asked_applicant < bounds.asked_applicant:
        yield H, told.SupplementAsked("missing-papers")
    if world.reopened < bounds.reopened:
        yield A, told.Reopened("1", "mistake")
    for step in world.state.steps.values():
        yield from list_step_deeds(step, bounds)


def list_step_deeds(step: StepView, bounds: Bounds) -> Iterator[Deed]:
    count = len(step.asked)
    new = f"{step.id}{count + 1}"
    if count < bounds.messages:
        yield S, told.AgencyAsked(step.id, new)
        yield H, told.StepReplaced(step.id, new, "data-corrected")
    for message in step.asked:
        yield G, told.AgencyAccepted(step.id, message)
        yield G, told.AgencyDone(step.id, message)
        yield G, told.AgencyRefused(step.id, message)
        yield S, told.AgencyUnknown(step.id, message)
    if step.asked:
        yield H, told.StepResent(step.id, step.message_id, "no-answer")
    yield H, told.StepTakenOver(step.id, "agency-down")
    yield S, told.StepUndone(step.id, UndoPhase.ASKED, "u")
    yield G, told.StepUndone(step.id, UndoPhase.DONE, "u")
    yield G, told.StepUndone(step.id, UndoPhase.FAILED, "u")
    yield H, told.StepUndone(step.id, UndoPhase.DONE, reason="taken-back-by-agency")


def try_deed(world: World, deed: Deed) -> World | None:
    """Do it if it may be done, and if an agency that says so really did; None: it cannot come to that."""
    role, payload = deed
    if not is_possible(world, payload):
        return None
    actor = make_actor(role)
    try:
        verify_action(world.state, make_who(role), actor, payload)
    except CasesError as error:
        assert error.kind in {CasesErrorKind.NOT_NOW, CasesErrorKind.BAD_PAYLOAD}, error
        return None
    action = told.Action(world.state.number + 1, told.get_kind(payload), actor, START, payload)
    return replace(
        world,
        state=apply_action(world.state, action),
        acted=world.acted | ({payload.message_id} if isinstance(payload, told.AgencyDone) else set()),
        turned_down=world.turned_down | ({payload.message_id} if isinstance(payload, told.AgencyRefused) else set()),
        taken_back=world.taken_back | find_taken_back(world, payload),
        reopened=world.reopened + isinstance(payload, told.Reopened),
        asked_applicant=world.asked_applicant + isinstance(payload, told.SupplementAsked),
    )


@cache
def make_who(role: CaseRole) -> Who:
    actor = make_actor(role)
    return Who(role, actor.unit, actor.id)


def is_possible(world: World, payload: told.Payload) -> bool:
    """An agency never says two things of one message; all else it is told, or somebody makes up."""
    match payload:
        case told.AgencyDone():
            return payload.message_id not in world.turned_down
        case told.AgencyRefused():
            return payload.message_id not in world.acted
    return True


def find_taken_back(world: World, payload: told.Payload) -> frozenset[str]:
    """Give the messages whose effect is gone once a step has been taken back."""
    if isinstance(payload, told.StepUndone) and payload.phase is UndoPhase.DONE:
        return frozenset(world.state.steps[payload.step].asked) & world.acted
    return frozenset()


def require_sound(world: World) -> None:
    """Hold a world to what must never be otherwise."""
    state = world.state
    assert state.results <= 1
    assert bool(state.waits) is not state.is_over, "somebody is always named, and nobody once it is over"
    for wait in state.waits:
        mine = set(next_actions(state, make_who(wait.role))) - IDLE
        assert mine, f"{wait} names somebody who can do nothing"
    for step in state.steps.values():
        if step.state is StepState.DONE:
            assert step.message_id in world.acted, f"{step.id} is done by nobody"
        doers = [message for message in step.asked if message in world.acted - world.taken_back]
        if len(doers) + (step.state is StepState.BY_HAND) > 1:
            assert step.is_late, f"{step.id} was done twice, and nobody is told"


Key = tuple[object, ...]


def search(plan: Plan, bounds: Bounds) -> tuple[dict[Key, World], dict[Key, set[Key]]]:
    """Go every way from a case just filed; gives all worlds, and which lead to which."""
    first = World(Doing(file(plan)).do(*TAKEN).state)
    worlds, ways, waiting = {first.key(): first}, {}, [first]
    while waiting:
        world = waiting.pop()
        tried = (
            try_deed(world, deed)
            for deed in list_deeds(world, bounds)
            if is_allowed(world.state, make_who(deed[0]), told.get_kind(deed[1]))
        )
        reached = [found for found in tried if found is not None]
        ways[world.key()] = {found.key() for found in reached}
        for found in reached:
            if found.key() not in worlds:
                require_sound(found)
                worlds[found.key()] = found
                waiting.append(found)
    return worlds, ways


def list_that_end(worlds: dict[Key, World], ways: dict[Key, set[Key]]) -> set[Key]:
    """Give the worlds from which an end can be reached."""
    before: dict[Key, set[Key]] = {key: set() for key in worlds}
    for key, following in ways.items():
        for one in following:
            before[one].add(key)
    ending = {key for key, world in worlds.items() if world.state.is_over}
    waiting = list(ending)
    while waiting:
        for key in before[waiting.pop()] - ending:
            ending.add(key)
            waiting.append(key)
    return ending


BRIEF = [
    (PARALLEL, Bounds(messages=2)),
    (PARALLEL, Bounds(asked_applicant=1)),
    (CHAIN, Bounds(reopened=1)),
]
LONG = [(plan, Bounds(messages=2, reopened=1, asked_applicant=1)) for plan in (PARALLEL, CHAIN)]


@pytest.mark.parametrize(
    ("plan", "bounds"),
    [*BRIEF, *(pytest.param(*long, marks=pytest.mark.campaign) for long in LONG)],
    ids=["messages replaced", "a supplement meanwhile", "reopened", "all, parallel", "all, chained"],
)
def test_whatever_happens_it_can_end_gives_one_result_and_names_who_is_next(plan: Plan, bounds: Bounds) -> None:
    worlds, ways = search(plan, bounds)
    assert len(worlds) > 1000
    assert list_that_end(worlds, ways) == set(worlds)
    ends = {world.state.status for world in worlds.values() if world.state.is_over}
    assert ends == {NationalStatus.RETURNED, NationalStatus.WITHDRAWN, NationalStatus.STOPPED}
