"""The forms of the page on which administrators keep accounts, posts and who holds them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from lienthong.identity.card_forms import DAY_FIELD, DAY_FORMATS
from lienthong.web.callers import Caller

if TYPE_CHECKING:
    from lienthong.identity.models import Post

ROLE_CHOICES: Final = [
    (Caller.OFFICER.value, _("Officer: works cases")),
    (Caller.CLERK.value, _("Clerk: keeps a registry")),
    (Caller.LEADER.value, _("Leader: reads boards and reports")),
    (Caller.STATISTICIAN.value, _("Statistician: takes figures and targets in")),
    (Caller.ADMINISTRATOR.value, _("Administrator: gives accounts and posts")),
    (Caller.OPERATOR.value, _("Operator: keeps the machines running")),
]


class StaffForm(forms.Form):
    """A new colleague's account."""

    full_name = forms.CharField(
        label=_("Full name"),
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": _("Enter the full name")},
    )
    username = forms.CharField(
        label=_("Staff name for signing in"),
        help_text=_("3 to 40 letters a to z, digits, dots or hyphens, for example lan.nguyen."),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "class": "govuk-input--width-20"}),
        error_messages={"required": _("Enter a staff name")},
    )


class PostForm(forms.Form):
    """A new post."""

    agency_code = forms.CharField(
        label=_("Agency code"),
        help_text=_("For example H49.01."),
        max_length=35,
        widget=forms.TextInput(attrs={"spellcheck": "false", "class": "govuk-input--width-10"}),
        error_messages={"required": _("Enter the agency code")},
    )
    area_code = forms.CharField(
        label=_("Code of the commune, for a post of one commune (optional)"),
        help_text=_("5 digits. Whoever holds the post then works for the people of this commune only."),
        max_length=5,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "class": "govuk-input--width-5"}),
    )
    title = forms.CharField(
        label=_("Title"),
        help_text=_("In Vietnamese, for example “Công chức tư pháp, hộ tịch”."),
        max_length=200,
        error_messages={"required": _("Enter the title")},
    )
    title_en = forms.CharField(label=_("Title in English (optional)"), max_length=200, required=False)
    roles = forms.MultipleChoiceField(
        label=_("What may whoever holds it do?"),
        choices=ROLE_CHOICES,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one role")},
    )


class AssignForm(forms.Form):
    """A post for a colleague, from a day on."""

    post = forms.ChoiceField(label=_("Post"), widget=forms.Select, error_messages={"required": _("Choose a post")})
    first_day = forms.DateField(
        label=_("First day"),
        help_text=_("Day/month/year."),
        input_formats=DAY_FORMATS,
        widget=forms.DateInput(format="%d/%m/%Y", attrs=DAY_FIELD),
        error_messages={"required": _("Enter the first day"), "invalid": _("Enter the day as day/month/year")},
    )

    def __init__(self, *args: Any, posts: list[Post], **kwargs: Any) -> None:  # noqa: ANN401 # Django's
        super().__init__(*args, **kwargs)
        choices = [(str(post.pk), f"{post.agency_code} · {post.title}") for post in posts]
        self.fields["post"].choices = [("", _("Choose a post")), *choices]  # type: ignore[attr-defined] # of a choice
