"""Problem answers: RFC 9457 documents, and the one way from a house's error kinds to HTTP statuses."""

from __future__ import annotations

from functools import wraps
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final, TypeVar

import msgspec
from django.http import HttpResponse

from lienthong.kernel.errors import LienthongError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from enum import StrEnum

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

PROBLEM_TYPE: Final = "application/problem+json"
"""RFC 9457 section 3."""

KIND_PREFIX: Final = "urn:lienthong:problem:"
"""Begins the `type` of each problem; the error's kind follows."""

AnyView = TypeVar("AnyView", bound="Callable[..., HttpResponseBase]")


def answer_problem(status: int, kind: str, detail: str, **more: Any) -> HttpResponse:  # noqa: ANN401 # any JSON value
    """Give a problem document. `kind` is for programs, `detail` for people; `more` are extension members."""
    document = {
        "type": f"{KIND_PREFIX}{kind}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        **more,
    }
    return HttpResponse(msgspec.json.encode(document), content_type=PROBLEM_TYPE, status=status)


def answering(table: Mapping[StrEnum, int]) -> Callable[[AnyView], AnyView]:
    """Answer the errors of a house by the status that `table` gives their kind; an error not in it is a fault."""

    def decorate(view: AnyView) -> AnyView:
        @wraps(view)
        def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # noqa: ANN401 # of the route
            try:
                return view(request, *args, **kwargs)
            except LienthongError as error:
                status = table.get(error.kind)
                if status is None:
                    raise
                return answer_problem(status, error.kind, error.message)

        return answered  # type: ignore[return-value] # takes and gives what `view` does

    return decorate
