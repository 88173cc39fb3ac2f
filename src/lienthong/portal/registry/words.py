"""What the registry's closed lists are called on pages, and values as people write them."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from lienthong.people.card_steps import CardKind, CardState
from lienthong.people.errors import PeopleErrorKind
from lienthong.people.facts import FactName
from lienthong.people.lookup_purposes import LookUpPurpose
from lienthong.people.record import NamedPerson
from lienthong.people.words import MaritalStatus, Relation, Sex, StayKind

if TYPE_CHECKING:
    from django.utils.functional import Promise

    from lienthong.people.errors import PeopleError
    from lienthong.people.facts import Value

FACT_NAMES: Final = {
    FactName.NUMBER: _("Personal number"),
    FactName.FULL_NAME: _("Full name"),
    FactName.SEX: _("Sex"),
    FactName.BIRTH_DATE: _("Date of birth"),
    FactName.BIRTH_PLACE: _("Place of birth"),
    FactName.NATIONALITY: _("Nationality"),
    FactName.FATHER: _("Father"),
    FactName.MOTHER: _("Mother"),
    FactName.MARITAL_STATUS: _("Marital status"),
    FactName.SPOUSE: _("Spouse"),
    FactName.DIED_ON: _("Date of death"),
    FactName.VERIFIED: _("Identity verified"),
}
"""Ethnicity has no name here: no page shows it."""

RELATIONS: Final = {
    Relation.HEAD: _("Head of household"),
    Relation.SPOUSE: _("Spouse"),
    Relation.CHILD: _("Child"),
    Relation.PARENT: _("Parent"),
    Relation.CHILD_IN_LAW: _("Child-in-law"),
    Relation.GRANDCHILD: _("Grandchild"),
    Relation.SIBLING: _("Sibling"),
    Relation.OTHER: _("Other"),
}

STAYS: Final = {StayKind.PERMANENT: _("Permanent residence"), StayKind.TEMPORARY: _("Temporary residence")}

CARD_KINDS: Final = {
    CardKind.FIRST: _("First card"),
    CardKind.RENEWAL: _("Renewal"),
    CardKind.REPLACEMENT: _("Replacement of a lost card"),
}

CARD_STATES: Final = {
    CardState.APPLIED: _("Applied for"),
    CardState.CHECKED: _("Data checked"),
    CardState.APPROVED: _("Approved"),
    CardState.PERSONALISED: _("Card printed"),
    CardState.DELIVERED: _("Handed over"),
    CardState.ACTIVE: _("In use"),
    CardState.LOST: _("Reported lost"),
    CardState.EXPIRED: _("Expired"),
    CardState.REPLACED: _("Replaced"),
    CardState.REFUSED: _("Refused"),
}

CARD_STEPS: Final = {
    CardState.CHECKED: _("The data agrees with the registry"),
    CardState.APPROVED: _("Approve"),
    CardState.PERSONALISED: _("The card is printed"),
    CardState.DELIVERED: _("The card was handed over"),
    CardState.ACTIVE: _("Put the card into use"),
    CardState.LOST: _("Report the card lost"),
    CardState.REFUSED: _("Refuse the application"),
}
"""What a clerk can do. The other states come by themselves: a card expires, or the next one replaces it."""

PURPOSES: Final = {
    LookUpPurpose.COUNTER: _("The person is at the counter and asks for it"),
    LookUpPurpose.CARD: _("An application for a card"),
    LookUpPurpose.RESIDENCE: _("Registration of a residence"),
    LookUpPurpose.CORRECTION: _("Something recorded is said to be wrong"),
    LookUpPurpose.CASE: _("A case of another procedure"),
    LookUpPurpose.OTHER: _("Another reason"),
}

_VALUES: Final[dict[object, Promise | str]] = {
    Sex.MALE.value: _("Male"),
    Sex.FEMALE.value: _("Female"),
    MaritalStatus.SINGLE.value: _("Single"),
    MaritalStatus.MARRIED.value: _("Married"),
    MaritalStatus.WIDOWED.value: _("Widowed"),
    MaritalStatus.DIVORCED.value: _("Divorced"),
    "VN": _("Vietnamese"),
}
_WORDED: Final = frozenset({FactName.SEX, FactName.MARITAL_STATUS, FactName.NATIONALITY})

_ERRORS: Final = {
    PeopleErrorKind.BAD_NUMBER: _("The personal number has 12 digits"),
    PeopleErrorKind.BAD_NAME: _("Enter the name in Latin letters, as on the birth certificate"),
    PeopleErrorKind.BAD_DAY: _("This day is not possible: check day, month and year"),
    PeopleErrorKind.NO_PURPOSE: _("Say why: choose a purpose, and give the case, the paper or the reason"),
    PeopleErrorKind.BAD_CARD_STEP: _("Somebody did a step in the meantime: look at the application as it is now"),
    PeopleErrorKind.UNVERIFIED: _("The identity is not verified: compare the person with card or papers first"),
    PeopleErrorKind.CONFLICT: _("This contradicts the record: does the person live, is there a card or application?"),
    PeopleErrorKind.UNKNOWN_AREA: _("No commune of today has this code"),
}


def name_value(name: FactName, value: Value | NamedPerson) -> str:
    """Write a fact's value as people read it."""
    if value is None or value == "":
        return gettext("None")
    if isinstance(value, NamedPerson):
        return f"{value.full_name} ({group_number(value.number)})"
    if isinstance(value, bool):
        return gettext("Yes") if value else gettext("No")
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    if name is FactName.NUMBER:
        return group_number(str(value))
    return str(_VALUES.get(str(value), value)) if name in _WORDED else str(value)


def name_source(source: str) -> str:
    """Say who told a fact; an officer stands in the record by a prefix."""
    kind, _colon, who = source.partition(":")
    return gettext("officer %(name)s") % {"name": who} if kind == "officer" and who else source


def group_number(number: str) -> str:
    """Write a personal number in groups that the eye can keep."""
    return " ".join(number[at : at + 3] for at in range(0, len(number), 3))


def word_error(error: PeopleError) -> str:
    """Say a refusal in the page's language; the rarer ones are the rule's own sentence."""
    return str(_ERRORS.get(error.kind, error.message))


PAGE_WORDS: Final = {
    "fact_names": FACT_NAMES,
    "relations": RELATIONS,
    "stays": STAYS,
    "card_kinds": CARD_KINDS,
    "card_states": CARD_STATES,
    "card_steps": CARD_STEPS,
    "purposes": PURPOSES,
    "value_of": name_value,
    "source_of": name_source,
}
"""For every page of a record."""
