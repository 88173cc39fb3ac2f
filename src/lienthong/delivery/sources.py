"""Sources of figures and promises, as values and in their table."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

import msgspec

from lienthong.delivery.errors import DeliveryError, DeliveryErrorKind
from lienthong.delivery.models import Source
from lienthong.delivery.words import SourceKind

if TYPE_CHECKING:
    from collections.abc import Iterable


class SourceTerms(msgspec.Struct, frozen=True, kw_only=True):
    """A source: what it is called, who published it, when, and whether it can be cited."""

    code: str
    kind: SourceKind
    title: str
    title_en: str = ""
    publisher: str = ""
    address: str = ""
    published_on: date | None = None
    is_cited: bool = False
    note: str = ""

    def title_in(self, language: str) -> str:
        """Give the title in `vi` or `en`."""
        return self.title if language == "vi" else self.title_en or self.title


_COLUMNS: Final = SourceTerms.__struct_fields__


def list_sources() -> dict[str, SourceTerms]:
    """Give all sources by code."""
    rows = Source.objects.order_by("code").values(*_COLUMNS)
    return {row["code"]: msgspec.convert(row, SourceTerms) for row in rows}


def get_source(code: str) -> SourceTerms:
    """Give a source; raises `UNKNOWN_SOURCE`."""
    row = Source.objects.filter(code=code).values(*_COLUMNS).first()
    if row is None:
        raise DeliveryError(DeliveryErrorKind.UNKNOWN_SOURCE, f"no source has the code {code!r}")
    return msgspec.convert(row, SourceTerms)


def put_sources(sources: Iterable[SourceTerms]) -> dict[str, int]:
    """Add sources, and put right what is known of those that are there, in the caller's transaction."""
    known = list_sources()
    counts = {"added": 0, "changed": 0, "unchanged": 0}
    for each in sources:
        before = known.get(each.code)
        if before == each:
            counts["unchanged"] += 1
            continue
        Source.objects.update_or_create(code=each.code, defaults=msgspec.structs.asdict(each))
        counts["added" if before is None else "changed"] += 1
    return counts
