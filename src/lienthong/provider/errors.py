"""What can be wrong with a message that a service is to carry out once."""

from __future__ import annotations

from enum import StrEnum

from lienthong.kernel.errors import LienthongError


class ProviderErrorKind(StrEnum):
    """Why a message is not carried out, or a service does not pass the kit."""

    BAD_MESSAGE = "bad_message"
    """It does not say who sent it, or under which id."""
    MESSAGE_REUSED = "message_reused"
    """An X-Road-Id came a second time with other content."""
    NOT_ONCE = "not_once"
    """The kit found a service that does not keep the contract."""


class ProviderError(LienthongError):
    """A message cannot be carried out, or a service was found not to keep its contract."""

    kind: ProviderErrorKind
