"""What people read for the topics of indicators."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

TOPICS: Final[dict[str, StrOrPromise]] = {
    "economy": _("Economy"),
    "people": _("People and society"),
    "environment": _("Environment"),
    "administration": _("Administrative reform"),
    "cases": _("Public services"),
    "cards": _("Identity cards"),
    "exchange": _("Connection between agencies"),
    "public-order": _("Public order, province and year only"),
    "delivery": _("Reported results"),
}


NAMED_SOURCES: Final[dict[str, StrOrPromise]] = {
    "Cơ quan thống kê": _("Statistics office"),
    "Dữ liệu của hệ thống": _("Records of this platform"),
    "Đơn vị công bố chỉ số": _("Publisher of the index"),
    "Cơ quan quản lý căn cước": _("Identity card office"),
    "Cơ quan công an": _("Public security"),
    "Cơ quan lao động": _("Labour office"),
    "Cơ quan nông nghiệp": _("Agriculture office"),
    "Cơ quan tài chính": _("Finance office"),
    "Cơ quan xây dựng": _("Construction office"),
    "Cơ quan đăng ký kinh doanh": _("Business registration office"),
    "Bảo hiểm xã hội": _("Social insurance"),
    "Nguồn công bố": _("Publication"),
    "Báo cáo": _("Reports"),
}
"""Who gives figures, as the indicators that come along say it in Vietnamese."""

_ORDER: Final = tuple(TOPICS)


def place_topic(topic: str) -> tuple[int, str]:
    """Give where a topic stands in lists: what leaders look at first, then a province's own by their codes."""
    return (_ORDER.index(topic) if topic in TOPICS else len(_ORDER), topic)


def name_source(source: str) -> str:
    """Say who gives an indicator's figures; a province's own words stay as they are."""
    return str(NAMED_SOURCES.get(source, source))


def name_topic(topic: str) -> str:
    """Say a topic; one of a province's own files is called by its code."""
    return str(TOPICS.get(topic, topic))
