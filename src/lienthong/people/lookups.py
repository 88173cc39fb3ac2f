"""Look-ups by clerks: each is recorded before anything of a person is shown, and names who, when, why and whom.

A look-up opens the person's page to that clerk for a while; the page's address names the look-up, never the person.
One that finds nobody is recorded too, without what was typed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.db import transaction

from lienthong.people.days import find_moment
from lienthong.people.errors import PeopleError, PeopleErrorKind
from lienthong.people.lookup_purposes import LookUpPurpose, require_purpose
from lienthong.people.models import LookUp, Person
from lienthong.people.persons import find_by_name_and_birth, find_home, find_person, list_members

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from lienthong.people.registry import Registry

OPEN_MINUTES: Final = 60
"""One person at a counter takes less; who comes back to a page later says again why."""


@dataclass(frozen=True, slots=True)
class Asker:
    """Who looks up, as the record names them, and why. `account` is the key of the account.

    `areas` are the communes whose residents the asker may see; None for a post of the whole registry.
    """

    account: str
    clerk: str
    purpose: str
    reference: str = ""
    areas: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """A person found, and the look-up that opens their page."""

    look_up: int
    person: Person


@dataclass(frozen=True, slots=True)
class OpenLookUp:
    """A look-up that is open: the person, and the asker to go on as."""

    look_up: int
    person: Person
    asker: Asker


@dataclass(frozen=True, slots=True)
class LookUpView:
    """A look-up, for a page; `person` is None where nobody was found."""

    look_up: int
    person: Person | None
    clerk: str
    purpose: LookUpPurpose
    reference: str
    looked_at: datetime
    is_open: bool


def look_up_by_number(registry: Registry, asker: Asker, number: str) -> Found | None:
    """Find who has a number and record it; raises BAD_NUMBER and NO_PURPOSE, and then nothing is looked up.

    Who lives outside the asker's communes is not found, in the same words as a number that nobody has.
    """
    require_purpose(asker.purpose, asker.reference)
    with transaction.atomic():
        person = find_person(number)
        found = _record(registry, asker, [person if person is not None and _is_within(asker.areas, person) else None])
    return found[0] if found else None


def look_up_by_name(registry: Registry, asker: Asker, name: str, birth_date: date) -> tuple[Found, ...]:
    """Find everybody with exactly this name and birth date; each of them is recorded as looked up."""
    require_purpose(asker.purpose, asker.reference)
    with transaction.atomic():
        found = [person for person in find_by_name_and_birth(name, birth_date) if _is_within(asker.areas, person)]
        return _record(registry, asker, found or [None])


def look_up_member(registry: Registry, opened: OpenLookUp, number: str) -> Found | None:
    """Look up somebody who is registered in the same household, for the same purpose; None if they are not."""
    home = find_home(opened.person)
    members = [] if home is None else list_members(home.household)
    person = next((member.person for member in members if member.person.number == number), None)
    if person is None:
        return None
    with transaction.atomic():
        return _record(registry, opened.asker, [person])[0]


def look_up_applicant(registry: Registry, asker: Asker, person: Person) -> None:
    """Record that a clerk opens an application; again within the hour is the same look-up."""
    since = find_moment(registry.clock) - timedelta(minutes=OPEN_MINUTES)
    told = {"person": person, "account": asker.account, "purpose": asker.purpose, "reference": asker.reference}
    if not LookUp.objects.filter(**told, looked_at__gte=since).exists():
        _record(registry, asker, [person])


def get_open_look_up(registry: Registry, look_up: int, account: str, areas: frozenset[str] | None = None) -> OpenLookUp:
    """Get a look-up of this very account that is still open, of a resident of `areas`; raises NO_PURPOSE for others."""
    row = LookUp.objects.select_related("person").filter(pk=look_up, account=account).first()
    if row is None or row.person is None or not _is_open(registry, row) or not _is_within(areas, row.person):
        message = f"look-up {look_up}: it is not open to this account; look the person up again, with a purpose"
        raise PeopleError(PeopleErrorKind.NO_PURPOSE, message)
    return OpenLookUp(look_up, row.person, Asker(account, row.clerk, row.purpose, row.reference, areas))


def list_own_look_ups(registry: Registry, account: str, most: int) -> list[LookUpView]:
    """List a clerk's latest look-ups, the newest first."""
    rows = LookUp.objects.select_related("person").filter(account=account).order_by("-pk")[:most]
    return [_view(registry, row) for row in rows]


def list_look_ups_of(registry: Registry, person: Person, most: int) -> list[LookUpView]:
    """List who looked a person up, the newest first: for the person themselves, and for who keeps the record."""
    rows = LookUp.objects.select_related("person").filter(person=person).order_by("-pk")[:most]
    return [_view(registry, row) for row in rows]


def _record(registry: Registry, asker: Asker, people: Sequence[Person | None]) -> tuple[Found, ...]:
    purpose, reference = require_purpose(asker.purpose, asker.reference)
    if not asker.account or not asker.clerk.strip():
        raise PeopleError(PeopleErrorKind.BAD_REQUEST, "look-up: expected who asks")
    moment = find_moment(registry.clock)
    rows = [
        LookUp.objects.create(
            person=person,
            account=asker.account,
            clerk=asker.clerk[:200],
            purpose=purpose.value,
            reference=reference,
            looked_at=moment,
        )
        for person in people
    ]
    return tuple(Found(int(row.pk), row.person) for row in rows if row.person is not None)


def _is_within(areas: frozenset[str] | None, person: Person) -> bool:
    """Whether a person is registered as resident in one of the communes now."""
    if areas is None:
        return True
    home = find_home(person)
    return home is not None and home.area_code in areas


def _is_open(registry: Registry, row: LookUp) -> bool:
    return find_moment(registry.clock) - row.looked_at < timedelta(minutes=OPEN_MINUTES)


def _view(registry: Registry, row: LookUp) -> LookUpView:
    purpose = LookUpPurpose(row.purpose)
    return LookUpView(
        int(row.pk), row.person, row.clerk, purpose, row.reference, row.looked_at, _is_open(registry, row)
    )
