"""What every page of delivery knows: who may read it, the words of states, and the days that figures are of."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

from django.conf import settings
from django.http import Http404
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from lienthong.areas.errors import AreasError, AreasErrorKind
from lienthong.delivery.labels import STATES, get_label
from lienthong.delivery.models import Observation
from lienthong.delivery.period_text import write_period
from lienthong.delivery.periods import parse_period
from lienthong.delivery.places import Place, name_place
from lienthong.delivery.target_words import TargetState
from lienthong.delivery.words import ILLUSTRATIVE_PROVINCE, is_illustrative_area
from lienthong.identity.words import Level
from lienthong.portal.delivery.as_of import AsOf, read_as_of
from lienthong.portal.delivery.notes import word_note
from lienthong.web.callers import Caller, open_to

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import date

    from django.http import HttpRequest, HttpResponse
    from django.http.response import HttpResponseBase

    from lienthong.delivery.periods import Period

AnyView = TypeVar("AnyView", bound="Callable[..., HttpResponseBase]")

SERVICE_UNAVAILABLE: Final = 503

_for_staff: Final = open_to(Caller.LEADER, Caller.OFFICER, Caller.STATISTICIAN, level=Level.CARD)
_for_keepers: Final = open_to(Caller.STATISTICIAN, level=Level.CARD)


def for_readers(view: AnyView) -> AnyView:
    """Open a page to leaders, and officers and statisticians, who prepare what leaders read: at level 2.

    Where the site has no units of the country yet, every page says what its operator has to do. An address with a NUL
    leads nowhere: no table could be asked for it.
    """
    return _for_staff(_answer_always(view))


def for_keepers(view: AnyView) -> AnyView:
    """Open a page to who takes figures in (delivery/keepers.py), at level 2; the rest is as for readers."""
    return _for_keepers(_answer_always(view))


def _answer_always(view: AnyView) -> AnyView:
    @wraps(view)
    def shown(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # noqa: ANN401 # of the route
        if any("\0" in str(word) for word in (*kwargs.values(), *request.GET.values())):
            raise Http404
        try:
            return view(request, *args, **kwargs)
        except AreasError as error:
            if error.kind is not AreasErrorKind.NOT_LOADED:
                raise
            return show_page(request, "no_units", {}, status=SERVICE_UNAVAILABLE)

    return cast("AnyView", shown)


STATE_COLOURS: Final = {
    TargetState.REACHED: "green",
    TargetState.ON_TRACK: "turquoise",
    TargetState.AT_RISK: "yellow",
    TargetState.MISSED: "red",
    TargetState.NO_DATA: "grey",
}
"""A colour never stands alone: each state has its word."""

PLACES: Final = {
    "board": _("Board"),
    "indicators": _("Indicators"),
    "directives": _("Directives"),
    "tasks": _("Tasks"),
    "sessions": _("Working sessions"),
    "import": _("Import"),
}


def find_language() -> str:
    """Give the page's language as the house of delivery names it."""
    return "vi" if (get_language() or "vi").startswith("vi") else "en"


def name_state(state: TargetState) -> str:
    """Say a target's state."""
    return get_label(STATES[state], find_language())


def name_area(code: str, on: date) -> str:
    """Say what an area is called on a day."""
    return name_place(Place(code, on), find_language())


def name_period(period: Period | str) -> str:
    """Write a period, or the text of one, as people read it."""
    return write_period(parse_period(period) if isinstance(period, str) else period, find_language())


def require_shown(*, illustrative: bool) -> None:
    """Raise 404 for what is invented, on a site that is no sandbox."""
    if illustrative and not settings.IS_SANDBOX:
        raise Http404


def require_area(code: str) -> None:
    """Raise 404 for an invented area, on a site that is no sandbox."""
    require_shown(illustrative=is_illustrative_area(code))


def find_data_days(rows: Iterable[int]) -> dict[int, date]:
    """Give the day on which each observation became known, by its key."""
    return dict(Observation.objects.filter(pk__in=set(rows)).values_list("pk", "published_on"))


def show_page(
    request: HttpRequest, template: str, told: dict[str, Any], as_of: AsOf | None = None, status: int = 200
) -> HttpResponse:
    """Answer with a page of delivery; `place` among what is told says which of the ways is open."""
    known = {
        "as_of": as_of or read_as_of(request),
        "lang": find_language(),
        "state_name": name_state,
        "state_colours": STATE_COLOURS,
        "area_name": name_area,
        "period_name": name_period,
        "word_note": word_note,
        "places": PLACES,
        "invented_area": ILLUSTRATIVE_PROVINCE,
        "place": "",
    }
    return render(request, f"delivery/{template}.html", {**known, **told}, status=status)
