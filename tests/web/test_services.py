from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

import pytest
from django.test import RequestFactory

from lienthong.web.callers import Caller
from lienthong.web.services import answer_json, describe_unread, serving

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


class Kind(StrEnum):
    ABSENT = "absent"


def test_a_services_view_takes_one_method_of_its_own_gateway() -> None:
    @serving("GET", {Kind.ABSENT: 404})
    def view(request: HttpRequest) -> HttpResponse:
        return answer_json({"method": request.method})

    assert view.callers == frozenset({Caller.GATEWAY})  # type: ignore[attr-defined] # the mark of open_to
    assert view(RequestFactory().get("/")).status_code == 401


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ({"on": "1"}, None),
        ({}, None),
        ({"om": "1"}, "parameters: om unknown or given twice; expected on, to"),
        ({"on": ["1", "2"]}, "parameters: on unknown or given twice; expected on, to"),
    ],
)
def test_a_parameter_that_nobody_reads_or_that_comes_twice_is_told(
    query: dict[str, str | list[str]], told: str | None
) -> None:
    assert describe_unread(RequestFactory().get("/", query), ("on", "to")) == told
