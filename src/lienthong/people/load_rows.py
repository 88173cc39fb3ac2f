r"""A first load as rows for PostgreSQL's COPY: one event per person or household, and its projection.

A registry of millions is loaded by rows that are made beside the database, in as many processes as there
are. That the projection rows are the ones that the events fold to is what `find_drift` checks. The text
format is COPY's own: tabs between columns, `\N` for null.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Final

from lienthong.people.events import EventKind, HouseholdLoaded, Loaded, encode_body
from lienthong.people.names import make_search_name

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

NULL: Final = r"\N"

LOAD_TABLES: Final = {
    "people_household": ("id",),
    "people_person": (
        "id",
        "number",
        "full_name",
        "search_name",
        "sex",
        "birth_date",
        "birth_place",
        "nationality",
        "ethnicity",
        "father_id",
        "mother_id",
        "marital_status",
        "spouse_id",
        "died_on",
        "verified",
    ),
    "people_allocatednumber": ("number", "person_id"),
    "people_residence": ("person_id", "household_id", "relation", "kind", "valid"),
    "people_householdplace": ("household_id", "area_code", "line", "valid"),
    "people_event": ("id", "person_id", "household_id", "kind", "valid_from", "recorded_at", "source", "body"),
}
"""Each table and its columns, in the order in which they are loaded."""


@dataclass(frozen=True, slots=True)
class LoadSource:
    """Who says all this, when it is recorded, and the day on which it was so."""

    name: str
    recorded_at: datetime
    day: date


@dataclass(slots=True)
class LoadRows:
    """Rows of each table of `LOAD_TABLES`, collected."""

    source: LoadSource
    rows: dict[str, list[str]] = field(default_factory=lambda: {table: [] for table in LOAD_TABLES})

    def add_household(self, household: int, event: int, body: HouseholdLoaded) -> None:
        """Add a household with its places."""
        self.rows["people_household"].append(f"{household}\n")
        for place in body.places:
            valid = _format_range(place.first_day, place.end)
            self.rows["people_householdplace"].append(f"{household}\t{place.area}\t{_escape(place.line)}\t{valid}\n")
        self._add_event(event, f"{NULL}\t{household}\t{EventKind.HOUSEHOLD_LOADED}", body)

    def add_person(self, person: int, event: int, body: Loaded) -> None:
        """Add a person with number and residences."""
        name = _escape(body.full_name)
        search_name = " ".join([_fold_word(word) for word in name.split(" ")])
        self.rows["people_person"].append(
            f"{person}\t{body.number}\t{name}\t{search_name}\t{body.sex}\t{body.birth_date}\t{_escape(body.birth_place)}\t"
            f"{body.nationality}\t{_escape(body.ethnicity)}\t{_or_null(body.father)}\t{_or_null(body.mother)}\t"
            f"{body.marital_status}\t{_or_null(body.spouse)}\t{_or_null(body.died_on)}\t{body.verified}\n"
        )
        self.rows["people_allocatednumber"].append(f"{body.number}\t{person}\n")
        for stay in body.stays:
            valid = _format_range(stay.first_day, stay.end)
            self.rows["people_residence"].append(f"{person}\t{stay.household}\t{stay.relation}\t{stay.kind}\t{valid}\n")
        self._add_event(event, f"{person}\t{NULL}\t{EventKind.LOADED}", body)

    def take(self) -> dict[str, bytes]:
        """Give what was collected as one piece per table, and begin anew."""
        taken = {table: "".join(rows).encode() for table, rows in self.rows.items()}
        for rows in self.rows.values():
            rows.clear()
        return taken

    def _add_event(self, event: int, subject: str, body: Loaded | HouseholdLoaded) -> None:
        content = _escape(encode_body(body).decode())
        source = self.source
        self.rows["people_event"].append(
            f"{event}\t{subject}\t{source.day}\t{source.recorded_at}\t{_escape(source.name)}\t{content}\n"
        )


def make_load_rows(
    source: LoadSource,
    households: Iterable[tuple[int, HouseholdLoaded]],
    people: Iterable[tuple[int, Loaded]],
    first_event: int,
) -> dict[str, bytes]:
    """Make the rows of a load; events are numbered from `first_event`, households first."""
    rows = LoadRows(source)
    event = first_event
    for household, places in households:
        rows.add_household(household, event, places)
        event += 1
    for person, body in people:
        rows.add_person(person, event, body)
        event += 1
    return rows.take()


def _format_range(first_day: date, end: date | None) -> str:
    return f"[{first_day},{end or ''})"


def _or_null(value: object) -> object:
    return NULL if value is None else value


def _escape(text: str) -> str:
    r"""COPY reads `\` and ends columns and rows at tabs and line ends."""
    if "\\" in text or "\t" in text or "\n" in text or "\r" in text:
        return text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")
    return text


@cache
def _fold_word(word: str) -> str:
    # A name's words are few and come a million times; folding word by word gives what folding the name gives.
    return make_search_name(word)
