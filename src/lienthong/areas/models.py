"""The tables: units with their validity, what became of them, agencies, and each load that changed them.

Rules are not here: `store` reads the tables into the values that the pure rules work on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from lienthong.areas.units import Kind, Level

if TYPE_CHECKING:
    from enum import StrEnum

NAME_CHARACTERS: Final = 100
"""Longer than any unit's name; an agency's may be three times that."""
CODE_PATTERN: Final = "^([0-9]{2}|[0-9]{3}|[0-9]{5})$"
SHARE_PATTERN: Final = "^([0-9]+(/[1-9][0-9]*)?)?$"
"""A fraction, such as 2/3, or nothing: not known."""


def _one_of(field: str, words: type[StrEnum], name: str) -> models.CheckConstraint:
    values = [word.value for word in words]
    return models.CheckConstraint(condition=Q(**{f"{field}__in": values}), name=name)


def _never_twice(name: str) -> ExclusionConstraint:
    """No two rows of one code may be valid on the same day."""
    return ExclusionConstraint(
        name=name, expressions=[("code", RangeOperators.EQUAL), ("validity", RangeOperators.OVERLAPS)]
    )


class Load(models.Model):
    """One load that changed the tables: from which source, with which content, and how many rows it touched."""

    source = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)
    counts = models.JSONField()
    at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"load {self.pk} of {self.source}"


class Unit(models.Model):
    """An administrative unit from one day to another: `[first day, first day no more)`."""

    code = models.CharField(max_length=5)
    level = models.CharField(max_length=10)
    kind = models.CharField(max_length=10)
    name = models.CharField(max_length=NAME_CHARACTERS)
    english = models.CharField(max_length=NAME_CHARACTERS)
    # Derived by rule from the Vietnamese name, not official; whoever shows it says so.
    english_is_derived = models.BooleanField(default=True)
    order = models.CharField(max_length=300)
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children")
    validity = DateRangeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["level", "order"], name="areas_unit_by_name")]
        constraints: ClassVar = [
            _never_twice("areas_unit_code_once"),
            _one_of("level", Level, "areas_unit_level"),
            _one_of("kind", Kind, "areas_unit_kind"),
            models.CheckConstraint(condition=Q(code__regex=CODE_PATTERN), name="areas_unit_code"),
            models.CheckConstraint(
                condition=Q(validity__startswith__isnull=False) & Q(validity__isempty=False), name="areas_unit_validity"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class Succession(models.Model):
    """That a unit went, as a whole or in part, into another; a share is a fraction in text, empty where not known."""

    old = models.ForeignKey(Unit, models.PROTECT, related_name="onward")
    new = models.ForeignKey(Unit, models.PROTECT, related_name="origins")
    day = models.DateField()
    share = models.CharField(max_length=60, blank=True)
    share_back = models.CharField(max_length=60, blank=True)
    measure = models.CharField(max_length=100, blank=True)
    document = models.CharField(max_length=100, blank=True)
    source = models.CharField(max_length=200)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["old", "new"], name="areas_succession_once"),
            models.CheckConstraint(condition=~Q(old=F("new")), name="areas_succession_of_two"),
            models.CheckConstraint(
                condition=Q(share__regex=SHARE_PATTERN) & Q(share_back__regex=SHARE_PATTERN),
                name="areas_succession_share",
            ),
        ]

    def __str__(self) -> str:
        return f"succession {self.old_id} to {self.new_id}"


class Agency(models.Model):
    """An agency under one code, from one day to another."""

    code = models.CharField(max_length=30)
    name = models.CharField(max_length=3 * NAME_CHARACTERS)
    english = models.CharField(max_length=3 * NAME_CHARACTERS)
    parent_code = models.CharField(max_length=30, blank=True)
    # A code with the agency's own days, never a key into units, which are other rows on other days.
    area_code = models.CharField(max_length=5, blank=True)
    source = models.CharField(max_length=200)
    validity = DateRangeField()

    class Meta:
        verbose_name_plural = "agencies"
        constraints: ClassVar = [_never_twice("areas_agency_code_once")]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"
