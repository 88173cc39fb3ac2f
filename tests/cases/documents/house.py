"""A house of cases that keeps documents, in a folder of the test: one key of the sandbox for all, looked into here."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lienthong.cases.documents.house import Documents
from lienthong.cases.documents.inspecting import inspect_here
from lienthong.cases.documents.sandbox_keys import ROOT_FILE, ensure_key
from lienthong.cases.documents.scanning import NoScanner
from lienthong.cases.documents.signing import KeyFolder
from lienthong.cases.documents.storage import DocumentStore
from tests.cases.documents.sheets import ADDRESS, OFFICE
from tests.cases.houses import make_cases

if TYPE_CHECKING:
    from lienthong.cases.documents.sheet import Office
    from lienthong.cases.documents.signing import KeySigner
    from lienthong.cases.house import Cases


@cache
def make_keys() -> KeyFolder:
    """Give the keys of a sandbox, once in each process of the tests."""
    folder = Path(tempfile.mkdtemp(prefix="lt-keys-"))
    ensure_key(folder, OFFICE.code, OFFICE.name, datetime.now(UTC))
    return KeyFolder(folder)


def find_signer(office: Office) -> KeySigner:
    return make_keys().get_signer(office.code)


def read_roots() -> bytes:
    return (make_keys().folder / ROOT_FILE).read_bytes()


def make_documents(folder: Path, **more: Any) -> Documents:  # noqa: ANN401 # any part of it
    made = Documents(
        store=DocumentStore(folder / "documents"),
        scanner=NoScanner(),
        find_office=lambda _unit, _day: OFFICE,
        find_signer=find_signer,
        roots=read_roots,
        address=ADDRESS,
        is_sandbox=True,
        look_into=inspect_here,
    )
    return replace(made, **more)


def make_house(folder: Path, **more: Any) -> Cases:  # noqa: ANN401 # any part of it
    return make_cases(**{"documents": make_documents(folder), **more})
