from __future__ import annotations

import re
import stat
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from lienthong.cases.documents.errors import DocumentError, DocumentErrorKind
from lienthong.cases.documents.sandbox_keys import MARK, ROOT_FILE, ensure_key
from lienthong.cases.documents.signing import UNSIGNED, KeyFolder, check_signature
from tests.cases.documents.files import make_pdf

if TYPE_CHECKING:
    from pathlib import Path

UNIT, AGENCY = "Z99.01", "Ủy ban nhân dân phường (mẫu)"


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> KeyFolder:
    folder = tmp_path_factory.mktemp("keys")
    ensure_key(folder, UNIT, AGENCY, datetime.now(UTC))
    return KeyFolder(folder)


@pytest.fixture(scope="module")
def root(keys: KeyFolder) -> bytes:
    return (keys.folder / ROOT_FILE).read_bytes()


@pytest.fixture(scope="module")
def signed(keys: KeyFolder) -> bytes:
    return keys.get_signer(UNIT).sign(make_pdf(), "Trích lục", "Hạ Long")


def test_a_signed_paper_is_valid_under_the_authority_and_names_the_agency(signed: bytes, root: bytes) -> None:
    report = check_signature(signed, root)
    assert (report.is_valid, report.is_trusted) == (True, True)
    assert report.signer == f"{AGENCY} (DEMO)"
    assert report.signed_at is not None
    assert abs(report.signed_at - datetime.now(UTC)) < timedelta(minutes=5)


def test_it_is_a_signature_in_the_form_of_pades_that_allows_no_later_change(signed: bytes) -> None:
    assert b"/ETSI.CAdES.detached" in signed
    assert b"/DocMDP" in signed
    assert signed.startswith(make_pdf())


def test_without_the_root_it_is_valid_but_of_nobody_known(signed: bytes) -> None:
    report = check_signature(signed, b"")
    assert (report.is_valid, report.is_trusted) == (True, False)


def test_a_changed_byte_is_refused_wherever_the_signature_covers(signed: bytes, root: bytes) -> None:
    covered = re.search(rb"/ByteRange \[(\d+) +(\d+) +(\d+) +(\d+)", signed)
    assert covered is not None
    _, first_end, second_start, _ = (int(number) for number in covered.groups())
    places = [*range(20, first_end, 97), *range(second_start, len(signed), 61)]
    assert len(places) > 10
    for place in places:
        changed = bytearray(signed)
        changed[place] ^= 1
        report = check_signature(bytes(changed), root)
        assert not (report.is_valid and report.is_trusted), place


def test_what_is_added_behind_the_signature_is_refused(signed: bytes, root: bytes) -> None:
    assert not check_signature(signed + b"\n% added", root).is_valid


@pytest.mark.parametrize("pdf", [make_pdf(), b"%PDF-1.7", b"", b"no paper"])
def test_a_file_without_a_signature_says_so(pdf: bytes, root: bytes) -> None:
    assert check_signature(pdf, root) == UNSIGNED


def test_another_sandbox_is_not_trusted(signed: bytes, tmp_path: Path) -> None:
    ensure_key(tmp_path, UNIT, AGENCY, datetime.now(UTC))
    assert not check_signature(signed, (tmp_path / ROOT_FILE).read_bytes()).is_trusted


def test_keys_are_made_once_their_owners_alone_and_marked_as_worthless(keys: KeyFolder, root: bytes) -> None:
    before = (keys.folder / f"{UNIT}.p12").read_bytes()
    ensure_key(keys.folder, UNIT, AGENCY, datetime.now(UTC))
    ensure_key(keys.folder, "Z99.02", "Sở Nội vụ (mẫu)", datetime.now(UTC))
    assert (keys.folder / f"{UNIT}.p12").read_bytes() == before
    assert (keys.folder / ROOT_FILE).read_bytes() == root
    assert {stat.S_IMODE(path.stat().st_mode) for path in keys.folder.iterdir()} == {0o600}
    certificate = keys.get_signer("Z99.02").signer.signing_cert
    assert certificate is not None
    assert MARK.encode() in certificate.dump()


def test_an_agency_without_a_key_and_a_wrong_password_are_named(keys: KeyFolder, tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match=r"Z99\.77") as missing:
        keys.get_signer("Z99.77")
    (tmp_path / "Z99.01.p12").write_bytes((keys.folder / "Z99.01.p12").read_bytes())
    (tmp_path / "Z99.01.password").write_text("guessed")
    with pytest.raises(DocumentError, match="PKCS#12") as locked:
        KeyFolder(tmp_path).get_signer(UNIT)
    assert {missing.value.kind, locked.value.kind} == {DocumentErrorKind.NO_KEY}
