"""Accounts in these tests: quick hashes, as in the tests of accounts."""

from __future__ import annotations

from tests.identity.conftest import quick_hashes

__all__ = ["quick_hashes"]
