"""The first three digits of a personal number: which place registered the birth.

Owns the committed list (data/number-places.json), each part with its source and whether that was read. It
refuses to call a code wrong that it does not know: the list of country codes is unconfirmed.
"""

from __future__ import annotations

from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Final, Literal

import msgspec

from lienthong.people.errors import PeopleError, PeopleErrorKind

PLACES_FILE: Final = "number-places.json"

SANDBOX_CODE: Final = "999"
"""The code of all synthetic numbers. Being the highest, its numbers stand at the end of every index."""


class RuleSource(msgspec.Struct, frozen=True, kw_only=True):
    """Where a rule or list comes from; `unconfirmed` means that nobody here has read it."""

    status: Literal["cited", "unconfirmed"]
    first_day: str = msgspec.field(name="from", default="")
    document: str = ""
    article: str = ""
    note: str = ""


class SandboxCode(msgspec.Struct, frozen=True):
    """The code that synthetic people's numbers begin with."""

    code: str
    status: Literal["cited", "unconfirmed"]
    note: str


class NumberPlaces(msgspec.Struct, frozen=True):
    """The committed file as it is."""

    format: RuleSource
    places: RuleSource
    merger: RuleSource
    countries: RuleSource
    sandbox: SandboxCode
    provinces: dict[str, str]


class PlaceKind(StrEnum):
    """What the first three digits are."""

    PROVINCE = "province"
    SANDBOX = "sandbox"
    UNLISTED = "unlisted"
    """Another country perhaps, or nothing."""


@cache
def read_number_places() -> NumberPlaces:
    """Read the committed list; raises DATA_DAMAGED when it has not its form."""
    content = resources.files("lienthong.people").joinpath("data", PLACES_FILE).read_bytes()
    try:
        places = msgspec.json.decode(content, type=NumberPlaces)
    except msgspec.MsgspecError as error:
        message = f"{PLACES_FILE} has not the form that this release reads: {error}"
        raise PeopleError(PeopleErrorKind.DATA_DAMAGED, message) from error
    if places.sandbox.code != SANDBOX_CODE or SANDBOX_CODE in places.provinces:
        message = f"{PLACES_FILE}: the sandbox's code must be {SANDBOX_CODE} and no province's"
        raise PeopleError(PeopleErrorKind.DATA_DAMAGED, message)
    return places


def tell_place(code: str) -> tuple[PlaceKind, str]:
    """Tell what kind of place a code of three digits is, and its name (empty if it is not listed)."""
    if code == SANDBOX_CODE:
        return PlaceKind.SANDBOX, "synthetic"
    name = read_number_places().provinces.get(code)
    return (PlaceKind.UNLISTED, "") if name is None else (PlaceKind.PROVINCE, name)
