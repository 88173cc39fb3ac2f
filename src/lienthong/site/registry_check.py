"""The population registry as accounts ask it, in the role that has both: a direct call, supplied to the URLs.

Reads only; what is compared is said by nobody.
"""

from __future__ import annotations

import hmac
from typing import Final

from lienthong.identity.registry_port import CardData, KnownPerson
from lienthong.people.card_steps import CardState
from lienthong.people.errors import PeopleError
from lienthong.people.models import CardApplication
from lienthong.people.names import make_search_name, require_name
from lienthong.people.persons import find_person

_HELD: Final = (CardState.DELIVERED.value, CardState.ACTIVE.value)


class PeopleRegistry:
    """Answers from the tables of the population registry."""

    def agrees(self, told: CardData) -> bool:
        """Say whether number, name, birth date and the date of issue of a card in use are one living person's."""
        try:
            person = find_person(told.number)
            name = make_search_name(require_name(told.full_name))
        except PeopleError:
            return False
        if person is None or person.died_on is not None:
            return False
        cards = CardApplication.objects.filter(person=person, state__in=_HELD, issued_on=told.card_issued_on)
        is_same = hmac.compare_digest(name.encode(), person.search_name.encode()) & (
            person.birth_date == told.birth_date
        )
        return cards.exists() and is_same

    def find_person(self, number: str) -> KnownPerson | None:
        """Find who has a number, or had it before it was replaced."""
        try:
            person = find_person(number)
        except PeopleError:
            return None
        if person is None:
            return None
        return KnownPerson(person.number, person.full_name, person.birth_date, person.died_on is None)
