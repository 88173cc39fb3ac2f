from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path  # noqa: TC003 # a dataclass reads it
from urllib.parse import SplitResult, urlsplit

import pytest

from lienthong.areas.models import Agency
from lienthong.cases.documents.errors import DocumentError, DocumentErrorKind
from lienthong.cases.documents.paper_settings import PaperSettings
from lienthong.cases.documents.scanning import CommandScanner, NoScanner
from lienthong.cases.documents.sheet import Office
from lienthong.cases.documents.signing import check_signature
from lienthong.cases.documents.site_documents import SiteOffices, find_mailer, make_site_documents
from lienthong.cases.mailing import FolderMailer, MailSettings, SmtpMailer
from lienthong.portal.cases.office import OfficeSettings
from tests.cases.documents.files import make_pdf


@dataclass(frozen=True)
class Settings:
    papers: PaperSettings = field(default_factory=PaperSettings)
    mail: MailSettings = field(default_factory=MailSettings)
    office: OfficeSettings = field(default_factory=lambda: OfficeSettings(phone="0203 000 000"))


@dataclass(frozen=True)
class Site:
    folder: Path
    is_sandbox: bool = True
    settings: Settings = field(default_factory=Settings)
    public_url: SplitResult = field(default_factory=lambda: urlsplit("https://dichvu.example.vn/"))

    @property
    def data(self) -> Path:
        return self.folder / "data"


OFFICE = Office("Z99.01", "Ủy ban nhân dân phường (mẫu)")


def test_a_sandbox_signs_with_keys_that_it_makes_and_trusts_their_root(tmp_path: Path) -> None:
    documents = make_site_documents(Site(tmp_path))
    assert documents.roots() == b""
    signed = documents.find_signer(OFFICE).sign(make_pdf(), "x", "y")
    assert check_signature(signed, documents.roots()).is_trusted
    assert documents.address == "https://dichvu.example.vn"
    assert isinstance(documents.scanner, NoScanner)


def test_any_other_site_makes_no_key(tmp_path: Path) -> None:
    documents = make_site_documents(Site(tmp_path, is_sandbox=False))
    with pytest.raises(DocumentError) as caught:
        documents.find_signer(OFFICE)
    assert caught.value.kind is DocumentErrorKind.NO_KEY
    assert not (tmp_path / "data").exists()


def test_a_scan_and_the_way_of_mail_follow_from_the_settings(tmp_path: Path) -> None:
    scanned = Site(tmp_path, settings=Settings(PaperSettings(scan=("clamdscan", "-"))))
    assert make_site_documents(scanned).scanner == CommandScanner(("clamdscan", "-"))
    assert isinstance(find_mailer(Site(tmp_path)), FolderMailer)
    assert find_mailer(Site(tmp_path, is_sandbox=False)) is None
    (tmp_path / "mail.password").write_text("secret\n")
    served = Settings(mail=MailSettings(host="mail.example.vn", password_file="mail.password"))  # noqa: S106 # a file
    mailer = find_mailer(Site(tmp_path, is_sandbox=False, settings=served))
    assert isinstance(mailer, SmtpMailer)
    assert mailer.password == "secret"  # noqa: S105 # of a test


@pytest.mark.django_db
def test_an_office_is_called_as_the_tables_of_areas_call_it_and_an_unknown_one_by_its_code() -> None:
    from psycopg.types.range import DateRange  # noqa: PLC0415 # here alone

    valid = DateRange(date(2024, 1, 1), None)
    for code, name, parent in (("Z99", "Các cơ quan mẫu", ""), ("Z99.01", "Ủy ban nhân dân phường (mẫu)", "Z99")):
        Agency.objects.create(
            code=code, name=name, english=name, parent_code=parent, area_code="", validity=valid, source="sandbox"
        )
    find = SiteOffices("Hạ Long", "0203 000 000")
    office = find("Z99.01", date(2026, 11, 30))
    assert (office.name, office.superior, office.place) == (
        "Ủy ban nhân dân phường (mẫu)",
        "Các cơ quan mẫu",
        "Hạ Long",
    )
    assert find("Z99.77", date(2026, 11, 30)).name == "Z99.77"
