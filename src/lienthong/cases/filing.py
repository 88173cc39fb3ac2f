"""Filing a case once: a code, a signed receipt, the first action, and the work that follows, in one transaction.

The same key gives the same receipt, however often and from however many places at once it comes. A crash before the
end of the transaction leaves the draft as it was; after it, the case, and a retry finds it.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import date, datetime  # noqa: TC003 # fields of dataclasses that are inspected
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

import msgspec
from django.db import IntegrityError, connection, transaction

from lienthong.cases.actions import Action, Actor, Submitted, salt_payload, write_payload
from lienthong.cases.catalogue import make_plan
from lienthong.cases.documents.kept import hold_documents
from lienthong.cases.drafts import Applicant, find_locked_draft, require_level, unknown_draft
from lienthong.cases.errors import CasesError, CasesErrorKind
from lienthong.cases.folding import start_case
from lienthong.cases.forms import drop_unasked, verify_own_number
from lienthong.cases.house import find_day
from lienthong.cases.models import Case as CaseRow
from lienthong.cases.models.case import KEY_CHARACTERS
from lienthong.cases.numbering import draw_code
from lienthong.cases.receipts import Filed, Receipt, get_receipt, keep_receipt, sign_receipt
from lienthong.cases.store import (
    append_action,
    digest_content,
    find_key,
    find_month,
    keep_key,
    make_projection,
    send_together,
)
from lienthong.cases.words import ActionKind, ActorKind, CaseRole, Channel
from lienthong.kernel.canonical import canonical_bytes
from lienthong.kernel.ids import new_uuid7

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lienthong.cases.house import Cases
    from lienthong.cases.procedure import Procedure


@dataclass(frozen=True, slots=True)
class NewCase:
    """A case that is about to be written: its id, its moment, and what is told with its filing, without the code."""

    id: UUID
    at: datetime
    payload: Submitted


KEYS_CONTEXT: Final = b"lienthong/filing-keys/1\n"
"""Goes before what is hashed with the receipts' key, so that no other use of that key gives the same bytes."""


@dataclass(frozen=True, slots=True)
class Filing:
    """What is filed: under which version of which procedure, at which office, by whom, how and with what."""

    applicant: Applicant
    procedure: str
    version: date
    unit: str
    channel: Channel
    answers: Mapping[str, Any]
    documents: tuple[str, ...] = ()
    draft: str = ""
    portal_code: str = ""


def submit(  # who files what, how, under which key
    cases: Cases,
    draft_id: UUID,
    applicant: Applicant,
    key: str,
    channel: Channel,
    documents: Sequence[str] = (),
) -> Receipt:
    """File a draft, or give the receipt that it got before; raises UNKNOWN_DRAFT, BAD_FORM, KEY_REUSED."""
    scope, content = make_filing_scope(cases, applicant), digest_content(cases, ["submit", str(draft_id)])
    require_key(key)
    with transaction.atomic():
        # Two that come at once stand in line here; the second then finds what the first did.
        row = find_locked_draft(cases, draft_id, applicant)
        if row is None:
            return _find_receipt(scope, key, content, draft_id)
        if row.case_id is not None:
            if find_key(scope, key, content) is None:
                keep_key(scope, key, content, (row.case_id, 1, cases.now()))
            return get_receipt(row.case_id)
        filing = Filing(
            applicant=applicant,
            procedure=row.procedure,
            version=row.version,
            unit=row.unit,
            channel=channel,
            answers=row.answers,
            documents=tuple(documents),
            draft=str(draft_id),
        )
        new = _begin(cases, filing)
        _keep_new_key(scope, key, content, new)
        row.case_id, row.answers = new.id, {}
        row.save(update_fields=["case_id", "answers"])
        return _file(cases, filing, new, _make_citizen(applicant))


def _find_receipt(scope: str, key: str, content: bytes, draft_id: UUID) -> Receipt:
    """Give what was filed under a key, though its draft has gone since."""
    done = find_key(scope, key, content)
    if done is None:
        raise unknown_draft(draft_id)
    return get_receipt(done.case_id)


def _keep_new_key(scope: str, key: str, content: bytes, new: NewCase) -> None:
    """Write the key of a new case down; one that names another case already undoes the filing."""
    try:
        keep_key(scope, key, content, (new.id, 1, new.at))
    except IntegrityError as error:
        message = f"key {key[:60]!r}: another draft was filed under it; make a new key for each new thing"
        raise CasesError(CasesErrorKind.KEY_REUSED, message) from error


def file_from_portal(cases: Cases, filing: Filing, portal: str) -> Receipt:
    """File what came in at a filing portal, under the code that the portal gave it; the same code: the same receipt."""
    scope, content = f"portal:{portal}", digest_content(cases, ["portal", filing.portal_code])
    require_key(filing.portal_code)
    if (done := find_key(scope, filing.portal_code, content)) is not None:
        return get_receipt(done.case_id)
    with transaction.atomic():
        lock_name(scope, filing.portal_code)
        if (done := find_key(scope, filing.portal_code, content)) is not None:
            return get_receipt(done.case_id)
        new = _begin(cases, filing)
        keep_key(scope, filing.portal_code, content, (new.id, 1, new.at))
        return _file(cases, filing, new, Actor(ActorKind.PORTAL, portal))


def lock_name(scope: str, name: str) -> None:
    """Let only one transaction at a time go on under a name."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"{scope}/{name}"])


def make_filing_scope(cases: Cases, applicant: Applicant) -> str:
    """Name whose keys they are, so that nobody's key finds another person's receipt.

    Keyed by the site's secret: a plain hash of twelve digits would tell the number, and keys outlive erasure.
    """
    told = KEYS_CONTEXT + f"{cases.instance}/{applicant.number}".encode()
    return f"filing:{hmac.digest(cases.signing_key.seed(), told, 'sha256').hex()}"


def require_key(key: str) -> None:
    """Refuse a key that cannot be kept."""
    if not key or len(key) > KEY_CHARACTERS:
        message = f"key: expected 1 to {KEY_CHARACTERS} characters, got {len(key)}"
        raise CasesError(CasesErrorKind.BAD_PAYLOAD, message)


def _begin(cases: Cases, filing: Filing) -> NewCase:
    """Check what is filed, and give the new case its id and its moment; nothing is written."""
    procedure = cases.catalogue.get_version(filing.procedure, filing.version)
    # Asked again: a draft may have been opened at a higher level than it is filed at.
    require_level(procedure, filing.applicant)
    cases.verify_answers(procedure, filing.answers)
    verify_own_number(procedure.form, filing.answers, filing.applicant.number)
    return NewCase(UUID(new_uuid7(cases.clock)), cases.now(), _make_payload(procedure, filing))


def _file(cases: Cases, filing: Filing, new: NewCase, actor: Actor) -> Receipt:
    """Write everything of a new case, in the caller's transaction."""
    hold_documents(cases, new.id, filing.applicant.number, filing.documents)
    # No state has the code, which is not drawn yet.
    state = start_case(Action(1, ActionKind.SUBMIT, actor, new.at, new.payload))
    cases.follow_up(new.id, ActionKind.SUBMIT, state)
    # Drawn last: the office's other filings of this day wait from here to the end of the transaction.
    code = draw_code(filing.unit, find_day(new.at), cases.code_format)
    payload = msgspec.structs.replace(new.payload, code=code)
    month, columns = find_month(new.at), make_projection(cases, state, payload)
    action = Action(1, ActionKind.SUBMIT, actor, new.at, payload)
    with send_together():
        content_hash = append_action(month, new.id, action, CaseRole.APPLICANT)
        CaseRow(id=new.id, month=month, **columns).save(force_insert=True)
        filed = Filed(cases.instance, new.id, payload, content_hash, new.at, columns["due_on"])
        receipt = sign_receipt(cases.signing_key, filed)
        keep_receipt(receipt)
    return receipt


def _make_payload(procedure: Procedure, filing: Filing) -> Submitted:
    """Give what is told with a filing, yet without its code; what the database would not take is refused.

    As an error of ours, so that it holds up no other filing of a portal's list.
    """
    payload = Submitted(
        procedure=filing.procedure,
        version=filing.version,
        channel=filing.channel,
        unit=filing.unit,
        plan=make_plan(procedure, filing.answers),
        number=filing.applicant.number,
        account=filing.applicant.account,
        name=filing.applicant.name,
        level=filing.applicant.level,
        officer=filing.applicant.officer,
        draft=filing.draft,
        answers=drop_unasked(procedure.form, filing.answers),
        documents=filing.documents,
        portal_code=filing.portal_code,
    )
    if b"\\u0000" in canonical_bytes(write_payload(payload)):
        raise CasesError(CasesErrorKind.BAD_PAYLOAD, "filing: expected text, got a character that cannot be kept")
    return salt_payload(payload)


def _make_citizen(applicant: Applicant) -> Actor:
    return Actor(ActorKind.CITIZEN, applicant.account, name=applicant.name, officer=applicant.officer)
