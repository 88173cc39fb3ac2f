"""The national portal as a filing portal: what it numbered is fetched, filed here once, and told back as arrived."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from lienthong.cases.documents.uploads import store_upload
from lienthong.cases.drafts import Applicant
from lienthong.cases.errors import CasesError, CasesErrorKind
from lienthong.cases.filing import Filing, file_from_portal
from lienthong.cases.forms import verify_own_number
from lienthong.cases.house import find_day
from lienthong.cases.models import Case as CaseRow
from lienthong.cases.national_portal.messages import CHANNELS, StatusTold
from lienthong.cases.reconciling import Numbered
from lienthong.kernel.errors import LienthongError

if TYPE_CHECKING:
    from datetime import datetime

    from lienthong.cases.house import Cases
    from lienthong.cases.national_portal.link import PortalLink
    from lienthong.cases.national_portal.messages import InboundFiling
    from lienthong.cases.national_portal.settings import NationalPortalSettings
    from lienthong.cases.reconciling import FilingPortal
    from lienthong.cases.words import NationalStatus

NAME: Final = "national"
"""As which it stands in the record of what it filed."""


@dataclass(slots=True)
class NationalPortal:
    """The portal of one site. `cases` is that site's house without a portal: its catalogue, and where files are kept.

    A `FilingPortal` (reconciling.py).
    """

    link: PortalLink
    settings: NationalPortalSettings
    cases: Cases
    name: str = NAME

    def list_numbered(self, since: datetime) -> list[Numbered]:
        """Give all that was filed there for us since a moment."""
        return [Numbered(line.code, line.status) for line in self.link.list_filed(self.list_units(), since)]

    def fetch_filing(self, code: str) -> Filing:
        """Give the whole of one filing; its papers are kept in the applicant's store. Safe to repeat.

        Papers of one that cannot be filed are not fetched. A crash on the way leaves papers in the store, where the
        next fetch finds them by their content.
        """
        inbound = self.link.get_filing(code)
        filing = make_filing(self.cases, self.settings, inbound)
        _verify_form(self.cases, filing, inbound)
        documents, answers = [], dict(filing.answers)
        for paper in inbound.papers:
            stream = io.BytesIO(self.link.fetch_file(paper))
            stored = str(store_upload(self.cases, filing.applicant.number, paper.name, stream).id)
            documents.append(stored)
            if paper.question:
                answers[paper.question] = stored
        return Filing(
            applicant=filing.applicant,
            procedure=filing.procedure,
            version=filing.version,
            unit=filing.unit,
            channel=filing.channel,
            answers=answers,
            documents=tuple(documents),
            portal_code=filing.portal_code,
        )

    def tell_status(self, code: str, status: NationalStatus) -> None:
        """Tell it how far a case is."""
        self.link.tell_status(StatusTold(code, status))

    def list_units(self) -> tuple[str, ...]:
        """Give the portal's codes of our units."""
        return tuple(self.settings.units) or (self.cases.unit,)

    def name_unit(self, unit: str) -> str:
        """Give the portal's code of one of our units."""
        return next((theirs for theirs, ours in self.settings.units.items() if ours == unit), unit)


def require_national(portal: FilingPortal | None) -> NationalPortal:
    """Give a site's portal as the national one; raises NO_PORTAL."""
    if not isinstance(portal, NationalPortal):
        message = "filings: this site asks no national portal; [national_portal] of its settings names one"
        raise CasesError(CasesErrorKind.NO_PORTAL, message)
    return portal


def make_filing(cases: Cases, settings: NationalPortalSettings, inbound: InboundFiling) -> Filing:
    """Say what a filing is here, without its papers: raises BAD_PORTAL_DOCUMENT, UNKNOWN_PROCEDURE, NOT_ALLOWED."""
    procedure = cases.catalogue.get_procedure(inbound.procedure, find_day(inbound.filed_at))
    if inbound.level < procedure.level:
        message = f"filing {inbound.code}: {procedure.code} needs sign-in level {procedure.level}, got {inbound.level}"
        raise CasesError(CasesErrorKind.NOT_ALLOWED, message)
    return Filing(
        # The account there is none of ours; who signs in here is the same person by their number.
        applicant=Applicant(inbound.person.number, "", inbound.person.name, inbound.level),
        procedure=procedure.code,
        version=procedure.valid_from,
        unit=_find_unit(cases, settings, inbound),
        channel=CHANNELS[inbound.channel],
        answers=inbound.answers,
        portal_code=inbound.code,
    )


def _verify_form(cases: Cases, filing: Filing, inbound: InboundFiling) -> None:
    """Hold a filing to its procedure's form, as if its papers were here; raises BAD_FORM."""
    procedure = cases.catalogue.get_version(filing.procedure, filing.version)
    answered = {paper.question: paper.file_id for paper in inbound.papers if paper.question}
    cases.verify_answers(procedure, {**filing.answers, **answered})
    verify_own_number(procedure.form, filing.answers, filing.applicant.number)


def _find_unit(cases: Cases, settings: NationalPortalSettings, inbound: InboundFiling) -> str:
    unit = settings.units.get(inbound.unit, "")
    if not unit and (settings.units or inbound.unit != cases.unit):
        message = f"filing {inbound.code}: unit {inbound.unit} stands in no line of [national_portal.units]"
        raise CasesError(CasesErrorKind.BAD_PORTAL_DOCUMENT, message)
    return unit or cases.unit


@dataclass(slots=True)
class Collected:
    """What one look brought: how many were filed here, how many were there already, and what failed."""

    filed: int = 0
    known: int = 0
    failures: list[str] = field(default_factory=list)


def collect_filings(cases: Cases, portal: NationalPortal) -> Collected:
    """File here what waits at the portal, each once, and say there that it arrived. Safe to repeat.

    A crash, or a lost answer, between the two leaves a filing that is here and waits there: the next look says so
    again. What cannot be filed waits, the others go on; after some minutes it stands among the differences.
    """
    done = Collected()
    for line in portal.link.list_waiting(portal.list_units()):
        try:
            _collect(cases, portal, line.code, done)
        except LienthongError as error:
            done.failures.append(f"{line.code}: {error.message}")
    return done


def _collect(cases: Cases, portal: NationalPortal, code: str, done: Collected) -> None:
    known = CaseRow.objects.filter(portal_code=code).values_list("code", flat=True).first()
    if known is None:
        receipt = file_from_portal(cases, portal.fetch_filing(code), portal.name)
        done.filed += 1
    else:
        done.known += 1
    portal.link.say_arrived(code, receipt.code if known is None else known)
