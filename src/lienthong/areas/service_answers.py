"""The forms of the areas service's answers; its OpenAPI document is made from these same types.

Every answer says two things apart: on a sandbox site, that who answers is no authority; and where the data comes
from, which is real and public.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

import msgspec
from msgspec import UNSET, UnsetType

from lienthong.areas.units import Kind, Level, Unit

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lienthong.areas.address_candidates import Candidate
    from lienthong.areas.addresses import ParsedAddress
    from lienthong.areas.agency_codes import Agency
    from lienthong.areas.store import Gazetteer
    from lienthong.areas.succession import Trace

NO_LEGAL_VALUE: Final = "BẢN MẪU – KHÔNG CÓ GIÁ TRỊ PHÁP LÝ"  # noqa: RUF001 # the dash of the official wording

SANDBOX_AGENCY: Final = "Z99.02"
"""The sample agency that offers this service in the sandbox."""


class SandboxMark(msgspec.Struct, frozen=True):
    """On every answer of a sandbox site: which agency answered, and that it is no authority."""

    instance: str
    agency: str = SANDBOX_AGENCY
    notice: str = NO_LEGAL_VALUE


class DataMark(msgspec.Struct, frozen=True):
    """Where the data comes from. `documents` are those that decided what the answer says."""

    source: str
    licence: str
    documents: tuple[str, ...]
    real: bool = True
    statement: str = "Real and public: the administrative units of Viet Nam"


class UnitName(msgspec.Struct, frozen=True):
    """A unit by code and name; its days are the answer's."""

    code: str
    name: str


class UnitField(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A unit, valid from `from` to `to`, both included; without `to`, until further notice.

    `english` is derived by rule where `english_is_derived` says so, and then not official.
    """

    code: str
    name: str
    kind: Kind
    level: Level
    english: str
    english_is_derived: bool
    first_day: date = msgspec.field(name="from")
    last_day: date | None = msgspec.field(name="to", default=None)
    district: str = ""
    province: UnitName | None = None
    successors: tuple[str, ...] = ()
    predecessors: tuple[str, ...] = ()


class ShareField(msgspec.Struct, frozen=True):
    """How much of a unit a candidate stands for: known where the bounds are equal, else somewhere between them."""

    code: str
    lower: float
    upper: float


class UnitAnswer(msgspec.Struct, frozen=True):
    """The unit that had the code on the day `on`."""

    on: date
    unit: UnitField
    data: DataMark
    sandbox: SandboxMark | UnsetType = UNSET


class SuccessorsAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Which unit of the day `to` the one of the day `on` is, later or earlier.

    `decided` is true with exactly one candidate. It is false for a unit that was divided (or, looking back, put
    together): all candidates are listed by code, none is preferred.
    """

    on: date
    to: date
    unit: UnitField
    decided: bool
    candidates: tuple[UnitField, ...]
    shares: tuple[ShareField, ...]
    data: DataMark
    sandbox: SandboxMark | UnsetType = UNSET


class UnitsAnswer(msgspec.Struct, frozen=True):
    """All units of a level on the day `on`, ordered by code."""

    on: date
    units: tuple[UnitField, ...]
    data: DataMark
    sandbox: SandboxMark | UnsetType = UNSET


class AddressCandidate(msgspec.Struct, frozen=True):
    """A unit that the text may mean. The score only ranks; `rest` is what it leaves of the text."""

    unit: UnitField
    score: float
    reasons: tuple[str, ...]
    rest: str


class AddressAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What an address may mean, best first. `decided`: the first stands clear of all others; else a person chooses."""

    text: str
    on: date | None
    decided: bool
    candidates: tuple[AddressCandidate, ...]
    left_out: int
    data: DataMark
    sandbox: SandboxMark | UnsetType = UNSET


class AgencyField(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An agency under one code, from `from` to before `until`."""

    code: str
    name: str
    english: str
    parent: str = ""
    area: str = ""
    first_day: date = msgspec.field(name="from")
    until: date | None = None
    source: str


class AgencyAnswer(msgspec.Struct, frozen=True):
    """The agency that had the code on the day `on`."""

    on: date
    agency: AgencyField
    sandbox: SandboxMark | UnsetType = UNSET


class AddressQuestion(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An address to read; with a day, only units of that day are candidates."""

    text: str
    on: date | None = None


Mark = SandboxMark | UnsetType


def describe_unit(gazetteer: Gazetteer, unit: Unit) -> UnitField:
    """Make a unit's field."""
    book = gazetteer.book
    parent, province = book.find_parent(unit), book.find_province(unit)
    names = gazetteer.english[unit.key]
    return UnitField(
        code=unit.code,
        name=unit.name,
        kind=unit.kind,
        level=unit.level,
        english=names.english,
        english_is_derived=names.is_derived,
        first_day=unit.begin,
        last_day=unit.last_day,
        district=parent.name if parent is not None and parent.level is Level.DISTRICT else "",
        province=None if province is unit else UnitName(province.code, province.name),
        successors=tuple(sorted(link.new.code for link in book.onward.get(unit.key, ()))),
        predecessors=tuple(sorted(link.old.code for link in book.origins.get(unit.key, ()))),
    )


def describe_data(gazetteer: Gazetteer, units: Iterable[Unit]) -> DataMark:
    """Make the `data` field for an answer about `units`."""
    book = gazetteer.book
    links = (link for unit in units for link in (*book.onward.get(unit.key, ()), *book.origins.get(unit.key, ())))
    documents = sorted({link.document for link in links if link.document})
    return DataMark(gazetteer.source, "MIT", tuple(documents))


def answer_unit(gazetteer: Gazetteer, unit: Unit, on: date, mark: Mark) -> UnitAnswer:
    """Answer which unit had a code."""
    return UnitAnswer(on, describe_unit(gazetteer, unit), describe_data(gazetteer, [unit]), mark)


def answer_units(gazetteer: Gazetteer, units: Iterable[Unit], on: date, mark: Mark) -> UnitsAnswer:
    """Answer with a list of units."""
    listed = list(units)
    fields = tuple(describe_unit(gazetteer, unit) for unit in listed)
    return UnitsAnswer(on, fields, describe_data(gazetteer, listed), mark)


def answer_trace(
    gazetteer: Gazetteer, unit: Unit, days: tuple[date, date], trace: Trace, mark: Mark
) -> SuccessorsAnswer:
    """Answer what a unit of the first day is on the second."""
    return SuccessorsAnswer(
        on=days[0],
        to=days[1],
        unit=describe_unit(gazetteer, unit),
        decided=len(trace) == 1,
        candidates=tuple(describe_unit(gazetteer, part.unit) for part in trace),
        shares=tuple(ShareField(part.unit.code, float(part.share.lower), float(part.share.upper)) for part in trace),
        data=describe_data(gazetteer, [unit]),
        sandbox=mark,
    )


def answer_address(gazetteer: Gazetteer, parsed: ParsedAddress, on: date | None, mark: Mark) -> AddressAnswer:
    """Answer what an address may mean."""

    def describe(candidate: Candidate) -> AddressCandidate:
        reasons = tuple(str(reason) for reason in candidate.reasons)
        rest = parsed.find_rest(candidate)
        return AddressCandidate(describe_unit(gazetteer, candidate.unit), candidate.score, reasons, rest)

    return AddressAnswer(
        text=parsed.text,
        on=on,
        decided=parsed.decided is not None,
        candidates=tuple(describe(candidate) for candidate in parsed.candidates),
        left_out=parsed.left_out,
        data=describe_data(gazetteer, [candidate.unit for candidate in parsed.candidates]),
        sandbox=mark,
    )


def answer_agency(agency: Agency, on: date, mark: Mark) -> AgencyAnswer:
    """Answer which agency had a code."""
    field = AgencyField(
        code=agency.code,
        name=agency.name,
        english=agency.english,
        parent=agency.parent,
        area=agency.area,
        first_day=agency.begin,
        until=agency.end,
        source=agency.source,
    )
    return AgencyAnswer(on, field, mark)
