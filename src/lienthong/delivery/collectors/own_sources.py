"""The sources that collectors name; in a sandbox the samples', so that no made-up count looks like a real one."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from django.conf import settings

from lienthong.delivery.models import Source
from lienthong.delivery.words import ILLUSTRATIVE_PROVINCE, SourceKind


class OwnSource(StrEnum):
    """What is counted."""

    CASES = "own-cases"
    EXCHANGE = "own-exchange"
    CARDS = "card-registry"


SAMPLE_AREAS: Final = {"Z99.01": "99101"}
"""The invented commune that a sandbox's sample agency stands for; all others stand for the invented province."""

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


def choose_areas(area: str, province: str, unit: str = "") -> tuple[str, ...]:
    """Give the areas that a count is of: its own, and the province around it; none where its own is not known.

    What a sandbox counts is made up like the people in it: it stands in the invented province, never in a real one, and
    what is of one sample agency is not called the whole province's.
    """
    if settings.IS_SANDBOX and area:
        return (SAMPLE_AREAS.get(unit, ILLUSTRATIVE_PROVINCE),)
    return tuple(dict.fromkeys(each for each in (area, province) if each))
