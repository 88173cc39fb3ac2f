"""What people write into a report: kept in versions between builds, with what each number in it was at the time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec
from django.db import transaction
from django.db.models import Max

from lienthong.delivery.errors import DeliveryError, DeliveryErrorKind
from lienthong.delivery.models import ReportText
from lienthong.delivery.report.pieces import Written
from lienthong.delivery.report.tracing import Tie, find_findings, tie_numbers
from lienthong.kernel.text import normalise_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lienthong.delivery.models import WorkingSession
    from lienthong.delivery.report.outline import BlockTerms, Outline
    from lienthong.delivery.report.told import Told
    from lienthong.identity.models import Account

MOST_CHARACTERS: Final = 20_000
"""Of one block: some ten pages."""


class NewText(msgspec.Struct, frozen=True):
    """What somebody writes: where, in which language, and what. Empty takes the words away."""

    place: str
    language: str
    text: str


def write_text(
    session: WorkingSession, outline: Outline, new: NewText, told: Mapping[str, Told], by: Account | None
) -> ReportText:
    """Keep words as the next version, with their numbers tied to the report's figures; raises `BAD_REPORT`."""
    if new.place not in outline.places:
        message = f"place {new.place!r}: expected one of {', '.join(outline.places)}"
        raise DeliveryError(DeliveryErrorKind.BAD_REPORT, message)
    if len(new.text) > MOST_CHARACTERS:
        message = f"place {new.place!r}: expected at most {MOST_CHARACTERS} characters, got {len(new.text)}"
        raise DeliveryError(DeliveryErrorKind.BAD_REPORT, message)
    text = normalise_text(new.text.replace("\r\n", "\n")).strip()
    with transaction.atomic():
        # Two who write at once wait for each other: both versions are kept, and the later one counts.
        type(session).objects.select_for_update().get(pk=session.pk)
        earlier = ReportText.objects.filter(session=session, place=new.place, language=new.language)
        version = (earlier.aggregate(last=Max("version"))["last"] or 0) + 1
        return ReportText.objects.create(
            session=session,
            place=new.place,
            language=new.language,
            version=version,
            text=text,
            ties=msgspec.to_builtins(tie_numbers(text, told)),
            written_by=by,
        )


def read_texts(session: WorkingSession, language: str) -> dict[str, ReportText]:
    """Give the latest words of each place."""
    rows = ReportText.objects.filter(session=session, language=language).select_related("written_by")
    return {row.place: row for row in rows.order_by("version")}


def make_written(block: BlockTerms, row: ReportText | None, told: Mapping[str, Told], language: str) -> Written:
    """Give a block of words with what is to be said of its numbers today."""
    if row is None:
        return Written(block.place, block.words(language), "")
    ties = msgspec.convert(row.ties, tuple[Tie, ...])
    findings = find_findings(row.text, ties, told)
    by = row.written_by.full_name if row.written_by is not None else ""
    return Written(block.place, block.words(language), row.text, findings, by, row.written_at.date())
