from __future__ import annotations

import json
from enum import StrEnum
from typing import TYPE_CHECKING

import pytest
from django.test import RequestFactory

from lienthong.kernel.errors import LienthongError
from lienthong.web.gateway_call import GatewayCall, read_gateway_call
from lienthong.web.problems import answer_problem, answering

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


class Kind(StrEnum):
    ABSENT = "absent"
    BROKEN = "broken"


@answering({Kind.ABSENT: 404})
def _fail(request: HttpRequest) -> HttpResponse:
    raise LienthongError(Kind(request.GET["kind"]), "there is no such person")


def test_a_problem_is_an_rfc_9457_document() -> None:
    answer = answer_problem(409, "taken", "the number is taken", number="1")

    assert answer["Content-Type"] == "application/problem+json"
    assert json.loads(answer.content) == {
        "type": "urn:lienthong:problem:taken",
        "title": "Conflict",
        "status": 409,
        "detail": "the number is taken",
        "number": "1",
    }


def test_an_error_is_answered_by_its_kinds_status_and_an_unlisted_one_is_a_fault() -> None:
    requests = RequestFactory()
    answer = _fail(requests.get("/?kind=absent"))

    assert (answer.status_code, json.loads(answer.content)["detail"]) == (404, "there is no such person")
    with pytest.raises(LienthongError):
        _fail(requests.get("/?kind=broken"))


def test_what_the_gateway_says_is_read_from_its_headers() -> None:
    headers = {"X-Road-Client": "DEMO/GOV/Z99.01/PORTAL", "X-Road-Id": "1", "X-Road-Purpose": "1.001193#7"}

    assert read_gateway_call(RequestFactory().get("/", headers=headers)) == GatewayCall(*headers.values())
