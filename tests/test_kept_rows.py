from __future__ import annotations

import pytest
from django.db import transaction

from lienthong.identity.models import Account
from tests.kept_rows import load_kept

pytestmark = pytest.mark.django_db

_loads: list[int] = []


def _load() -> None:
    _loads.append(1)
    Account.objects.create(username="lan", kind="staff", full_name="Lan Mẫu")


def test_rows_that_were_loaded_once_come_again_as_they_were_without_a_load() -> None:
    found = []
    for _ in range(2):
        with transaction.atomic():
            load_kept("an account", _load)
            found.append(list(Account.objects.values()))
            transaction.set_rollback(True)
    assert len(found[0]) == 1
    assert found[0] == found[1]
    assert len(_loads) == 1


def test_where_a_table_has_rows_already_the_load_itself_is_done() -> None:
    load_kept("an account", _load)
    Account.objects.update(username="minh")
    load_kept("an account", _load)
    assert set(Account.objects.values_list("username", flat=True)) == {"minh", "lan"}
