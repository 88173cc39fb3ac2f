"""Drafts that people accepted, completed and entered: a figure as an observation, a target into its plan, each once.

The document that was read is the source. What the text says stays as it was accepted: value, words and qualifier.
Who accepted a draft stands with the candidate, who entered it in `DraftEntry`. Documents are locked before their
candidates, as a document's withdrawal does.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Final

import msgspec
from django.db import transaction
from django.db.models import Count

from lienthong.areas.errors import AreasError, AreasErrorKind
from lienthong.areas.unit_book import Unknown
from lienthong.delivery.candidates import Draft, get_candidate
from lienthong.delivery.directive_words import CandidateState
from lienthong.delivery.errors import DeliveryErrorKind, refuse
from lienthong.delivery.figures import Cell
from lienthong.delivery.indicators import find_definition, find_limits, get_definition
from lienthong.delivery.keepers import require_keeper
from lienthong.delivery.models import Candidate, DraftEntry, Observation, Plan, ReadDocument, Target
from lienthong.delivery.number_text import find_exact
from lienthong.delivery.periods import parse_period
from lienthong.delivery.places import Place, Places
from lienthong.delivery.reading.found import CandidateKind
from lienthong.delivery.reason_values import Amount, UnitCode
from lienthong.delivery.reasons import ReasonKind, give_reason
from lienthong.delivery.recording import NewFigure, record_figures
from lienthong.delivery.sources import SourceTerms, list_sources, put_sources
from lienthong.delivery.target_terms import TargetTerms
from lienthong.delivery.target_words import Comparison, TargetKind
from lienthong.delivery.targets import get_plan, list_targets, put_plan
from lienthong.delivery.tasks import find_day
from lienthong.delivery.units import convert, parse_unit
from lienthong.delivery.words import Origin, Qualifier, SourceKind, Status, is_illustrative_area

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet

    from lienthong.delivery.errors import DeliveryError
    from lienthong.delivery.indicators import Definition
    from lienthong.identity.models import Account

KINDS: Final = (CandidateKind.OBSERVATION, CandidateKind.TARGET)
"""What is accepted as a draft."""

_PLAIN: Final = re.compile(r"\d+(?:\.\d+)?")
_PART: Final = re.compile(r"(\d+(?:\.\d+)?)/\d+(?:\.\d+)?")


class DocumentWords(msgspec.Struct, frozen=True, kw_only=True):
    """What a person says of the document: when it was published, and whether it can be cited."""

    published_on: date
    is_cited: bool


class FigureWords(msgspec.Struct, frozen=True, kw_only=True):
    """What a reported figure lacks to be an observation."""

    indicator: str
    area: str
    period: str
    unit: str
    status: Status
    is_reported: bool


class TargetWords(msgspec.Struct, frozen=True, kw_only=True):
    """What a promise lacks to be a target of a plan; `is_amended` says that the plan has the code already."""

    plan: str
    code: str
    is_amended: bool
    name_en: str
    kind: TargetKind
    comparison: Comparison
    goal: Decimal
    goal_high: Decimal | None
    unit: str
    due: str
    indicator: str


def list_waiting() -> QuerySet[Candidate]:
    """Give the drafts that nobody has entered, the newest first; those of emptied documents have no words left."""
    states = (CandidateState.ACCEPTED, CandidateState.CORRECTED)
    rows = Candidate.objects.filter(kind__in=KINDS, state__in=states, entry=None, document__withdrawn_at=None)
    rows = rows.select_related("document", "decided_by").defer("document__text")
    return rows.order_by("-decided_at", "-pk")


def count_waiting() -> dict[CandidateKind, int]:
    """Count the drafts that nobody has entered, by kind."""
    counted = dict(list_waiting().order_by().values_list("kind").annotate(Count("pk")))
    return {kind: counted.get(kind, 0) for kind in KINDS}


def count_entered() -> int:
    """Count the drafts that were entered."""
    return DraftEntry.objects.count()


def find_entry(candidate: int) -> DraftEntry | None:
    """Find what became of a draft."""
    rows = DraftEntry.objects.select_related("entered_by", "observation", "target__plan")
    return rows.filter(candidate_id=candidate).first()


def get_draft(candidate: Candidate) -> Draft:
    """Give what was accepted; raises `BAD_CANDIDATE` for what is no draft, or has no words left."""
    if candidate.kind not in KINDS or candidate.state not in {CandidateState.ACCEPTED, CandidateState.CORRECTED}:
        raise _refuse(candidate, ReasonKind.NOT_ACCEPTED)
    if not candidate.accepted:
        raise _refuse(candidate, ReasonKind.EMPTIED)
    return msgspec.convert(candidate.accepted, Draft)


def find_source(document: ReadDocument) -> SourceTerms:
    """Give the document as a source: as it is known, or as it would be new."""
    code = f"read-{document.pk}"
    new = SourceTerms(code=code, kind=SourceKind.DOCUMENT, title=document.name)
    return list_sources().get(code, new)


def enter_figure(key: int, words: FigureWords, document: DocumentWords, by: Account, now: datetime) -> DraftEntry:
    """Record an accepted figure; raises as recording does, and `NOT_A_KEEPER`, `BAD_CANDIDATE`, `CANDIDATE_DECIDED`.

    A crash leaves figure, source and entry, or none of them.
    """
    require_keeper(by, find_day(now))
    with transaction.atomic():
        candidate = _lock(key, CandidateKind.OBSERVATION)
        source = _put_source(candidate, document, now)
        figure = _make_figure(candidate, words, source)
        _require_first(candidate, figure)
        record_figures([figure])
        row = _list_rows(figure).latest("version")
        return _note(candidate, document, by, now, row)


def enter_target(key: int, words: TargetWords, document: DocumentWords, by: Account, now: datetime) -> DraftEntry:
    """Put an accepted target into its plan, unverified; raises as `put_plan` does, and as entering a figure does.

    The plan is locked, so that two cannot give the same code. A crash leaves target, source and entry, or none.
    """
    require_keeper(by, find_day(now))
    with transaction.atomic():
        candidate = _lock(key, CandidateKind.TARGET)
        source = _put_source(candidate, document, now)
        list(Plan.objects.select_for_update().filter(code=words.plan))
        put_plan(get_plan(words.plan), [_make_target(candidate, words, source)])
        row = Target.objects.filter(plan__code=words.plan, code=words.code).latest("version")
        return _note(candidate, document, by, now, row)


def _lock(key: int, kind: CandidateKind) -> Candidate:
    known = get_candidate(key)
    ReadDocument.objects.select_for_update().get(pk=known.document_id)
    candidate = Candidate.objects.select_for_update(of=("self",)).select_related("document").get(pk=key)
    if candidate.kind != kind:
        raise _refuse(candidate, ReasonKind.OTHER_KIND)
    get_draft(candidate)
    if DraftEntry.objects.filter(candidate=candidate).exists():
        reason = give_reason(ReasonKind.ENTERED_ALREADY)
        raise refuse(DeliveryErrorKind.CANDIDATE_DECIDED, reason, f"candidate {key}")
    return candidate


def _put_source(candidate: Candidate, words: DocumentWords, now: datetime) -> SourceTerms:
    if words.published_on > find_day(now):
        raise _refuse(candidate, ReasonKind.DAY_TO_COME, day=words.published_on)
    known = find_source(candidate.document)
    source = msgspec.structs.replace(known, published_on=words.published_on, is_cited=words.is_cited)
    put_sources([source])
    return source


def _make_figure(candidate: Candidate, words: FigureWords, source: SourceTerms) -> NewFigure:
    draft, definition = get_draft(candidate), get_definition(words.indicator)
    value, is_part = read_value(candidate, draft.value)
    cell = Cell(words.indicator, words.area, parse_period(words.period))
    published = source.published_on or cell.period.end
    if cell.period.begin > published:
        raise _refuse_cell(cell, ReasonKind.NOT_BEGUN, day=published)
    _require_area(cell, definition)
    qualifier = Qualifier(draft.qualifier)
    return NewFigure(
        cell=cell,
        area_on=cell.period.last_day,
        value=_bring(cell, value, words.unit, definition),
        source=source.code,
        status=words.status,
        published_on=published,
        origin=Origin.DOCUMENT,
        origin_ref=f"{source.code}, {candidate.pk}",
        qualifier=qualifier,
        wording=(draft.wording or draft.name)[:300],
        is_reported=words.is_reported or is_part or qualifier is not Qualifier.EXACT,
    )


def read_value(candidate: Candidate, text: str) -> tuple[Decimal, bool]:
    """Give a draft's figure, and whether it is one of a whole, such as 17 of 19; raises `BAD_CANDIDATE` for a range."""
    if part := _PART.fullmatch(text):
        return Decimal(part[1]), True
    if not _PLAIN.fullmatch(text):
        raise _refuse(candidate, ReasonKind.NO_SINGLE_FIGURE, value=text)
    return Decimal(text), False


def _bring(cell: Cell, value: Decimal, unit: str, definition: Definition) -> Decimal:
    """Bring a figure to its indicator's unit, exactly and within what it can be."""
    measure, own = parse_unit(unit), UnitCode(definition.unit)
    if not measure.is_like(definition.measure):
        reason = give_reason(ReasonKind.OTHER_UNIT, unit=own)
        raise refuse(DeliveryErrorKind.WRONG_UNIT, reason, cell.describe())
    converted = find_exact(convert(Fraction(value), measure, definition.measure))
    if converted is None:
        raise _refuse_cell(cell, ReasonKind.NOT_EXACT, unit=own)
    amount, (lower, upper) = Amount(converted, own), find_limits(definition)
    if lower is not None and converted < lower:
        raise _refuse_cell(cell, ReasonKind.BELOW_LEAST, amount=amount, least=Amount(Decimal(lower), own))
    if upper is not None and converted > upper:
        raise _refuse_cell(cell, ReasonKind.ABOVE_MOST, amount=amount, most=Amount(Decimal(upper), own))
    # As it was written where the unit is the same: 8.50 keeps its two decimals.
    return value if measure == definition.measure else converted


def _require_area(cell: Cell, definition: Definition) -> None:
    if definition.is_illustrative and not is_illustrative_area(cell.area):
        raise _refuse_cell(cell, ReasonKind.INVENTED_INDICATOR)
    told, places = {"area": cell.area, "day": cell.period.last_day}, Places()
    try:
        validity = places.find_validity(Place(cell.area, cell.period.last_day))
    except AreasError as error:
        is_empty = error.kind is AreasErrorKind.NOT_LOADED
        raise _refuse_cell(cell, ReasonKind.NO_AREAS_YET if is_empty else ReasonKind.NO_SUCH_AREA, **told) from error
    if isinstance(validity, Unknown):
        if validity.kind is AreasErrorKind.UNKNOWN_DAY:
            raise _refuse_cell(cell, ReasonKind.AREA_NOT_KNOWN_THEN, **told)
        units = places.list_units(cell.area)
        kind = ReasonKind.NO_SUCH_AREA_THEN if units else ReasonKind.NO_SUCH_AREA
        raise _refuse_cell(cell, kind, **told, units=units)


def _require_first(candidate: Candidate, figure: NewFigure) -> None:
    """Refuse a second, other figure of one cell from one document: a document does not revise itself."""
    for row in _list_rows(figure):
        if (row.value, row.qualifier) != (figure.value, figure.qualifier):
            amount = Amount(round(row.value, row.decimals), row.indicator.unit)
            raise _refuse(candidate, ReasonKind.GIVEN_ALREADY, amount=amount, cell=figure.cell)


def _list_rows(figure: NewFigure) -> QuerySet[Observation]:
    cell = figure.cell
    return Observation.objects.select_related("indicator").filter(
        indicator__code=cell.indicator,
        area_code=cell.area,
        area_on=figure.area_on,
        period=cell.period.text,
        breakdown=cell.breakdown,
        source__code=figure.source,
    )


def _make_target(candidate: Candidate, words: TargetWords, source: SourceTerms) -> TargetTerms:
    draft, known = get_draft(candidate), list_targets(words.plan, date.max)
    before = next((each for each in known if each.code == words.code), None)
    new = TargetTerms(
        **{name: getattr(words, name) for name in _SAID},
        place=1 + max((each.place for each in known), default=0),
        name=draft.name,
        source=source.code,
        published_on=source.published_on or date.max,
        note=draft.wording,
    )
    if (before is not None) != words.is_amended:
        raise _refuse_target(new, ReasonKind.CODE_TAKEN if before else ReasonKind.NOTHING_TO_AMEND)
    definition = find_definition(words.indicator) if words.indicator else None
    if definition is not None and definition.is_illustrative and not get_plan(words.plan).is_illustrative:
        raise _refuse_target(new, ReasonKind.INVENTED_TARGET)
    return new if before is None else _amend(before, new)


_SAID: Final = ("code", "name_en", "kind", "comparison", "goal", "goal_high", "unit", "due", "indicator")


def _amend(before: TargetTerms, new: TargetTerms) -> TargetTerms:
    """Keep of the version before what the new document does not touch."""
    if before.published_on > new.published_on:
        raise _refuse_target(new, ReasonKind.AMENDED_LATER, day=before.published_on)
    kept = {name: getattr(before, name) for name in ("place", "owner", "measured", "measured_en")}
    if before.kind == new.kind:
        kept["measure"] = before.measure
    if before.indicator == new.indicator:
        kept["breakdown"] = before.breakdown
    if before.unit == new.unit:
        kept |= {"baseline": before.baseline, "baseline_period": before.baseline_period}
        if (before.goal, before.due) == (new.goal, new.due):
            kept["path"] = before.path
    return msgspec.structs.replace(new, **kept)


def _note(
    candidate: Candidate, document: DocumentWords, by: Account, now: datetime, row: Observation | Target
) -> DraftEntry:
    return DraftEntry.objects.create(
        candidate=candidate,
        entered_by=by,
        entered_at=now,
        is_cited=document.is_cited,
        observation=row if isinstance(row, Observation) else None,
        target=row if isinstance(row, Target) else None,
    )


def _refuse(candidate: Candidate, kind: ReasonKind, **values: object) -> DeliveryError:
    return refuse(DeliveryErrorKind.BAD_CANDIDATE, give_reason(kind, **values), f"candidate {candidate.pk}")


def _refuse_cell(cell: Cell, kind: ReasonKind, **values: object) -> DeliveryError:
    return refuse(DeliveryErrorKind.BAD_CELL, give_reason(kind, **values), cell.describe())


def _refuse_target(target: TargetTerms, kind: ReasonKind, **values: object) -> DeliveryError:
    return refuse(DeliveryErrorKind.BAD_TARGET, give_reason(kind, **values), f"target {target.code}")
