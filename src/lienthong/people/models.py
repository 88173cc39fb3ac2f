"""The tables: what happened (append-only), and what follows from it (projections, rebuildable).

Append-only, guarded by triggers: `Event`, `CardStep`, `AllocatedNumber`, `LookUp`. Everything else but the answered
messages follows from the events and is written in the event's transaction by `recording`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q
from django.db.models.fields.json import KT
from django.db.models.functions import Now

from lienthong.people.card_steps import WAITING_STATES, CardKind, CardState
from lienthong.people.events import EventKind
from lienthong.people.lookup_purposes import MOST_REFERENCE_CHARACTERS, LookUpPurpose
from lienthong.people.personal_number import NUMBER_DIGITS
from lienthong.people.words import MaritalStatus, Relation, Sex, StayKind

if TYPE_CHECKING:
    from enum import StrEnum

WORD_CHARACTERS: Final = 20
"""Longer than any word of our closed lists."""


def _one_of(field: str, words: type[StrEnum], name: str) -> models.CheckConstraint:
    values = [word.value for word in words]
    return models.CheckConstraint(condition=Q(**{f"{field}__in": values}), name=name)


class Household(models.Model):
    """People who live together; its places and members have tables of their own."""

    def __str__(self) -> str:
        return f"household {self.pk}"


class Person(models.Model):
    """What holds of a person now: a projection of the person's events."""

    number = models.CharField(max_length=NUMBER_DIGITS)
    full_name = models.CharField(max_length=100)
    search_name = models.CharField(max_length=100)
    sex = models.CharField(max_length=WORD_CHARACTERS)
    birth_date = models.DateField()
    birth_place = models.CharField(max_length=200, blank=True)
    nationality = models.CharField(max_length=2)
    # For birth forms only: never searched, matched, exported or answered by default. It has no index.
    ethnicity = models.CharField(max_length=40, blank=True)
    father = models.ForeignKey("self", models.PROTECT, null=True, related_name="+", db_index=False)
    mother = models.ForeignKey("self", models.PROTECT, null=True, related_name="+", db_index=False)
    marital_status = models.CharField(max_length=WORD_CHARACTERS)
    spouse = models.ForeignKey("self", models.PROTECT, null=True, related_name="+", db_index=False)
    died_on = models.DateField(null=True)
    verified = models.BooleanField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["birth_date", "search_name"], name="people_birth_and_name")]
        constraints: ClassVar = [
            # Not unique=True: that would add a second index for LIKE, which nobody asks.
            models.UniqueConstraint(fields=["number"], name="people_person_number_once"),
            _one_of("sex", Sex, "people_person_sex"),
            _one_of("marital_status", MaritalStatus, "people_person_marital_status"),
            models.CheckConstraint(condition=Q(number__regex="^[0-9]{12}$"), name="people_person_number"),
            models.CheckConstraint(
                condition=Q(died_on__isnull=True) | Q(died_on__gte=F("birth_date")), name="people_person_life"
            ),
        ]

    def __str__(self) -> str:
        return f"person {self.pk}"


class AllocatedNumber(models.Model):
    """Every number ever given away, and to whom; a replaced one stays and is never given again.

    The twelve digits stand as an integer, which halves the index that every look-up goes through.
    """

    number = models.BigIntegerField(primary_key=True)
    person = models.ForeignKey(Person, models.PROTECT, related_name="numbers", db_index=False)

    def __str__(self) -> str:
        return f"number of person {self.person_id}"


class AnsweredMessage(models.Model):
    """A message that changed something, and what it was answered: the same message gets the same answer."""

    client = models.CharField(max_length=1100)
    message_id = models.CharField(max_length=255)
    content_hash = models.BinaryField(max_length=32)
    answer = models.BinaryField()
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["client", "message_id"], name="people_message_once"),
        ]

    def __str__(self) -> str:
        return f"message {self.message_id} of {self.client}"


class Event(models.Model):
    """Something that happened to one person or one household. Rows are only ever added."""

    person = models.ForeignKey(Person, models.PROTECT, null=True, db_index=False)
    household = models.ForeignKey(Household, models.PROTECT, null=True, db_index=False)
    kind = models.CharField(max_length=WORD_CHARACTERS)
    valid_from = models.DateField()
    recorded_at = models.DateTimeField()
    source = models.CharField(max_length=300)
    body = models.JSONField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["person", "id"], name="people_event_person", condition=Q(person__isnull=False)),
            models.Index(
                fields=["household", "id"], name="people_event_household", condition=Q(household__isnull=False)
            ),
        ]
        constraints: ClassVar = [
            # One certificate brings one child in, whoever tells it how often.
            models.UniqueConstraint(
                KT("body__office"),
                KT("body__certificate"),
                name="people_birth_certificate_once",
                condition=Q(kind=EventKind.BORN.value),
            ),
            _one_of("kind", EventKind, "people_event_kind"),
            models.CheckConstraint(
                condition=Q(person__isnull=True) ^ Q(household__isnull=True), name="people_event_one_subject"
            ),
        ]

    def __str__(self) -> str:
        return f"event {self.pk}: {self.kind}"


class Residence(models.Model):
    """Who lived in which household, when, and as what to its head: a projection."""

    person = models.ForeignKey(Person, models.PROTECT, db_index=False)
    household = models.ForeignKey(Household, models.PROTECT)
    relation = models.CharField(max_length=WORD_CHARACTERS)
    kind = models.CharField(max_length=WORD_CHARACTERS)
    valid = DateRangeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["person"], name="people_residence_person")]
        constraints: ClassVar = [
            _one_of("relation", Relation, "people_residence_relation"),
            _one_of("kind", StayKind, "people_residence_kind"),
            ExclusionConstraint(
                name="people_one_permanent_residence",
                expressions=[("person", RangeOperators.EQUAL), ("valid", RangeOperators.OVERLAPS)],
                condition=Q(kind=StayKind.PERMANENT.value),
            ),
        ]

    def __str__(self) -> str:
        return f"residence of person {self.person_id} in household {self.household_id}"


class HouseholdPlace(models.Model):
    """Where a household was, when: a projection. The area's code is to be read with the range's first day."""

    household = models.ForeignKey(Household, models.PROTECT, related_name="places", db_index=False)
    area_code = models.CharField(max_length=5)
    line = models.CharField(max_length=200)
    valid = DateRangeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["household"], name="people_place_household")]
        constraints: ClassVar = [
            # The fold ends a place where the next begins. A whole exclusion constraint, as residences have it,
            # would add ten seconds to the load of a province.
            models.UniqueConstraint(
                fields=["household"], name="people_one_open_place", condition=Q(valid__upper_inf=True)
            ),
        ]

    def __str__(self) -> str:
        return f"place of household {self.household_id}"


class CardApplication(models.Model):
    """An application for a card. `state`, `state_on` and `delivered_on` follow from its steps."""

    person = models.ForeignKey(Person, models.PROTECT)
    kind = models.CharField(max_length=WORD_CHARACTERS)
    area_code = models.CharField(max_length=5)
    applied_on = models.DateField()
    due_on = models.DateField()
    state = models.CharField(max_length=WORD_CHARACTERS)
    state_on = models.DateField()
    issued_on = models.DateField(null=True)
    expires_on = models.DateField(null=True)
    delivered_on = models.DateField(null=True)
    replaces = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["area_code", "state"], name="people_card_area_state"),
            # The queue of what waits, the first due first.
            models.Index(
                fields=["due_on", "id"],
                name="people_card_queue",
                condition=Q(state__in=[state.value for state in WAITING_STATES]),
            ),
        ]
        constraints: ClassVar = [
            _one_of("kind", CardKind, "people_card_kind"),
            _one_of("state", CardState, "people_card_state"),
        ]

    def __str__(self) -> str:
        return f"card application {self.pk}: {self.state}"


class CardStep(models.Model):
    """One thing done to a card application. Rows are only ever added."""

    application = models.ForeignKey(CardApplication, models.PROTECT, related_name="steps", db_index=False)
    place = models.PositiveIntegerField()
    state = models.CharField(max_length=WORD_CHARACTERS)
    done_on = models.DateField()
    recorded_at = models.DateTimeField()
    actor = models.CharField(max_length=200)
    note = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering: ClassVar = ["application", "place"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["application", "place"], name="people_card_step_place"),
            _one_of("state", CardState, "people_card_step_state"),
        ]

    def __str__(self) -> str:
        return f"step {self.place} of card application {self.application_id}: {self.state}"


class LookUp(models.Model):
    """A clerk looked a person up, and why. Rows are only ever added; without a person, nobody was found.

    The clerk stands here as the record names them: this house knows no accounts.
    """

    person = models.ForeignKey(Person, models.PROTECT, null=True, db_index=False)
    account = models.CharField(max_length=40)
    clerk = models.CharField(max_length=200)
    purpose = models.CharField(max_length=WORD_CHARACTERS)
    reference = models.CharField(max_length=MOST_REFERENCE_CHARACTERS, blank=True)
    looked_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["person", "id"], name="people_look_up_person", condition=Q(person__isnull=False)),
            models.Index(fields=["account", "id"], name="people_look_up_account"),
        ]
        constraints: ClassVar = [_one_of("purpose", LookUpPurpose, "people_look_up_purpose")]

    def __str__(self) -> str:
        return f"look-up {self.pk}"
