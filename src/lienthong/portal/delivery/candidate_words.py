"""What people read for kinds and states of candidates, of documents, and of refusals."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext_lazy as _

from lienthong.delivery.code_names import CodeNames
from lienthong.delivery.directive_words import CandidateState, DirectiveKind, Side, Tier
from lienthong.delivery.errors import DeliveryError, DeliveryErrorKind
from lienthong.delivery.number_text import count_decimals, write_number
from lienthong.delivery.reading.found import CandidateKind
from lienthong.delivery.words import Qualifier
from lienthong.portal.delivery.pages import find_language

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

CANDIDATE_KINDS: Final[dict[CandidateKind, StrOrPromise]] = {
    CandidateKind.DIRECTIVE: _("Document named in the text"),
    CandidateKind.TASK: _("Task"),
    CandidateKind.TARGET: _("Target"),
    CandidateKind.OBSERVATION: _("Reported figure"),
}
CANDIDATE_STATES: Final[dict[CandidateState, StrOrPromise]] = {
    CandidateState.OPEN: _("To decide"),
    CandidateState.ACCEPTED: _("Accepted"),
    CandidateState.CORRECTED: _("Accepted with changes"),
    CandidateState.REJECTED: _("Rejected"),
}
STATE_COLOURS: Final = {
    CandidateState.OPEN: "blue",
    CandidateState.ACCEPTED: "green",
    CandidateState.CORRECTED: "turquoise",
    CandidateState.REJECTED: "grey",
}
DIRECTIVE_KINDS: Final[dict[DirectiveKind, StrOrPromise]] = {
    DirectiveKind.RESOLUTION: _("Resolution"),
    DirectiveKind.DECISION: _("Decision"),
    DirectiveKind.INSTRUCTION: _("Instruction (chỉ thị)"),
    DirectiveKind.CONCLUSION: _("Conclusion"),
    DirectiveKind.REGULATION: _("Regulation"),
    DirectiveKind.LAW: _("Law"),
    DirectiveKind.DECREE: _("Decree"),
    DirectiveKind.CIRCULAR: _("Circular"),
    DirectiveKind.SCHEME: _("Scheme (đề án)"),
    DirectiveKind.PROGRAMME: _("Programme"),
    DirectiveKind.PLAN: _("Plan"),
    DirectiveKind.GUIDANCE: _("Guidance"),
    DirectiveKind.REPORT: _("Report"),
    DirectiveKind.LETTER: _("Official letter"),
    DirectiveKind.OTHER: _("Other document"),
}
SIDES: Final[dict[Side, StrOrPromise]] = {Side.PARTY: _("The Party"), Side.STATE: _("The State")}
TIERS: Final[dict[Tier, StrOrPromise]] = {
    Tier.CENTRE: _("Centre"),
    Tier.PROVINCE: _("Province"),
    Tier.COMMUNE: _("Commune"),
}
QUALIFIERS: Final[dict[Qualifier, StrOrPromise]] = {
    Qualifier.EXACT: _("exactly"),
    Qualifier.OVER: _("more than"),
    Qualifier.AT_LEAST: _("at least"),
    Qualifier.UNDER: _("less than"),
    Qualifier.AT_MOST: _("at most"),
    Qualifier.ABOUT: _("about"),
}
_NUMBER: Final = re.compile(r"\d+(?:\.\d+)?")
_ERRORS: Final[dict[DeliveryErrorKind, StrOrPromise]] = {
    DeliveryErrorKind.CANDIDATE_DECIDED: _("Somebody has decided on this already."),
    DeliveryErrorKind.BAD_TASK: _("The task cannot be given like this: only a leader gives tasks, to a post of today."),
    DeliveryErrorKind.BAD_DIRECTIVE: _("The register does not take the document like this."),
}


def write_found(value: str) -> str:
    """Write a found figure as people read it: 9500 as 9.500, a range with a dash; a part of a whole stays 17/19."""
    language = find_language()

    def write(match: re.Match[str]) -> str:
        number = Decimal(match.group())
        return write_number(number, count_decimals(number), language)

    return _NUMBER.sub(write, value.replace("..", "\N{EN DASH}"))


def word_delivery_error(error: DeliveryError) -> str:
    """Say a refusal in the page's language; the rarer ones are the rule's own sentence."""
    told = error.message if error.reason is None else error.reason.write(find_language(), CodeNames())
    return str(_ERRORS.get(error.kind, told))
