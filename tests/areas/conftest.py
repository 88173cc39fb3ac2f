from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lienthong.areas.loading import load_extract

if TYPE_CHECKING:
    from pytest_django import DjangoDbBlocker


@pytest.fixture(scope="session")
def national_tables(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """Load the country once per worker's database; each test's own changes go with its savepoint."""
    del django_db_setup
    with django_db_blocker.unblock():
        load_extract(lambda _: None, with_sandbox=True)
