"""The tables: sources, what is measured, what was measured, what was promised; directives, tasks and sessions.

Append-only, guarded by triggers: `Observation`, `Target`, `DraftEntry`, `TaskStep`, `TaskProof`, `ReportText`. Of an
`Indicator` its meaning never changes, of a `Directive` its key; a candidate is decided once; a frozen session stays as
it is.
"""

from __future__ import annotations

from lienthong.delivery.models.candidate import Candidate, ReadDocument
from lienthong.delivery.models.directive import Directive, DirectivePart, DirectiveRelation
from lienthong.delivery.models.draft import DraftEntry
from lienthong.delivery.models.indicator import Indicator, Source
from lienthong.delivery.models.observation import Observation
from lienthong.delivery.models.report import ReportText
from lienthong.delivery.models.session import AgendaItem, Conclusion, Material, WorkingSession
from lienthong.delivery.models.target import Plan, Target
from lienthong.delivery.models.task import Task, TaskAsk, TaskCoOwner, TaskProof, TaskStep

__all__ = (
    "AgendaItem",
    "Candidate",
    "Conclusion",
    "Directive",
    "DirectivePart",
    "DirectiveRelation",
    "DraftEntry",
    "Indicator",
    "Material",
    "Observation",
    "Plan",
    "ReadDocument",
    "ReportText",
    "Source",
    "Target",
    "Task",
    "TaskAsk",
    "TaskCoOwner",
    "TaskProof",
    "TaskStep",
    "WorkingSession",
)
