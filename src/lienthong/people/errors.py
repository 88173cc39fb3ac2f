"""The one error type of this house, and its kinds."""

from __future__ import annotations

from enum import StrEnum

from lienthong.kernel.errors import LienthongError


class PeopleErrorKind(StrEnum):
    """Why the registry refuses, or cannot answer."""

    BAD_NUMBER = "bad-number"
    """Text is not a personal number."""
    CONTRADICTING_NUMBER = "contradicting-number"
    """A personal number says another sex, century or year than the record."""
    BAD_NAME = "bad-name"
    """Text is not a person's name."""
    BAD_DAY = "bad-day"
    """Text is no day, or a day on which this cannot have happened."""
    BAD_CARD_TEXT = "bad-card-text"
    """The text of a card's QR code has not the form of a card."""
    BAD_CARD_STEP = "bad-card-step"
    """A card application does not allow this step now."""
    BAD_REQUEST = "bad-request"
    """A request misses something or says something that nobody reads."""
    BAD_FILE = "bad-file"
    """A file to import cannot be read at all."""
    NO_PURPOSE = "no-purpose"
    """A person is asked for without a purpose."""
    UNKNOWN_AREA = "unknown-area"
    """No administrative unit has the code on the day."""
    UNKNOWN_PERSON = "unknown-person"
    """Nobody in the registry has the number."""
    UNKNOWN_HOUSEHOLD = "unknown-household"
    """No household in the registry has the number."""
    UNKNOWN_CARD = "unknown-card"
    """There is no such card application."""
    UNVERIFIED = "unverified"
    """The person's identity is not verified, or the request names another person than the number does."""
    CONFLICT = "conflict"
    """What is told contradicts what is recorded."""
    MESSAGE_REUSED = "message-reused"
    """An X-Road-Id came a second time with other content."""
    NOT_ALLOCATING = "not-allocating"
    """Only the Ministry of Public Security gives real people their numbers."""
    RANGE_EXHAUSTED = "range-exhausted"
    """All numbers of a place, sex and birth year are given away."""
    MIXED_RANGES = "mixed-ranges"
    """Synthetic and real numbers would stand in one registry."""
    DATA_DAMAGED = "data-damaged"
    """A file of this house's own data has not its form."""


class PeopleError(LienthongError):
    """An error of the population registry."""

    kind: PeopleErrorKind

    def __init__(self, kind: PeopleErrorKind, message: str) -> None:
        super().__init__(kind, message)
