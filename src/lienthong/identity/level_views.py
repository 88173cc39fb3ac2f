"""The administrator's page on which a citizen's level is taken back, and seen how it came about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from lienthong.identity.errors import IdentityError
from lienthong.identity.levels import list_levels
from lienthong.identity.limits import refuse_excess
from lienthong.identity.lowering import MOST_REASON_CHARACTERS, lower_level
from lienthong.identity.models import Account
from lienthong.identity.signed_in import find_account
from lienthong.identity.staff_views import for_administrators
from lienthong.identity.usernames import parse_number
from lienthong.identity.words import AccountKind, Level

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


class LowerForm(forms.Form):
    """Whose level, to which, and why."""

    number = forms.CharField(
        label=_("Personal number"),
        max_length=40,
        widget=forms.TextInput(
            attrs={
                "inputmode": "numeric",
                "autocomplete": "off",
                "spellcheck": "false",
                "class": "govuk-input--width-20",
            }
        ),
        error_messages={"required": _("Enter the personal number")},
    )
    level = forms.TypedChoiceField(
        label=_("Level from now on"),
        choices=[(str(Level.DATA.value), _("1: the data agree")), (str(Level.NONE.value), _("0: nothing is checked"))],
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a level")},
    )
    reason = forms.CharField(
        label=_("Why"),
        help_text=_("The person sees it, with your name, on their account's page."),
        max_length=MOST_REASON_CHARACTERS,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": _("Enter why")},
    )

    def clean_number(self) -> str:
        """Read the number however it is grouped."""
        try:
            return parse_number(self.cleaned_data["number"])
        except IdentityError as error:
            raise ValidationError(_("The personal number has 12 digits")) from error


@for_administrators
@require_http_methods(["GET", "HEAD", "POST"])
def show_levels(request: HttpRequest) -> HttpResponse:
    """Ask whose level is taken back and why; then show the account's levels, with the names of both."""
    form = LowerForm(request.POST or None)
    told: dict[str, Any] = {"form": form}
    if request.method == "POST" and form.is_valid():
        refusal = refuse_excess(request, "counter_find")
        if refusal is not None:
            return refusal
        account = Account.objects.filter(username=form.cleaned_data["number"], kind=AccountKind.CITIZEN).first()
        if account is None:
            form.add_error("number", _("Nobody has an account with this number"))
        elif _lower(request, account, form):
            messages.success(request, gettext("The level is taken back, and all sessions of the account are ended."))
            told = {"form": LowerForm(), "account": account, "levels": list_levels(account)}
    return render(request, "identity/levels.html", told)


def _lower(request: HttpRequest, account: Account, form: LowerForm) -> bool:
    administrator, told = find_account(request), form.cleaned_data
    if administrator is None:
        raise PermissionDenied
    try:
        lower_level(account, Level(told["level"]), told["reason"], administrator, timezone.now())
    except IdentityError:
        form.add_error("level", _("The account's level is not above this one"))
        return False
    return True
