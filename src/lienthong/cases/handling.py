"""Doing something to a case: one action, checked, written down and followed up in one transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from django.db import transaction

from lienthong.cases.action_check import MOST_TEXT, verify_action
from lienthong.cases.actions import (
    Action,
    Actor,
    Commented,
    Extended,
    Payload,
    SupplementAsked,
    Supplemented,
    erase,
    get_kind,
    salt_payload,
    write_payload,
)
from lienthong.cases.documents.kept import forget_uses, hold_documents
from lienthong.cases.errors import CasesError, CasesErrorKind
from lienthong.cases.filing import require_key
from lienthong.cases.folding import apply_action, fold
from lienthong.cases.models import ActionRecord, Draft, Notice
from lienthong.cases.store import (
    append_action,
    digest_content,
    find_key,
    get_submitted,
    keep_key,
    lock_row,
    make_projection,
    read_actions,
)
from lienthong.cases.words import ActionKind, ActorKind, CaseRole
from lienthong.cases.workflow import OFFICE, Who

if TYPE_CHECKING:
    from uuid import UUID

    from lienthong.cases.case_state import CaseState
    from lienthong.cases.house import Cases
    from lienthong.cases.models import Case as CaseRow


def perform(  # noqa: PLR0913, PLR0917 # who does what to which case, and what guards it from being done twice
    cases: Cases,
    case_id: UUID,
    actor: Actor,
    role: CaseRole,
    kind: ActionKind,
    payload: Payload,
    key: str,
    expected_number: int | None = None,
) -> CaseState:
    """Do one thing to a case and give what it is then; the same key with the same content is done once.

    `expected_number` is the last action that the actor saw: STALE if something was done since. Raises NOT_ALLOWED,
    NOT_NOW, BAD_REASON, BAD_PAYLOAD, KEY_REUSED. A crash before the commit leaves nothing done and no job; after it,
    the action, its row and its jobs.
    """
    if get_kind(payload) is not kind:
        message = f"action {kind}: expected what is told with it, got what is told with {get_kind(payload)}"
        raise CasesError(CasesErrorKind.BAD_PAYLOAD, message)
    require_key(key)
    scope, content = f"case:{case_id}", digest_content(cases, [role, actor.id, write_payload(payload)])
    with transaction.atomic():
        row = lock_row(case_id)
        actions = read_actions(row)
        state = fold(actions)
        if find_key(scope, key, content) is not None:
            return state
        _require_fresh(state, expected_number)
        _require_actor(cases, row, actor, role)
        verify_action(state, Who(role, actor.unit, actor.id), actor, payload)
        _require_day(cases, payload)
        action = Action(state.number + 1, kind, actor, cases.now(), salt_payload(payload))
        append_action(row.month, case_id, action, role)
        changed = apply_action(state, action)
        _write_row(cases, row, (*actions, action), changed)
        if isinstance(payload, Supplemented):
            hold_documents(cases, case_id, row.number, payload.documents)
        keep_key(scope, key, content, (case_id, action.number, action.at))
        cases.follow_up(case_id, kind, changed)
    return changed


def erase_case(cases: Cases, case_id: UUID, actor: Actor, reason: str) -> int:
    """Erase everything personal of a case that is over; gives how many actions were emptied.

    What is left: what was done, when, by which office, and a hash of what was told. The erasing is itself an action.
    """
    if not reason.strip() or len(reason) > MOST_TEXT:
        raise CasesError(CasesErrorKind.BAD_REASON, "erasing: expected the decision that asks for it, in some words")
    with transaction.atomic():
        row = lock_row(case_id)
        actions = read_actions(row)
        state = fold(actions)
        if not state.is_over or state.unanswered:
            message = f"case {row.code}: it is not over or not answered, so what was told is still needed; end it first"
            raise CasesError(CasesErrorKind.NOT_NOW, message)
        if actor.kind is not ActorKind.SYSTEM:
            _require_actor(cases, row, actor, CaseRole.APPROVER)
        count = sum(_erase_action(row, action, cases) for action in actions)
        role = CaseRole.SYSTEM if actor.kind is ActorKind.SYSTEM else CaseRole.APPROVER
        told = Action(state.number + 1, ActionKind.COMMENT, actor, cases.now(), Commented(reason.strip()))
        append_action(row.month, case_id, told, role)
        row.erased_at = cases.now()
        row.save(update_fields=["erased_at"])
        forget_uses(case_id)
        Notice.objects.filter(case_id=case_id).update(number="")
        Draft.objects.filter(case_id=case_id).delete()
        read = read_actions(row)
        _write_row(cases, row, read, fold(read))
    return count


def _erase_action(row: CaseRow, action: Action, cases: Cases) -> bool:
    emptied = erase(action.payload)
    if emptied == action.payload:
        return False
    record = ActionRecord.objects.filter(
        case_month=row.month, case_id=row.pk, number=action.number, erased_at__isnull=True
    )
    return bool(record.update(payload=msgspec.to_builtins(emptied), erased_at=cases.now()))


def _write_row(cases: Cases, row: CaseRow, actions: tuple[Action, ...], state: CaseState) -> None:
    columns = make_projection(cases, state, get_submitted(actions))
    changed = [name for name, value in columns.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, columns[name])
    row.save(update_fields=changed)


def _require_fresh(state: CaseState, expected_number: int | None) -> None:
    if expected_number is not None and expected_number != state.number:
        message = (
            f"case: expected that action {expected_number} was the last, and it is {state.number}; "
            "look at the case again before you act"
        )
        raise CasesError(CasesErrorKind.STALE, message)


def _require_day(cases: Cases, payload: Payload) -> None:
    """Refuse a day that is over as the one until which something is promised or asked for."""
    until = payload.until if isinstance(payload, Extended | SupplementAsked) else None
    if until is not None and until < cases.today():
        message = f"action {get_kind(payload)}: expected a day from {cases.today()} on, got {until}"
        raise CasesError(CasesErrorKind.BAD_PAYLOAD, message)


def _require_actor(cases: Cases, row: CaseRow, actor: Actor, role: CaseRole) -> None:
    """Refuse who is not what they act as: the applicant themselves, or an officer who holds the role there."""
    if actor.kind is ActorKind.CITIZEN:
        is_right = bool(row.number) and cases.people.find_number(actor.id) == row.number
    elif actor.kind is ActorKind.PORTAL:
        is_right = bool(row.portal_code)
    elif role in OFFICE:
        is_right = (actor.unit, role) in cases.people.list_roles(actor.id, cases.today())
    else:
        # Agencies and the system are our own programs, which have asked who it is.
        is_right = True
    if not is_right:
        message = f"case {row.code}: {actor.kind} {actor.id} is not its {role} at {actor.unit or 'any office'}"
        raise CasesError(CasesErrorKind.NOT_ALLOWED, message)
