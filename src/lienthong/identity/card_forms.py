"""The forms that read a card: for an account of one's own, and at the counter."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from lienthong.identity.errors import IdentityError
from lienthong.identity.models import Account
from lienthong.identity.sign_in_forms import MOST_PASSWORD_CHARACTERS, NEW_PASSWORD, PASSWORD_HINT
from lienthong.identity.usernames import normalise_username, parse_number

DAY_FORMATS: Final = ("%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%Y-%m-%d")
DAY_FIELD: Final = {"inputmode": "numeric", "class": "govuk-input--width-10"}


class CardForm(forms.Form):
    """What stands on a card: asked before an account is made, compared as a whole."""

    number = forms.CharField(
        label=_("Personal number"),
        help_text=_("The 12 digits on your identity card."),
        max_length=40,
        widget=forms.TextInput(
            attrs={
                "inputmode": "numeric",
                "autocomplete": "username",
                "spellcheck": "false",
                "class": "govuk-input--width-20",
            }
        ),
        error_messages={"required": _("Enter the personal number")},
    )
    full_name = forms.CharField(
        label=_("Full name"),
        help_text=_("As on the card."),
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "name", "spellcheck": "false"}),
        error_messages={"required": _("Enter the full name")},
    )
    birth_date = forms.DateField(
        label=_("Date of birth"),
        help_text=_("For example 17/5/1990."),
        input_formats=DAY_FORMATS,
        widget=forms.TextInput(attrs={**DAY_FIELD, "autocomplete": "bday"}),
        error_messages={
            "required": _("Enter the date of birth"),
            "invalid": _("Enter the date of birth as day/month/year, for example 17/5/1990"),
        },
    )
    card_issued_on = forms.DateField(
        label=_("Date of issue of the card"),
        help_text=_("On the back of the card, for example 2/9/2024."),
        input_formats=DAY_FORMATS,
        widget=forms.TextInput(attrs=DAY_FIELD),
        error_messages={
            "required": _("Enter the date of issue of the card"),
            "invalid": _("Enter the date of issue as day/month/year, for example 2/9/2024"),
        },
    )

    def clean_number(self) -> str:
        """Read the number however it is grouped."""
        try:
            return parse_number(self.cleaned_data["number"])
        except IdentityError as error:
            raise ValidationError(_("The personal number has 12 digits")) from error


class _NewPassword(forms.Form):
    """A first or another password, typed once: the field can be shown."""

    password = forms.CharField(
        label=_("New password"),
        help_text=PASSWORD_HINT,
        max_length=MOST_PASSWORD_CHARACTERS,
        strip=False,
        widget=forms.PasswordInput(attrs=NEW_PASSWORD),
        error_messages={"required": _("Enter a new password")},
    )

    def check_password(self, username: str, full_name: str) -> None:
        """Refuse a weak password, and one that says who its owner is."""
        password = self.cleaned_data.get("password")
        if not password:
            return
        try:
            validate_password(password, Account(username=username, full_name=full_name))
        except ValidationError as error:
            self.add_error("password", error)


class SignUpForm(CardForm, _NewPassword):
    """A person's own account: the card's data and a password."""

    field_order = ("number", "full_name", "birth_date", "card_issued_on", "password")

    def clean(self) -> dict[str, Any]:
        """Check the password against the data."""
        self.check_password(self.cleaned_data.get("number", ""), self.cleaned_data.get("full_name", ""))
        return self.cleaned_data


class CodeForm(_NewPassword):
    """A one-time code on paper, and the password that it sets."""

    username = forms.CharField(
        label=_("Personal number or staff name"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "username", "spellcheck": "false"}),
        error_messages={"required": _("Enter your personal number or staff name")},
    )
    code = forms.CharField(
        label=_("One-time code"),
        help_text=_("The 16 letters and digits on the paper that you were given."),
        max_length=40,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "spellcheck": "false", "class": "govuk-input--width-20"}
        ),
        error_messages={"required": _("Enter the one-time code")},
    )

    field_order = ("username", "code", "password")

    def clean_username(self) -> str:
        """Take a number however it is grouped."""
        return normalise_username(self.cleaned_data["username"])

    def clean(self) -> dict[str, Any]:
        """Check the password against the name."""
        self.check_password(self.cleaned_data.get("username", ""), "")
        return self.cleaned_data


class FindPersonForm(forms.Form):
    """Whose card lies on the counter."""

    number = forms.CharField(
        label=_("Personal number on the card"),
        help_text=_("12 digits."),
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

    def clean_number(self) -> str:
        """Read the number however it is grouped."""
        try:
            return parse_number(self.cleaned_data["number"])
        except IdentityError as error:
            raise ValidationError(_("The personal number has 12 digits")) from error


class SeenCardForm(forms.Form):
    """What an officer saw, and what is to be done now."""

    full_name = CardForm.base_fields["full_name"]
    birth_date = CardForm.base_fields["birth_date"]
    issued_on = CardForm.base_fields["card_issued_on"]
    seen = forms.BooleanField(
        label=_("I have the original card in my hand, and its picture shows the person before me"),
        error_messages={"required": _("Confirm that you have seen the original card and the person")},
    )
    action = forms.ChoiceField(
        label=_("What does the person need?"),
        choices=[
            ("check", _("Level 2 for the account they use already")),
            ("code", _("A code on paper, to set a password and sign in by themselves")),
            ("session", _("Help now: I fill in the forms with them at this counter")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what the person needs")},
    )

    def __init__(self, *args: Any, is_known: bool, **kwargs: Any) -> None:  # noqa: ANN401 # Django's
        super().__init__(*args, **kwargs)
        if is_known:
            # The registry's name and birth date stand on the page, to be compared rather than typed.
            del self.fields["full_name"], self.fields["birth_date"]
