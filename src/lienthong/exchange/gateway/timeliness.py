"""The times that messages carry, against our clock (rule 4.4)."""

from __future__ import annotations

from lienthong.exchange.errors import ExchangeError, ExchangeErrorKind

CLOCK_SKEW_MS = 5 * 60 * 1000
"""How far the clocks of two members may differ (rule 4.4)."""
SYNCHRONOUS_LIFE_MS = 5 * 60 * 1000
"""A synchronous request is acted on within this time or never."""
RELIABLE_LIFE_MS = 30 * 24 * 60 * 60 * 1000
"""The longest deadline of a reliable message: so long a provider must remember it (rule 4.5)."""


def require_in_time(now: int, time: int, until: int, longest: int = SYNCHRONOUS_LIFE_MS) -> None:
    """Require that a request is acted on within its life, which is `longest` at most."""
    if time - CLOCK_SKEW_MS > now:
        raise ExchangeError(
            ExchangeErrorKind.CLOCK_SKEW,
            f"the request's time is {time - now} ms ahead of ours, at most {CLOCK_SKEW_MS}",
        )
    if until <= now or until > time + longest:
        raise ExchangeError(
            ExchangeErrorKind.MESSAGE_EXPIRED,
            f"the request holds until {until} and our clock says {now}; {longest} ms is the longest life",
        )


def require_recent(now: int, time: int) -> None:
    """Require that a response was made just now."""
    if abs(now - time) > CLOCK_SKEW_MS:
        raise ExchangeError(
            ExchangeErrorKind.INCONSISTENT_RESPONSE,
            f"the response's time differs from ours by {abs(now - time)} ms, at most {CLOCK_SKEW_MS}",
        )


def require_since(now: int, time: int, asked: int) -> None:
    """Require that a response to a reliable message was made after it was asked, by clocks that may differ."""
    if not asked - CLOCK_SKEW_MS <= time <= now + CLOCK_SKEW_MS:
        raise ExchangeError(
            ExchangeErrorKind.INCONSISTENT_RESPONSE,
            f"the response's time is {time}: expected one from {asked} to {now}, give or take {CLOCK_SKEW_MS} ms",
        )
