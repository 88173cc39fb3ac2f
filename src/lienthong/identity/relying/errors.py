"""The error type of the relying party, and its kinds: why a sign-in at the provider did not come to its end."""

from __future__ import annotations

from enum import StrEnum

from lienthong.kernel.errors import LienthongError


class RelyingErrorKind(StrEnum):
    """What went wrong; pages say it in words of their own and name nothing that an attacker could use."""

    NOT_CONFIGURED = "not-configured"
    """No provider is set."""
    UNREACHABLE = "unreachable"
    """The provider does not answer, or not with what it should."""
    BAD_METADATA = "bad-metadata"
    """The provider's own document contradicts itself or the settings."""
    UNKNOWN_STATE = "unknown-state"
    """This browser began no such sign-in, or ended it already."""
    MIXED_UP = "mixed-up"
    """The answer comes from another issuer than the one that was asked."""
    REFUSED = "refused"
    """The provider or the person said no."""
    BAD_TOKEN = "bad-token"  # noqa: S105 # a kind
    """The ID token is not one for us, from the provider, for this sign-in, now."""
    LEVEL_NOT_REACHED = "level-not-reached"
    """The person signed in, but not as surely as the page needs."""
    NO_NUMBER = "no-number"
    """The provider told no personal number, which the province needs."""
    OTHER_PERSON = "other-person"
    """What the provider tells contradicts what is known of this person."""


class RelyingError(LienthongError):
    """A sign-in at the provider failed."""

    kind: RelyingErrorKind

    def __init__(self, kind: RelyingErrorKind, message: str) -> None:
        super().__init__(kind, message)
