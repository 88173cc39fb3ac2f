"""`services.toml` and `grants.toml`, read again when they change; an invalid edit keeps the last good and alarms."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from lienthong.exchange.access import read_grants
from lienthong.exchange.errors import ExchangeError, ExchangeErrorKind
from lienthong.exchange.services import fill_secrets, read_services
from lienthong.kernel.keys import load_secret

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import Any

    from lienthong.exchange.services import Services

LOOK_EVERY_S = 0.5
"""An edit takes effect within a second."""


class _WatchedFile:
    """One file and its last good reading. A missing file reads as empty: nothing is offered, nothing granted."""

    def __init__(self, path: Path, read: Callable[[str, str], Any]) -> None:
        self.path = path
        self._read = read
        self._seen: tuple[int, int] | None = None
        self.good = read("", path.name)

    def refresh(self) -> None:
        """Read the file if it changed; raises ExchangeError, once for each invalid edit."""
        try:
            stat = self.path.stat()
            seen = (stat.st_mtime_ns, stat.st_size)
        except FileNotFoundError:
            seen = (0, 0)
        except OSError as error:
            raise ExchangeError(ExchangeErrorKind.MALFORMED_SETTINGS, f"{self.path.name}: {error}") from error
        if seen == self._seen:
            return
        self._seen = seen
        try:
            text = self.path.read_text(encoding="utf-8") if seen != (0, 0) else ""
        except (OSError, UnicodeDecodeError) as error:
            raise ExchangeError(ExchangeErrorKind.MALFORMED_SETTINGS, f"{self.path.name}: {error}") from error
        self.good = self._read(text, self.path.name)


def _read_services(home: Path, text: str, source: str) -> Services:
    return fill_secrets(read_services(text, source), source, lambda file: load_secret(home / file))


class Policy:
    """The services that are offered and the grants on them, as they stand."""

    def __init__(self, services: Path, grants: Path) -> None:
        # Secrets lie beside the file. A new one is read when services.toml is written again.
        self._services = _WatchedFile(services, partial(_read_services, services.parent))
        self._grants = _WatchedFile(grants, read_grants)
        self.services = self._services.good
        self.grants = self._grants.good

    def load(self) -> None:
        """Read both files; raises ExchangeError where one is invalid: a gateway does not start on a bad policy."""
        self._services.refresh()
        self._grants.refresh()
        self._take()

    def refresh(self) -> list[ExchangeError]:
        """Read what changed; gives the errors of invalid edits, whose last good readings stay in force."""
        errors = []
        for file in (self._services, self._grants):
            try:
                file.refresh()
            except ExchangeError as error:
                errors.append(error)
        self._take()
        return errors

    def _take(self) -> None:
        self.services = self._services.good
        self.grants = self._grants.good
