"""Why a clerk may look a person up: a closed list, and when it needs a reference. Pure."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from lienthong.people.errors import PeopleError, PeopleErrorKind

MOST_REFERENCE_CHARACTERS: Final = 200
"""A case's number, a decision's number and date, or one sentence."""


class LookUpPurpose(StrEnum):
    """What a look-up is for."""

    COUNTER = "counter"
    """The person is at the counter and asks for it."""
    CARD = "card"
    """An application for a card."""
    RESIDENCE = "residence"
    """A residence is registered or ended."""
    CORRECTION = "correction"
    """Something recorded is said to be wrong."""
    CASE = "case"
    """A case of another procedure."""
    OTHER = "other"


NEEDS_REFERENCE: Final = frozenset({LookUpPurpose.CORRECTION, LookUpPurpose.CASE, LookUpPurpose.OTHER})
"""These say too little alone: which case, which paper, which reason."""


def require_purpose(purpose: str, reference: str) -> tuple[LookUpPurpose, str]:
    """Give a purpose and its reference, cleaned; raises NO_PURPOSE without one, or where it needs a reference."""
    cleaned = " ".join(reference.split())[:MOST_REFERENCE_CHARACTERS]
    try:
        found = LookUpPurpose(purpose)
    except ValueError as error:
        message = f"purpose {purpose!r}: expected one of {', '.join(LookUpPurpose)}"
        raise PeopleError(PeopleErrorKind.NO_PURPOSE, message) from error
    if found in NEEDS_REFERENCE and not cleaned:
        message = f"purpose {found}: expected a reference, such as a case's number or the paper at hand"
        raise PeopleError(PeopleErrorKind.NO_PURPOSE, message)
    return found, cleaned
