"""The one error type of this house, and its kinds."""

from __future__ import annotations

from enum import StrEnum

from lienthong.kernel.errors import LienthongError


class IdentityErrorKind(StrEnum):
    """Why an account, a level, a post or a counter session is refused."""

    BAD_USERNAME = "bad-username"
    """Text is no name to sign in with."""
    BAD_NUMBER = "bad-number"
    """Text is not a personal number."""
    USERNAME_TAKEN = "username-taken"
    """Another account has this name."""
    UNKNOWN_ACCOUNT = "unknown-account"
    """There is no such account, or it is not of the kind that is needed."""
    NOT_CONFIRMED = "not-confirmed"
    """What was typed in does not agree with the registry; nobody is told which part."""
    BAD_CODE = "bad-code"
    """A one-time code is wrong, used, or too old."""
    BAD_POST = "bad-post"
    """A post or its dates are impossible."""
    BAD_LEVEL = "bad-level"
    """A level that nobody can have, or that this way does not give."""
    BAD_CLIENT = "bad-client"
    """A relying party cannot be registered like this."""
    NOT_ALLOWED = "not-allowed"
    """The account that acts may not do this."""


class IdentityError(LienthongError):
    """An error of the house of accounts."""

    kind: IdentityErrorKind

    def __init__(self, kind: IdentityErrorKind, message: str) -> None:
        super().__init__(kind, message)
