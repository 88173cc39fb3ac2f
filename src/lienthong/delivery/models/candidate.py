"""Documents that were read, and what was found in them for a person to decide on."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from lienthong.delivery.directive_words import CandidateState
from lienthong.delivery.models.columns import NAME_CHARACTERS, WORD_CHARACTERS, one_of
from lienthong.delivery.reading.found import CandidateKind
from lienthong.identity.models import Account


class ReadDocument(models.Model):
    """An open document's text as it was read. The same file again is the same row."""

    name = models.CharField(max_length=NAME_CHARACTERS)
    # SHA-256 of the file in hexadecimal.
    digest = models.CharField(max_length=64, unique=True)
    text = models.TextField()
    read_at = models.DateTimeField(db_default=Now())
    # Who emptied it, when and why: it should not have been kept.
    withdrawn_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_for = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(withdrawn_at=None, withdrawn_by=None)
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False, text="", name=""),
                name="delivery_readdocument_withdrawn",
            )
        ]

    def __str__(self) -> str:
        return self.name


class Candidate(models.Model):
    """Something found in a document, with its place. It counts for nothing until a person has decided on it, once."""

    document = models.ForeignKey(ReadDocument, models.PROTECT, related_name="candidates")
    place = models.PositiveIntegerField()
    kind = models.CharField(max_length=WORD_CHARACTERS)
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()
    sentence = models.TextField()
    # What the reader made of it; for each kind the fields of its form in `candidate_fields`.
    found = models.JSONField()
    state = models.CharField(max_length=WORD_CHARACTERS, default=CandidateState.OPEN)
    decided_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    # What the person took it for: the fields as accepted. Of a target or an observation this is the draft.
    accepted = models.JSONField(default=dict, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    # What it became: a directive's or a task's key.
    became = models.CharField(max_length=NAME_CHARACTERS, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["document", "place"], name="delivery_candidate_place_once"),
            one_of("kind", CandidateKind, "delivery_candidate_kind"),
            one_of("state", CandidateState, "delivery_candidate_state"),
            models.CheckConstraint(
                condition=Q(state=CandidateState.OPEN, decided_by=None, decided_at=None)
                | (~Q(state=CandidateState.OPEN) & Q(decided_by__isnull=False, decided_at__isnull=False)),
                name="delivery_candidate_decided",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["document", "place"], name="delivery_candidate_open", condition=Q(state="open"))
        ]

    def __str__(self) -> str:
        return f"{self.document_id} {self.place} {self.kind}"
