"""A registry for tests: a set clock, four communes, and people made on the spot."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

from django.db import transaction

from lienthong.people.allocation import claim_number, take_number
from lienthong.people.days import find_moment
from lienthong.people.events import HouseholdFormed, Loaded, Stay
from lienthong.people.number_places import SANDBOX_CODE
from lienthong.people.personal_number import make_prefix
from lienthong.people.recording import (
    Told,
    draw_person_id,
    form_household_row,
    record_household_event,
    record_person_event,
)
from lienthong.people.registry import Registry
from lienthong.people.words import Relation, Sex
from tests.clocks import SetClock

TODAY = date(2026, 11, 24)
AREAS = {"06673": "Phường Bãi Cháy", "06676": "Phường Cao Thắng", "06799": "Xã Hải Lạng"}


@dataclass(frozen=True)
class Known:
    """Someone in the registry, as a request names them."""

    person: int
    number: str
    full_name: str
    birth_date: date

    @property
    def names(self) -> dict[str, str]:
        return {"number": self.number, "full_name": self.full_name, "birth_date": self.birth_date.isoformat()}


def make_clock() -> SetClock:
    return SetClock(int(datetime(2026, 11, 24, 3, tzinfo=UTC).timestamp() * 1000))


def find_test_area(code: str, day: date) -> str | None:
    return AREAS.get(code) if day >= date(2025, 7, 1) else None


def make_registry(instance: str = "DEMO", clock: SetClock | None = None) -> Registry:
    return Registry(instance, clock or make_clock(), find_test_area)


def add_household(registry: Registry, area: str = "06673", day: date = date(2025, 7, 1)) -> int:
    household = form_household_row()
    told = Told("test", find_moment(registry.clock))
    record_household_event(household, HouseholdFormed(area, "Tổ 1, khu 2"), day, told)
    return household


def add_person(  # noqa: PLR0913 # each test names only what it is about
    registry: Registry,
    full_name: str = "Nguyễn Thị Hòa",
    sex: Sex = Sex.FEMALE,
    birth_date: date = date(1990, 5, 17),
    *,
    verified: bool = True,
    household: int | None = None,
    number: str = "",
) -> Known:
    stays = () if household is None else (Stay(household, Relation.HEAD, date(2025, 8, 1)),)
    with transaction.atomic():
        person = draw_person_id()
        if number:
            claim_number(number, person)
        else:
            number = take_number(make_prefix(SANDBOX_CODE, sex, birth_date.year), person)
        body = Loaded(number, full_name, sex, birth_date, verified=verified, stays=stays, ethnicity="Dao")
        record_person_event(person, body, TODAY, Told("test", find_moment(registry.clock)))
    return Known(person, number, full_name, birth_date)
