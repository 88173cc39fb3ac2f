"""Giving a personal number away: random, never twice, and only in the sandbox's range.

The random part comes from the system's source, so that a number cannot be guessed from another. That no
number is given twice is the table's primary key: of two who draw the same one, the second waits for the
first and then draws again. What is drawn in a transaction that fails is free again.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Final

from django.db import connection

from lienthong.people.errors import PeopleError, PeopleErrorKind
from lienthong.people.number_places import SANDBOX_CODE
from lienthong.people.personal_number import SERIALS, make_prefix

if TYPE_CHECKING:
    from lienthong.people.registry import Registry
    from lienthong.people.words import Sex

_DRAWS: Final = 24
"""In a range that is half full, one allocation in 16 million gets past these and looks for free ones."""
_SEARCHES: Final = 5
_FOUND_FREE: Final = 64
"""So many free numbers are looked for at once, because others may take some meanwhile."""

_TAKE: Final = """
INSERT INTO people_allocatednumber (number, person_id) VALUES (%s, %s) ON CONFLICT DO NOTHING RETURNING number
"""
_FIND_FREE: Final = """
SELECT serial FROM generate_series(%s::bigint, %s::bigint) AS serial
WHERE NOT EXISTS (SELECT FROM people_allocatednumber WHERE number = serial) ORDER BY random() LIMIT %s
"""


def allocate_number(registry: Registry, sex: Sex, birth_year: int, person: int) -> str:
    """Allocate a number to a person, in the caller's transaction.

    Raises NOT_ALLOCATING for an instance with real people: their numbers come from the Ministry of Public
    Security. Raises RANGE_EXHAUSTED when no number of this sex and birth year is left.
    """
    if not registry.is_synthetic:
        message = (
            f"instance {registry.instance} does not allocate personal numbers: only the Ministry of Public Security "
            "does; register the birth with the number that it gave"
        )
        raise PeopleError(PeopleErrorKind.NOT_ALLOCATING, message)
    return take_number(make_prefix(SANDBOX_CODE, sex, birth_year), person)


def take_number(prefix: str, person: int, serials: int = SERIALS) -> str:
    """Take a free number under a prefix of six digits; tests have fewer serials than a million."""
    first = int(prefix) * SERIALS
    for _ in range(_DRAWS):
        if _take(number := first + secrets.randbelow(serials), person):
            return _format(number)
    return _take_searched(first, person, serials)


def claim_number(number: str, person: int) -> None:
    """Note a number that another authority gave to a person; refuses one that somebody has or had."""
    if not _take(int(number), person):
        message = f"personal number {number} is already given away; a number is never used again"
        raise PeopleError(PeopleErrorKind.CONFLICT, message)


def _take_searched(first: int, person: int, serials: int) -> str:
    """Look for what is left in a range that is nearly full; this reads a million index entries."""
    with connection.cursor() as cursor:
        for _ in range(_SEARCHES):
            cursor.execute(_FIND_FREE, [first, first + serials - 1, _FOUND_FREE])
            free = [number for (number,) in cursor.fetchall()]
            for number in free:
                if _take(number, person):
                    return _format(number)
            if not free:
                break
    message = (
        f"all {serials} numbers that begin with {first // SERIALS:06} (place, sex and birth year) are given away; "
        "the form of numbers allows no more, so this needs a decision and not a retry"
    )
    raise PeopleError(PeopleErrorKind.RANGE_EXHAUSTED, message)


def _take(number: int, person: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [number, person])
        return cursor.fetchone() is not None


def _format(number: int) -> str:
    return f"{number:012}"
