"""How pages tell of a procedure: its own words, who decides, how long it takes, what it costs, and what it rests on."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from django.utils.translation import get_language, gettext, ngettext
from django.utils.translation import gettext_lazy as _

from lienthong.cases.procedure import LegalStatus, LimitRule

if TYPE_CHECKING:
    from lienthong.cases.form_parts import Words
    from lienthong.cases.procedure import Fee, Limit, Procedure

LEGAL_STATUSES: Final = {
    LegalStatus.CITED: _("as the document says"),
    LegalStatus.UNCONFIRMED: _("not confirmed"),
    LegalStatus.SANDBOX: _("made up for the sandbox"),
}

AUTHORITIES: Final = {
    "commune": _("People's Committee of the commune"),
    "province": _("Department of the province"),
    "police": _("Police of the commune"),
}


REMARKS: Final = {
    "whether it still holds in 2026 was not found": _("whether it still holds in 2026 was not found"),
    "identity cards of children under 6": _("identity cards of children under 6"),
    "7 working days for a card": _("7 working days for a card"),
    "the step's own term was not read": _("the step's own term was not read"),
    "so that the whole stays within 18 working days": _("so that the whole stays within 18 working days"),
    "at once; the 15:00 rule as for other civil status": _("at once; the 15:00 rule as for other civil status"),
    "20 times the standard of 500,000 đồng": _("20 times the standard of 500,000 đồng"),
    "article 11; 20 times the standard of 540,000 đồng": _("article 11; 20 times the standard of 540,000 đồng"),
    "half of the basic salary of 2,340,000 đồng": _("half of the basic salary of 2,340,000 đồng"),
}
"""What this package's procedures remark beside a document, in one language; a province's own is shown as it is."""

_ARTICLE: Final = re.compile(r"articles? ([0-9]+)(?: and ([0-9]+))?")


def tell_article(article: str) -> str:
    """Name an article, or say the remark that stands in its place."""
    found = _ARTICLE.fullmatch(article)
    if found is None:
        return str(REMARKS.get(article, article))
    if found[2] is None:
        return gettext("article %(first)s") % {"first": found[1]}
    return gettext("articles %(first)s and %(second)s") % {"first": found[1], "second": found[2]}


def say(words: Words) -> str:
    """Give a procedure's own words in the page's language."""
    return words.en if (get_language() or "vi").startswith("en") and words.en else words.vi


def name_fault(label: Words, fault: Words) -> str:
    """Say what is wrong with the answer to a question."""
    asked = say(label)
    return f"{asked} {say(fault)}" if asked.endswith("?") else f"{asked}: {say(fault)}"


def name_authority(authority: str) -> str:
    """Say who decides; an authority that has no words here is named as the procedure does."""
    return str(AUTHORITIES.get(authority, authority))


def tell_limit(limit: Limit) -> str:
    """Say how long it may take."""
    if limit.rule is LimitRule.SAME_DAY_BEFORE:
        return gettext("the same working day; received after %(time)s, the next one") % {"time": f"{limit.time:%H:%M}"}
    told = ngettext("%(num)d working day", "%(num)d working days", limit.working_days) % {"num": limit.working_days}
    if limit.if_verification is None:
        return told
    return gettext("%(days)s, %(more)d if something must be verified") % {"days": told, "more": limit.if_verification}


def tell_duration(procedure: Procedure) -> str:
    """Say how long the whole may take; of parts alone, the longest."""
    whole = procedure.chain or next((limit for limit in procedure.limits if not limit.step), None)
    limit = whole or max(procedure.limits, key=lambda each: each.working_days, default=None)
    return gettext("no time limit is recorded") if limit is None else tell_limit(limit)


def tell_money(amount: int) -> str:
    """Write an amount of đồng as people here do."""
    return f"{amount:,}".replace(",", ".") + " đồng"


def tell_fees(fees: tuple[Fee, ...]) -> str:
    """Say what it costs, in a few words."""
    amounts = sorted({fee.amount for fee in fees if fee.amount})
    if not amounts:
        return gettext("no fee")
    return (
        tell_money(amounts[0]) if len(amounts) == 1 else gettext("from %(least)s") % {"least": tell_money(amounts[0])}
    )
