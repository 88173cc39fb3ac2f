"""The administrator's pages: colleagues' accounts, posts, and who holds them from when to when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.http import Http404, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from lienthong.identity.codes import make_code
from lienthong.identity.errors import IdentityError, IdentityErrorKind
from lienthong.identity.models import Account, Assignment, Post
from lienthong.identity.posts import (
    NewPost,
    assign_post,
    end_assignment,
    end_post,
    list_ended_posts,
    list_holders,
    list_posts,
    list_staff,
    make_post,
)
from lienthong.identity.signed_in import find_account
from lienthong.identity.staff import close_account, make_staff_account, reopen_account
from lienthong.identity.staff_forms import AssignForm, PostForm, StaffForm
from lienthong.identity.words import AccountKind, CodePurpose, Level
from lienthong.web.callers import Caller, open_to

if TYPE_CHECKING:
    from uuid import UUID

    from django.forms import Form
    from django.http import HttpRequest, HttpResponse

_SHOWN_ENDED: Final = 20

for_administrators = open_to(Caller.ADMINISTRATOR, level=Level.CARD)


@for_administrators
@require_http_methods(["GET", "HEAD", "POST"])
def show_staff(request: HttpRequest) -> HttpResponse:
    """List colleagues and make an account for a new one."""
    form = StaffForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            account, code = make_staff_account(
                told["username"], told["full_name"], _get_administrator(request), timezone.now()
            )
        except IdentityError as error:
            form.add_error("username", _word(error))
        else:
            return render(request, "identity/staff_code.html", {"account": account, "code": code})
    words = request.GET.get("q", "").strip()
    told_page = {"form": form, "staff": list_staff(words), "words": words, "today": timezone.localdate()}
    return render(request, "identity/staff.html", told_page)


@for_administrators
@require_http_methods(["GET", "HEAD", "POST"])
def show_colleague(request: HttpRequest, key: UUID) -> HttpResponse:
    """Show one colleague, and give a post."""
    account = _get_colleague(key)
    today = timezone.localdate()
    form = AssignForm(request.POST or None, posts=list_posts(today), initial={"first_day": today})
    if request.method == "POST" and form.is_valid():
        post = Post.objects.get(pk=int(form.cleaned_data["post"]))
        try:
            assign_post(account, post, form.cleaned_data["first_day"], _get_administrator(request), timezone.now())
        except IdentityError as error:
            form.add_error(None, _word(error))
        else:
            return HttpResponseRedirect(reverse("colleague", kwargs={"key": account.pk}))
    return _show_colleague(request, account, form)


@for_administrators
@require_http_methods(["GET", "HEAD", "POST"])
def end_held_post(request: HttpRequest, key: UUID, assignment: int) -> HttpResponse:
    """Ask whether an assignment shall end today, and end it; it stays in the record."""
    account = _get_colleague(key)
    back = reverse("colleague", kwargs={"key": account.pk})
    held = Assignment.objects.filter(account=account, pk=assignment).select_related("post").first()
    if held is None:
        raise Http404
    if request.method != "POST" and held.ended_at is None:
        return _ask_about_end(request, held.post, [account], back, is_whole_post=False)
    if held.ended_at is None:
        end_assignment(held, timezone.localdate(), _get_administrator(request), timezone.now())
    return HttpResponseRedirect(back)


@for_administrators
@require_POST
def change_colleague(request: HttpRequest, key: UUID) -> HttpResponse:
    """Close or open an account, or give a code that sets another password."""
    account, administrator = _get_colleague(key), _get_administrator(request)
    action = request.POST.get("action", "")
    try:
        if action == "close":
            close_account(account, administrator)
        elif action == "open":
            code = reopen_account(account, administrator, timezone.now())
            return render(request, "identity/staff_code.html", {"account": account, "code": code})
        elif action == "code" and account.is_active:
            code = make_code(account, CodePurpose.RESET, administrator, timezone.now())
            return render(request, "identity/staff_code.html", {"account": account, "code": code})
    except IdentityError as error:
        form = AssignForm(posts=list_posts(timezone.localdate()))
        return _show_colleague(request, account, form, _word(error))
    return HttpResponseRedirect(reverse("colleague", kwargs={"key": account.pk}))


@for_administrators
@require_http_methods(["GET", "HEAD", "POST"])
def show_posts(request: HttpRequest) -> HttpResponse:
    """List posts and make one."""
    form = PostForm(request.POST or None)
    today = timezone.localdate()
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        roles = tuple(Caller(role) for role in told["roles"])
        new = NewPost(told["agency_code"].strip(), told["title"], told["title_en"], roles, told["area_code"].strip())
        try:
            make_post(new, today, _get_administrator(request))
        except IdentityError as error:
            form.add_error("agency_code", _word(error))
        else:
            return HttpResponseRedirect(reverse("posts"))
    return _show_posts(request, form)


@for_administrators
@require_http_methods(["GET", "HEAD", "POST"])
def close_post(request: HttpRequest, post: int) -> HttpResponse:
    """Ask whether a post shall end today, and end it with whatever assignments are open; all stays in the record."""
    found = Post.objects.filter(pk=post).first()
    if found is None:
        raise Http404
    if request.method != "POST" and found.ended_at is None:
        return _ask_about_end(request, found, list_holders(found), reverse("posts"), is_whole_post=True)
    try:
        end_post(found, timezone.localdate(), _get_administrator(request), timezone.now())
    except IdentityError as error:
        return _show_posts(request, PostForm(), _word(error))
    return HttpResponseRedirect(reverse("posts"))


def _ask_about_end(
    request: HttpRequest, post: Post, holders: list[Account], back: str, *, is_whole_post: bool
) -> HttpResponse:
    told = {"post": post, "holders": holders, "back": back, "is_whole_post": is_whole_post}
    return render(request, "identity/post_end.html", told)


def _show_posts(request: HttpRequest, form: PostForm, problem: str = "") -> HttpResponse:
    posts, ended = list_posts(timezone.localdate()), list_ended_posts(_SHOWN_ENDED)
    return render(request, "identity/posts.html", {"form": form, "posts": posts, "ended": ended, "problem": problem})


def _show_colleague(request: HttpRequest, account: Account, form: Form, problem: str = "") -> HttpResponse:
    told: dict[str, Any] = {
        "account": account,
        "form": form,
        "problem": problem,
        "assignments": list(account.assignments.select_related("post", "given_by", "ended_by").order_by("-pk")),
        "codes": list(account.codes.select_related("made_by").order_by("-pk")[:5]),
        "is_self": account == find_account(request),
    }
    return render(request, "identity/colleague.html", told)


def _get_administrator(request: HttpRequest) -> Account:
    account = find_account(request)
    if account is None:
        raise IdentityError(IdentityErrorKind.NOT_ALLOWED, "an administrator's page was reached by nobody")
    return account


def _get_colleague(key: UUID) -> Account:
    account = Account.objects.filter(pk=key, kind=AccountKind.STAFF).first()
    if account is None:
        raise Http404
    return account


def _word(error: IdentityError) -> str:
    """Say an error in the page's language; the rule that refused says which."""
    return {
        IdentityErrorKind.USERNAME_TAKEN: _("Another account has this name"),
        IdentityErrorKind.BAD_USERNAME: _("3 to 40 letters a to z, digits, dots or hyphens, a letter first"),
        IdentityErrorKind.BAD_POST: _("This is not possible: check the agency code, the day, and what is held already"),
        IdentityErrorKind.NOT_ALLOWED: _("Nobody does this to their own account; ask another administrator"),
    }.get(error.kind, error.message)
