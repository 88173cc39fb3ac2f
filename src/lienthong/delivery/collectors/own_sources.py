"""The sources that collectors name; in a sandbox the samples', so that no made-up count looks like a real one."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from django.conf import settings

from lienthong.delivery.models import Source
from lienthong.delivery.words import SourceKind


class OwnSource(StrEnum):
    """What is counted."""

    CASES = "own-cases"
    EXCHANGE = "own-exchange"
    CARDS = "card-registry"


_TITLES: Final = {
    OwnSource.CASES: ("Đếm từ hồ sơ của hệ thống", "Counted from this site's cases"),
    OwnSource.EXCHANGE: ("Cổng kết nối của tỉnh", "The province's gateway"),
    OwnSource.CARDS: (
        "Dịch vụ đếm thẻ căn cước, nhận qua kết nối",
        "The registry's counts of cards, received over the exchange",
    ),
}


def put_own_source(own: OwnSource) -> str:
    """Give the code of the source, which is made where it is not there yet."""
    title, english = _TITLES[own]
    if settings.IS_SANDBOX:
        sample = {"kind": SourceKind.INVENTED, "title": f"{title} (bản mẫu)", "title_en": f"{english} (sample)"}
        Source.objects.get_or_create(code=f"{own.value}-sample", defaults=sample)
        return f"{own.value}-sample"
    real = {"kind": SourceKind.OWN_RECORDS, "title": title, "title_en": english, "is_cited": True}
    Source.objects.get_or_create(code=own.value, defaults=real)
    return own.value
