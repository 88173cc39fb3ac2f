"""Notices: what an applicant was told of their case, in both languages, and whether a mail went out about it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from lienthong.cases.models.case import CODE_CHARACTERS, WORD_CHARACTERS
from lienthong.cases.notice_words import MailState, NoticeKind


class Notice(models.Model):
    """One thing told, as it was told. Of a row only what became of its mail changes, and none is deleted."""

    case_id = models.UUIDField()
    action_number = models.PositiveIntegerField()
    code = models.CharField(max_length=CODE_CHARACTERS)
    number = models.CharField(max_length=12, blank=True)
    kind = models.CharField(max_length=WORD_CHARACTERS)
    text_vi = models.CharField(max_length=1000)
    text_en = models.CharField(max_length=1000)
    told_at = models.DateTimeField()
    mail = models.CharField(max_length=WORD_CHARACTERS)
    mailed_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["case_id", "action_number"], name="cases_notice_case"),
            models.Index(fields=["number", "-told_at"], name="cases_notice_number"),
            # What the job that sends mails looks for each minute, among all that was ever told.
            models.Index(fields=["id"], name="cases_notice_due", condition=Q(mail=MailState.DUE.value)),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["case_id", "action_number", "kind"], name="cases_notice_once"),
            models.CheckConstraint(condition=Q(kind__in=[kind.value for kind in NoticeKind]), name="cases_notice_kind"),
            models.CheckConstraint(
                condition=Q(mail__in=[state.value for state in MailState]), name="cases_notice_mail"
            ),
        ]

    def __str__(self) -> str:
        return f"notice {self.pk} of case {self.code}: {self.kind}"
