"""What was promised: plans with their horizon, and targets with what would reach them and by when."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from lienthong.delivery.breakdowns import BREAKDOWN_PATTERN
from lienthong.delivery.models.columns import (
    AREA_PATTERN,
    CODE_CHARACTERS,
    DECIMALS,
    DIGITS,
    NAME_CHARACTERS,
    PERIOD_CHARACTERS,
    WORD_CHARACTERS,
    one_of,
)
from lienthong.delivery.models.indicator import Source
from lienthong.delivery.target_words import Comparison, Measure, TargetKind


class Plan(models.Model):
    """A document's targets together, such as those of a congress's resolution, and until when they reach."""

    code = models.CharField(max_length=CODE_CHARACTERS, unique=True)
    title = models.CharField(max_length=NAME_CHARACTERS)
    title_en = models.CharField(max_length=NAME_CHARACTERS)
    # Number, issuer and day, which together name a directive; empty where the number is not known.
    directive_number = models.CharField(max_length=CODE_CHARACTERS, blank=True)
    directive_issuer = models.CharField(max_length=NAME_CHARACTERS, blank=True)
    directive_date = models.DateField(null=True)
    area_code = models.CharField(max_length=5)
    begins_on = models.DateField()
    ends_on = models.DateField()
    source = models.ForeignKey(Source, models.PROTECT, related_name="+")
    is_illustrative = models.BooleanField(default=False)
    note = models.TextField(blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(area_code__regex=AREA_PATTERN), name="delivery_plan_area")
        ]

    def __str__(self) -> str:
        return self.code


class Target(models.Model):
    """One target in one version: an amended target is another row."""

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="targets")
    code = models.CharField(max_length=CODE_CHARACTERS)
    version = models.PositiveIntegerField()
    place = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=NAME_CHARACTERS)
    name_en = models.CharField(max_length=NAME_CHARACTERS)
    # What is measured for it, as sentences call it; empty where that is the name.
    measured = models.CharField(max_length=NAME_CHARACTERS, blank=True)
    measured_en = models.CharField(max_length=NAME_CHARACTERS, blank=True)
    # The code of an indicator; empty where nothing that is measured is known to stand behind it.
    indicator = models.CharField(max_length=CODE_CHARACTERS, blank=True)
    breakdown = models.CharField(max_length=200, blank=True)
    kind = models.CharField(max_length=WORD_CHARACTERS)
    comparison = models.CharField(max_length=WORD_CHARACTERS)
    measure = models.CharField(max_length=WORD_CHARACTERS, default=Measure.LATEST)
    unit = models.CharField(max_length=CODE_CHARACTERS)
    goal = models.DecimalField(max_digits=DIGITS, decimal_places=DECIMALS)
    # The upper end of a range.
    goal_high = models.DecimalField(max_digits=DIGITS, decimal_places=DECIMALS, null=True)
    baseline = models.DecimalField(max_digits=DIGITS, decimal_places=DECIMALS, null=True)
    baseline_period = models.CharField(max_length=PERIOD_CHARACTERS, blank=True)
    due = models.CharField(max_length=PERIOD_CHARACTERS)
    # The interim path where one is given: period to figure, as text.
    path = models.JSONField(default=dict, blank=True)
    owner = models.CharField(max_length=30, blank=True)
    source = models.ForeignKey(Source, models.PROTECT, related_name="+")
    is_verified = models.BooleanField(default=False)
    published_on = models.DateField()
    recorded_at = models.DateTimeField(db_default=Now())
    note = models.TextField(blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["plan", "code", "version"], name="delivery_target_version_once"),
            models.CheckConstraint(condition=Q(breakdown__regex=BREAKDOWN_PATTERN), name="delivery_target_breakdown"),
            one_of("kind", TargetKind, "delivery_target_kind"),
            one_of("comparison", Comparison, "delivery_target_comparison"),
            one_of("measure", Measure, "delivery_target_measure"),
            models.CheckConstraint(
                condition=~Q(kind=TargetKind.RANGE) | Q(goal_high__isnull=False), name="delivery_target_range"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan_id} {self.code} v{self.version}"
