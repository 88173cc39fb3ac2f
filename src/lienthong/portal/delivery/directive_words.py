"""What people read for relations of directives, states and acts of tasks, and stages of sessions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext_lazy as _

from lienthong.delivery.directive_words import AskState, RelationKind, SessionStage, TaskAct, TaskState
from lienthong.portal.exchange_words import Cure

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

RELATIONS: Final[dict[RelationKind, StrOrPromise]] = {
    RelationKind.IMPLEMENTS: _("implements"),
    RelationKind.AMENDS: _("amends"),
    RelationKind.REPLACES: _("replaces"),
    RelationKind.CITES: _("cites"),
}
RELATIONS_BACK: Final[dict[RelationKind, StrOrPromise]] = {
    RelationKind.IMPLEMENTS: _("implemented by"),
    RelationKind.AMENDS: _("amended by"),
    RelationKind.REPLACES: _("replaced by"),
    RelationKind.CITES: _("cited by"),
}
TASK_STATES: Final[dict[TaskState, StrOrPromise]] = {
    TaskState.OPEN: _("In progress"),
    TaskState.REPORTED: _("Reported done"),
    TaskState.DONE: _("Accepted as done"),
    TaskState.CANCELLED: _("Cancelled"),
}
TASK_COLOURS: Final = {
    TaskState.OPEN: "blue",
    TaskState.REPORTED: "turquoise",
    TaskState.DONE: "green",
    TaskState.CANCELLED: "grey",
}
ACTS_DONE: Final[dict[TaskAct, StrOrPromise]] = {
    TaskAct.GIVEN: _("Task given"),
    TaskAct.STARTED: _("Work begun"),
    TaskAct.PROOF_ADDED: _("Proof attached"),
    TaskAct.REPORTED_DONE: _("Reported done"),
    TaskAct.RETURNED: _("Returned: something is lacking"),
    TaskAct.ACCEPTED: _("Accepted"),
    TaskAct.MOVED: _("Due day moved"),
    TaskAct.CANCELLED: _("Cancelled"),
    TaskAct.ASKED: _("Another agency asked"),
    TaskAct.ANSWERED: _("An answer came"),
    TaskAct.UNANSWERED: _("The question came to nothing"),
    TaskAct.REMINDED: _("Reminder sent"),
    TaskAct.ESCALATED: _("Leaders told that it is late"),
}
ACTS_TO_DO: Final[dict[TaskAct, StrOrPromise]] = {
    TaskAct.STARTED: _("Begin the work"),
    TaskAct.PROOF_ADDED: _("Attach a proof"),
    TaskAct.REPORTED_DONE: _("Report it done"),
    TaskAct.RETURNED: _("Return it"),
    TaskAct.ACCEPTED: _("Accept it as done"),
    TaskAct.MOVED: _("Move the due day"),
    TaskAct.CANCELLED: _("Cancel the task"),
    TaskAct.ASKED: _("Ask another agency"),
}
ASK_STATES: Final[dict[AskState, StrOrPromise]] = {
    AskState.WAITING: _("waits to be sent"),
    AskState.HANDED_OVER: _("on its way, kept until it is delivered"),
    AskState.RECEIVED: _("received, a person there will answer"),
    AskState.ANSWERED: _("answered"),
    AskState.FAILED: _("came to nothing"),
}
ASK_CURES: Final[dict[Cure, StrOrPromise]] = {
    Cure.TIME: _("Ask once more; if it fails again, call the agency."),
    Cure.AGENCY: _("Call the agency to have that put right, then ask once more."),
    Cure.OPERATOR: _("Tell those who look after your system, with the code below, then ask once more."),
    Cure.FINDING_OUT: _("Call the agency to learn whether it has the question, before you ask once more."),
}
"""What helps where a question came to nothing."""
STAGES: Final[dict[SessionStage, StrOrPromise]] = {
    SessionStage.DRAFT: _("In preparation"),
    SessionStage.FROZEN: _("Papers frozen"),
    SessionStage.CONCLUDED: _("Concluded"),
}
STAGE_COLOURS: Final = {
    SessionStage.DRAFT: "blue",
    SessionStage.FROZEN: "turquoise",
    SessionStage.CONCLUDED: "green",
}
