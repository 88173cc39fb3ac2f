"""What the views of every service over the exchange share: their declaration, parameters that are all read, JSON.

Such a view is called by the member's own gateway alone, which has checked the grant; its house's errors become problem
answers.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Final, TypeVar

import msgspec
from django.http import HttpResponse
from django.views.decorators.http import require_http_methods

from lienthong.web.callers import Caller, open_to
from lienthong.web.problems import answering

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from enum import StrEnum

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

JSON_TYPE: Final = "application/json"
"""JSON is UTF-8 by RFC 8259, so the type has no charset parameter."""

AnyView = TypeVar("AnyView", bound="Callable[..., HttpResponseBase]")


def serving(method: str, table: Mapping[StrEnum, int]) -> Callable[[AnyView], AnyView]:
    """Mark a view as a service's: one method, for the own gateway, errors by the statuses that `table` gives."""

    def declare(view: AnyView) -> AnyView:
        return open_to(Caller.GATEWAY)(answering(table)(require_http_methods([method])(view)))

    return declare


def describe_unread(request: HttpRequest, known: tuple[str, ...]) -> str | None:
    """Say which parameters nobody reads or come twice, if any: a mistyped filter must not widen an answer.

    Each house refuses them by its own kind of error.
    """
    unknown = sorted(set(request.GET) - set(known))
    twice = sorted(name for name in known if len(request.GET.getlist(name)) > 1)
    if not unknown and not twice:
        return None
    return f"parameters: {', '.join(unknown + twice)} unknown or given twice; expected {', '.join(known) or 'none'}"


def answer_json(answer: msgspec.Struct | Mapping[str, object], status: HTTPStatus = HTTPStatus.OK) -> HttpResponse:
    """Give an answer as JSON."""
    return HttpResponse(msgspec.json.encode(answer), content_type=JSON_TYPE, status=status)
