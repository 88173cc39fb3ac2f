"""The service by which other agencies ask for their tasks: each view reads a request and calls one story.

`POST asks` is answered with 202 as soon as the question is kept; `GET asks/ID` tells who asked what a person has
answered.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from django.utils import timezone

from lienthong.delivery.errors import DeliveryErrorKind
from lienthong.delivery.incoming import receive_question, tell_answer
from lienthong.delivery.service_openapi import make_description
from lienthong.delivery.task_rules import refuse_task
from lienthong.web.gateway_call import read_gateway_call
from lienthong.web.services import answer_json, serving

if TYPE_CHECKING:
    from enum import StrEnum

    from django.http import HttpRequest, HttpResponse

BODY_BYTES: Final = 64 * 1024
"""A question in words is far smaller."""

STATUSES: Final[dict[StrEnum, int]] = {
    DeliveryErrorKind.BAD_TASK: HTTPStatus.BAD_REQUEST,
    DeliveryErrorKind.SECRET_DOCUMENT: HTTPStatus.UNPROCESSABLE_ENTITY,
    DeliveryErrorKind.UNKNOWN_TASK: HTTPStatus.NOT_FOUND,
}


@serving("POST", STATUSES)
def take_question(request: HttpRequest) -> HttpResponse:
    """`POST asks`: keep a question of another agency."""
    call = read_gateway_call(request)
    if not call.client or not call.message_id or len(request.body) > BODY_BYTES:
        raise refuse_task(f"question: expected who asks, an X-Road-Id, and at most {BODY_BYTES} bytes")
    return answer_json(receive_question(call, request.body, timezone.now()), HTTPStatus.ACCEPTED)


@serving("GET", STATUSES)
def show_answer(request: HttpRequest, message: str) -> HttpResponse:
    """`GET asks/ID`: tell who asked whether there is an answer."""
    return answer_json(tell_answer(read_gateway_call(request).client, message))


@serving("GET", STATUSES)
def show_description(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 # Django calls every view with it
    """`GET asks/openapi.json`: what this service is."""
    return answer_json(make_description())
