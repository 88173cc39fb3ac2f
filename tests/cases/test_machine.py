"""Cases in the real database, handled at random: the record, its row and the rules never part."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db import transaction
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from lienthong.cases import actions as told
from lienthong.cases.errors import CasesError, CasesErrorKind
from lienthong.cases.models import ActionRecord
from lienthong.cases.models import Case as CaseRow
from lienthong.cases.reading import get_case
from lienthong.cases.store import make_projection, project_case
from lienthong.cases.words import ActionKind, CaseRole
from lienthong.cases.workflow import Who, next_actions
from tests.cases.houses import LINKED, SIMPLE, SetClock, do, file_case, make_actor, make_cases
from tests.cases.test_all_ways import Bounds, World, list_deeds

if TYPE_CHECKING:
    from uuid import UUID

    from lienthong.cases.case_state import CaseState
    from tests.cases.situations import Deed

pytestmark = pytest.mark.django_db

MORE: tuple[Deed, ...] = (
    (CaseRole.RECEIVER, told.Received()),
    (CaseRole.HANDLER, told.Taken()),
    (CaseRole.HANDLER, told.PaymentAsked(8000)),
    (CaseRole.APPLICANT, told.Paid(8000)),
    (CaseRole.APPLICANT, told.Rated(4)),
    (CaseRole.APPLICANT, told.Complained("slow")),
    (CaseRole.APPROVER, told.ComplaintAnswered(3, "put right")),
    (CaseRole.APPROVER, told.Commented("seen")),
)


class Office(RuleBasedStateMachine):
    """One case, done to at random; `done` are the deeds that went through, with their keys."""

    def __init__(self) -> None:
        super().__init__()
        # One example is one transaction, taken back at its end.
        self.whole = transaction.atomic()
        self.whole.__enter__()
        self.clock = SetClock()
        self.cases = make_cases(self.clock)
        self.done: list[tuple[Deed, str, int]] = []
        self.case: UUID
        self.state: CaseState

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.whole.__exit__(None, None, None)

    @initialize(procedure=st.sampled_from([SIMPLE, LINKED]))
    def file(self, procedure: str) -> None:
        self.case = file_case(self.cases, procedure).case_id
        self.state = get_case(self.cases, self.case).state

    @rule(place=st.integers(0, 10_000), minutes=st.integers(0, 5000))
    def do_what_may_be_done(self, place: int, minutes: int) -> None:
        deeds = [deed for deed in self.list_deeds() if told.get_kind(deed[1]) in self.allowed(deed[0])]
        if not deeds:
            return
        self.clock.pass_time(minutes=minutes)
        deed, key = deeds[place % len(deeds)], f"k{len(self.done)}"
        before = self.state.number
        try:
            self.state = do(self.cases, self.case, *deed, key, expected_number=before)
        except CasesError as error:
            # Allowed for one step, and told of another.
            assert error.kind in {CasesErrorKind.NOT_NOW, CasesErrorKind.BAD_PAYLOAD}  # either may be
            return
        assert self.state.number == before + 1
        self.done.append((deed, key, before))

    @rule(place=st.integers(0, 10_000))
    def do_what_may_not_be_done(self, place: int) -> None:
        deeds = [deed for deed in self.list_deeds() if told.get_kind(deed[1]) not in self.allowed(deed[0])]
        if deeds:
            with pytest.raises(CasesError, check=lambda error: error.kind is CasesErrorKind.NOT_NOW):
                do(self.cases, self.case, *deeds[place % len(deeds)])

    @precondition(lambda self: self.done)
    @rule(place=st.integers(0, 10_000))
    def do_the_same_again(self, place: int) -> None:
        (role, payload), key, before = self.done[place % len(self.done)]
        assert do(self.cases, self.case, role, payload, key, expected_number=before) == self.state

    @precondition(lambda self: self.done)
    @rule()
    def do_from_a_stale_page(self) -> None:
        with pytest.raises(CasesError, check=lambda error: error.kind is CasesErrorKind.STALE):
            do(self.cases, self.case, CaseRole.APPROVER, told.Commented("late"), expected_number=1)

    @invariant()
    def record_and_row_agree(self) -> None:
        if not hasattr(self, "state"):
            return
        view = get_case(self.cases, self.case)
        assert view.state == self.state
        assert [action.number for action in view.actions] == list(range(1, self.state.number + 1))
        row = CaseRow.objects.get(pk=self.case)
        filed = view.actions[0].payload
        assert isinstance(filed, told.Submitted)
        columns = make_projection(self.cases, view.state, filed)
        assert {name: getattr(row, name) for name in columns} == columns
        assert project_case(self.cases, row) is False
        assert ActionRecord.objects.filter(case_id=self.case).count() == self.state.number

    def list_deeds(self) -> list[Deed]:
        return [*MORE, *list_deeds(World(self.state), Bounds(messages=3, reopened=2, asked_applicant=3))]

    def allowed(self, role: CaseRole) -> set[ActionKind]:
        actor = make_actor(role)
        return set(next_actions(self.state, Who(role, actor.unit, actor.id)))


TestOffice = Office.TestCase
TestOffice.settings = settings(max_examples=5, stateful_step_count=25, deadline=None)


class LongOffice(Office):
    """The same for longer than a test may take."""


TestLongOffice = pytest.mark.campaign(LongOffice.TestCase)
TestLongOffice.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
