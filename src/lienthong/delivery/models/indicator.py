"""What is measured, described by the concepts of SDMX and of the SDG metadata; and the sources of figures."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from lienthong.delivery.models.columns import CODE_CHARACTERS, NAME_CHARACTERS, WORD_CHARACTERS, one_of
from lienthong.delivery.words import Carry, Direction, Frequency, Rule, SourceKind


class Source(models.Model):
    """Where figures and promises stand. `is_cited`: somebody can look it up and find what it is cited for."""

    code = models.CharField(max_length=CODE_CHARACTERS, unique=True)
    kind = models.CharField(max_length=WORD_CHARACTERS)
    title = models.CharField(max_length=NAME_CHARACTERS)
    title_en = models.CharField(max_length=NAME_CHARACTERS, blank=True)
    publisher = models.CharField(max_length=NAME_CHARACTERS, blank=True)
    address = models.CharField(max_length=500, blank=True)
    published_on = models.DateField(null=True)
    is_cited = models.BooleanField(default=False)
    note = models.TextField(blank=True)

    class Meta:
        constraints: ClassVar = [one_of("kind", SourceKind, "delivery_source_kind")]

    def __str__(self) -> str:
        return self.code


class Indicator(models.Model):
    """One thing that is measured. Its code, unit, rule and how it is carried never change, for figures rest on them."""

    code = models.CharField(max_length=CODE_CHARACTERS, unique=True)
    topic = models.CharField(max_length=WORD_CHARACTERS)
    name = models.CharField(max_length=NAME_CHARACTERS)
    name_en = models.CharField(max_length=NAME_CHARACTERS)
    definition = models.TextField()
    definition_en = models.TextField()
    unit = models.CharField(max_length=CODE_CHARACTERS)
    decimals = models.PositiveSmallIntegerField(default=0)
    method = models.TextField(blank=True)
    method_en = models.TextField(blank=True)
    # An expression over other indicators; empty for what is observed.
    formula = models.TextField(blank=True)
    source = models.CharField(max_length=NAME_CHARACTERS)
    # The code of the agency that answers for it.
    owner = models.CharField(max_length=30, blank=True)
    frequency = models.CharField(max_length=WORD_CHARACTERS)
    direction = models.CharField(max_length=WORD_CHARACTERS)
    # The names of what it may be broken down by, between commas: sex,age.
    dimensions = models.CharField(max_length=NAME_CHARACTERS, blank=True)
    carry = models.CharField(max_length=WORD_CHARACTERS)
    rule = models.CharField(max_length=WORD_CHARACTERS, default=Rule.ORDINARY)
    # The indicator that this one is a part of: serious crimes of all crimes.
    part_of = models.CharField(max_length=CODE_CHARACTERS, blank=True)
    sdg = models.CharField(max_length=WORD_CHARACTERS, blank=True)
    is_illustrative = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [
            one_of("frequency", Frequency, "delivery_indicator_frequency"),
            one_of("direction", Direction, "delivery_indicator_direction"),
            one_of("carry", Carry, "delivery_indicator_carry"),
            one_of("rule", Rule, "delivery_indicator_rule"),
            models.CheckConstraint(
                condition=~Q(rule=Rule.PUBLIC_ORDER) | (Q(carry=Carry.NEVER) & Q(dimensions="")),
                name="delivery_indicator_public_order",
            ),
            models.CheckConstraint(
                condition=~Q(rule=Rule.PUBLISHED_ONLY) | (Q(carry=Carry.NEVER) & Q(dimensions="") & Q(formula="")),
                name="delivery_indicator_published_only",
            ),
            models.CheckConstraint(
                condition=~Q(carry=Carry.RECOMPUTE) | ~Q(formula=""), name="delivery_indicator_recomputed"
            ),
        ]

    def __str__(self) -> str:
        return self.code
