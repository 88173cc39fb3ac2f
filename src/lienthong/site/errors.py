"""The error of this house."""

from __future__ import annotations

from enum import StrEnum

from lienthong.kernel.errors import LienthongError


class SiteErrorKind(StrEnum):
    """Why a site or its database server cannot be started."""

    SETTINGS = "settings"
    """The settings contradict each other, or name what is not there."""
    ACCOUNT = "account"
    """As root, the user that the database server must run as cannot be made."""
    UNREACHABLE = "unreachable"
    """The database server's user cannot reach a folder that it needs."""
    DATA_VERSION = "data_version"
    """The data folder was made by another major version of PostgreSQL."""
    NOT_MIGRATED = "not_migrated"
    """The tables are not those of this release."""
    SERVER = "server"
    """The database server did not start, or ended."""


class SiteError(LienthongError):
    """A site or its database server cannot be started."""

    kind: SiteErrorKind

    def __init__(self, kind: SiteErrorKind, message: str) -> None:
        super().__init__(kind, message)
