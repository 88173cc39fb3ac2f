"""The words of directives, tasks and working sessions: closed lists, the same in tables, files and answers.

What people read for each is in the portal's catalogue.
"""

from __future__ import annotations

from enum import StrEnum


class DirectiveKind(StrEnum):
    """What sort of document it is."""

    RESOLUTION = "resolution"
    DECISION = "decision"
    INSTRUCTION = "instruction"
    """A chỉ thị."""
    CONCLUSION = "conclusion"
    REGULATION = "regulation"
    """A quy định or quy chế."""
    LAW = "law"
    DECREE = "decree"
    CIRCULAR = "circular"
    SCHEME = "scheme"
    """A đề án."""
    PROGRAMME = "programme"
    PLAN = "plan"
    GUIDANCE = "guidance"
    REPORT = "report"
    LETTER = "letter"
    """A công văn."""
    OTHER = "other"


class Side(StrEnum):
    """Whose document it is."""

    PARTY = "party"
    STATE = "state"


class Tier(StrEnum):
    """On which level of the country its issuer stands."""

    CENTRE = "centre"
    PROVINCE = "province"
    COMMUNE = "commune"


class RelationKind(StrEnum):
    """What a directive does to another."""

    IMPLEMENTS = "implements"
    AMENDS = "amends"
    REPLACES = "replaces"
    CITES = "cites"


class CandidateState(StrEnum):
    """What a person made of something that was found in a document."""

    OPEN = "open"
    ACCEPTED = "accepted"
    CORRECTED = "corrected"
    """Accepted with changes."""
    REJECTED = "rejected"


class TaskAct(StrEnum):
    """One thing done to a task; a task's state follows from these."""

    GIVEN = "given"
    STARTED = "started"
    PROOF_ADDED = "proof-added"
    REPORTED_DONE = "reported-done"
    RETURNED = "returned"
    """The report was not accepted; what is lacking is said."""
    ACCEPTED = "accepted"
    MOVED = "moved"
    """Another due day, with the reason."""
    CANCELLED = "cancelled"
    ASKED = "asked"
    """Another agency was asked over the exchange."""
    ANSWERED = "answered"
    UNANSWERED = "unanswered"
    """A question came to nothing: refused, or not delivered in its time."""
    REMINDED = "reminded"
    ESCALATED = "escalated"


class TaskState(StrEnum):
    """How a task stands."""

    OPEN = "open"
    REPORTED = "reported"
    """Reported done, not accepted yet."""
    DONE = "done"
    CANCELLED = "cancelled"


class AskState(StrEnum):
    """How far a question to another agency is."""

    WAITING = "waiting"
    """To be handed to the gateway."""
    HANDED_OVER = "handed-over"
    """The gateway has it durably, and delivers it."""
    RECEIVED = "received"
    """The agency's system has it, and a person there will answer."""
    ANSWERED = "answered"
    FAILED = "failed"


class SessionStage(StrEnum):
    """How far a working session is."""

    DRAFT = "draft"
    FROZEN = "frozen"
    """Agenda and materials stay as they are, under a hash."""
    CONCLUDED = "concluded"
