"""What is done to cases: the form of an action, and of what is told with each kind.

An action is never changed. What it tells may be erased of everything personal (`erase`); what the workflow needs
stays: step, message id, days and keys of reasons.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import date, datetime  # Struct fields are read at run time
from hashlib import sha256
from typing import Any, Final, TypeAlias, TypeVar

import msgspec

from lienthong.cases.plan import Plan
from lienthong.cases.words import ActionKind, ActorKind, Channel, UndoPhase
from lienthong.kernel.canonical import canonical_bytes, encode_base64url

SALT_BYTES: Final = 16


@dataclass(frozen=True, slots=True)
class Actor:
    """Who or what does something.

    `id` is the account of a citizen or officer, a member's identifier for an agency, a job's name for the system.
    `unit` is the agency code of the officer's post, for an agency the name that the plan gives it. `officer` is the
    account of who sits beside a citizen at a counter.
    """

    kind: ActorKind
    id: str
    unit: str = ""
    name: str = ""
    officer: str = ""


class _Payload(
    msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True, tag_field="kind", kw_only=True
):
    """What is told with an action. Fields named in `_PERSONAL` are emptied by `erase`.

    `salt` is drawn when an action is written down, and erased with it: the hash that stays then tells nobody who tries
    all that could have been told.
    """

    salt: str = ""


Told = TypeVar("Told", bound=_Payload)


class Submitted(_Payload, frozen=True, tag=ActionKind.SUBMIT.value):
    """A case as it was filed: by whom, under which version of which procedure, at which office, and with what."""

    procedure: str
    version: date
    channel: Channel
    unit: str
    plan: Plan = Plan()
    number: str = ""
    account: str = ""
    name: str = ""
    level: int = 0
    officer: str = ""
    draft: str = ""
    answers: dict[str, Any] = {}
    documents: tuple[str, ...] = ()
    portal_code: str = ""
    code: str = ""


class Received(_Payload, frozen=True, tag=ActionKind.RECEIVE.value):
    """The office received it: the deadline runs."""

    text: str = ""


class ReceptionRefused(_Payload, frozen=True, tag=ActionKind.REFUSE_TO_RECEIVE.value):
    """The office does not receive it."""

    reason: str
    text: str = ""


class SupplementAsked(_Payload, frozen=True, tag=ActionKind.ASK_SUPPLEMENT.value):
    """The applicant is asked for papers or data: `items` are names of fields or documents."""

    reason: str
    text: str = ""
    items: tuple[str, ...] = ()
    until: date | None = None


class Supplemented(_Payload, frozen=True, tag=ActionKind.SUPPLEMENT.value):
    """What the applicant brought: answers that replace those of the same names, and documents that are added."""

    answers: dict[str, Any] = {}
    documents: tuple[str, ...] = ()
    text: str = ""


class PaymentAsked(_Payload, frozen=True, tag=ActionKind.ASK_PAYMENT.value):
    """The applicant is asked for a fee, in dong."""

    amount: int
    text: str = ""


class Paid(_Payload, frozen=True, tag=ActionKind.PAY.value):
    """A fee was paid."""

    amount: int
    reference: str = ""


class Taken(_Payload, frozen=True, tag=ActionKind.TAKE.value):
    """A handler works on it from now on."""

    text: str = ""


class HandedOver(_Payload, frozen=True, tag=ActionKind.HAND_OVER.value):
    """It goes to another office, to another handler, or to who decides. Empty: it stays where it is."""

    to_unit: str = ""
    to_account: str = ""
    for_decision: bool = False
    text: str = ""


class AgencyAsked(_Payload, frozen=True, tag=ActionKind.ASK_AGENCY.value):
    """A step is asked for; the message id is fixed here, before anything is sent."""

    step: str
    message_id: str


class AgencyAccepted(_Payload, frozen=True, tag=ActionKind.AGENCY_ACCEPTED.value):
    """The agency has the message and answers later."""

    step: str
    message_id: str
    text: str = ""


class AgencyDone(_Payload, frozen=True, tag=ActionKind.AGENCY_DONE.value):
    """The agency acted. `pending`: part of the result, such as a new personal number, comes in a second answer."""

    step: str
    message_id: str
    result: dict[str, Any] = {}
    pending: bool = False


class AgencyRefused(_Payload, frozen=True, tag=ActionKind.AGENCY_REFUSED.value):
    """The agency did not act, and says why."""

    step: str
    message_id: str
    reason: str = ""
    text: str = ""


class AgencyUnknown(_Payload, frozen=True, tag=ActionKind.AGENCY_UNKNOWN.value):
    """Whether the agency acted cannot be told."""

    step: str
    message_id: str
    text: str = ""


class StepResent(_Payload, frozen=True, tag=ActionKind.RESEND_STEP.value):
    """The same message is sent again, under the same id, so that an agency that acted does not act twice."""

    step: str
    message_id: str
    reason: str
    text: str = ""


class StepReplaced(_Payload, frozen=True, tag=ActionKind.REPLACE_STEP.value):
    """A refused step is asked for anew, under a new message id; `data` is laid over what the step sends."""

    step: str
    message_id: str
    reason: str
    text: str = ""
    data: dict[str, Any] = {}


class StepTakenOver(_Payload, frozen=True, tag=ActionKind.TAKE_OVER_STEP.value):
    """An officer did the step another way, and brings its result."""

    step: str
    reason: str
    text: str = ""
    result: dict[str, Any] = {}


class StepUndone(_Payload, frozen=True, tag=ActionKind.UNDO_STEP.value):
    """A step is taken back: asked for (with a message id of its own), done, or not done by the agency."""

    step: str
    phase: UndoPhase
    message_id: str = ""
    reason: str = ""
    text: str = ""


class Approved(_Payload, frozen=True, tag=ActionKind.APPROVE.value):
    """It is granted, as far as no step was refused."""

    text: str = ""


class Refused(_Payload, frozen=True, tag=ActionKind.REFUSE.value):
    """It is not granted."""

    reason: str
    text: str = ""


class Extended(_Payload, frozen=True, tag=ActionKind.EXTEND.value):
    """The applicant is told, with an apology, that it takes until another day."""

    until: date
    reason: str
    text: str = ""


class Stopped(_Payload, frozen=True, tag=ActionKind.STOP.value):
    """The office stops working on it."""

    reason: str
    text: str = ""


class Withdrawn(_Payload, frozen=True, tag=ActionKind.WITHDRAW.value):
    """The applicant does not want it any more."""

    text: str = ""


class Issued(_Payload, frozen=True, tag=ActionKind.ISSUE.value):
    """The result, granted or not, lies ready; `documents` are its papers."""

    documents: tuple[str, ...] = ()


class ResultReturned(_Payload, frozen=True, tag=ActionKind.RETURN_RESULT.value):
    """The applicant has the result."""

    channel: Channel = Channel.ONLINE
    text: str = ""


class Reopened(_Payload, frozen=True, tag=ActionKind.REOPEN.value):
    """A decision, named by its number, says that it is worked on again."""

    decision: str
    reason: str
    text: str = ""


class Rated(_Payload, frozen=True, tag=ActionKind.RATE.value):
    """The applicant says how it went, from 1 to 5."""

    stars: int
    text: str = ""


class Complained(_Payload, frozen=True, tag=ActionKind.COMPLAIN.value):
    """The applicant complains."""

    text: str


class ComplaintAnswered(_Payload, frozen=True, tag=ActionKind.ANSWER_COMPLAINT.value):
    """The office answers a complaint, which is named by the number of its action."""

    complaint: int
    text: str


class Commented(_Payload, frozen=True, tag=ActionKind.COMMENT.value):
    """Somebody notes something; an internal note is not shown to the applicant."""

    text: str
    is_internal: bool = True


Payload: TypeAlias = (
    Submitted
    | Received
    | ReceptionRefused
    | SupplementAsked
    | Supplemented
    | PaymentAsked
    | Paid
    | Taken
    | HandedOver
    | AgencyAsked
    | AgencyAccepted
    | AgencyDone
    | AgencyRefused
    | AgencyUnknown
    | StepResent
    | StepReplaced
    | StepTakenOver
    | StepUndone
    | Approved
    | Refused
    | Extended
    | Stopped
    | Withdrawn
    | Issued
    | ResultReturned
    | Reopened
    | Rated
    | Complained
    | ComplaintAnswered
    | Commented
)

StepPayload: TypeAlias = (
    AgencyAsked
    | AgencyAccepted
    | AgencyDone
    | AgencyRefused
    | AgencyUnknown
    | StepResent
    | StepReplaced
    | StepTakenOver
    | StepUndone
)

_PERSONAL = frozenset(
    {"number", "account", "name", "officer", "answers", "documents", "text", "result", "data", "reference", "salt"}
)
"""The fields in which something about a person can stand."""


@dataclass(frozen=True, slots=True)
class Action:
    """One thing done to a case: its place in the case's list, by whom, when, and what was told with it."""

    number: int
    kind: ActionKind
    actor: Actor
    at: datetime
    payload: Payload


def get_kind(payload: Payload) -> ActionKind:
    """Give the kind of action that a payload belongs to."""
    return ActionKind(str(payload.__struct_config__.tag))


def write_payload(payload: Payload) -> dict[str, Any]:
    """Give a payload as JSON values."""
    written: dict[str, Any] = msgspec.to_builtins(payload)
    return written


def read_payload(written: object) -> Payload:
    """Read a payload as `write_payload` gave it."""
    read: Payload = msgspec.convert(written, Payload)
    return read


def salt_payload(payload: Told) -> Told:
    """Give the payload with a salt of its own, as it is written down."""
    salted: Told = msgspec.structs.replace(payload, salt=encode_base64url(os.urandom(SALT_BYTES)))
    return salted


def hash_payload(payload: Payload) -> bytes:
    """Give the SHA-256 of a payload's RFC 8785 bytes; it stays when the payload is erased."""
    return sha256(canonical_bytes(write_payload(payload))).digest()


def erase(payload: Payload) -> Payload:
    """Give the payload without anything personal."""
    names = {field.name: field for field in msgspec.structs.fields(payload)}
    emptied: dict[str, Any] = {name: type(getattr(payload, name))() for name in names if name in _PERSONAL}
    erased: Payload = msgspec.structs.replace(payload, **emptied)
    return erased
