"""Files that come with a posted page: kept in the person's own store, and named in the answers by their ids."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lienthong.cases.documents.errors import DocumentError, DocumentErrorKind
from lienthong.cases.documents.kept import get_own_document, list_own_documents
from lienthong.cases.documents.uploads import store_upload
from lienthong.cases.documents.words import Origin
from lienthong.cases.form_parts import FieldFault, FieldKind, Words
from lienthong.identity.limits import is_within_limit

if TYPE_CHECKING:
    from django.http import HttpRequest

    from lienthong.cases.documents.kept import StoredDocument
    from lienthong.cases.form_parts import FormPage
    from lienthong.cases.house import Cases

SHOWN_DOCUMENTS: Final = 8
"""To choose from on a form, the newest first; all stand on the page of one's own papers."""

FAULTS: Final = {
    DocumentErrorKind.TOO_LARGE: Words(
        "Tệp quá lớn: tối đa 20 MB; hãy chụp lại ở độ phân giải thấp hơn hoặc chia nhỏ",
        "The file is too large: 20 MB at most; take it at a lower resolution, or in parts",
    ),
    DocumentErrorKind.WRONG_TYPE: Words(
        "Chỉ nhận ảnh JPEG, PNG, WebP hoặc tệp PDF; hãy chọn tệp khác",
        "Only JPEG, PNG or WebP pictures and PDF files are taken; choose another file",
    ),
    DocumentErrorKind.UNREADABLE: Words(
        "Không đọc được tệp này; hãy chụp hoặc quét lại",
        "This file cannot be read; take the picture or the scan again",
    ),
    DocumentErrorKind.UNSAFE: Words(
        "Tệp có nội dung không an toàn nên không được nhận; hãy in ra rồi quét lại",
        "The file holds something unsafe and is not taken; print it and scan it anew",
    ),
    DocumentErrorKind.NOT_SCANNED: Words(
        "Hiện chưa kiểm tra được tệp; hãy thử lại sau ít phút",
        "The file cannot be checked just now; try again in a few minutes",
    ),
    DocumentErrorKind.TOO_MANY: Words(
        "Kho giấy tờ của bạn đã đầy; hãy bỏ bớt giấy tờ không cần nữa",
        "Your store of papers is full; remove some that you need no longer",
    ),
    DocumentErrorKind.UNKNOWN_DOCUMENT: Words(
        "Không tìm thấy giấy tờ này trong kho của bạn; hãy chọn lại",
        "This paper is not in your store; choose again",
    ),
}
"""What a person is told of a file that is not taken, and what to do."""


def take_files(
    request: HttpRequest, cases: Cases, number: str, page: FormPage
) -> tuple[dict[str, str], dict[str, FieldFault]]:
    """Keep the files that were posted with a page; gives their ids by question, and what is wrong with others.

    What is chosen from the store must be the person's own: naming another's document is as naming none.
    """
    ids: dict[str, str] = {}
    faults: dict[str, FieldFault] = {}
    for field in page.fields:
        if field.kind is not FieldKind.FILE:
            continue
        file, chosen = request.FILES.get(f"{field.name}-file"), request.POST.get(field.name, "")
        try:
            if file is not None and not is_within_limit(request, "case_upload", f"{cases.instance}/{number}"):
                faults[field.name] = FieldFault(
                    DocumentErrorKind.NOT_SCANNED.value, FAULTS[DocumentErrorKind.NOT_SCANNED]
                )
            elif file is not None:
                ids[field.name] = str(store_upload(cases, number, file.name or "", file).id)
            elif chosen:
                ids[field.name] = str(get_own_document(cases, number, chosen).id)
        except DocumentError as error:
            if error.kind not in FAULTS:
                raise
            faults[field.name] = FieldFault(error.kind.value, FAULTS[error.kind])
    return ids, faults


def list_choices(cases: Cases, number: str, page: FormPage) -> list[StoredDocument]:
    """List what a person handed in before, to be chosen again, where a page asks for a file."""
    if all(field.kind is not FieldKind.FILE for field in page.fields):
        return []
    own = [document for document in list_own_documents(cases, number) if document.origin is Origin.UPLOAD]
    return own[:SHOWN_DOCUMENTS]
