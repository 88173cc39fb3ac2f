from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.areas.national import hold_national_tables

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_django import DjangoDbBlocker


@pytest.fixture(scope="package")
def national_tables(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Load the country once for all of these; each test's own changes go with its savepoint."""
    del django_db_setup
    with hold_national_tables(django_db_blocker):
        yield
