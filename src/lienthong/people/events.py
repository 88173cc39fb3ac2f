"""What happens to persons and households: the forms of events as they are stored, one per kind.

An event is never changed. Everything that the registry knows of somebody follows from the person's events
in their order (see `facts`). Persons and households are named by the registry's own ids here, because a
personal number may be replaced.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

import msgspec
from msgspec import UNSET, UnsetType

from lienthong.people.errors import PeopleError, PeopleErrorKind
from lienthong.people.words import VIETNAMESE, MaritalStatus, Relation, Sex, StayKind


class EventKind(StrEnum):
    """The kind of each event, as a column of its own."""

    LOADED = "loaded"
    BORN = "born"
    DIED = "died"
    DEATH_REVERSED = "death-reversed"
    CORRECTED = "corrected"
    RENAMED = "renamed"
    STATUS_TOLD = "status-told"
    MOVED_IN = "moved-in"
    MOVED_OUT = "moved-out"
    VERIFIED = "verified"
    HOUSEHOLD_LOADED = "household-loaded"
    HOUSEHOLD_FORMED = "household-formed"
    HOUSEHOLD_PLACED = "household-placed"


class Stay(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """Somebody's right to live in a household, from a day until the day `end`, which it no longer covers."""

    household: int
    relation: Relation
    first_day: date = msgspec.field(name="from")
    end: date | None = msgspec.field(name="to", default=None)
    kind: StayKind = StayKind.PERMANENT


class Place(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """Where a household is, from a day until the day `end`: the unit's code of that time, and the rest."""

    area: str
    line: str
    first_day: date = msgspec.field(name="from")
    end: date | None = msgspec.field(name="to", default=None)


class _Body(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True, tag_field="kind"):
    pass


class Loaded(_Body, frozen=True, tag=EventKind.LOADED.value):
    """All that another register held of a person on the day of the first load."""

    number: str
    full_name: str
    sex: Sex
    birth_date: date
    birth_place: str = ""
    nationality: str = VIETNAMESE
    ethnicity: str = ""
    marital_status: MaritalStatus = MaritalStatus.SINGLE
    status_since: date | None = None
    spouse: int | None = None
    father: int | None = None
    mother: int | None = None
    died_on: date | None = None
    verified: bool = True
    stays: tuple[Stay, ...] = ()


class Born(_Body, frozen=True, tag=EventKind.BORN.value):
    """A birth that the civil registry registered, and the number given to it."""

    number: str
    full_name: str
    sex: Sex
    birth_date: date
    birth_place: str = ""
    nationality: str = VIETNAMESE
    ethnicity: str = ""
    father: int | None = None
    mother: int | None = None
    office: str = ""
    certificate: str = ""


class Died(_Body, frozen=True, tag=EventKind.DIED.value):
    """A death that the civil registry registered; the day is the event's."""

    certificate: str


class DeathReversed(_Body, frozen=True, tag=EventKind.DEATH_REVERSED.value):
    """A decision that somebody recorded as dead lives."""

    decision: str


class Corrected(_Body, frozen=True, tag=EventKind.CORRECTED.value):
    """What was recorded wrong, and was never so. A new number comes with another sex or birth year."""

    decision: str
    full_name: str | UnsetType = UNSET
    sex: Sex | UnsetType = UNSET
    birth_date: date | UnsetType = UNSET
    birth_place: str | UnsetType = UNSET
    nationality: str | UnsetType = UNSET
    ethnicity: str | UnsetType = UNSET
    father: int | UnsetType | None = UNSET
    mother: int | UnsetType | None = UNSET
    number: str | UnsetType = UNSET


class Renamed(_Body, frozen=True, tag=EventKind.RENAMED.value):
    """A change of name from the event's day on; the former name stays true for the time before."""

    full_name: str
    decision: str


class StatusTold(_Body, frozen=True, tag=EventKind.STATUS_TOLD.value):
    """A marital status as the civil registry told it."""

    status: MaritalStatus
    spouse: int | None = None
    certificate: str = ""


class MovedIn(_Body, frozen=True, tag=EventKind.MOVED_IN.value):
    """A residence is registered from the event's day on; a permanent one ends the permanent one before."""

    household: int
    relation: Relation
    stay: StayKind = StayKind.PERMANENT


class MovedOut(_Body, frozen=True, tag=EventKind.MOVED_OUT.value):
    """A residence ends on the event's day."""

    household: int
    reason: str = ""


class Verified(_Body, frozen=True, tag=EventKind.VERIFIED.value):
    """An officer compared the person with papers or the card, and the number is theirs."""

    officer: str
    how: str


class HouseholdLoaded(_Body, frozen=True, tag=EventKind.HOUSEHOLD_LOADED.value):
    """All places of a household that another register held."""

    places: tuple[Place, ...]


class HouseholdFormed(_Body, frozen=True, tag=EventKind.HOUSEHOLD_FORMED.value):
    """A new household at a place."""

    area: str
    line: str


class HouseholdPlaced(_Body, frozen=True, tag=EventKind.HOUSEHOLD_PLACED.value):
    """A household is elsewhere from the event's day on, or its place is called otherwise by a reform."""

    area: str
    line: str
    reason: str = ""


PersonBody = Loaded | Born | Died | DeathReversed | Corrected | Renamed | StatusTold | MovedIn | MovedOut | Verified
HouseholdBody = HouseholdLoaded | HouseholdFormed | HouseholdPlaced
Body = PersonBody | HouseholdBody


class RecordedEvent(msgspec.Struct, frozen=True):
    """An event as it stands in the registry; `sequence` is its place among all."""

    sequence: int
    valid_from: date
    recorded_at: datetime
    source: str
    body: Body


_DECODER: msgspec.json.Decoder[Body] = msgspec.json.Decoder(Body)


def encode_body(body: Body) -> bytes:
    """Write a body as JSON; `kind` says which it is."""
    return msgspec.json.encode(body)


def decode_body(content: bytes | str) -> Body:
    """Read a body; raises DATA_DAMAGED for what this release cannot have written."""
    try:
        return _DECODER.decode(content)
    except msgspec.MsgspecError as error:
        message = f"an event's body cannot be read: {error}; was it written by a later release?"
        raise PeopleError(PeopleErrorKind.DATA_DAMAGED, message) from error


def get_kind(body: Body) -> EventKind:
    """Get the kind that a body's form stands for."""
    return EventKind(str(body.__struct_config__.tag))
