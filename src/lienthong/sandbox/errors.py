"""What can go wrong in the sandbox, one error type with a kind."""

from __future__ import annotations

from enum import StrEnum

from lienthong.kernel.errors import LienthongError


class SandboxErrorKind(StrEnum):
    """Why the sandbox stopped."""

    SOURCE = "source"
    """The package of administrative units, or the extract of it, is not what is expected."""
    FEDERATION = "federation"
    """The folder of the sandbox's members cannot be made or used."""
    CHILD = "child"
    """A child process did not start or ended early."""
    EXCHANGE = "exchange"
    """A question through the gateways had no good answer."""
    SITE = "site"
    """A page of a site was not as promised."""
    EVIDENCE = "evidence"
    """An evidence package was not as promised."""


class SandboxError(LienthongError):
    """The sandbox cannot go on; the message says what, where and what to do."""

    kind: SandboxErrorKind
