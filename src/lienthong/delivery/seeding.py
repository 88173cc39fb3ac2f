"""Loads this house's data files: sources, indicators, plans, what was reported, and the illustrative set.

Two sets, never mixed: `reference` is real and marked where it is not confirmed, `illustrative` is invented, stands in
invented areas and goes into sandboxes only. A set goes in whole or not at all, and may be loaded again.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from importlib import resources
from typing import TYPE_CHECKING, Final, TypeVar

import msgspec
from django.db import transaction

from lienthong.delivery.errors import DeliveryError, DeliveryErrorKind
from lienthong.delivery.figures import Cell
from lienthong.delivery.formula_checks import verify_formulas
from lienthong.delivery.indicators import Definition, list_definitions, put_definitions, verify_definition
from lienthong.delivery.periods import parse_period
from lienthong.delivery.progress import follow, tell_nobody
from lienthong.delivery.recording import NewFigure, record_figures
from lienthong.delivery.sources import SourceTerms, list_sources, put_sources
from lienthong.delivery.target_terms import PlanTerms, TargetTerms
from lienthong.delivery.targets import put_plan
from lienthong.delivery.words import ILLUSTRATIVE_PROVINCE, Origin, Qualifier, Status

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from lienthong.delivery.progress import Tell

DAYS_UNTIL_PUBLISHED: Final = 89
"""When the invented yearly figures become known: by the end of March."""

REPORTED_AREA: Final = "22"


class SeedSet(StrEnum):
    """Which data to load."""

    REFERENCE = "reference"
    ILLUSTRATIVE = "illustrative"


_FILES: Final = {
    SeedSet.REFERENCE: ("sources.toml", "indicators.toml", "specimen.toml", "plans.toml"),
    SeedSet.ILLUSTRATIVE: ("indicators.toml", "illustrative.toml"),
}


class _Figure(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A figure that somebody reported."""

    indicator: str
    period: str
    value: Decimal
    source: str
    area: str = REPORTED_AREA
    status: Status = Status.OFFICIAL
    qualifier: Qualifier = Qualifier.EXACT
    wording: str = ""
    is_reported: bool = True
    published_on: date | None = None
    note: str = ""


class _Series(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Invented figures of several periods."""

    indicator: str
    values: dict[str, Decimal]
    area: str = ILLUSTRATIVE_PROVINCE
    status: Status = Status.OFFICIAL
    source: str = "invented"


class _SeedPlan(PlanTerms, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A plan with its targets."""

    target: tuple[TargetTerms, ...] = ()


class Seed(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a data file may hold."""

    source: tuple[SourceTerms, ...] = ()
    indicator: tuple[Definition, ...] = ()
    figure: tuple[_Figure, ...] = ()
    series: tuple[_Series, ...] = ()
    plan: tuple[_SeedPlan, ...] = ()


def load_seed(seed_set: SeedSet, say: Callable[[str], None], tell: Tell = tell_nobody) -> Counter[str]:
    """Load a set in one transaction: all of it, or nothing. What is there already is left alone."""
    return load_seeds([read_seed(name) for name in _FILES[seed_set]], say, tell)


def load_seeds(seeds: list[Seed], say: Callable[[str], None], tell: Tell = tell_nobody) -> Counter[str]:
    """Load data that was read already, in one transaction."""
    counts: Counter[str] = Counter()
    # A crash before the end leaves the tables as they were; the load is simply repeated.
    with transaction.atomic():
        for seed in seeds:
            _count(counts, "sources", put_sources(seed.source))
            for definition in seed.indicator:
                verify_definition(definition)
            _count(counts, "indicators", put_definitions(seed.indicator))
        verify_formulas(list_definitions())
        published = {code: each.published_on for code, each in list_sources().items()}
        figures = [each for seed in seeds for each in _list_figures(seed, published)]
        recorded = record_figures(figures, tell)
        _count(counts, "figures", {name: getattr(recorded, name) for name in ("added", "revised", "unchanged")})
        plans = [each for seed in seeds for each in seed.plan]
        for plan in follow(plans, "plans put in", tell, len(plans)):
            _count(counts, "targets", put_plan(_without_targets(plan), plan.target))
    for name, number in sorted(counts.items()):
        say(f"{name}: {number}")
    return counts


def read_seed(name: str) -> Seed:
    """Read one of the data files; raises `DATA_DAMAGED`."""
    content = resources.files("lienthong.delivery").joinpath("data", name).read_text("utf-8")
    return parse_seed(content, name)


def parse_seed(content: str, name: str) -> Seed:
    """Read the text of a data file (TOML); raises `DATA_DAMAGED`."""
    try:
        return _convert(tomllib.loads(content), Seed)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise DeliveryError(DeliveryErrorKind.DATA_DAMAGED, f"{name}: {error}") from error


def _list_figures(seed: Seed, published: Mapping[str, date | None]) -> Iterator[NewFigure]:
    for each in seed.figure:
        yield _make_reported(each, published)
    for series in seed.series:
        for period, value in series.values.items():
            yield _make_invented(series, period, value)


def _make_reported(figure: _Figure, published: Mapping[str, date | None]) -> NewFigure:
    period = parse_period(figure.period)
    return NewFigure(
        cell=Cell(figure.indicator, figure.area, period),
        area_on=period.last_day,
        value=figure.value,
        source=figure.source,
        status=figure.status,
        published_on=figure.published_on or published.get(figure.source) or period.end,
        origin=Origin.DOCUMENT,
        origin_ref=figure.wording,
        qualifier=figure.qualifier,
        wording=figure.wording,
        is_reported=figure.is_reported,
        note=figure.note,
    )


def _make_invented(series: _Series, text: str, value: Decimal) -> NewFigure:
    period = parse_period(text)
    return NewFigure(
        cell=Cell(series.indicator, series.area, period),
        area_on=period.last_day,
        value=value,
        source=series.source,
        status=series.status,
        published_on=period.end + timedelta(days=DAYS_UNTIL_PUBLISHED),
        origin=Origin.SEED,
        origin_ref="illustrative.toml",
    )


def _without_targets(plan: _SeedPlan) -> PlanTerms:
    return PlanTerms(**{name: getattr(plan, name) for name in PlanTerms.__struct_fields__})


def _count(counts: Counter[str], table: str, done: Mapping[str, int]) -> None:
    for name, number in done.items():
        counts[f"{table} {name}"] += number


T = TypeVar("T")


def _convert(content: Mapping[str, object], shape: type[T]) -> T:
    # Figures stand as text in the files, so that they stay exact.
    return msgspec.convert(content, shape, strict=False)
