"""Why a message to an agency has no answer yet: for the applicant the plain fact, for the office all of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext, ngettext

if TYPE_CHECKING:
    from datetime import datetime

    from lienthong.cases.step_waiting import StepWaiting


def tell_waiting(waiting: StepWaiting) -> str:
    """Tell an applicant why an agency's answer takes long; nothing while all is as usual."""
    if waiting.since is None:
        return ""
    told = gettext("The agency's system has not been reachable since %(since)s. It is tried again by itself.")
    return told % {"since": _tell(waiting.since)}


def tell_office_waiting(waiting: StepWaiting) -> str:
    """Tell the office since when, how often it was tried, and what comes when."""
    asked = gettext("Sent %(at)s.") % {"at": _tell(waiting.asked_at)}
    if waiting.since is None:
        again = gettext("Looked at again %(at)s.") % {"at": _tell(waiting.next_at)}
        return f"{asked} {again}"
    failing = ngettext(
        "Does not get through since %(since)s (%(code)s), tried %(tries)d time.",
        "Does not get through since %(since)s (%(code)s), tried %(tries)d times.",
        waiting.tries,
    )
    parts = [asked, failing % {"since": _tell(waiting.since), "code": waiting.code, "tries": waiting.tries}]
    parts.append(gettext("Next try %(at)s.") % {"at": _tell(waiting.next_at)})
    if waiting.until is not None:
        parts.append(gettext("Given up %(at)s.") % {"at": _tell(waiting.until)})
    return " ".join(parts)


def _tell(moment: datetime) -> str:
    return f"{timezone.localtime(moment):%H:%M:%S %d/%m}"
