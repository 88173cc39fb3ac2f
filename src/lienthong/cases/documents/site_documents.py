"""The documents of the running site: its folders, its keys, its scan, its offices, and how it sends mail."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from lienthong.areas.store import find_agency, find_unit
from lienthong.cases.documents.house import Documents
from lienthong.cases.documents.sandbox_keys import ROOT_FILE, ensure_key
from lienthong.cases.documents.scanning import CommandScanner, NoScanner
from lienthong.cases.documents.sheet import Office
from lienthong.cases.documents.signing import KeyFolder, KeySigner
from lienthong.cases.documents.storage import DocumentStore
from lienthong.cases.mailing import FolderMailer, Mailer, SmtpMailer
from lienthong.kernel.clock import SystemClock

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path
    from typing import Protocol
    from urllib.parse import SplitResult

    from lienthong.cases.documents.paper_settings import PaperSettings
    from lienthong.cases.mailing import MailSettings

    class OfficeWords(Protocol):
        """How people reach the office."""

        @property
        def phone(self) -> str:
            """Its telephone."""

    class SiteSettings(Protocol):
        """What is read of the site's settings."""

        @property
        def papers(self) -> PaperSettings:
            """The section `[papers]`."""

        @property
        def mail(self) -> MailSettings:
            """The section `[mail]`."""

        @property
        def office(self) -> OfficeWords:
            """The section `[office]`."""

    class Site(Protocol):
        """What is read of the site."""

        @property
        def settings(self) -> SiteSettings:
            """Its settings."""

        @property
        def folder(self) -> Path:
            """The folder that relative paths start from."""

        @property
        def data(self) -> Path:
            """The data folder."""

        @property
        def public_url(self) -> SplitResult:
            """The address under which people reach it."""

        @property
        def is_sandbox(self) -> bool:
            """Whether everything here is synthetic."""


def make_site_documents(site: Site) -> Documents:
    """Make what documents need, for this site. A sandbox makes its keys itself; any other brings them."""
    papers = site.settings.papers
    keys = SiteKeys(site.data / papers.keys, site.is_sandbox)
    roots_file = site.folder / papers.roots_file if papers.roots_file else site.data / papers.keys / ROOT_FILE
    return Documents(
        store=DocumentStore(site.data / papers.files),
        scanner=CommandScanner(papers.scan) if papers.scan else NoScanner(),
        find_office=SiteOffices(papers.place, site.settings.office.phone),
        find_signer=keys.find_signer,
        roots=lambda: roots_file.read_bytes() if roots_file.is_file() else b"",
        address=find_address(site),
        is_sandbox=site.is_sandbox,
    )


def find_address(site: Site) -> str:
    """Give the address under which people reach the site, as papers and mails name it."""
    return site.public_url.geturl().rstrip("/")


def find_mailer(site: Site) -> Mailer | None:
    """Give the way that mail leaves this site: its server, in a sandbox without one a folder, else none."""
    mail = site.settings.mail
    if mail.host:
        password = (site.folder / mail.password_file).read_text("utf-8").strip() if mail.password_file else ""
        return SmtpMailer(mail, password)
    return FolderMailer(site.data / mail.folder) if site.is_sandbox else None


@dataclass(frozen=True, slots=True)
class SiteKeys:
    """The keys of this site's agencies."""

    folder: Path
    is_sandbox: bool

    def find_signer(self, office: Office) -> KeySigner:
        """Give the agency's key; in a sandbox one is made when it is first needed."""
        keys = KeyFolder(self.folder)
        if self.is_sandbox and not keys.holds(office.code):
            now = datetime.fromtimestamp(SystemClock().now_ms() / 1000, UTC)
            ensure_key(self.folder, office.code, office.name, now)
        return keys.get_signer(office.code)


@dataclass(frozen=True, slots=True)
class SiteOffices:
    """What the tables of areas call an agency; an unknown one is called by its code."""

    place: str
    phone: str

    def __call__(self, unit: str, day: date) -> Office:
        """Give the agency, the one above it, and the place that it dates its papers from."""
        agency = find_agency(unit, day)
        if agency is None:
            return Office(unit, unit, place=self.place, phone=self.phone)
        above = find_agency(agency.parent, day) if agency.parent else None
        area = find_unit(agency.area, day) if agency.area and not self.place else None
        return Office(
            code=unit,
            name=agency.name,
            english=agency.english,
            superior="" if above is None else above.name,
            place=self.place or ("" if area is None else area.name),
            phone=self.phone,
        )
