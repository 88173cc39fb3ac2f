"""What the public page says of a paper to who has its check code: that it is genuine, and whether it still holds.

It says the kind, number, issuer, day and hash, and of the person no more than initials. How often one address may
ask, the page's view bounds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from lienthong.cases.documents.check_codes import read_check_code
from lienthong.cases.documents.content import MOST_UPLOAD_BYTES
from lienthong.cases.documents.errors import DocumentError, DocumentErrorKind
from lienthong.cases.documents.house import get_documents
from lienthong.cases.documents.signing import UNSIGNED, SignatureReport, check_signature
from lienthong.cases.documents.words import Comparison, WithdrawalReason
from lienthong.cases.form_parts import Words
from lienthong.cases.models import Paper

if TYPE_CHECKING:
    from datetime import datetime

    from lienthong.cases.documents.uploads import Stream
    from lienthong.cases.house import Cases

PIECE: Final = 64 * 1024


@dataclass(frozen=True, slots=True)
class PaperCheck:
    """What may be said of a paper. `withdrawn_at`: it does not hold any more."""

    check_code: str
    title: Words
    number: str
    issuer: str
    issued_at: datetime
    sha256: str
    initials: str
    withdrawn_at: datetime | None = None
    withdrawn_because: WithdrawalReason | None = None

    @property
    def is_valid(self) -> bool:
        """Whether the office stands by it."""
        return self.withdrawn_at is None


def find_paper(typed: str) -> PaperCheck | None:
    """Find the paper of a check code as somebody typed it; None for a code that no paper has."""
    row = _find_row(typed)
    if row is None:
        return None
    withdrawal = getattr(row, "withdrawal", None)
    return PaperCheck(
        check_code=row.check_code,
        title=Words(row.title, row.title_en),
        number=row.number,
        issuer=row.issuer,
        issued_at=row.issued_at,
        sha256=row.document.sha256,
        initials=row.initials,
        withdrawn_at=None if withdrawal is None else withdrawal.withdrawn_at,
        withdrawn_because=None if withdrawal is None else WithdrawalReason(withdrawal.reason),
    )


def compare_paper(cases: Cases, typed: str, stream: Stream) -> Comparison:
    """Say whether a file is the paper of a check code. Raises UNKNOWN_DOCUMENT, TOO_LARGE.

    The file is compared with the kept one to the byte and read by nothing else, so that it can do no harm.
    """
    row = _find_row(typed)
    if row is None:
        raise DocumentError(DocumentErrorKind.UNKNOWN_DOCUMENT, "no paper has this check code")
    kept = get_documents(cases).store.read(row.document.sha256)
    seen = 0
    while piece := stream.read(PIECE):
        if seen < len(kept) and piece[: len(kept) - seen] != kept[seen : seen + len(piece)]:
            return Comparison.OTHER
        seen += len(piece)
        if seen > MOST_UPLOAD_BYTES:
            message = f"the file has more than {MOST_UPLOAD_BYTES // 1024 // 1024} MB; no paper of ours is that large"
            raise DocumentError(DocumentErrorKind.TOO_LARGE, message)
    if seen < len(kept):
        return Comparison.OTHER
    return Comparison.SAME if seen == len(kept) else Comparison.CHANGED


def check_kept_signature(cases: Cases, typed: str) -> SignatureReport:
    """Say what the signature of a paper is worth, from the file that is kept; an unknown code has none."""
    row = _find_row(typed)
    if row is None:
        return UNSIGNED
    documents = get_documents(cases)
    return check_signature(documents.store.read(row.document.sha256), documents.roots())


def _find_row(typed: str) -> Paper | None:
    code = read_check_code(typed)
    if not code:
        return None
    return Paper.objects.filter(check_code=code).select_related("document", "withdrawal").first()
