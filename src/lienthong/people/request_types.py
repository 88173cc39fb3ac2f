"""The types of requests' fields: what the tables hold and no more, so that nothing fails later than at the edge."""

from __future__ import annotations

from typing import Annotated, Final

from msgspec import Meta

_NO_CONTROL: Final = r"^[^\u0000-\u001f\u007f]*$"
"""PostgreSQL keeps no NUL, and the others would break lines of lists and papers."""

ShortText = Annotated[str, Meta(max_length=100, pattern=_NO_CONTROL)]
NeededText = Annotated[str, Meta(min_length=1, max_length=100, pattern=_NO_CONTROL)]
LongText = Annotated[str, Meta(max_length=200, pattern=_NO_CONTROL)]
NumberText = Annotated[str, Meta(max_length=20, pattern=_NO_CONTROL)]
"""A personal number as it was typed; `parse_number` says what is wrong with it."""
CountryCode = Annotated[str, Meta(pattern="^[A-Z]{2}$")]
"""ISO 3166-1 alpha-2."""
AreaCode = Annotated[str, Meta(pattern="^[0-9]{5}$")]
HouseholdNumber = Annotated[int, Meta(ge=1, le=2**63 - 1)]
