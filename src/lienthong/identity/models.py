"""The tables: accounts, how they came to their levels, posts and who held them, counter sessions, one-time codes.

Append-only, guarded by triggers: `LevelRecord`, `CounterAct`. Posts and assignments are ended, never deleted. A
personal number stands here as text: this house also runs where the population registry's tables are not.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, ClassVar, Final

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from lienthong.identity.words import POST_ROLES, AccountKind, CodePurpose, Level, LevelWay

if TYPE_CHECKING:
    from enum import StrEnum

WORD_CHARACTERS: Final = 20
"""Longer than any word of our closed lists."""

NUMBER_DIGITS: Final = 12
"""Of a personal number."""

AREA_DIGITS: Final = 5
"""Of a commune's code."""

CODE_HASH_BYTES: Final = 32
"""Of SHA-256."""

_STAFF_USERNAME: Final = r"^[a-z][a-z0-9.-]{2,39}$"
"""Begins with a letter, so no staff name can pass for a personal number."""


def _one_of(field: str, words: type[StrEnum], name: str) -> models.CheckConstraint:
    return models.CheckConstraint(condition=Q(**{f"{field}__in": [word.value for word in words]}), name=name)


class AccountManager(BaseUserManager["Account"]):
    """Finds accounts as Django's sign-in asks for them."""


class Account(AbstractBaseUser):  # type: ignore[django-manager-missing] # a library names them
    """Somebody who can be at the screen. `level` follows from the level records, in their transaction.

    The id is random and says nothing of the person. A citizen signs in by personal number, staff by a name.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    username = models.CharField(max_length=40, unique=True)
    kind = models.CharField(max_length=WORD_CHARACTERS)
    full_name = models.CharField(max_length=100)
    personal_number = models.CharField(max_length=NUMBER_DIGITS, blank=True)
    level = models.PositiveSmallIntegerField(default=Level.NONE.value)
    is_active = models.BooleanField(default=True)
    made_at = models.DateTimeField(db_default=Now())

    objects: ClassVar[AccountManager] = AccountManager()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints: ClassVar = [
            _one_of("kind", AccountKind, "identity_account_kind"),
            models.CheckConstraint(condition=Q(level__in=[level.value for level in Level]), name="identity_level"),
            models.CheckConstraint(
                condition=Q(
                    kind=AccountKind.CITIZEN.value,
                    personal_number__regex=r"^[0-9]{12}$",
                    username=F("personal_number"),
                )
                | Q(kind=AccountKind.STAFF.value, personal_number="", username__regex=_STAFF_USERNAME),
                name="identity_account_bound",
            ),
        ]

    def __str__(self) -> str:
        return f"account {self.pk}"

    @property
    def is_citizen(self) -> bool:
        """Whether it is a person's own."""
        return self.kind == AccountKind.CITIZEN

    @property
    def is_staff_account(self) -> bool:
        """Whether it is one of an agency's people."""
        return self.kind == AccountKind.STAFF

    def clean(self) -> None:
        """Do nothing of what Django does to names here: the stories have parsed them."""


class LevelRecord(models.Model):
    """An account came to a level. Rows are only ever added; the last one counts."""

    account = models.ForeignKey(Account, models.PROTECT, related_name="levels")
    level = models.PositiveSmallIntegerField()
    way = models.CharField(max_length=WORD_CHARACTERS)
    # What was compared or seen, for example the card's number and its day of issue; never a picture.
    seen = models.JSONField(default=dict)
    checked_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    post = models.ForeignKey("Post", models.PROTECT, null=True, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            _one_of("way", LevelWay, "identity_level_way"),
            models.CheckConstraint(
                condition=~Q(way=LevelWay.COUNTER_CHECK.value) | Q(checked_by__isnull=False),
                name="identity_counter_check_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(checked_by__isnull=True) | ~Q(checked_by=F("account")),
                name="identity_level_by_another",
            ),
        ]

    def __str__(self) -> str:
        return f"level {self.level} of account {self.account_id} by {self.way}"


class Post(models.Model):
    """A place of work: an agency, a title, and what whoever holds it may do. Ended, never deleted."""

    agency_code = models.CharField(max_length=35)
    # The commune whose people the post works for; empty for a post of the whole registry or province.
    area_code = models.CharField(max_length=AREA_DIGITS, blank=True)
    title = models.CharField(max_length=200)
    title_en = models.CharField(max_length=200, blank=True)
    roles = ArrayField(models.CharField(max_length=WORD_CHARACTERS))
    valid = DateRangeField()
    made_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField(db_default=Now())
    ended_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["agency_code"], name="identity_post_agency")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(roles__contained_by=[role.value for role in POST_ROLES]) & Q(roles__len__gt=0),
                name="identity_post_roles",
            ),
        ]

    def __str__(self) -> str:
        return f"post {self.pk}: {self.title}, {self.agency_code}"


class Assignment(models.Model):
    """Who holds a post from a day to a day, and who said so."""

    post = models.ForeignKey(Post, models.PROTECT, related_name="assignments")
    account = models.ForeignKey(Account, models.PROTECT, related_name="assignments")
    valid = DateRangeField()
    given_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    given_at = models.DateTimeField()
    ended_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            ExclusionConstraint(
                name="identity_one_assignment",
                expressions=[
                    ("post", RangeOperators.EQUAL),
                    ("account", RangeOperators.EQUAL),
                    ("valid", RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"account {self.account_id} in post {self.post_id}"


class CounterSession(models.Model):
    """An officer sits with a citizen and acts for them, for a while. Both stay in the record of what is done."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    officer = models.ForeignKey(Account, models.PROTECT, related_name="+")
    post = models.ForeignKey(Post, models.PROTECT, related_name="+")
    citizen = models.ForeignKey(Account, models.PROTECT, related_name="counter_sessions")
    seen = models.JSONField(default=dict)
    opened_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["officer"], name="identity_one_open_counter", condition=Q(ended_at__isnull=True)
            ),
            models.CheckConstraint(condition=~Q(officer=F("citizen")), name="identity_counter_of_two"),
        ]

    def __str__(self) -> str:
        return f"counter session {self.pk}"


class CounterAct(models.Model):
    """One request made in a counter session. Rows are only ever added."""

    session = models.ForeignKey(CounterSession, models.PROTECT, related_name="acts")
    method = models.CharField(max_length=10)
    path = models.CharField(max_length=500)
    status = models.PositiveSmallIntegerField()
    done_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.method} {self.path} in counter session {self.session_id}"


class OneTimeCode(models.Model):
    """A code on paper with which one account sets its password once. Only its hash is kept."""

    account = models.ForeignKey(Account, models.PROTECT, related_name="codes")
    purpose = models.CharField(max_length=WORD_CHARACTERS)
    code_hash = models.BinaryField(max_length=CODE_HASH_BYTES)
    made_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [_one_of("purpose", CodePurpose, "identity_code_purpose")]

    def __str__(self) -> str:
        return f"{self.purpose} code of account {self.account_id}"
