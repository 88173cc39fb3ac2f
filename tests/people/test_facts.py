from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET

from lienthong.people.errors import PeopleError, PeopleErrorKind
from lienthong.people.events import (
    Born,
    Corrected,
    DeathReversed,
    Died,
    HouseholdFormed,
    HouseholdLoaded,
    HouseholdPlaced,
    Loaded,
    MovedIn,
    MovedOut,
    PersonBody,
    Place,
    RecordedEvent,
    Renamed,
    StatusTold,
    Stay,
    Verified,
    decode_body,
    encode_body,
    get_kind,
)
from lienthong.people.facts import (
    FactName,
    choose_current,
    find_current_stay,
    fold_person,
    fold_places,
    fold_stays,
    list_facts,
)
from lienthong.people.words import MaritalStatus, Relation, Sex, StayKind

BIRTH = Born("999126000001", "Nguyễn Văn An", Sex.MALE, date(2020, 1, 1))
DAYS = st.dates(date(2020, 1, 1), date(2026, 1, 1))
LATER = st.one_of(
    st.builds(Died, st.text(max_size=3)),
    st.builds(DeathReversed, st.text(max_size=3)),
    st.builds(Renamed, st.sampled_from(["An", "Bình", "Chi"]), st.just("x")),
    st.builds(StatusTold, st.sampled_from(list(MaritalStatus)), st.none() | st.integers(1, 9)),
    st.builds(MovedIn, st.integers(1, 3), st.sampled_from(list(Relation)), st.sampled_from(list(StayKind))),
    st.builds(MovedOut, st.integers(1, 3)),
    st.builds(Verified, st.just("o"), st.just("card")),
    st.builds(Corrected, st.just("d"), full_name=st.just("Dung") | st.just(UNSET)),
)


def record(*bodies: tuple[PersonBody, date]) -> tuple[RecordedEvent, ...]:
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    return tuple(
        RecordedEvent(place, day, moment + timedelta(hours=place), f"s{place}", body)
        for place, (body, day) in enumerate(bodies, 1)
    )


@given(st.lists(st.tuples(LATER, DAYS), max_size=12))
def test_every_row_of_events_folds_and_only_ever_adds_facts(later: list[tuple[PersonBody, date]]) -> None:
    events = record((BIRTH, BIRTH.birth_date), *later)
    for count in range(1, len(events)):
        assert list_facts(events[: count + 1])[: len(list_facts(events[:count]))] == list_facts(events[:count])
    state = fold_person(events)
    permanent = [stay for stay in state.stays if stay.kind is StayKind.PERMANENT and stay.end is None]
    assert len(permanent) <= 1
    assert all(stay.end is None or stay.end > stay.first_day for stay in state.stays)


@given(st.tuples(LATER, DAYS))
def test_a_body_is_read_back_as_it_was_written(event: tuple[PersonBody, date]) -> None:
    body, _day = event
    assert decode_body(encode_body(body)) == body
    assert decode_body(encode_body(body)).__class__ is body.__class__
    assert get_kind(body).value in encode_body(body).decode()


def test_a_name_that_is_told_late_does_not_undo_a_later_one() -> None:
    events = record(
        (BIRTH, date(2020, 1, 1)), (Renamed("Bình", "2"), date(2025, 1, 1)), (Renamed("Chi", "1"), date(2023, 1, 1))
    )
    assert fold_person(events).full_name == "Bình"
    assert [f.value for f in list_facts(events) if f.name is FactName.FULL_NAME] == ["Nguyễn Văn An", "Bình", "Chi"]


def test_a_correction_holds_since_what_it_corrects_did() -> None:
    events = record(
        (BIRTH, date(2020, 1, 1)),
        (Renamed("Bình", "2"), date(2025, 1, 1)),
        (Corrected("3", full_name="Bính", birth_date=date(2020, 2, 1)), date(2026, 1, 1)),
    )
    state = fold_person(events)
    assert (state.full_name, state.birth_date) == ("Bính", date(2020, 2, 1))
    fact = choose_current(list_facts(events))[FactName.FULL_NAME]
    assert (fact.valid_from, fact.source, fact.corrects) == (date(2025, 1, 1), "s3", True)


def test_a_death_and_its_reversal_both_stay_recorded() -> None:
    events = record((BIRTH, date(2020, 1, 1)), (Died("1"), date(2024, 1, 1)), (DeathReversed("2"), date(2024, 5, 1)))
    assert fold_person(events[:2]).died_on == date(2024, 1, 1)
    assert fold_person(events).died_on is None
    assert len([fact for fact in list_facts(events) if fact.name is FactName.DIED_ON]) == 3


def test_moving_in_for_good_ends_the_residence_before_and_leaves_temporary_ones() -> None:
    events = record(
        (BIRTH, date(2020, 1, 1)),
        (MovedIn(1, Relation.CHILD), date(2020, 1, 1)),
        (MovedIn(2, Relation.OTHER, StayKind.TEMPORARY), date(2021, 1, 1)),
        (MovedIn(3, Relation.GRANDCHILD), date(2022, 1, 1)),
        (MovedOut(2), date(2023, 1, 1)),
    )
    stays = fold_stays(events)
    assert [(stay.household, stay.first_day, stay.end) for stay in stays] == [
        (1, date(2020, 1, 1), date(2022, 1, 1)),
        (2, date(2021, 1, 1), date(2023, 1, 1)),
        (3, date(2022, 1, 1), None),
    ]
    assert find_current_stay(stays) == stays[2]


def test_a_load_brings_its_whole_history() -> None:
    loaded = Loaded(
        "999090000001",
        "Lê Văn B",
        Sex.MALE,
        date(1990, 1, 1),
        marital_status=MaritalStatus.MARRIED,
        status_since=date(2015, 6, 1),
        spouse=7,
        stays=(Stay(1, Relation.CHILD, date(1990, 1, 1), date(2015, 6, 1)), Stay(2, Relation.HEAD, date(2015, 6, 1))),
    )
    state = fold_person(record((loaded, date(2026, 1, 1))))
    assert (state.spouse, len(state.stays)) == (7, 2)
    facts = choose_current(list_facts(record((loaded, date(2026, 1, 1)))))
    assert facts[FactName.SPOUSE].valid_from == date(2015, 6, 1)


def test_a_households_places_follow_one_another() -> None:
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    events = (
        RecordedEvent(1, date(2000, 1, 1), moment, "s", HouseholdLoaded((Place("06652", "Tổ 1", date(2000, 1, 1)),))),
        RecordedEvent(2, date(2025, 7, 1), moment, "s", HouseholdPlaced("06673", "Tổ 1", "reform")),
        RecordedEvent(3, date(2026, 1, 1), moment, "s", HouseholdFormed("06676", "Tổ 9")),
    )
    assert [(place.area, place.end) for place in fold_places(events)] == [
        ("06652", date(2025, 7, 1)),
        ("06673", date(2026, 1, 1)),
        ("06676", None),
    ]


def test_events_without_a_beginning_are_damaged_data() -> None:
    for events in ((), record((Died("1"), date(2024, 1, 1)))):
        with pytest.raises(PeopleError) as refusal:
            fold_person(events)
        assert refusal.value.kind is PeopleErrorKind.DATA_DAMAGED
    with pytest.raises(PeopleError, match="later release"):
        decode_body(b'{"kind":"teleported"}')
