"""In tests of accounts the computed hashes are counted from nothing in each test."""

from __future__ import annotations

import pytest

from tests.identity.hashing import CountingHasher


@pytest.fixture(autouse=True)
def no_hashes() -> None:
    CountingHasher.computed = 0
