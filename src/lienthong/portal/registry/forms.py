"""The forms of the back office. They read what was typed; what may be done is the registry's to say."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from lienthong.identity.card_forms import DAY_FIELD, DAY_FORMATS
from lienthong.people.card_steps import CardKind
from lienthong.people.errors import PeopleError
from lienthong.people.lookup_purposes import MOST_REFERENCE_CHARACTERS, require_purpose
from lienthong.people.names import require_name
from lienthong.people.personal_number import parse_number
from lienthong.portal.registry.words import CARD_KINDS, PURPOSES, word_error

if TYPE_CHECKING:
    from lienthong.people.card_steps import CardState

_GROUPING: Final = re.compile(r"[\s.\-]")
_DAY_ERRORS: Final = {
    "required": _("Enter the date"),
    "invalid": _("Enter the date as day/month/year, for example 17/5/1990"),
}
MOST_NOTE_CHARACTERS: Final = 500
CODE_DIGITS: Final = 5
"""Of a commune's code."""


def read_number(text: str) -> str:
    """Read a personal number however it is grouped; raises ValidationError."""
    try:
        return parse_number(_GROUPING.sub("", text)).text
    except PeopleError as error:
        raise ValidationError(word_error(error)) from error


class LookUpForm(forms.Form):
    """Whom a clerk looks for, by number or by name and birth date, and why."""

    purpose = forms.ChoiceField(
        label=_("Why do you look?"),
        choices=[(purpose.value, words) for purpose, words in PURPOSES.items()],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose why you look"), "invalid_choice": _("Choose why you look")},
    )
    reference = forms.CharField(
        label=_("Case, paper or reason"),
        help_text=_("Needed for a correction, a case and another reason. The person sees it."),
        max_length=MOST_REFERENCE_CHARACTERS,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    number = forms.CharField(
        label=_("Personal number"),
        help_text=_("12 digits."),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "class": "govuk-input--width-20"}),
    )
    full_name = forms.CharField(
        label=_("Full name"),
        help_text=_("The whole name; marks and capitals do not matter."),
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "class": "govuk-input--width-30"}),
    )
    birth_date = forms.DateField(
        label=_("Date of birth"),
        help_text=_("For example 17/5/1990."),
        input_formats=DAY_FORMATS,
        required=False,
        widget=forms.TextInput(attrs={**DAY_FIELD, "autocomplete": "off"}),
        error_messages=_DAY_ERRORS,
    )

    def clean_number(self) -> str:
        """Read the number if there is one."""
        text: str = self.cleaned_data["number"]
        return read_number(text) if text else ""

    def clean_full_name(self) -> str:
        """Read the name if there is one."""
        text: str = self.cleaned_data["full_name"]
        try:
            return require_name(text) if text else ""
        except PeopleError as error:
            raise ValidationError(word_error(error)) from error

    def clean(self) -> dict[str, Any]:
        """Ask for a number, or else for name and birth date; and for a reference where the purpose needs one."""
        told = self.cleaned_data
        has_number = bool(told.get("number")) or "number" in self.errors
        if not has_number:
            has_name = bool(told.get("full_name")) or "full_name" in self.errors
            has_day = bool(told.get("birth_date")) or "birth_date" in self.errors
            if not has_name and not has_day:
                self.add_error("number", _("Enter a personal number, or a full name and a date of birth"))
            elif not has_name:
                self.add_error("full_name", _("Enter the full name"))
            elif not has_day:
                self.add_error("birth_date", _("Enter the date of birth"))
        elif told.get("full_name") or told.get("birth_date"):
            self.add_error("number", _("Enter either the number, or name and date of birth"))
        try:
            if told.get("purpose"):
                require_purpose(told["purpose"], told.get("reference", ""))
        except PeopleError:
            self.add_error("reference", _("Enter the case, the paper or the reason"))
        return told


class CardApplicationForm(forms.Form):
    """An application for a card that a person hands in."""

    kind = forms.ChoiceField(
        label=_("What is applied for?"),
        choices=[(kind.value, words) for kind, words in CARD_KINDS.items()],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what is applied for")},
    )
    area_code = forms.CharField(
        label=_("Commune that takes it in"),
        max_length=CODE_DIGITS,
        required=False,
        widget=forms.Select,
    )
    typed_code = forms.RegexField(
        r"^[0-9]{5}$",
        label=_("Or its code, if you know it"),
        help_text=_("5 digits; it counts before what is chosen above."),
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "class": "govuk-input--width-5"}),
        error_messages={"invalid": _("The commune's code has 5 digits")},
    )

    def clean(self) -> dict[str, Any]:
        """Ask for a commune, chosen or typed."""
        if not self.errors.get("typed_code") and not self.area:
            self.add_error("area_code", _("Choose the commune, or enter its code"))
        return self.cleaned_data

    @property
    def area(self) -> str:
        """The commune's code, of a form that was read."""
        code: str = self.cleaned_data.get("typed_code") or self.cleaned_data.get("area_code", "")
        return code

    @property
    def area_field(self) -> str:
        """Which field says the commune."""
        return "typed_code" if self.cleaned_data.get("typed_code") else "area_code"

    @property
    def card_kind(self) -> CardKind:
        """The kind chosen, of a form that is valid."""
        return CardKind(self.cleaned_data["kind"])


class CardStepForm(forms.Form):
    """A step of a card application that cannot be undone, with a note; a refusal or a loss needs a reason."""

    note = forms.CharField(max_length=MOST_NOTE_CHARACTERS, widget=forms.TextInput(attrs={"autocomplete": "off"}))

    def __init__(self, *args: Any, state: CardState, needs_reason: bool, **kwargs: Any) -> None:  # noqa: ANN401 # Django's
        super().__init__(*args, **kwargs)
        self.state = state
        note = self.fields["note"]
        note.required = needs_reason
        note.label = _("Reason") if needs_reason else _("Note (optional)")
        note.error_messages["required"] = _("Enter the reason")


class CountsForm(forms.Form):
    """From which day applications are counted."""

    first_day = forms.DateField(
        label=_("Applications handed in since"),
        help_text=_("For example 1/7/2026."),
        input_formats=DAY_FORMATS,
        widget=forms.TextInput(attrs={**DAY_FIELD, "autocomplete": "off"}),
        error_messages=_DAY_ERRORS,
    )
