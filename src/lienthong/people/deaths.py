"""Deaths, and the reversal of one that was wrong.

A wrong death takes everything from a living person at once, so it is set only on a verified identity whose
name and birth date the request names too, and it can always be taken back by a decision; both stay recorded.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import msgspec
from django.db import transaction

from lienthong.people.days import find_moment, find_today, require_past_day
from lienthong.people.errors import PeopleError, PeopleErrorKind
from lienthong.people.events import DeathReversed, Died
from lienthong.people.persons import lock_person, require_alive, require_same_person, require_verified
from lienthong.people.recording import Told, record_person_event
from lienthong.people.request_types import LongText, NeededText, NumberText

if TYPE_CHECKING:
    from lienthong.people.registry import Registry


class DeathRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the civil registry tells of a death."""

    number: NumberText
    full_name: LongText
    birth_date: date
    died_on: date
    certificate: NeededText


class DeathAnswer(msgspec.Struct, frozen=True):
    """What is recorded now."""

    number: str
    died_on: date | None


def register_death(registry: Registry, request: DeathRequest, source: str) -> DeathAnswer:
    """Record a death: (1) a verified identity, (2) the same person, (3) alive until now, (4) a possible day."""
    if not request.certificate.strip():
        raise PeopleError(PeopleErrorKind.BAD_REQUEST, "certificate: expected the death certificate's number")
    with transaction.atomic():
        person = lock_person(request.number)
        require_verified(person)
        require_same_person(person, request.full_name, request.birth_date)
        require_alive(person)
        require_past_day(request.died_on, person.birth_date, find_today(registry.clock))
        told = Told(source, find_moment(registry.clock))
        state = record_person_event(person.pk, Died(request.certificate), request.died_on, told)
    return DeathAnswer(state.number, state.died_on)


def reverse_death(registry: Registry, number: str, decision: str, source: str) -> DeathAnswer:
    """Take a recorded death back by a decision, which is named."""
    if not decision.strip():
        raise PeopleError(PeopleErrorKind.BAD_REQUEST, "decision: expected the number and date of the decision")
    with transaction.atomic():
        person = lock_person(number)
        if person.died_on is None:
            message = f"personal number {person.number}: not recorded as dead, so there is nothing to reverse"
            raise PeopleError(PeopleErrorKind.CONFLICT, message)
        told = Told(source, find_moment(registry.clock))
        state = record_person_event(person.pk, DeathReversed(decision), find_today(registry.clock), told)
    return DeathAnswer(state.number, state.died_on)
