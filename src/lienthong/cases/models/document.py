"""Documents: what people handed in and what offices gave out, the papers among them, and which case uses which.

The content lies in files by its hash (`documents/storage.py`); a row names it. A document that a case uses stays until
the case is erased. Papers and their withdrawals are only ever added.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, ClassVar, Final

from django.db import models
from django.db.models import Q

from lienthong.cases.documents.content import FileKind
from lienthong.cases.documents.words import Origin, WithdrawalReason
from lienthong.cases.models.case import ACCOUNT_CHARACTERS, UNIT_CHARACTERS, WORD_CHARACTERS

if TYPE_CHECKING:
    from enum import StrEnum

DIGEST_CHARACTERS: Final = 64
FILE_NAME_CHARACTERS: Final = 120
PAPER_KIND_CHARACTERS: Final = 60
PAPER_NUMBER_CHARACTERS: Final = 40
ISSUER_CHARACTERS: Final = 200
INITIALS_CHARACTERS: Final = 40
CHECK_CODE_CHARACTERS: Final = 19


def _is_word(field: str, words: type[StrEnum], name: str) -> models.CheckConstraint:
    return models.CheckConstraint(condition=Q(**{f"{field}__in": [word.value for word in words]}), name=name)


class Document(models.Model):
    """A file that somebody may see again: an upload of a person, or a paper that they were given.

    `number` is the person whose store it is in; empty for a paper of a case without one. Hidden: the person took it
    out of their store, and a case still uses it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    number = models.CharField(max_length=12, blank=True)
    origin = models.CharField(max_length=WORD_CHARACTERS)
    name = models.CharField(max_length=FILE_NAME_CHARACTERS)
    kind = models.CharField(max_length=WORD_CHARACTERS)
    sha256 = models.CharField(max_length=DIGEST_CHARACTERS)
    size = models.PositiveIntegerField()
    pages = models.PositiveIntegerField()
    added_at = models.DateTimeField()
    hidden_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["number", "-added_at"], name="cases_document_number"),
            models.Index(fields=["sha256"], name="cases_document_sha256"),
        ]
        constraints: ClassVar = [
            _is_word("origin", Origin, "cases_document_origin"),
            _is_word("kind", FileKind, "cases_document_kind"),
        ]

    def __str__(self) -> str:
        return f"document {self.pk}"


class DocumentUse(models.Model):
    """A case uses a document: handed in with it, or given out by it."""

    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="uses")
    case_id = models.UUIDField()
    used_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["case_id"], name="cases_use_case")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["document", "case_id"], name="cases_use_once"),
        ]

    def __str__(self) -> str:
        return f"document {self.document_id} in case {self.case_id}"


class Paper(models.Model):
    """A paper that an office made and signed. Rows are only ever added; withdrawing is a row of its own.

    One action of a case makes one paper of a kind, however often the job runs.
    """

    document = models.OneToOneField(Document, on_delete=models.PROTECT, related_name="paper")
    check_code = models.CharField(max_length=CHECK_CODE_CHARACTERS)
    kind = models.CharField(max_length=PAPER_KIND_CHARACTERS)
    title = models.CharField(max_length=ISSUER_CHARACTERS)
    title_en = models.CharField(max_length=ISSUER_CHARACTERS)
    number = models.CharField(max_length=PAPER_NUMBER_CHARACTERS)
    unit = models.CharField(max_length=UNIT_CHARACTERS)
    issuer = models.CharField(max_length=ISSUER_CHARACTERS)
    initials = models.CharField(max_length=INITIALS_CHARACTERS, blank=True)
    case_id = models.UUIDField()
    action_number = models.PositiveIntegerField()
    issued_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["case_id"], name="cases_paper_case")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["check_code"], name="cases_paper_check_code"),
            models.UniqueConstraint(fields=["case_id", "kind", "action_number"], name="cases_paper_once"),
        ]

    def __str__(self) -> str:
        return f"paper {self.number} of {self.unit}"


class PaperWithdrawal(models.Model):
    """An office takes a paper back. Rows are only ever added."""

    paper = models.OneToOneField(Paper, on_delete=models.PROTECT, related_name="withdrawal")
    reason = models.CharField(max_length=WORD_CHARACTERS)
    text = models.CharField(max_length=500, blank=True)
    withdrawn_by = models.CharField(max_length=ACCOUNT_CHARACTERS)
    withdrawn_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [_is_word("reason", WithdrawalReason, "cases_withdrawal_reason")]

    def __str__(self) -> str:
        return f"withdrawal of paper {self.paper_id}"


class PaperSerial(models.Model):
    """The last number that an office gave to a paper of a kind in a year; one that fails takes its number back."""

    pk = models.CompositePrimaryKey("unit", "year", "symbol")
    unit = models.CharField(max_length=UNIT_CHARACTERS)
    year = models.PositiveSmallIntegerField()
    symbol = models.CharField(max_length=WORD_CHARACTERS)
    last = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.unit} {self.year} {self.symbol}: {self.last}"
