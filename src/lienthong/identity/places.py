"""Where to go next: only ever a page of this very site."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.utils.http import url_has_allowed_host_and_scheme

if TYPE_CHECKING:
    from django.http import HttpRequest

NEXT: Final = "next"


def is_own_place(target: str) -> bool:
    """Say whether `target` is a path of this site: not another host's, however it is spelt."""
    return target.startswith("/") and url_has_allowed_host_and_scheme(target, allowed_hosts=None)


def find_next(request: HttpRequest) -> str:
    """Give the path that the request names as the next one; empty text for none, and for another site's."""
    target = request.POST.get(NEXT) or request.GET.get(NEXT) or ""
    return target if is_own_place(target) else ""
