"""One measured value: of what, where, when, broken down by what, in which version, from which source."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from lienthong.delivery.breakdowns import BREAKDOWN_PATTERN
from lienthong.delivery.models.columns import (
    AREA_PATTERN,
    BREAKDOWN_CHARACTERS,
    DECIMALS,
    DIGITS,
    ILLUSTRATIVE_AREA_PATTERN,
    NAME_CHARACTERS,
    PERIOD_CHARACTERS,
    WORD_CHARACTERS,
    one_of,
)
from lienthong.delivery.models.indicator import Indicator, Source
from lienthong.delivery.words import Origin, Qualifier, Status


class Observation(models.Model):
    """A figure as its source gave it. A revised one is another row with the next version; nothing is overwritten."""

    indicator = models.ForeignKey(Indicator, models.PROTECT, related_name="observations")
    # A unit's code with a day on which it is meant, never a key into units: codes were given to others.
    area_code = models.CharField(max_length=5)
    area_on = models.DateField()
    period = models.CharField(max_length=PERIOD_CHARACTERS)
    period_begin = models.DateField()
    period_end = models.DateField()
    breakdown = models.CharField(max_length=BREAKDOWN_CHARACTERS, blank=True)
    source = models.ForeignKey(Source, models.PROTECT, related_name="observations")
    version = models.PositiveIntegerField()
    value = models.DecimalField(max_digits=DIGITS, decimal_places=DECIMALS)
    decimals = models.PositiveSmallIntegerField()
    qualifier = models.CharField(max_length=WORD_CHARACTERS, default=Qualifier.EXACT)
    # The words of the source where it was read in a text: "trên 9.500 USD".
    wording = models.CharField(max_length=NAME_CHARACTERS, blank=True)
    status = models.CharField(max_length=WORD_CHARACTERS)
    # Told by somebody, its base not given: shown, never computed with.
    is_reported = models.BooleanField(default=False)
    is_illustrative = models.BooleanField(default=False)
    origin = models.CharField(max_length=WORD_CHARACTERS)
    origin_ref = models.CharField(max_length=500, blank=True)
    # From which day on it was known: what a board as of an earlier day does not show.
    published_on = models.DateField()
    recorded_at = models.DateTimeField(db_default=Now())
    note = models.TextField(blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["indicator", "area_code", "period_begin"], name="delivery_observation_series"),
            models.Index(fields=["published_on"], name="delivery_observation_published"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["indicator", "area_code", "area_on", "period", "breakdown", "source", "version"],
                name="delivery_observation_version_once",
            ),
            one_of("qualifier", Qualifier, "delivery_observation_qualifier"),
            one_of("status", Status, "delivery_observation_status"),
            one_of("origin", Origin, "delivery_observation_origin"),
            models.CheckConstraint(condition=Q(area_code__regex=AREA_PATTERN), name="delivery_observation_area"),
            models.CheckConstraint(
                condition=Q(breakdown__regex=BREAKDOWN_PATTERN), name="delivery_observation_breakdown"
            ),
            models.CheckConstraint(
                condition=Q(is_illustrative=True, area_code__regex=ILLUSTRATIVE_AREA_PATTERN)
                | (Q(is_illustrative=False) & ~Q(area_code__regex=ILLUSTRATIVE_AREA_PATTERN)),
                name="delivery_observation_illustrative",
            ),
            models.CheckConstraint(condition=Q(period_begin__lt=F("period_end")), name="delivery_observation_period"),
            models.CheckConstraint(
                condition=Q(qualifier=Qualifier.EXACT) | Q(is_reported=True), name="delivery_observation_reported"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.indicator_id} {self.area_code} {self.period} v{self.version}"
