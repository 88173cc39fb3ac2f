"""From the tables of cases to values and back: the only place that knows both. Nothing here opens a transaction."""

from __future__ import annotations

import hmac
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from django.db import connection

from lienthong.cases.actions import Action, Actor, Submitted, hash_payload, read_payload, write_payload
from lienthong.cases.errors import CasesError, CasesErrorKind
from lienthong.cases.folding import fold
from lienthong.cases.models import ActionRecord, IdempotencyKey
from lienthong.cases.models import Case as CaseRow
from lienthong.cases.words import ActionKind, ActorKind, CaseRole
from lienthong.kernel.canonical import canonical_bytes
from lienthong.kernel.text import fold_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date, datetime
    from uuid import UUID

    from lienthong.cases.case_state import CaseState
    from lienthong.cases.house import Cases


CONTENTS_CONTEXT: Final = b"lienthong/key-contents/1\n"
"""Goes before what is hashed with the receipts' key, so that no other use of that key gives the same bytes."""


@contextmanager
def send_together() -> Iterator[None]:
    """Send what a block writes to the database at once, and wait for it at the block's end, once.

    For rows that bring their keys along, so that no answer is read. What the database refuses is raised at the end.
    """
    connection.ensure_connection()
    with connection.wrap_database_errors, connection.connection.pipeline():
        yield


def find_month(moment: datetime) -> date:
    """Give the first day of a moment's month (UTC): where the actions of a case filed then lie."""
    return moment.date().replace(day=1)


def read_actions(row: CaseRow) -> tuple[Action, ...]:
    """Read all actions of a case in their order."""
    records = ActionRecord.objects.filter(case_month=row.month, case_id=row.pk).order_by("number")
    return tuple(read_record(record) for record in records)


def append_action(month: date, case_id: UUID, action: Action, role: CaseRole) -> bytes:
    """Write an action down; gives the hash of what it tells. Of two with one number the second fails."""
    actor, content_hash = action.actor, hash_payload(action.payload)
    ActionRecord(
        case_month=month,
        case_id=case_id,
        number=action.number,
        kind=action.kind.value,
        role=role.value,
        actor_kind=actor.kind.value,
        actor_id=actor.id,
        actor_unit=actor.unit,
        # A citizen's name stands in what was filed, where it can be erased.
        actor_name="" if actor.kind is ActorKind.CITIZEN else actor.name,
        officer=actor.officer,
        recorded_at=action.at,
        payload=write_payload(action.payload),
        payload_hash=content_hash,
    ).save(force_insert=True)
    return content_hash


def make_projection(cases: Cases, state: CaseState, submitted: Submitted) -> dict[str, Any]:
    """Give the columns of a case's row that follow from its actions."""
    waiting = state.waiting_for
    procedure = cases.catalogue.get_version(submitted.procedure, submitted.version)
    return {
        "code": submitted.code,
        "portal_code": submitted.portal_code,
        "procedure": submitted.procedure,
        "version": submitted.version,
        "channel": submitted.channel.value,
        "unit": state.unit,
        "number": submitted.number,
        "account": submitted.account,
        "name": submitted.name,
        "search_name": fold_text(submitted.name),
        "status": state.status.value,
        "decision": state.decision.value,
        "handler": state.handler,
        "waiting_role": waiting.role.value if waiting else "",
        "waiting_reason": waiting.reason.value if waiting else "",
        "is_over": state.is_over,
        "due_on": cases.find_due(procedure, state),
        "submitted_at": state.submitted_at,
        "received_at": state.received_at,
        "done_at": state.done_at,
        "ended_at": state.ended_at,
        "complained_at": state.unanswered[0].at if state.unanswered else None,
        "last_number": state.number,
    }


def project_case(cases: Cases, row: CaseRow, actions: Iterable[Action] | None = None) -> bool:
    """Bring a case's row up to its actions; gives whether it differed. Also repairs, as it reads nothing else."""
    read = tuple(actions) if actions is not None else read_actions(row)
    state = fold(read)
    columns = make_projection(cases, state, get_submitted(read))
    changed = [name for name, value in columns.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, columns[name])
    if changed:
        row.save(update_fields=changed)
    return bool(changed)


def get_submitted(actions: Iterable[Action]) -> Submitted:
    """Give what was filed."""
    for action in actions:
        if isinstance(action.payload, Submitted):
            return action.payload
    raise CasesError(CasesErrorKind.UNKNOWN_CASE, "case: expected actions that begin with its filing, got none")


def get_row(case_id: UUID) -> CaseRow:
    """Give a case's row; raises UNKNOWN_CASE."""
    row = CaseRow.objects.filter(pk=case_id).first()
    if row is None:
        raise _unknown(case_id)
    return row


def lock_row(case_id: UUID) -> CaseRow:
    """Give a case's row, locked until the transaction ends: actions on one case come one after the other."""
    row = CaseRow.objects.select_for_update(no_key=True).filter(pk=case_id).first()
    if row is None:
        raise _unknown(case_id)
    return row


def digest_content(cases: Cases, content: object) -> bytes:
    """Hash what is done under a key, keyed by the site's secret: keys outlive erasure, and tell nothing then."""
    told = CONTENTS_CONTEXT + canonical_bytes(content)
    return hmac.digest(cases.signing_key.seed(), told, "sha256")


def find_key(scope: str, key: str, digest: bytes) -> IdempotencyKey | None:
    """Find what was done under a key; raises KEY_REUSED if it was something else."""
    row = IdempotencyKey.objects.filter(scope=scope, key=key).first()
    if row is not None and bytes(row.content_hash) != digest:
        message = f"key {key[:60]!r}: it came before with something else; make a new key for each new thing"
        raise CasesError(CasesErrorKind.KEY_REUSED, message)
    return row


def keep_key(scope: str, key: str, digest: bytes, done: tuple[UUID, int, datetime]) -> None:
    """Write down what was done under a key: the case, the action's number, and when; in the same transaction."""
    case_id, number, at = done
    IdempotencyKey.objects.create(scope=scope, key=key, content_hash=digest, case_id=case_id, number=number, made_at=at)


def read_record(record: ActionRecord) -> Action:
    """Read one row of the record."""
    kind = ActorKind(record.actor_kind)
    actor = Actor(kind, record.actor_id, record.actor_unit, record.actor_name, record.officer)
    return Action(record.number, ActionKind(record.kind), actor, record.recorded_at, read_payload(record.payload))


def _unknown(case_id: UUID) -> CasesError:
    return CasesError(CasesErrorKind.UNKNOWN_CASE, f"case {case_id}: there is none")
