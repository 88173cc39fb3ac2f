"""A card applied for over the exchange, as a step of a linked case: for a new child, say."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import msgspec
from django.db import transaction

from lienthong.people.card_steps import CardKind
from lienthong.people.cards import apply_for_card, get_card
from lienthong.people.persons import lock_person, require_same_person
from lienthong.people.request_types import AreaCode, LongText, NumberText

if TYPE_CHECKING:
    from lienthong.people.registry import Registry


class CardRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who applies, at which commune, and for what; the name and birth date must go with the number."""

    number: NumberText
    full_name: LongText
    birth_date: date
    area_code: AreaCode
    kind: CardKind = CardKind.FIRST


class CardAnswer(msgspec.Struct, frozen=True):
    """The application's number, and the day by which the card is due."""

    number: str
    application: int
    due_on: date


def request_card(registry: Registry, request: CardRequest, source: str) -> CardAnswer:
    """Take an application in, in one transaction; raises what `apply_for_card` raises."""
    with transaction.atomic():
        person = lock_person(request.number)
        require_same_person(person, request.full_name, request.birth_date)
        application = apply_for_card(registry, person.number, request.kind, request.area_code, source)
        return CardAnswer(person.number, application, get_card(registry, application).due_on)
