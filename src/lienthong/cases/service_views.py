"""What the member's own gateway asks of the house of cases: each view reads a request, calls one story, and renders."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec
from django.http import HttpResponse
from django.views.decorators.http import require_GET, require_POST

from lienthong.cases.case_check import CheckQuestion, check_purpose
from lienthong.cases.service_openapi import make_description
from lienthong.cases.site_cases import make_site_cases
from lienthong.web.callers import Caller, open_to
from lienthong.web.problems import answer_problem

if TYPE_CHECKING:
    from django.http import HttpRequest

JSON_TYPE: Final = "application/json"


@open_to(Caller.GATEWAY)
@require_POST
def check_case(request: HttpRequest) -> HttpResponse:
    """`POST check`: whether the case of a purpose is open, and the person a party to it."""
    try:
        question = msgspec.json.decode(request.body, type=CheckQuestion)
    except msgspec.MsgspecError as error:
        return answer_problem(400, "bad-question", f"body: {error}")
    answer = check_purpose(make_site_cases(), question)
    return HttpResponse(msgspec.json.encode(answer), content_type=JSON_TYPE)


@open_to(Caller.GATEWAY)
@require_GET
def show_description(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 # Django calls every view with it
    """`GET openapi.json`: what these services are."""
    return HttpResponse(msgspec.json.encode(make_description()), content_type=JSON_TYPE)
