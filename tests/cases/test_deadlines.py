"""Last days: the forty examples computed by hand, and what holds for all of them."""

from __future__ import annotations

import re
import tomllib
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lienthong.cases.deadlines import (
    CountedDay,
    Extension,
    PartKind,
    Reckoning,
    Wait,
    count_days,
    plan_steps,
    reckon,
    reckon_whole,
)
from lienthong.cases.explanation import explain
from lienthong.cases.form_parts import Form, Words
from lienthong.cases.procedure import Legal, LegalStatus, Limit, LimitRule, Procedure, Step
from lienthong.cases.working_days import VIETNAM, load_working_days

if TYPE_CHECKING:
    from random import Random

CALENDAR = load_working_days()
LEGAL = Legal(document="63/2024/NĐ-CP", date=date(2024, 6, 10), status=LegalStatus.CITED)
EXAMPLES: list[dict[str, Any]] = tomllib.loads(Path(__file__).with_name("deadline_examples.toml").read_text("utf-8"))[
    "example"
]
SAME_DAY = Limit(rule=LimitRule.SAME_DAY_BEFORE, time=time(15), legal=LEGAL)


def days(count: int) -> Limit:
    return Limit(working_days=count, legal=LEGAL)


def make_limit(told: dict[str, Any]) -> Limit:
    return SAME_DAY if told["rule"] == "same_day_before" else days(told["days"])


def at(told: datetime) -> datetime:
    return told.replace(tzinfo=VIETNAM)


def on(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=VIETNAM)


def work_out(example: dict[str, Any]) -> Reckoning:
    waits = [Wait(at(one["asked"]), at(one["supplied"])) for one in example.get("pauses", ())]
    received = at(example["received"])
    reckoned = reckon(make_limit(example), received, CALENDAR, waits)
    for count in example.get("extended", ()):
        told = Extension(at(datetime.combine(reckoned.due, time(9))), CALENDAR.add(reckoned.due, count))
        reckoned = reckon(make_limit(example), received, CALENDAR, [*waits, told])
    return reckoned


@pytest.mark.parametrize("example", EXAMPLES, ids=[str(example["number"]) for example in EXAMPLES])
def test_the_last_day_is_the_one_computed_by_hand(example: dict[str, Any]) -> None:
    reckoned = work_out(example)
    assert reckoned.due == example["due"]
    counted = {(day.day.day, day.number) for part in reckoned.parts for day in part.days if day.number}
    for step in example.get("steps", ()):
        own = reckon(make_limit(step), at(step["ready"]), CALENDAR)
        assert own.due == step["due"]
        counted |= {(day.day.day, day.number) for part in own.parts for day in part.days}
    written = re.findall(r"\b(\d{1,2})(?: [A-Z][a-z]{2})?(?: worked)? \((\d+)\)", example["arithmetic"])
    assert {(int(day), int(number)) for day, number in written} <= counted


def test_there_are_forty_examples_of_which_ten_go_over_tet_each_with_arithmetic_and_source() -> None:
    assert len(EXAMPLES) == 40
    assert sum(example["says"].startswith("Tết") for example in EXAMPLES) == 10
    for example in EXAMPLES:
        assert example["arithmetic"].strip()
        assert example["source"].strip()
        assert example["status"] in {"cited", "unconfirmed"}


_STARTS = st.integers(0, 3 * 365 * 24 * 60).map(lambda minutes: on("2024-01-01 00:00") + timedelta(minutes=minutes))
_LIMITS = st.one_of(st.just(SAME_DAY), st.integers(1, 30).map(days))
_SPANS = st.timedeltas(timedelta(0), timedelta(days=40))


@given(_LIMITS, _STARTS, _SPANS)
def test_who_comes_later_is_never_due_earlier(limit: Limit, start: datetime, later: timedelta) -> None:
    assert reckon(limit, start, CALENDAR).due <= reckon(limit, start + later, CALENDAR).due


@given(st.integers(1, 30), st.integers(0, 10), _STARTS)
def test_a_longer_term_is_never_due_earlier_and_a_day_more_is_a_working_day_more(
    count: int, more: int, start: datetime
) -> None:
    short, long = (reckon(days(one), start, CALENDAR).due for one in (count, count + more))
    assert CALENDAR.count(short, long) == more


@given(_LIMITS, _STARTS, st.lists(st.tuples(_SPANS, _SPANS), max_size=3), st.none() | _SPANS)
def test_no_last_day_is_a_day_off(
    limit: Limit, start: datetime, waits: list[tuple[timedelta, timedelta]], extended: timedelta | None
) -> None:
    changes: list[Wait | Extension] = [Wait(start + begins, start + begins + lasts) for begins, lasts in waits]
    if extended is not None:
        changes.append(Extension(start, (start + extended).date()))
    assert CALENDAR.is_working(reckon(limit, start, CALENDAR, changes).due)


@given(st.integers(1, 30), _STARTS, _SPANS, _SPANS)
def test_a_wait_adds_exactly_its_working_days_unless_it_began_too_late(
    count: int, start: datetime, begins: timedelta, lasts: timedelta
) -> None:
    wait = Wait(start + begins, start + begins + lasts)
    before = reckon(days(count), start, CALENDAR).due
    after = reckon(days(count), start, CALENDAR, [wait]).due
    asked, supplied = (moment.astimezone(VIETNAM).date() for moment in (wait.start, start + begins + lasts))
    expected = CALENDAR.count(asked, supplied) if asked <= before else 0
    assert CALENDAR.count(before, after) == expected


@given(st.integers(1, 30), _STARTS, st.lists(st.tuples(_SPANS, _SPANS), max_size=4), st.randoms())
def test_the_order_in_which_waits_are_told_does_not_count(
    count: int, start: datetime, waits: list[tuple[timedelta, timedelta]], chance: Random
) -> None:
    told = [Wait(start + begins, start + begins + lasts) for begins, lasts in waits]
    mixed = chance.sample(told, len(told))
    assert reckon(days(count), start, CALENDAR, told).due == reckon(days(count), start, CALENDAR, mixed).due


@given(_LIMITS, _STARTS)
def test_the_arithmetic_ends_with_the_last_day_and_numbers_its_days(limit: Limit, start: datetime) -> None:
    reckoned = reckon(limit, start, CALENDAR)
    numbers = [day.number for day in reckoned.parts[0].days if day.number]
    assert numbers == list(range(1, len(numbers) + 1))
    assert list(explain(reckoned))[-1] == f"due: {reckoned.due:%a %Y-%m-%d}"


def test_two_waits_at_one_time_are_counted_once() -> None:
    start = on("2025-07-07 09:00")
    supplement = Wait(start + timedelta(days=1), start + timedelta(days=3))
    payment = Wait(start + timedelta(days=2), start + timedelta(days=4))
    assert reckon(days(5), start, CALENDAR, [supplement, payment]).due == date(2025, 7, 17)
    assert reckon(days(5), start, CALENDAR, [payment]).due == date(2025, 7, 16)


def test_while_the_applicant_is_waited_for_the_last_day_moves_with_the_days() -> None:
    start = on("2025-07-07 09:00")
    waits = [Wait(start + timedelta(days=1))]
    assert reckon(days(3), start, CALENDAR, waits).due == date(2025, 7, 10)
    moving = reckon(days(3), start, CALENDAR, waits, now=start + timedelta(days=3))
    assert moving.due == date(2025, 7, 14)
    assert moving.is_waiting
    assert "moves on" in list(explain(moving))[-1]


def test_a_same_day_term_begins_anew_when_the_applicant_has_answered() -> None:
    start = on("2025-07-07 09:00")
    answered = Wait(start + timedelta(hours=1), on("2025-07-09 15:30"))
    assert reckon(SAME_DAY, start, CALENDAR, [answered]).due == date(2025, 7, 10)


def test_an_extension_to_an_earlier_day_changes_nothing_and_one_to_a_day_off_ends_on_the_next_working_day() -> None:
    start = on("2025-07-07 09:00")
    assert reckon(days(3), start, CALENDAR, [Extension(start, date(2025, 7, 8))]).due == date(2025, 7, 10)
    assert reckon(days(3), start, CALENDAR, [Extension(start, date(2025, 7, 12))]).due == date(2025, 7, 14)


def make_procedure(chain: Limit | None) -> Procedure:
    def step(name: str, limit: Limit | None, *needs: str) -> Step:
        return Step(id=name, title=Words("", ""), agency="a", service="s", send="x", needs=needs, limit=limit)

    def of(name: str, limit: Limit) -> Limit:
        return Limit(step=name, rule=limit.rule, working_days=limit.working_days, if_verification=5, legal=LEGAL)

    steps = (
        step("one", of("one", SAME_DAY)),
        step("two", of("two", days(2)), "one"),
        step("beside", of("beside", days(1)), "one"),
        step("free", None),
    )
    return Procedure(
        code="1.000001",
        valid_from=date(2024, 1, 1),
        title=Words("", ""),
        legal=(LEGAL,),
        authority="commune",
        level=2,
        form=Form(pages=()),
        steps=steps,
        chain=chain,
        limits=tuple(one.limit for one in steps if one.limit is not None),
    )


def test_without_a_term_of_its_own_the_whole_takes_as_long_as_its_longest_way_through_the_steps() -> None:
    start = on("2024-07-01 16:00")
    procedure = make_procedure(None)
    planned = plan_steps(procedure, start, CALENDAR)
    assert {name: one.due for name, one in planned.items()} == {
        "one": date(2024, 7, 2),
        "two": date(2024, 7, 4),
        "beside": date(2024, 7, 3),
    }
    whole = reckon_whole(procedure, start, CALENDAR)
    assert whole is not None
    assert whole.due == date(2024, 7, 4)
    assert [part.kind for part in whole.parts] == [PartKind.NEXT_DAY, PartKind.TERM]


def test_a_wait_moves_a_whole_without_a_term_of_its_own_too() -> None:
    start = on("2024-07-01 16:00")
    waits = [Wait(on("2024-07-02 09:00"), on("2024-07-03 09:00"))]
    whole = reckon_whole(make_procedure(None), start, CALENDAR, waits)
    assert whole is not None
    assert whole.due == date(2024, 7, 5)


def test_where_something_is_verified_the_longer_term_holds() -> None:
    start = on("2024-07-01 09:00")
    chain = Limit(working_days=3, if_verification=5, legal=LEGAL)
    plain = reckon_whole(make_procedure(chain), start, CALENDAR)
    verified = reckon_whole(make_procedure(chain), start, CALENDAR, is_verified=True)
    assert plain is not None
    assert verified is not None
    assert (plain.due, verified.due) == (date(2024, 7, 4), date(2024, 7, 8))


def test_each_day_off_is_told_with_its_reason() -> None:
    told = count_days(date(2026, 8, 28), 2, CALENDAR)
    assert told[0] == CountedDay(date(2026, 8, 29), 0, "Saturday")
    assert "Saturday 22 August" in told[2].why
    assert "Quốc khánh" in told[3].why
    assert [day.number for day in told] == [0, 0, 0, 0, 0, 1, 2]
