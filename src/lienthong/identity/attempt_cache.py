"""What counts attempts: a cache in the database, so that all processes and machines of a site count together.

Only numbers and short lists are kept. The table is not logged: a crash forgets the counts of some minutes, never an
account. Nothing is dropped before its time, so a flood of other keys does not free a guesser.
"""

from __future__ import annotations

import json
import secrets
from typing import Any, Final

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.db import connection

SWEEP_EVERY: Final = 100
"""Writes, on average, between two looks for rows whose time is over."""

FOR_EVER_SECONDS: Final = 365 * 24 * 3600
"""For what is kept without a time; nothing of ours is."""

_GET: Final = "SELECT value FROM identity_attempt WHERE key = %s AND expires_at > now()"
_SET: Final = """
INSERT INTO identity_attempt (key, value, expires_at) VALUES (%s, %s, now() + %s * interval '1 second')
ON CONFLICT (key) DO UPDATE SET value = excluded.value, expires_at = excluded.expires_at
"""
_ADD: Final = f"{_SET} WHERE identity_attempt.expires_at <= now()"
_DELETE: Final = "DELETE FROM identity_attempt WHERE key = %s"
_SWEEP: Final = "DELETE FROM identity_attempt WHERE expires_at <= now()"
_CLEAR: Final = "DELETE FROM identity_attempt"


class AttemptCache(BaseCache):
    """The cache of this house; values are what JSON holds."""

    def __init__(self, location: str, params: dict[str, Any]) -> None:
        del location
        super().__init__(params)

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:  # noqa: ANN401 # Django's interface
        """Give a value that is still in its time, else `default`."""
        with connection.cursor() as cursor:
            cursor.execute(_GET, [self._spell(key, version)])
            row = cursor.fetchone()
        return default if row is None else json.loads(row[0])

    def set(
        self,
        key: Any,  # noqa: ANN401 # Django's interface
        value: Any,  # noqa: ANN401 # as above
        timeout: Any = DEFAULT_TIMEOUT,  # noqa: ANN401 # as above
        version: int | None = None,
    ) -> None:
        """Keep a value for `timeout` seconds."""
        self._write(_SET, key, value, timeout, version)

    def add(
        self,
        key: Any,  # noqa: ANN401 # Django's interface
        value: Any,  # noqa: ANN401 # as above
        timeout: Any = DEFAULT_TIMEOUT,  # noqa: ANN401 # as above
        version: int | None = None,
    ) -> bool:
        """Keep a value if there is none; of several who try at once, one is told True."""
        return self._write(_ADD, key, value, timeout, version)

    def delete(self, key: Any, version: int | None = None) -> bool:  # noqa: ANN401 # Django's interface
        """Forget a value; True if there was one."""
        with connection.cursor() as cursor:
            cursor.execute(_DELETE, [self._spell(key, version)])
            return bool(cursor.rowcount > 0)

    def clear(self) -> None:
        """Forget all."""
        with connection.cursor() as cursor:
            cursor.execute(_CLEAR)

    def _write(self, statement: str, key: Any, value: Any, timeout: Any, version: int | None) -> bool:  # noqa: ANN401 # Django's
        seconds = self.default_timeout if timeout is DEFAULT_TIMEOUT else timeout
        with connection.cursor() as cursor:
            if secrets.randbelow(SWEEP_EVERY) == 0:
                cursor.execute(_SWEEP)
            row = [self._spell(key, version), json.dumps(value), FOR_EVER_SECONDS if seconds is None else seconds]
            cursor.execute(statement, row)
            return bool(cursor.rowcount > 0)

    def _spell(self, key: Any, version: int | None) -> str:  # noqa: ANN401 # Django's interface
        return self.make_and_validate_key(key, version=version)
