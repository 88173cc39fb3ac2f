from __future__ import annotations

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from lienthong.identity.models import Account, LevelRecord
from lienthong.identity.words import AccountKind, LevelWay

pytestmark = pytest.mark.django_db

NUMBER = "999190012345"


def test_a_citizen_signs_in_by_the_number_that_the_account_is_bound_to() -> None:
    with pytest.raises(IntegrityError, match="identity_account_bound"):
        Account.objects.create(username="999190012346", kind=AccountKind.CITIZEN, personal_number=NUMBER)


def test_no_name_of_staff_can_pass_for_a_personal_number() -> None:
    with pytest.raises(IntegrityError, match="identity_account_bound"):
        Account.objects.create(username=NUMBER, kind=AccountKind.STAFF)


def test_the_record_of_a_level_is_never_changed_or_deleted() -> None:
    account = Account.objects.create(username=NUMBER, kind=AccountKind.CITIZEN, personal_number=NUMBER)
    record = LevelRecord.objects.create(account=account, level=1, way=LevelWay.DATA_CHECK, recorded_at=timezone.now())
    with pytest.raises(DatabaseError, match="kept as they are"), transaction.atomic():
        LevelRecord.objects.filter(pk=record.pk).update(level=2)
    with pytest.raises(DatabaseError, match="kept as they are"), transaction.atomic():
        record.delete()


def test_an_account_is_closed_and_never_deleted() -> None:
    account = Account.objects.create(username="an.nguyen", kind=AccountKind.STAFF)
    with pytest.raises(DatabaseError, match="kept as they are"), transaction.atomic():
        account.delete()


def test_nobody_raises_their_own_level() -> None:
    account = Account.objects.create(username="an.nguyen", kind=AccountKind.STAFF)
    with pytest.raises(IntegrityError, match="identity_level_by_another"):
        LevelRecord.objects.create(
            account=account, level=2, way=LevelWay.COUNTER_CHECK, checked_by=account, recorded_at=timezone.now()
        )
