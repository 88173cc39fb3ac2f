"""The evidence package of one look-up, fetched for the person it is about from the member that was asked.

It comes from that member's own gateway under the person's own token, passes through, and is kept nowhere here.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from lienthong.exchange.metaservices import GET_USAGE_PACKAGE
from lienthong.portal.province.who_looked import ANSWERED, ask_as_person, close_to_others, find_providers
from lienthong.web.callers import Caller, open_to

if TYPE_CHECKING:
    from django.http import HttpRequest


@open_to(Caller.CITIZEN, level=2)
@require_GET
def save_package(request: HttpRequest) -> HttpResponse:
    """Give the package as a file; a page that says so where the member gives none."""
    subsystem, message = request.GET.get("of", ""), request.GET.get("message", "")
    if subsystem not in find_providers() or not message.replace("-", "").isalnum() or not message.isascii():
        raise Http404
    named = urlencode({"of": subsystem, "message": message})
    closed = close_to_others(request, f"{reverse('look-up-package')}?{named}&again")
    if closed is not None:
        return closed
    answer = ask_as_person(request, subsystem, GET_USAGE_PACKAGE, f"?{urlencode({'message': message})}")
    if answer is None or answer.refusal is not None or answer.status != ANSWERED:
        told = {"message": message, "member": subsystem.rpartition("/")[0]}
        return render(request, "province/look_up_package_none.html", told, status=HTTPStatus.SERVICE_UNAVAILABLE)
    name = f'attachment; filename="evidence-{message}.zip"'
    return HttpResponse(answer.body, content_type="application/zip", headers={"Content-Disposition": name})
