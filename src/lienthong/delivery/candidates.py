"""What was found in documents, and what a person makes of it: nothing counts before somebody has decided on it.

A reference becomes a directive of the register, a task a task, a target and a figure become drafts that are taken over
into plans and figures by those who keep these. Each is decided once, by an account, at a moment.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from typing import TYPE_CHECKING, Any, Final

import msgspec
from django.db import transaction
from django.db.models import Count, Q

from lienthong.delivery.directive_words import CandidateState
from lienthong.delivery.directives import find_directive, list_named, register_directive
from lienthong.delivery.errors import DeliveryError, DeliveryErrorKind, refuse
from lienthong.delivery.models import Candidate, ReadDocument
from lienthong.delivery.reading.found import CandidateKind
from lienthong.delivery.reading.sentences import split_sentences
from lienthong.delivery.reasons import ReasonKind, give_reason
from lienthong.delivery.tasks import give_task

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from lienthong.delivery.directives import NewDirective
    from lienthong.delivery.reading.found import Candidate as FoundCandidate
    from lienthong.delivery.reading.found import Figure, Reading, Span
    from lienthong.delivery.tasks import NewTask
    from lienthong.identity.models import Account

CANDIDATES: Final = 5_000
"""More than anybody decides on for one document."""

DOCUMENTS: Final = 500
"""Documents in one list; older ones have been decided on long ago."""


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """A target or a figure as a person took it: `wording` is how the text says it."""

    name: str
    value: str
    unit: str
    qualifier: str
    wording: str
    period: str = ""
    indicator: str = ""
    area: str = ""


def queue_candidates(name: str, content: bytes, reading: Reading) -> tuple[int, int]:
    """Keep a document's text and what was found in it, for people to decide on; gives its key and how many.

    The same file again changes nothing. A crash leaves document and candidates, or neither.
    """
    digest = hashlib.sha256(content).hexdigest()
    with transaction.atomic():
        document, is_new = ReadDocument.objects.get_or_create(
            digest=digest, defaults={"name": name[-300:], "text": reading.text}
        )
        if is_new:
            rows = sorted(_list_found(reading), key=lambda row: (row.start, -row.end))
            if len(rows) > CANDIDATES:
                message = f"document: expected at most {CANDIDATES} candidates, got {len(rows)}: read it in parts"
                raise DeliveryError(DeliveryErrorKind.UNREADABLE_DOCUMENT, message)
            for place, row in enumerate(rows):
                row.document, row.place = document, place
            Candidate.objects.bulk_create(rows)
    return document.pk, document.candidates.count()


def list_documents() -> list[tuple[ReadDocument, int, int]]:
    """List documents with how many of their candidates are open, and how many there are; the newest first.

    Not more than `DOCUMENTS`, and without their texts.
    """
    is_open = Q(candidates__state=CandidateState.OPEN)
    rows = ReadDocument.objects.annotate(left=Count("candidates", filter=is_open), found=Count("candidates"))
    return [(row, row.left, row.found) for row in rows.defer("text").order_by("-read_at", "-pk")[:DOCUMENTS]]


def list_candidates(document: int) -> list[Candidate]:
    """List the candidates of a document in the order of its text; the text itself is read once it is asked for."""
    rows = Candidate.objects.filter(document_id=document).select_related("document", "decided_by")
    rows = rows.defer("document__text")
    return list(rows.order_by("place"))


def get_candidate(key: int) -> Candidate:
    """Give a candidate by its key; raises `UNKNOWN_CANDIDATE`."""
    candidate = Candidate.objects.select_related("document", "decided_by").filter(pk=key).first()
    if candidate is None:
        message = f"candidate {key}: there is none with this number"
        raise DeliveryError(DeliveryErrorKind.UNKNOWN_CANDIDATE, message)
    return candidate


def accept_directive(key: int, new: NewDirective, by: Account, now: datetime) -> Candidate:
    """Take a reference for a document of the register, which is put in if it is not there; raises as that does."""
    with transaction.atomic():
        candidate = _lock(key, CandidateKind.DIRECTIVE)
        directive = find_directive(new.key) or register_directive(new)
        return _decide(candidate, msgspec.to_builtins(new), str(directive), by, now)


def accept_task(key: int, new: NewTask, by: Account, now: datetime) -> Candidate:
    """Give a task for a sentence; raises as `give_task` does. A crash leaves task and decision, or neither."""
    with transaction.atomic():
        candidate = _lock(key, CandidateKind.TASK)
        task = give_task(new, by, now)
        return _decide(candidate, msgspec.to_builtins(new), task.code, by, now)


def accept_draft(key: int, draft: Draft, by: Account, now: datetime) -> Candidate:
    """Take a sentence for a target, or a figure for an observation, as a draft; raises `BAD_CANDIDATE`."""
    for name in ("name", "value"):
        if not getattr(draft, name).strip():
            raise _refuse(ReasonKind.NOTHING_SAID)
    with transaction.atomic():
        candidate = _lock(key, CandidateKind.TARGET, CandidateKind.OBSERVATION)
        return _decide(candidate, msgspec.to_builtins(draft), "", by, now)


def list_drafts(kind: CandidateKind) -> list[Candidate]:
    """List the drafts of targets or of figures that people have accepted, the newest first."""
    rows = Candidate.objects.filter(kind=kind, state__in=(CandidateState.ACCEPTED, CandidateState.CORRECTED))
    return list(rows.select_related("document", "decided_by").order_by("-decided_at", "-pk"))


def reject_candidate(key: int, reason: str, by: Account, now: datetime) -> Candidate:
    """Say that something is nothing; raises `CANDIDATE_DECIDED`, `UNKNOWN_CANDIDATE`."""
    with transaction.atomic():
        candidate = _lock(key, *CandidateKind)
        candidate.state, candidate.decided_by, candidate.decided_at = CandidateState.REJECTED, by, now
        candidate.reason = reason.strip()
        candidate.save(update_fields=["state", "decided_by", "decided_at", "reason"])
    return candidate


def withdraw_document(document: int, reason: str, by: Account, now: datetime) -> None:
    """Empty a document that should not have been kept, and whatever of it nobody has accepted yet.

    That somebody took it away, and why, stays. Decisions stay too, without the words that they were made on.
    """
    with transaction.atomic():
        row = ReadDocument.objects.select_for_update().filter(pk=document).first()
        if row is None:
            message = f"document {document}: there is none with this number"
            raise DeliveryError(DeliveryErrorKind.UNKNOWN_CANDIDATE, message)
        if row.withdrawn_at is None:
            row.withdrawn_by, row.withdrawn_at, row.withdrawn_for = by, now, reason
        row.name, row.text = "", ""
        row.save(update_fields=["name", "text", "withdrawn_by", "withdrawn_at", "withdrawn_for"])
        still_open = row.candidates.filter(state=CandidateState.OPEN)
        still_open.update(state=CandidateState.REJECTED, decided_by=by, decided_at=now, reason=reason, sentence="")
        row.candidates.update(sentence="", found={}, accepted={})


def propose_fields(candidate: Candidate) -> dict[str, Any]:
    """Give what the reader would fill in, for the form and to tell whether a person changed it."""
    found: dict[str, Any] = candidate.found
    return dict(found)


def show_in_context(candidate: Candidate, characters: int = 240) -> tuple[str, str, str]:
    """Give the text before what was found, the words themselves, and the text behind: a person decides by reading."""
    text = candidate.document.text
    before = text[max(0, candidate.start - characters) : candidate.start]
    behind = text[candidate.end : candidate.end + characters]
    return before.rpartition("\n")[2], text[candidate.start : candidate.end], behind.partition("\n")[0]


def _list_found(reading: Reading) -> Iterator[Candidate]:
    sentences = split_sentences(reading.text)
    named = set[tuple[str, str]]()
    for reference in reading.references:
        key = (reference.value, reference.dated)
        if key not in named and not list_named(*key):
            named.add(key)
            found = {"number": reference.value, "issued_on": reference.dated}
            yield _make(
                CandidateKind.DIRECTIVE, reference.span, _quote_sentence(reading, sentences, reference.span), found
            )
    taken: set[Figure] = set()
    for each in reading.candidates:
        taken.update(each.figures)
        yield _make(each.kind, each.span, reading.quote(each.span), _tell_candidate(reading, each))
    for figure in reading.figures:
        if figure not in taken:
            sentence = _quote_sentence(reading, sentences, figure.span)
            told = {"name": sentence[:300], **_tell(reading, figure)}
            yield _make(CandidateKind.OBSERVATION, figure.span, sentence, told)


def _make(kind: CandidateKind, span: Span, sentence: str, found: dict[str, Any]) -> Candidate:
    return Candidate(kind=kind, start=span.start, end=span.end, sentence=sentence, found=found)


def _tell_candidate(reading: Reading, found: FoundCandidate) -> dict[str, Any]:
    """Give what the reader would fill into the form of a task or a target; of several figures the first."""
    sentence = reading.quote(found.span)
    if found.kind is CandidateKind.TASK:
        return {"title": sentence[:500], "owners": list(found.owners), "due_on": found.due}
    figures = [_tell(reading, figure) for figure in found.figures]
    return {"name": sentence[:300], "period": found.due, **figures[0], "figures": figures}


def _tell(reading: Reading, figure: Figure) -> dict[str, str]:
    return {
        "value": figure.value,
        "unit": figure.unit,
        "qualifier": figure.qualifier.value,
        "wording": reading.quote(figure.span),
    }


def _quote_sentence(reading: Reading, sentences: tuple[Span, ...], span: Span) -> str:
    """Give the sentence that a place lies in; of one that was cut within it, the place alone."""
    last = bisect_right(sentences, span.start, key=lambda sentence: sentence.start) - 1
    return reading.quote(sentences[last] if last >= 0 and span.is_within(sentences[last]) else span)


def _lock(key: int, *kinds: CandidateKind) -> Candidate:
    get_candidate(key)
    candidate = Candidate.objects.select_for_update(of=("self",)).select_related("document").get(pk=key)
    if candidate.state != CandidateState.OPEN:
        message = f"candidate {key}: somebody decided on it already ({candidate.state}); a decision stays"
        raise DeliveryError(DeliveryErrorKind.CANDIDATE_DECIDED, message)
    if candidate.kind not in kinds:
        raise _refuse(ReasonKind.OTHER_KIND)
    return candidate


def _decide(candidate: Candidate, accepted: dict[str, Any], became: str, by: Account, now: datetime) -> Candidate:
    proposed = propose_fields(candidate)
    is_changed = any(accepted[name] != value for name, value in proposed.items() if name in accepted and value)
    candidate.state = CandidateState.CORRECTED if is_changed else CandidateState.ACCEPTED
    candidate.accepted, candidate.became = accepted, became[:300]
    candidate.decided_by, candidate.decided_at = by, now
    candidate.save(update_fields=["state", "accepted", "became", "decided_by", "decided_at"])
    return candidate


def _refuse(kind: ReasonKind) -> DeliveryError:
    return refuse(DeliveryErrorKind.BAD_CANDIDATE, give_reason(kind), "candidate")
