"""What documents need from outside, handed in as one value beside the house of cases."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from lienthong.cases.documents.errors import DocumentError, DocumentErrorKind
from lienthong.cases.documents.inspecting import inspect

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from lienthong.cases.documents.inspecting import Inspected
    from lienthong.cases.documents.scanning import Scanner
    from lienthong.cases.documents.sheet import Office
    from lienthong.cases.documents.signing import PaperSigner
    from lienthong.cases.documents.storage import DocumentStore
    from lienthong.cases.house import Cases


class FindOffice(Protocol):
    """Tells what an agency is called on a day, and where it dates its papers from."""

    def __call__(self, unit: str, day: date) -> Office:
        """Give the agency; one that is not known is called by its code."""
        ...


class FindSigner(Protocol):
    """Gives an agency's key."""

    def __call__(self, office: Office) -> PaperSigner:
        """Give the signer, or raise NO_KEY."""
        ...


@dataclass(frozen=True, slots=True)
class Documents:
    """The kept files, what is asked before one is kept, who signs, and the address at which papers are checked."""

    store: DocumentStore
    scanner: Scanner
    find_office: FindOffice
    find_signer: FindSigner
    roots: Callable[[], bytes]
    """Gives the certificates (PEM) under which our own signatures are to stand."""
    address: str
    is_sandbox: bool
    look_into: Callable[[bytes], Inspected] = inspect


def get_documents(cases: Cases) -> Documents:
    """Give the part of the house that keeps documents; raises NOT_SET_UP where it was made without one."""
    if cases.documents is None:
        message = "this house of cases was made without a place for documents; make_site_cases gives one that has it"
        raise DocumentError(DocumentErrorKind.NOT_SET_UP, message)
    return cases.documents
