"""What of a case's actions moves its deadlines."""

from __future__ import annotations

from datetime import date, datetime

from lienthong.cases.actions import (
    Action,
    Actor,
    AgencyAsked,
    Extended,
    Payload,
    Received,
    Submitted,
    SupplementAsked,
    Supplemented,
    Taken,
    get_kind,
)
from lienthong.cases.catalogue import load_catalogue, make_plan
from lienthong.cases.due_days import find_due_in
from lienthong.cases.folding import fold
from lienthong.cases.time_limits import find_deadlines
from lienthong.cases.words import ActorKind, Channel
from lienthong.cases.working_days import VIETNAM, load_working_days

CALENDAR = load_working_days()
PROCEDURE = load_catalogue().get_version("2.002621", date(2024, 7, 1))
ACTOR = Actor(ActorKind.OFFICER, "an officer", unit="Z99.01")


def make_actions(*told: tuple[str, Payload]) -> tuple[Action, ...]:
    filed = Submitted(
        procedure="2.002621",
        version=date(2024, 7, 1),
        channel=Channel.ONLINE,
        unit="Z99.01",
        plan=make_plan(PROCEDURE, {"variant": "all"}),
    )
    return tuple(
        Action(number, get_kind(payload), ACTOR, datetime.fromisoformat(at).replace(tzinfo=VIETNAM), payload)
        for number, (at, payload) in enumerate([("2025-07-04 10:00", filed), *told], start=1)
    )


def find_due(*told: tuple[str, Payload]) -> date | None:
    return find_due_in(CALENDAR)(PROCEDURE, fold(make_actions(*told)))


RECEIVED = ("2025-07-07 09:00", Received())


def test_before_receipt_the_day_to_expect_is_reckoned_from_the_filing_then_from_the_receipt() -> None:
    assert find_due() == date(2025, 7, 9)
    assert find_due(RECEIVED) == date(2025, 7, 10)


def test_a_supplement_and_an_extension_after_it_move_the_day_in_their_order() -> None:
    asked = ("2025-07-08 09:00", SupplementAsked(reason="missing-papers"))
    supplied = ("2025-07-09 09:00", Supplemented())
    extended = ("2025-07-10 09:00", Extended(until=date(2025, 7, 16), reason="workload"))
    assert find_due(RECEIVED, asked) == date(2025, 7, 10)
    assert find_due(RECEIVED, asked, supplied) == date(2025, 7, 11)
    assert find_due(RECEIVED, asked, supplied, extended) == date(2025, 7, 16)


def test_a_supplement_after_an_extension_moves_the_extended_day() -> None:
    extended = ("2025-07-08 09:00", Extended(until=date(2025, 7, 16), reason="workload"))
    asked = ("2025-07-09 09:00", SupplementAsked(reason="missing-papers"))
    supplied = ("2025-07-10 09:00", Supplemented())
    assert find_due(RECEIVED, extended, asked, supplied) == date(2025, 7, 17)


def test_each_step_that_was_asked_for_has_its_own_day_from_then_on() -> None:
    actions = make_actions(
        RECEIVED,
        ("2025-07-07 10:00", Taken()),
        ("2025-07-07 15:30", AgencyAsked(step="birth", message_id="1")),
    )
    told = find_deadlines(PROCEDURE, fold(actions), actions, CALENDAR)
    assert told.whole is not None
    assert told.whole.due == date(2025, 7, 10)
    assert {step: one.due for step, one in told.steps.items()} == {"birth": date(2025, 7, 8)}
