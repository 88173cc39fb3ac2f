"""Accounts in tests: quick hashes, and attempts counted from nothing in each test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.identity.hashing import CountingHasher

if TYPE_CHECKING:
    from pytest_django import Settings


@pytest.fixture(autouse=True)
def quick_hashes(settings: Settings) -> None:
    """Hash with little work; each computation is counted."""
    settings.PASSWORD_HASHERS = [f"{CountingHasher.__module__}.{CountingHasher.__name__}"]
    CountingHasher.computed = 0
