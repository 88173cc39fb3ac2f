from __future__ import annotations

from datetime import date

import pytest

from lienthong.people.errors import PeopleError
from lienthong.people.import_rows import ImportRule
from lienthong.people.importing import import_people
from lienthong.people.models import Household, Person
from lienthong.people.persons import find_home, get_person
from lienthong.people.recording import find_drift
from tests.people.registries import TODAY, add_person, make_registry
from tests.people.test_import_rows import GOOD, HEADER

pytestmark = pytest.mark.django_db


def test_good_rows_go_in_and_bad_ones_are_reported() -> None:
    registry = make_registry()
    add_person(registry, number="999190000007")
    rows = [
        HEADER,
        GOOD,
        GOOD.replace("000001", "000007"),
        GOOD.replace("000001", "000002").replace("06673", "12345"),
        GOOD.replace("999190", "022190"),
        GOOD.replace("Nữ", "?"),
        GOOD.replace("000001", "000003").replace("2010-01-01,", "2010-01-01,2020-02-02"),
    ]
    report = import_people(registry, "\n".join(rows).encode(), "import:to-khai.csv")
    assert (report.count, report.imported, report.refused_rows) == (6, 2, (3, 4, 5, 6))
    assert [(found.row, found.column, found.rule) for found in report.findings] == [
        (3, "number", ImportRule.NUMBER_TAKEN),
        (4, "area_code", ImportRule.AREA),
        (5, "number", ImportRule.NUMBER_RANGE),
        (6, "sex", ImportRule.SEX),
    ]
    assert (Person.objects.count(), Household.objects.count()) == (3, 2)


def test_imported_people_are_unverified_and_live_where_the_file_says() -> None:
    registry = make_registry()
    import_people(registry, f"{HEADER}\n{GOOD}".encode(), "import:x")
    person = get_person("999190000001")
    home = find_home(person)
    assert home is not None
    assert (person.verified, home.area_code, home.since, home.area_day) == (False, "06673", date(2010, 1, 1), TODAY)
    assert find_drift(person.pk) == ()


def test_a_file_that_cannot_be_read_imports_nothing() -> None:
    with pytest.raises(PeopleError, match="nothing was imported"):
        import_people(make_registry(), f'{HEADER}\n{GOOD}\n"'.encode(), "import:x")
    assert not Person.objects.exists()
