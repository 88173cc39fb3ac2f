"""The one error type of this house, and its kinds."""

from __future__ import annotations

from enum import StrEnum

from lienthong.kernel.errors import LienthongError


class CasesErrorKind(StrEnum):
    """Why a case, a filing or a procedure is refused, or cannot be answered."""

    UNKNOWN_CASE = "unknown-case"
    """There is no such case, or not for who asks."""
    UNKNOWN_DRAFT = "unknown-draft"
    """There is no such draft, or not for who asks, or its time is over."""
    NOT_ALLOWED = "not-allowed"
    """Who asks has not the role, or not at the office whose case it is."""
    NOT_NOW = "not-now"
    """The case does not allow this action in its present state."""
    STALE = "stale"
    """Something was done to the case since the page was shown."""
    KEY_REUSED = "key-reused"
    """The same key came with something else."""
    BAD_PAYLOAD = "bad-payload"
    """What is told with an action misses something, or contradicts the case."""
    BAD_REASON = "bad-reason"
    """The reason is not of the action's list, or text is missing."""
    UNKNOWN_AGENCY = "unknown-agency"
    """A procedure names an agency that the site's settings do not know."""
    BAD_CODE = "bad-code"
    """Text has none of the forms of a case code."""
    UNKNOWN_DIFFERENCE = "unknown-difference"
    """No open difference with a filing portal has the number."""
    NO_PORTAL = "no-portal"
    """The site has no filing portal to compare with, or names one in a way that cannot be."""
    PORTAL_SILENT = "portal-silent"
    """A filing portal did not answer: whether it has what was sent cannot be told."""
    PORTAL_REFUSED = "portal-refused"
    """A filing portal does not take what was sent."""
    BAD_PORTAL_DOCUMENT = "bad-portal-document"
    """What a filing portal says has not the agreed form, or contradicts itself."""
    BAD_RECEIPT = "bad-receipt"
    """A receipt is not as it was signed."""
    UNKNOWN_PROCEDURE = "unknown-procedure"
    """No procedure has the code, or none on that day."""
    BAD_PROCEDURE = "bad-procedure"
    """A procedure's folder is not as docs/procedures.md says."""
    BAD_FORM = "bad-form"
    """Answers do not fit the form; the error carries what is wrong with each."""


class CasesError(LienthongError):
    """An error of the house of cases."""

    kind: CasesErrorKind

    def __init__(self, kind: CasesErrorKind, message: str) -> None:
        super().__init__(kind, message)
