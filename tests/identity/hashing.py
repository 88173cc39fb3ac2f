"""A password hash for tests: the real one with little work, and a count of how often it was computed."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.hashers import ScryptPasswordHasher


class CountingHasher(ScryptPasswordHasher):
    """Counts every computation, whether to keep or to check a password."""

    work_factor = 2**4
    computed: ClassVar[int] = 0

    def encode(self, password: str, salt: str, n: int | None = None, r: int | None = None, p: int | None = None) -> str:
        CountingHasher.computed += 1
        return super().encode(password, salt, n, r, p)
