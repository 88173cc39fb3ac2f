"""What must happen before a request may be answered: sign in, sign in again, raise the level, ask for consent.

Pure. The view does what is said here and asks again; `asked_ms` proves that this very request has already sent the
person to sign in, so that nothing is asked twice (OpenID Connect Core 1.0 sections 3.1.2.1 to 3.1.2.6).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

SECOND_MS: Final = 1000


class Step(StrEnum):
    """What comes next: an answer, something the person does, or an error for the client (its code is the value)."""

    ANSWER = "answer"
    SIGN_IN = "sign-in"
    SIGN_IN_AGAIN = "sign-in-again"
    RAISE_LEVEL = "raise-level"
    ASK_CONSENT = "ask-consent"
    LOGIN_REQUIRED = "login_required"
    CONSENT_REQUIRED = "consent_required"
    INTERACTION_REQUIRED = "interaction_required"
    UNMET = "unmet_authentication_requirements"
    """OpenID Connect Core Unmet Authentication Requirements 1.0: the person cannot reach the level."""


ERRORS: Final = frozenset({Step.LOGIN_REQUIRED, Step.CONSENT_REQUIRED, Step.INTERACTION_REQUIRED, Step.UNMET})
"""Steps that end the request with an error for the client."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request asks for: prompts, age in seconds, level, and when it sent the person to sign in (or None)."""

    prompts: frozenset[str]
    max_age: int | None
    level: int
    asked_ms: int | None

    @property
    def is_silent(self) -> bool:
        """Whether nothing may be shown."""
        return "none" in self.prompts


@dataclass(frozen=True, slots=True)
class Found:
    """How the person in front of us signed in: at which level, and when (ms since 1970)."""

    level: int
    signed_in_ms: int
    is_hinted: bool = True
    """Whether they are the one that the request's `id_token_hint` names; also without a hint."""


def choose_step(asked: Asked, found: Found | None, *, has_consent: bool, now_ms: int) -> Step:
    """Give the next step.

    Order matters: who is there, whether it is who was hinted at, how long ago, how surely, and only then consent.
    """
    if found is None:
        return Step.LOGIN_REQUIRED if asked.is_silent else Step.SIGN_IN
    if not found.is_hinted:
        return Step.LOGIN_REQUIRED if asked.is_silent or asked.asked_ms is not None else Step.SIGN_IN_AGAIN
    if _is_stale(asked, found, now_ms):
        return Step.LOGIN_REQUIRED if asked.is_silent else Step.SIGN_IN_AGAIN
    if found.level < asked.level:
        return _choose_rise(asked)
    if not has_consent or "consent" in asked.prompts:
        return Step.CONSENT_REQUIRED if asked.is_silent else Step.ASK_CONSENT
    return Step.ANSWER


def _choose_rise(asked: Asked) -> Step:
    if asked.is_silent:
        return Step.INTERACTION_REQUIRED
    # Whoever comes back from being asked without the level cannot reach it: asking on would go round in a circle.
    return Step.UNMET if asked.asked_ms is not None else Step.RAISE_LEVEL


def _is_stale(asked: Asked, found: Found, now_ms: int) -> bool:
    """Say whether the person must sign in again, unless they did so because this request asked."""
    # The stamp has milliseconds, a sign-in's record may have whole seconds: both are compared as seconds.
    if asked.asked_ms is not None and found.signed_in_ms // SECOND_MS >= asked.asked_ms // SECOND_MS:
        return False
    if asked.prompts & {"login", "select_account"}:
        return True
    return asked.max_age is not None and now_ms - found.signed_in_ms >= asked.max_age * SECOND_MS
