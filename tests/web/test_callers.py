from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from lienthong.web.callers import GATEWAY_SECRET_HEADER, Caller, SignedIn, open_to
from tests.site_settings import GATEWAY_SECRET

if TYPE_CHECKING:
    from pytest_django.fixtures import Settings

requests = RequestFactory()


def _answer(_: HttpRequest) -> HttpResponse:
    return HttpResponse("in")


def _as(request: HttpRequest, *callers: Caller, level: int = 1) -> HttpRequest:
    request.signed_in = SignedIn(frozenset(callers), level, "account")  # type: ignore[attr-defined] # as the middleware does
    return request


def test_a_view_open_to_anyone_answers_a_stranger() -> None:
    view = open_to(Caller.ANYONE)(_answer)

    assert view(requests.get("/")).content == b"in"
    assert view.callers == {Caller.ANYONE}  # type: ignore[attr-defined] # set by the decorator


def test_a_stranger_is_sent_to_sign_in_and_back_and_cannot_post() -> None:
    view = open_to(Caller.CITIZEN, level=2)(_answer)

    assert view(requests.get("/mine?a=b"))["Location"] == "/sign-in/?next=%2Fmine%3Fa%3Db&level=2"
    with pytest.raises(PermissionDenied):
        view(requests.post("/mine"))


def test_another_role_is_refused_and_a_lower_level_signs_in_again() -> None:
    view = open_to(Caller.OFFICER, Caller.LEADER, level=2)(_answer)

    with pytest.raises(PermissionDenied):
        view(_as(requests.get("/"), Caller.CITIZEN, level=2))
    assert view(_as(requests.get("/"), Caller.LEADER, level=1)).status_code == 302
    assert view(_as(requests.post("/"), Caller.LEADER, level=2)).content == b"in"


@pytest.mark.parametrize("secret", ["", "what only the gateway know", "đ"])
def test_a_service_refuses_whoever_does_not_know_the_gateways_secret(secret: str) -> None:
    view = open_to(Caller.GATEWAY)(_answer)
    answer = view(requests.get("/", headers={GATEWAY_SECRET_HEADER: secret}))

    assert answer.status_code == 401
    assert answer["Content-Type"] == "application/problem+json"


def test_a_service_answers_its_gateway_and_needs_no_form_token() -> None:
    view = open_to(Caller.GATEWAY)(_answer)

    assert view(requests.post("/", headers={GATEWAY_SECRET_HEADER: GATEWAY_SECRET})).content == b"in"
    assert view.csrf_exempt is True  # type: ignore[attr-defined] # set by the decorator


def test_a_site_without_a_gateway_secret_lets_no_gateway_in(settings: Settings) -> None:
    settings.GATEWAY_SECRET = ""
    answer = open_to(Caller.GATEWAY)(_answer)(requests.get("/", headers={GATEWAY_SECRET_HEADER: ""}))

    assert answer.status_code == 401


@pytest.mark.parametrize("callers", [(), (Caller.GATEWAY, Caller.CITIZEN)])
def test_a_view_open_to_nobody_or_to_a_mixture_is_refused(callers: tuple[Caller, ...]) -> None:
    with pytest.raises(ValueError, match="one sort"):
        open_to(*callers)
