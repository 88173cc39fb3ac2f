"""Who may call a view: declared beside it, enforced before it, and read by a guard test.

`@open_to(Caller.OFFICER)` marks the view with `callers` and refuses everybody else. A view without the mark fails
the guard test over all routes. The house of accounts says who is there, by putting a `SignedIn` on the request
(`request.signed_in`); this house only compares.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from enum import StrEnum
from functools import wraps
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar
from urllib.parse import urlencode

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseRedirect
from django.urls import URLPattern, URLResolver

from lienthong.web.problems import answer_problem

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

GATEWAY_SECRET_HEADER: Final = "X-Road-Gateway-Secret"  # noqa: S105 # a header's name
"""Added by the member's own gateway, which drops what a caller sends under this name."""

SAFE_METHODS: Final = frozenset({"GET", "HEAD"})
"""Only these can be done again after signing in; another method is refused."""


class Caller(StrEnum):
    """A kind of caller that a view can be open to."""

    ANYONE = "anyone"
    """Also without signing in."""
    GATEWAY = "gateway"
    """The member's own gateway, which has checked the grant of the agency that asks."""
    CITIZEN = "citizen"
    """A person who signed in for themselves."""
    OFFICER = "officer"
    """Somebody who works cases at an agency."""
    CLERK = "clerk"
    """Somebody who keeps a registry."""
    LEADER = "leader"
    """Somebody who reads boards and reports."""
    STATISTICIAN = "statistician"
    """Somebody who keeps figures and targets: takes them in, and amends them."""
    ADMINISTRATOR = "administrator"
    """Somebody who gives accounts and roles."""
    OPERATOR = "operator"
    """Somebody who keeps the machines running."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who is at the screen: as which callers they count, at which sign-in level, and the account's key.

    `officer` is the account of who sits beside them at a counter and acts for them; empty: nobody does. Whatever is
    recorded of what they do names both.
    """

    callers: frozenset[Caller]
    level: int
    account: str
    officer: str = ""


class OpenView(Protocol):
    """A view that says who may call it."""

    callers: frozenset[Caller]
    level: int
    csrf_exempt: bool

    def __call__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # noqa: ANN401 # of the route
        """Answer one request."""
        ...


AnyView = TypeVar("AnyView", bound="Callable[..., HttpResponseBase]")


def open_to(*callers: Caller, level: int = 1) -> Callable[[AnyView], AnyView]:
    """Mark a view as open to `callers` (at sign-in level `level` or higher) and refuse all others.

    Nobody signed in: a page is answered by a redirect to the sign-in, another method by 403. Signed in as somebody
    else: 403. Signed in at a lower level: the sign-in again, which is told the level. `GATEWAY` stands alone: such a
    view is called by a program with a secret, answers problems, and has no CSRF token.
    """
    allowed = frozenset(callers)
    if not allowed or (Caller.GATEWAY in allowed and len(allowed) > 1):
        raise ValueError(f"open_to: expected callers of one sort, got {sorted(allowed)}")

    def declare(view: AnyView) -> AnyView:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # noqa: ANN401 # of the route
            refusal = _refuse(request, allowed, level)
            return view(request, *args, **kwargs) if refusal is None else refusal

        guarded.callers = allowed  # type: ignore[attr-defined] # functions take attributes, the guard test reads them
        guarded.level = level  # type: ignore[attr-defined] # as above
        if Caller.GATEWAY in allowed:
            guarded.csrf_exempt = True  # type: ignore[attr-defined] # as Django's own decorator does
        return guarded  # type: ignore[return-value] # takes and gives what `view` does

    return declare


def open_patterns(patterns: Sequence[URLPattern | URLResolver], *callers: Caller) -> list[URLPattern | URLResolver]:
    """Declare all views of a library's URL patterns, which cannot carry the decorator themselves."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            open_patterns(pattern.url_patterns, *callers)
        else:
            pattern.callback = open_to(*callers)(pattern.callback)
    return list(patterns)


def find_signed_in(request: HttpRequest) -> SignedIn | None:
    """Give who is at the screen, if anybody signed in."""
    found = getattr(request, "signed_in", None)
    return found if isinstance(found, SignedIn) else None


def _refuse(request: HttpRequest, allowed: frozenset[Caller], level: int) -> HttpResponseBase | None:
    if Caller.ANYONE in allowed:
        return None
    if Caller.GATEWAY in allowed:
        return _refuse_stranger(request)
    found = find_signed_in(request)
    if found is not None and not found.callers & allowed:
        raise PermissionDenied
    if found is not None and found.level >= level:
        return None
    if request.method not in SAFE_METHODS:
        raise PermissionDenied
    place = _find_sign_in(allowed, found)
    return HttpResponseRedirect(f"{place}?{urlencode({'next': request.get_full_path(), 'level': level})}")


def _find_sign_in(allowed: frozenset[Caller], found: SignedIn | None) -> str:
    """Give where to sign in: where citizens do, for a page of theirs alone or one of them, else the site's own page."""
    is_citizen = allowed == {Caller.CITIZEN} or (found is not None and Caller.CITIZEN in found.callers)
    return str(settings.CITIZEN_LOGIN_URL if is_citizen else settings.LOGIN_URL)


def _refuse_stranger(request: HttpRequest) -> HttpResponseBase | None:
    """Refuse who does not know the gateway's secret; a site without a secret has no gateway and refuses all."""
    expected = settings.GATEWAY_SECRET
    given = request.headers.get(GATEWAY_SECRET_HEADER, "")
    if expected and hmac.compare_digest(given.encode(), expected.encode()):
        return None
    return answer_problem(401, "not_the_gateway", "This service answers its member's own gateway only.")
