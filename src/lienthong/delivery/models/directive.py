"""The register of directives: documents of Party and State, their parts, and what they do to each other."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from lienthong.delivery.directive_words import DirectiveKind, RelationKind, Side, Tier
from lienthong.delivery.models.columns import CODE_CHARACTERS, NAME_CHARACTERS, WORD_CHARACTERS, one_of
from lienthong.delivery.models.indicator import Source


class Directive(models.Model):
    """A document. Number, issuer and day are its key together, since numbers begin again; the key never changes.

    A document that is known by a name only has that as its number, and no day where none is known.
    """

    number = models.CharField(max_length=CODE_CHARACTERS)
    issuer = models.CharField(max_length=NAME_CHARACTERS)
    issued_on = models.DateField(null=True)
    kind = models.CharField(max_length=WORD_CHARACTERS)
    side = models.CharField(max_length=WORD_CHARACTERS)
    tier = models.CharField(max_length=WORD_CHARACTERS)
    title = models.CharField(max_length=500)
    # What texts call it beside its number: Đề án 06.
    short_name = models.CharField(max_length=NAME_CHARACTERS, blank=True)
    valid_from = models.DateField(null=True)
    valid_until = models.DateField(null=True)
    source = models.ForeignKey(Source, models.PROTECT, related_name="+")
    # What the source does not confirm.
    note = models.TextField(blank=True)
    is_illustrative = models.BooleanField(default=False)
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["number", "issuer", "issued_on"], nulls_distinct=False, name="delivery_directive_key"
            ),
            one_of("kind", DirectiveKind, "delivery_directive_kind"),
            one_of("side", Side, "delivery_directive_side"),
            one_of("tier", Tier, "delivery_directive_tier"),
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_from=None) | Q(valid_until__gte=F("valid_from")),
                name="delivery_directive_valid",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["short_name"], name="delivery_directive_short")]

    def __str__(self) -> str:
        return f"{self.number} {self.issuer} {self.issued_on or ''}".strip()


class DirectivePart(models.Model):
    """A chapter, clause or point that can be pointed at: `path` such as II.3.b."""

    directive = models.ForeignKey(Directive, models.PROTECT, related_name="parts")
    path = models.CharField(max_length=WORD_CHARACTERS)
    place = models.PositiveSmallIntegerField()
    heading = models.CharField(max_length=500)
    text = models.TextField(blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["directive", "path"], name="delivery_directivepart_path_once")
        ]

    def __str__(self) -> str:
        return f"{self.directive_id} {self.path}"


class DirectiveRelation(models.Model):
    """What one directive does to another: `directive` implements, amends, replaces or cites `other`."""

    directive = models.ForeignKey(Directive, models.PROTECT, related_name="relations")
    kind = models.CharField(max_length=WORD_CHARACTERS)
    other = models.ForeignKey(Directive, models.PROTECT, related_name="related")
    # The part of the other that is meant; empty for the whole.
    other_path = models.CharField(max_length=WORD_CHARACTERS, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["directive", "kind", "other", "other_path"], name="delivery_directiverelation_once"
            ),
            one_of("kind", RelationKind, "delivery_directiverelation_kind"),
            models.CheckConstraint(condition=~Q(directive=F("other")), name="delivery_directiverelation_other"),
        ]

    def __str__(self) -> str:
        return f"{self.directive_id} {self.kind} {self.other_id}"
