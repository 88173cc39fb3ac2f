"""What people read for why a case counts as it does in a figure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext_lazy as _

from lienthong.cases.quality import Why

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

WHY: Final[dict[Why, StrOrPromise]] = {
    Why.ON_TIME: _("in time"),
    Why.PAST_DAY: _("past the promised day"),
    Why.SUPPLEMENTS: _("asked to supplement more than once"),
    Why.NO_DAY: _("no promised day is known"),
}
