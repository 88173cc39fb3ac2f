"""One's own account: signing up, a code on paper, what the account is, how to reach a level, and its sessions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.internal.flows.logout import logout
from allauth.account.models import Login
from allauth.mfa.models import Authenticator
from django.http import HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from lienthong.identity.card_forms import CardForm, CodeForm, SignUpForm
from lienthong.identity.citizens import check_data, sign_up
from lienthong.identity.codes import use_code
from lienthong.identity.errors import IdentityError, IdentityErrorKind
from lienthong.identity.levels import list_levels
from lienthong.identity.limits import refuse_excess
from lienthong.identity.models import OneTimeCode
from lienthong.identity.own_sessions import end_all_sessions, end_other_sessions, end_session, list_sessions
from lienthong.identity.places import find_next
from lienthong.identity.posts import list_assignments
from lienthong.identity.registry_port import CardData
from lienthong.identity.sessions import CODE_METHOD, read_proof
from lienthong.identity.sign_in_views import has_factor, own_account
from lienthong.identity.signed_in import find_account
from lienthong.web.callers import Caller, open_to

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse
    from django.http.response import HttpResponseBase

    from lienthong.identity.models import Account
    from lienthong.identity.registry_port import RegistryPort


@open_to(Caller.ANYONE)
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def show_sign_up(request: HttpRequest, registry: RegistryPort) -> HttpResponseBase:
    """Make somebody's account after a data check, and sign them in at level 1."""
    if find_account(request) is not None:
        return HttpResponseRedirect(reverse("my-account"))
    form = SignUpForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        refusal = refuse_excess(request, "data_check", form.cleaned_data["number"])
        if refusal is not None:
            return refusal
        account = _try_sign_up(form, registry)
        if account is not None:
            record_authentication(request, account, method="password", reauthenticated=True)
            return _finish_sign_in(request, account, reverse("mfa_index"))
    return render(request, "identity/sign_up.html", {"form": form})


@open_to(Caller.ANYONE)
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def show_code(request: HttpRequest) -> HttpResponseBase:
    """Set a password with a one-time code, and sign in with it; every wrong code gets the same answer."""
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        refusal = refuse_excess(request, "one_time_code", form.cleaned_data["username"])
        if refusal is not None:
            return refusal
        account = _try_code(form)
        if account is not None:
            # Whoever was signed in on this machine before is not who holds the paper.
            logout(request, show_message=False)
            record_authentication(request, account, method=CODE_METHOD, reauthenticated=True)
            return _finish_sign_in(request, account, reverse("mfa_index"))
    return render(request, "identity/code.html", {"form": form})


@own_account
def show_my_account(request: HttpRequest) -> HttpResponse:
    """Show what the account is, its level, how it signs in, and what was done to it by others."""
    account = _get_account(request)
    factors = Authenticator.objects.filter(user=account)
    kinds = {kind: factors.filter(type=kind).count() for kind in Authenticator.Type.values}
    told = {
        "account": account,
        "proof": read_proof(request, account),
        "kinds": kinds,
        "levels": list_levels(account),
        "codes": list(OneTimeCode.objects.filter(account=account).select_related("made_by").order_by("-pk")[:5]),
        "assignments": list_assignments(account, timezone.localdate()) if account.is_staff_account else [],
    }
    return render(request, "identity/my_account.html", told)


@own_account
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def show_my_level(request: HttpRequest, registry: RegistryPort | None = None) -> HttpResponse:
    """Lead to the level that a page asks for: a data check for level 1, the counter for level 2."""
    account = _get_account(request)
    asks = registry is not None and account.is_citizen and account.level == 0
    form = CardForm(request.POST or None) if asks else None
    if registry is not None and form is not None and request.method == "POST" and form.is_valid():
        refusal = refuse_excess(request, "data_check", form.cleaned_data["number"])
        if refusal is not None:
            return refusal
        try:
            check_data(account, _read_card(form), registry, timezone.now())
            return HttpResponseRedirect(find_next(request) or reverse("my-account"))
        except IdentityError as error:
            _require_kind(error, IdentityErrorKind.NOT_CONFIRMED)
            form.add_error(None, _not_confirmed_text())
    told = {"account": account, "form": form, "has_factor": has_factor(account), "next": find_next(request)}
    return render(request, "identity/my_level.html", told)


@own_account
@require_http_methods(["GET", "HEAD", "POST"])
def show_my_sessions(request: HttpRequest) -> HttpResponse:
    """List one's sessions, and end one, the others, or all of them with this one."""
    account = _get_account(request)
    if request.method == "POST":
        return _end_sessions(request, account)
    sessions = list_sessions(account, request.session.session_key)
    return render(request, "identity/my_sessions.html", {"sessions": sessions})


def _end_sessions(request: HttpRequest, account: Account) -> HttpResponse:
    which = request.POST.get("which", "")
    if which == "all":
        end_all_sessions(account)
        logout(request)
        return HttpResponseRedirect(reverse("account_login"))
    if which == "others":
        end_other_sessions(account, request.session.session_key)
    elif which.isdecimal():
        end_session(account, int(which))
    return HttpResponseRedirect(reverse("my-sessions"))


def _try_sign_up(form: SignUpForm, registry: RegistryPort) -> Account | None:
    try:
        return sign_up(_read_card(form), form.cleaned_data["password"], registry, timezone.now())
    except IdentityError as error:
        _require_kind(error, IdentityErrorKind.NOT_CONFIRMED)
        form.add_error(None, _not_confirmed_text())
        return None


def _try_code(form: CodeForm) -> Account | None:
    told = form.cleaned_data
    try:
        return use_code(told["username"], told["code"], told["password"], timezone.now())
    except IdentityError as error:
        _require_kind(error, IdentityErrorKind.BAD_CODE)
        form.add_error(
            "code", _("This name and code do not go together, or the code was used or is too old. Ask for another one.")
        )
        return None


def _read_card(form: CardForm) -> CardData:
    told = form.cleaned_data
    return CardData(told["number"], told["full_name"], told["birth_date"], told["card_issued_on"])


def _finish_sign_in(request: HttpRequest, account: Account, place: str) -> HttpResponseBase:
    """Sign in with a new session key, through the library, which keeps the list of sessions."""
    answer: HttpResponseBase = perform_login(request, Login(user=account, redirect_url=place))
    request.session.set_expiry(0)
    return answer


def _get_account(request: HttpRequest) -> Account:
    account = find_account(request)
    if account is None:
        raise IdentityError(IdentityErrorKind.UNKNOWN_ACCOUNT, "this page belongs to an account, and nobody signed in")
    return account


def _require_kind(error: IdentityError, kind: IdentityErrorKind) -> None:
    if error.kind is not kind:
        raise error


def _not_confirmed_text() -> str:
    return _(
        "We cannot make an account from these data. Compare each line with your card. If you have an account already, "
        "sign in or use a one-time code; if the data are right and it still does not work, come to a counter."
    )
