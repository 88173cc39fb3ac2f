"""The form of a correction: the right value of one fact, read by the rule of that fact, the decision and the reason."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from lienthong.identity.card_forms import DAY_FIELD, DAY_FORMATS
from lienthong.people.errors import PeopleError
from lienthong.people.events import Corrected
from lienthong.people.facts import FactName
from lienthong.people.names import MAX_NAME_CHARACTERS, require_name
from lienthong.people.words import Sex
from lienthong.portal.registry.forms import read_number
from lienthong.portal.registry.words import name_value, word_error

if TYPE_CHECKING:
    from lienthong.people.facts import Value

MOST_CHARACTERS: Final = 100
"""Of the decision and of the reason: both stand in the source that everybody reads."""

_RENEWS_NUMBER: Final = frozenset({FactName.SEX, FactName.BIRTH_DATE})


class CorrectionForm(forms.Form):
    """The right value of one fact, the decision that says so, and the reason."""

    decision = forms.CharField(
        label=_("Number and date of the decision or paper"),
        max_length=MOST_CHARACTERS,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": _("Enter the number and date of the decision or paper")},
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=MOST_CHARACTERS,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": _("Enter the reason")},
    )

    def __init__(self, *args: Any, fact: FactName, is_synthetic: bool, **kwargs: Any) -> None:  # noqa: ANN401 # Django's
        super().__init__(*args, **kwargs)
        self.fact = fact
        self.fields["value"] = _make_value_field(fact)
        if fact in _RENEWS_NUMBER and not is_synthetic:
            self.fields["number"] = forms.CharField(
                label=_("New personal number, if the Ministry gave one"), max_length=40, required=False
            )
        self.order_fields(("value", "number", "decision", "reason"))

    def clean_number(self) -> str:
        """Read the new number if there is one."""
        text: str = self.cleaned_data["number"]
        return read_number(text) if text else ""

    def clean_value(self) -> Value:
        """Read the value by the rule of its fact."""
        value: Any = self.cleaned_data["value"]
        if self.fact is FactName.FULL_NAME:
            try:
                return require_name(value)
            except PeopleError as error:
                raise ValidationError(word_error(error)) from error
        if self.fact is FactName.SEX:
            return Sex(value)
        read: Value = value
        return read

    def make_correction(self) -> Corrected:
        """Make the event's body, of a form that is valid."""
        told = self.cleaned_data
        values = {self.fact.value: told["value"]}
        if told.get("number"):
            values["number"] = told["number"]
        return Corrected(f"{told['decision']}; {told['reason']}", **values)


def _make_value_field(fact: FactName) -> forms.Field:
    label = _("What is right")
    needed = {"required": _("Enter what is right")}
    if fact is FactName.BIRTH_DATE:
        errors = {**needed, "invalid": _("Enter the date as day/month/year, for example 17/5/1990")}
        field = forms.TextInput(attrs={**DAY_FIELD, "autocomplete": "off"})
        return forms.DateField(label=label, input_formats=DAY_FORMATS, widget=field, error_messages=errors)
    if fact is FactName.SEX:
        choices = [(sex.value, name_value(FactName.SEX, sex.value)) for sex in Sex]
        return forms.ChoiceField(label=label, choices=choices, widget=forms.RadioSelect, error_messages=needed)
    if fact is FactName.NATIONALITY:
        return forms.RegexField(
            r"^[A-Z]{2}$",
            label=label,
            help_text=_("Two capital letters of ISO 3166-1, for example VN."),
            widget=forms.TextInput(attrs={"class": "govuk-input--width-2", "autocomplete": "off"}),
            error_messages={**needed, "invalid": _("Enter two capital letters, for example VN")},
        )
    most = MAX_NAME_CHARACTERS if fact is FactName.FULL_NAME else 2 * MAX_NAME_CHARACTERS
    return forms.CharField(
        label=label, max_length=most, widget=forms.TextInput(attrs={"autocomplete": "off"}), error_messages=needed
    )
