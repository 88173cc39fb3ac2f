"""What stands beside an answer: that the registry told it, that it differs, that it is disputed, whether it fits.

Pure. The applicant and the officer see the same marks; the officer also the number of the exchange, by which both
members' logs know the look-up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from lienthong.cases.prefill import SIGN_IN, MatchOutcome, list_known, read_matches
from lienthong.portal.cases.answers import tell_value

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date

    from lienthong.cases.form_parts import Field, Form
    from lienthong.cases.prefill import Known

Mark = tuple[str, str, str]
"""The mark, its tone (`agrees`, `differs` or none), and a note."""

NO_MARK: Final[Mark] = ("", "", "")

MATCHES: Final = {
    MatchOutcome.MATCH: (_("Agrees with the registry"), "agrees"),
    MatchOutcome.NO_MATCH: (_("Does not agree with the registry"), "differs"),
    MatchOutcome.NOT_COMPARED: (_("Not compared with the registry"), ""),
}


def make_marks(
    form: Form, answers: Mapping[str, Any], day: date, *, is_office: bool = False
) -> Callable[[Field], Mark]:
    """Give what finds the mark of a question."""
    known = {each.field.name: each for each in list_known(form, answers)}
    compared = read_matches(answers)
    matches = {match.number: compared[match.name] for match in form.matches if match.name in compared}

    def find_mark(field: Field) -> Mark:
        if field.name in known:
            return _mark_known(known[field.name], day, is_office=is_office)
        if field.name in matches:
            match = matches[field.name]
            mark, tone = MATCHES[match.outcome]
            return str(mark), tone, match.exchange if is_office else ""
        return NO_MARK

    return find_mark


def _mark_known(known: Known, day: date, *, is_office: bool) -> Mark:
    exchange = known.source.exchange if is_office else ""
    if known.dispute is not None:
        told = gettext("The registry says: %(value)s.") % {"value": tell_value(known.field, known.source.value, day)}
        said = gettext("The applicant says: %(text)s") % {"text": known.dispute.text}
        return gettext("Disputed"), "differs", " ".join(filter(None, (told, said, exchange)))
    if known.is_different:
        told = gettext("The registry says: %(value)s.") % {"value": tell_value(known.field, known.source.value, day)}
        return gettext("Differs from the registry"), "differs", f"{told} {exchange}".strip()
    return tell_source(known), "agrees", exchange


def tell_source(known: Known) -> str:
    """Say where a filled-in answer comes from, and when it was asked."""
    at = f"{timezone.localtime(known.source.at):%d/%m/%Y %H:%M}"
    if known.source.service == SIGN_IN:
        return gettext("From your sign-in")
    return gettext("From the population registry, %(when)s") % {"when": at}
