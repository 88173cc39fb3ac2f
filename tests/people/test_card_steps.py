from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lienthong.people.card_steps import FIRST_STATES, NEXT_STATES, STATE_NAMES, CardState, fold_steps, require_step
from lienthong.people.errors import PeopleError, PeopleErrorKind


def test_a_card_goes_from_application_to_replacement() -> None:
    way = ["applied", "checked", "approved", "personalised", "delivered", "active", "lost", "replaced"]
    assert fold_steps(map(CardState, way)) is CardState.REPLACED


@given(st.lists(st.sampled_from(list(CardState)), min_size=1, max_size=9))
def test_a_row_of_steps_holds_if_each_may_follow_the_one_before(steps: list[CardState]) -> None:
    allowed = steps[0] in FIRST_STATES and all(after in NEXT_STATES[before] for before, after in pairwise(steps))
    try:
        assert fold_steps(steps) is steps[-1]
        assert allowed
    except PeopleError as error:
        assert not allowed
        assert error.kind is PeopleErrorKind.BAD_CARD_STEP


def test_the_table_knows_every_state_and_every_state_can_be_reached() -> None:
    assert set(NEXT_STATES) == set(STATE_NAMES) == set(CardState)
    reached = {state for nexts in NEXT_STATES.values() for state in nexts}
    assert reached == set(CardState) - {CardState.APPLIED}


def test_a_refusal_says_what_is_possible() -> None:
    with pytest.raises(PeopleError, match="possible is checked, refused"):
        require_step(CardState.APPLIED, CardState.ACTIVE)
    with pytest.raises(PeopleError, match="this is an end"):
        require_step(CardState.REFUSED, CardState.ACTIVE)
    with pytest.raises(PeopleError, match="no step"):
        fold_steps([])
