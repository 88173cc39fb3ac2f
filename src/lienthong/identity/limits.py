"""How often something may be tried: counted in the database, by address and by what is tried."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from allauth.core.internal.ratelimit import consume, respond_429

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

_LIMITS: Final = {
    # A whole office shares one address; one number is tried by its owner, who looks at the card again.
    "data_check": "20/m/ip,5/h/key",
    "one_time_code": "20/m/ip,5/h/key",
    "counter_find": "60/m/user",
    # Whoever tries codes one after the other learns of few; whoever waits for their own may look often.
    "case_status": "30/m/ip,30/h/key",
    # A child's other parent is compared once or twice; who tries days of birth, or strangers, needs far more.
    "case_compare": "20/d/key",
    # Each file is looked into by a process of its own, and each draft is a purpose to ask under.
    "case_upload": "60/h/key",
    "case_begin": "50/d/key",
    "paper_check": "30/m/ip,60/h/key",
}


def is_within_limit(request: HttpRequest, action: str, key: str = "") -> bool:
    """Count one attempt; tells whether it is still within the limit, for what goes on otherwise beyond it."""
    return consume(request, app="lienthong.identity", action=action, config=_LIMITS, key=key) is not None


def refuse_excess(request: HttpRequest, action: str, key: str = "") -> HttpResponse | None:
    """Count one attempt; gives the refusal if there were too many, the same whether or not the key names anybody."""
    return None if is_within_limit(request, action, key) else respond_429(request)
