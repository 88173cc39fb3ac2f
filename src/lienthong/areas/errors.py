"""The one error type of this house, and its kinds."""

from __future__ import annotations

from enum import StrEnum

from lienthong.kernel.errors import LienthongError


class AreasErrorKind(StrEnum):
    """Why a question about places is refused, or cannot be answered."""

    BAD_CODE = "bad-code"
    """Text is not the code of a unit."""
    BAD_DAY = "bad-day"
    """Text is not a day of the calendar."""
    BAD_PARAMETER = "bad-parameter"
    """A parameter of a question is missing, or has a value that it cannot have."""
    UNKNOWN_CODE = "unknown-code"
    """No unit has the code on the day."""
    UNKNOWN_DAY = "unknown-day"
    """The data says nothing about the day."""
    NOT_LOADED = "not-loaded"
    """The tables hold no units yet."""
    CONTRADICTION = "contradiction"
    """Units, successions or figures do not fit together."""
    SOURCE = "source"
    """A file that the data is made from has another form than expected."""
    DATA_DAMAGED = "data-damaged"
    """A file of this house's own data has not its form."""
    BAD_FILE = "bad-file"
    """A file to import cannot be read at all."""
    BAD_AGENCY_CODE = "bad-agency-code"
    """Text is not the code of an agency."""


class AreasError(LienthongError):
    """An error of the house of places."""

    kind: AreasErrorKind

    def __init__(self, kind: AreasErrorKind, message: str) -> None:
        super().__init__(kind, message)
