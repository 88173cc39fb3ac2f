"""Working sessions: an agenda from directives, materials frozen at a day, conclusions that become tasks.

Once frozen, a session's agenda and materials stay, and their hash tells whether they did: whoever was sent the hash can
check the papers that they hold.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

import msgspec
from django.db import IntegrityError, transaction
from django.db.models import Count, Max, Q

from lienthong.delivery.directive_words import SessionStage, TaskState
from lienthong.delivery.directives import DirectiveKey, get_directive
from lienthong.delivery.errors import DeliveryError, DeliveryErrorKind
from lienthong.delivery.models import AgendaItem, Conclusion, Directive, Material, WorkingSession
from lienthong.delivery.tasks import NewProof, NewTask, give_task, require_file
from lienthong.kernel.canonical import canonical_bytes

if TYPE_CHECKING:
    from datetime import datetime

    from lienthong.identity.models import Account

FORM: Final = "lienthong/working-session/1"
"""Named in what is hashed, so that another form can never give the same hash."""

CODE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
"""What a session's code may be: the addresses of its pages hold it, and one with a slash would have none."""


class NewSession(msgspec.Struct, frozen=True, kw_only=True):
    """A session to prepare; `chair` is the key of a post."""

    code: str
    title: str
    held_on: date
    chair: int | None = None
    place: str = ""
    is_illustrative: bool = False


class NewItem(msgspec.Struct, frozen=True):
    """What the agenda deals with: a directive or a part of it."""

    directive: DirectiveKey
    title: str
    path: str = ""


@dataclass(frozen=True, slots=True)
class AgendaProposal:
    """A directive that may go on the agenda, with how many of its tasks are open and late."""

    directive: Directive
    open_tasks: int
    late_tasks: int


def get_session(code: str) -> WorkingSession:
    """Give a session by its code; raises `UNKNOWN_SESSION`."""
    session = WorkingSession.objects.filter(code=code).select_related("chair").first()
    if session is None:
        message = f"working session {code!r}: there is none with this code"
        raise DeliveryError(DeliveryErrorKind.UNKNOWN_SESSION, message)
    return session


def open_session(new: NewSession) -> WorkingSession:
    """Begin to prepare a session; raises `BAD_SESSION`."""
    if CODE.fullmatch(new.code) is None or not new.title.strip():
        raise refuse_session(f"expected a title, and a code of letters, digits, points and dashes, got {new.code!r}")
    try:
        with transaction.atomic():
            return WorkingSession.objects.create(
                code=new.code,
                title=new.title.strip(),
                held_on=new.held_on,
                chair_id=new.chair,
                place=new.place,
                is_illustrative=new.is_illustrative,
            )
    except IntegrityError as error:
        raise refuse_session(f"{new.code}: this code is taken, or the post is not there") from error


def list_agenda_proposals(day: date) -> list[AgendaProposal]:
    """List the directives that a session should deal with: those with open tasks, most late ones first."""
    is_open = Q(tasks__state=TaskState.OPEN)
    late = Count("tasks", filter=is_open & Q(tasks__due_on__lt=day))
    rows = Directive.objects.annotate(open_tasks=Count("tasks", filter=is_open), late_tasks=late)
    rows = rows.filter(open_tasks__gt=0).order_by("-late_tasks", "-open_tasks", "number")
    return [AgendaProposal(row, row.open_tasks, row.late_tasks) for row in rows]


def add_agenda_item(code: str, new: NewItem) -> AgendaItem:
    """Put a directive on the agenda; raises `BAD_SESSION`, `UNKNOWN_DIRECTIVE`."""
    with transaction.atomic():
        session = _lock(code, SessionStage.DRAFT)
        directive = get_directive(new.directive)
        if new.path and not directive.parts.filter(path=new.path).exists():
            raise refuse_session(f"{code}: {new.directive} has no part {new.path!r}")
        place = (session.agenda.aggregate(last=Max("place"))["last"] or 0) + 1
        return AgendaItem.objects.create(
            session=session, place=place, directive=directive, directive_path=new.path, title=new.title.strip()
        )


def add_material(code: str, file: NewProof, by: Account) -> Material:
    """Put a paper into a session; raises `BAD_SESSION`, `BAD_TASK` for no paper, `SECRET_DOCUMENT`."""
    require_file(file)
    with transaction.atomic():
        session = _lock(code, SessionStage.DRAFT)
        if session.materials.filter(name=file.name).exists():
            raise refuse_session(f"{code}: a paper of this name is there already; give the new one another name")
        return Material.objects.create(
            session=session,
            name=file.name,
            media_type=file.media_type,
            digest=hashlib.sha256(file.content).hexdigest(),
            content=file.content,
            added_by=by,
        )


def freeze_session(code: str, data_on: date, by: Account, now: datetime) -> WorkingSession:
    """Fix agenda and materials, and up to which day figures count; raises `BAD_SESSION`."""
    with transaction.atomic():
        session = _lock(code, SessionStage.DRAFT)
        if not session.agenda.exists():
            raise refuse_session(f"{code}: expected something on the agenda before it is frozen")
        session.stage, session.data_on, session.frozen_at, session.frozen_by = SessionStage.FROZEN, data_on, now, by
        session.frozen_digest = compute_digest(session)
        session.save()
    return session


def compute_digest(session: WorkingSession) -> str:
    """Give the SHA-256 of what a session is: its day, its agenda, and each paper's name and hash (RFC 8785 bytes)."""
    agenda = [
        [item.place, str(item.directive), item.directive_path, item.title]
        for item in session.agenda.select_related("directive").order_by("place")
    ]
    materials = sorted([row.name, hashlib.sha256(bytes(row.content)).hexdigest()] for row in session.materials.all())
    told = {
        "form": FORM,
        "code": session.code,
        "title": session.title,
        "held_on": session.held_on.isoformat(),
        "data_on": session.data_on.isoformat() if session.data_on is not None else "",
        "agenda": agenda,
        "materials": materials,
    }
    return hashlib.sha256(canonical_bytes(told)).hexdigest()


def verify_frozen(session: WorkingSession) -> None:
    """Raise `BAD_SESSION` where a session's papers are not those that were frozen."""
    if session.frozen_digest != (met := compute_digest(session)):
        expected = session.frozen_digest or "a frozen session"
        raise refuse_session(f"{session.code}: expected {expected}, its agenda and papers give {met}")


def record_conclusion(code: str, text: str, by: Account) -> Conclusion:
    """Write a conclusion down, once the session is frozen; raises `BAD_SESSION`."""
    if not text.strip():
        raise refuse_session(f"{code}: expected the words of the conclusion, got nothing")
    with transaction.atomic():
        session = _lock(code, SessionStage.FROZEN)
        place = (session.conclusions.aggregate(last=Max("place"))["last"] or 0) + 1
        return Conclusion.objects.create(session=session, place=place, text=text.strip(), recorded_by=by)


def turn_into_task(code: str, place: int, new: NewTask, by: Account, now: datetime) -> Conclusion:
    """Make a conclusion a task, once; raises `BAD_SESSION`, `BAD_TASK`. A crash leaves both, or neither."""
    with transaction.atomic():
        session = WorkingSession.objects.select_for_update().get(pk=get_session(code).pk)
        conclusion = session.conclusions.filter(place=place).first()
        if conclusion is None or conclusion.task_id is not None:
            raise refuse_session(f"{code}: conclusion {place} is not there, or is a task already")
        conclusion.task = give_task(new, by, now)
        conclusion.save(update_fields=["task"])
    return conclusion


def conclude_session(code: str) -> WorkingSession:
    """End a session: no more conclusions; raises `BAD_SESSION`."""
    with transaction.atomic():
        session = _lock(code, SessionStage.FROZEN)
        session.stage = SessionStage.CONCLUDED
        session.save(update_fields=["stage"])
    return session


def refuse_session(message: str) -> DeliveryError:
    """Make the error for what a session does not take."""
    return DeliveryError(DeliveryErrorKind.BAD_SESSION, f"working session {message}")


def _lock(code: str, expected: SessionStage) -> WorkingSession:
    session = WorkingSession.objects.select_for_update().get(pk=get_session(code).pk)
    if session.stage != expected:
        raise refuse_session(f"{code}: expected one that is {expected}, got one that is {session.stage}")
    return session
