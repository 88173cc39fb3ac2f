from __future__ import annotations

import subprocess
import sys
import time
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lienthong.people.errors import PeopleError
from lienthong.people.events import Loaded, RecordedEvent
from lienthong.people.facts import fold_stays
from lienthong.people.load_rows import LoadSource
from lienthong.people.loading import load_people
from lienthong.people.models import Person
from lienthong.people.names import require_name
from lienthong.people.personal_number import parse_number, require_agreement
from lienthong.people.recording import find_drift
from lienthong.people.words import MaritalStatus, Relation, Sex
from lienthong.sandbox.errors import SandboxError
from lienthong.sandbox.people import (
    AS_OF,
    REFORM_DAY,
    NumberSource,
    make_all_rows,
    make_part,
    make_rows,
    plan_people,
)
from lienthong.sandbox.people_load import load_synthetic_people
from lienthong.sandbox.units import read_units
from tests.people.registries import make_registry

if TYPE_CHECKING:
    from lienthong.people.events import HouseholdLoaded

COUNT = 6000
SOURCE = LoadSource("load:synthetic", datetime(2026, 11, 24, tzinfo=UTC), AS_OF)


@pytest.fixture(scope="module")
def people() -> dict[int, Loaded]:
    return {person: body for part in plan_people(COUNT) for person, body in make_part(part).people}


@pytest.fixture(scope="module")
def households() -> dict[int, HouseholdLoaded]:
    return {number: body for part in plan_people(COUNT) for number, body in make_part(part).households}


def test_there_are_exactly_as_many_as_asked_for_with_dense_ids(people: dict[int, Loaded]) -> None:
    assert sorted(people) == list(range(1, COUNT + 1))


def test_the_same_seed_makes_the_same_people_and_another_others() -> None:
    part = plan_people(COUNT)[3]
    assert make_rows(part, SOURCE) == make_rows(part, SOURCE)
    assert make_rows(replace(part, seed=23), SOURCE) != make_rows(part, SOURCE)


def test_every_number_is_synthetic_unique_and_agrees_with_its_person(people: dict[int, Loaded]) -> None:
    numbers = [parse_number(body.number) for body in people.values()]
    assert len({number.text for number in numbers}) == COUNT
    assert all(number.is_synthetic for number in numbers)
    for number, body in zip(numbers, people.values(), strict=True):
        require_agreement(number, body.sex, body.birth_date)


def test_names_are_stored_spellings_and_nobody_is_born_or_dead_in_the_future(people: dict[int, Loaded]) -> None:
    for body in people.values():
        assert require_name(body.full_name) == body.full_name
        assert date(1900, 1, 1) <= body.birth_date <= AS_OF
        assert body.died_on is None or body.birth_date < body.died_on <= AS_OF


def test_marriages_are_mutual_and_between_adults_who_are_no_siblings(people: dict[int, Loaded]) -> None:
    married = [(person, body) for person, body in people.items() if body.spouse is not None]
    assert len(married) > COUNT / 3
    for person, body in married:
        assert body.spouse is not None
        spouse = people[body.spouse]
        assert body.marital_status is MaritalStatus.MARRIED
        assert spouse.sex is not body.sex
        assert spouse.spouse == person or spouse.died_on or spouse.marital_status is MaritalStatus.WIDOWED
        assert body.father is None or body.father != spouse.father
        assert body.status_since is not None
        assert (body.status_since - body.birth_date).days > 17 * 365


def test_parents_are_older_of_the_right_sex_and_give_their_name(people: dict[int, Loaded]) -> None:
    children = [body for body in people.values() if body.father is not None]
    assert len(children) > COUNT / 3
    for body in children:
        assert body.father is not None
        assert body.mother is not None
        father, mother = people[body.father], people[body.mother]
        assert (father.sex, mother.sex) == (Sex.MALE, Sex.FEMALE)
        assert 17 * 365 < (body.birth_date - mother.birth_date).days < 46 * 366
        assert body.full_name.split()[0] == father.full_name.split()[0]
        assert mother.died_on is None or mother.died_on > body.birth_date


def test_everybody_lives_somewhere_and_in_one_place_at_a_time(people: dict[int, Loaded]) -> None:
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    for body in people.values():
        stays = fold_stays([RecordedEvent(1, AS_OF, moment, "s", body)])
        assert stays
        assert all(one.end is not None and one.end <= two.first_day for one, two in pairwise(stays))
        assert stays[-1].end == body.died_on


def test_a_household_has_one_living_head(people: dict[int, Loaded]) -> None:
    members: dict[int, list[Relation]] = {}
    for body in people.values():
        if body.died_on is None:
            members.setdefault(body.stays[-1].household, []).append(body.stays[-1].relation)
    heads = Counter(relations.count(Relation.HEAD) for relations in members.values())
    assert set(heads) <= {0, 1}
    assert heads[0] < heads[1] / 200  # a few stay without, where both parents died before anybody moved in
    sizes = [len(relations) for relations in members.values()]
    assert 2.6 < sum(sizes) / len(sizes) < 4.2


def test_residences_go_back_across_the_reform(households: dict[int, HouseholdLoaded]) -> None:
    book = read_units()
    for household in households.values():
        places = household.places
        assert places[-1].end is None
        assert book.find_unit(places[-1].area, AS_OF)
        assert all(one.end == two.first_day for one, two in pairwise(places))
        for place in places[:-1]:
            assert place.end is not None
            assert place.end <= REFORM_DAY
            former = book.find_unit(place.area, date(2025, 6, 30))
            assert former is not None
            assert places[-1].area in former.successors
    assert sum(len(household.places) > 1 for household in households.values()) > len(households) / 2


def test_ages_are_those_of_a_population(people: dict[int, Loaded]) -> None:
    ages = [(AS_OF - body.birth_date).days / 365.25 for body in people.values() if body.died_on is None]
    young, old = sum(age < 15 for age in ages) / len(ages), sum(age >= 65 for age in ages) / len(ages)
    assert 0.13 < young < 0.30
    assert 0.05 < old < 0.15


def test_numbers_of_one_prefix_run_out_with_a_message() -> None:
    part = plan_people(COUNT)[0]
    source = NumberSource(replace(part, parts=250_000, rank=0))
    assert len({source.draw(Sex.MALE, 1990) for _ in range(4)}) == 4
    with pytest.raises(SandboxError, match="make fewer people"):
        source.draw(Sex.MALE, 1990)


def test_too_few_people_are_refused() -> None:
    with pytest.raises(SandboxError, match="at least"):
        plan_people(10)


@pytest.mark.django_db
def test_made_up_people_are_loaded_as_their_events_fold_and_never_into_a_real_instance() -> None:
    parts = plan_people(COUNT)
    with pytest.raises(PeopleError, match="holds synthetic numbers"):
        load_people(make_registry("VN"), make_all_rows(parts[:3], SOURCE, 1))
    report = load_synthetic_people(make_registry(), COUNT)
    assert report.people == Person.objects.count() == COUNT
    for person in range(1, COUNT, 97):
        assert find_drift(person) == ()


@pytest.mark.parametrize("count", range(1, 40))
def test_the_smallest_communes_get_just_as_many_people_as_asked_for(count: int) -> None:
    part = plan_people(COUNT)[0]
    assert len(make_part(replace(part, count=count)).people) == count


ENDLESS = """
if __name__ == "__main__":
    from datetime import UTC, date, datetime
    from lienthong.people.load_rows import LoadSource
    from lienthong.sandbox.people import make_all_rows, plan_people
    source = LoadSource("load:synthetic", datetime(2026, 11, 24, tzinfo=UTC), date(2026, 11, 1))
    for rows in make_all_rows(plan_people(200_000, 1), source, 2):
        print("made", flush=True)
"""


def test_the_processes_that_make_people_end_when_the_one_that_asked_is_killed(tmp_path: Path) -> None:
    script = tmp_path / "endless.py"
    script.write_text(ENDLESS)
    asking = subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True)
    assert asking.stdout is not None
    assert asking.stdout.readline() == "made\n"
    children = [int(pid) for pid in Path(f"/proc/{asking.pid}/task/{asking.pid}/children").read_text().split()]
    asking.kill()
    asking.wait(10)
    asking.stdout.close()
    assert len(children) >= 2
    deadline = time.monotonic() + 10
    while any(Path(f"/proc/{pid}").exists() for pid in children):
        assert time.monotonic() < deadline, children
        time.sleep(0.02)
