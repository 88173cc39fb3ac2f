"""A province's site with its office, a citizen and officers who are signed in, and cases at any point of their way."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import msgspec
from django.test import Client
from django.utils import timezone
from psycopg.types.range import DateRange

from lienthong.areas.models import Agency, Unit
from lienthong.areas.units import Level as UnitLevel
from lienthong.cases import actions as told
from lienthong.cases.actions import Actor, get_kind
from lienthong.cases.case_settings import CaseSettings
from lienthong.cases.drafts import Applicant, open_draft, save_answers
from lienthong.cases.filing import submit
from lienthong.cases.handling import perform
from lienthong.cases.models import Stage, StepDelivery
from lienthong.cases.reading import get_case
from lienthong.cases.site_cases import load_site_catalogue, make_site_cases
from lienthong.cases.words import ActorKind, CaseRole, Channel
from lienthong.identity.counter import SeenCard, open_counter
from lienthong.identity.models import Account
from lienthong.identity.posts import NewPost, assign_post, make_post
from lienthong.identity.signed_in import COUNTER_KEY
from lienthong.identity.words import Level
from lienthong.kernel.text import collation_key
from lienthong.portal.cases.office import OfficeSettings, Profile
from lienthong.site.site_file import Site
from lienthong.web.callers import Caller
from tests.identity.persons import BORN, ISSUED, NAME, make_citizen, make_staff, sign_in_fully

if TYPE_CHECKING:
    from pytest_django.fixtures import Settings

    from lienthong.cases.case_state import CaseState
    from lienthong.cases.house import Cases

PROCEDURES = Path(__file__).parent / "procedures"
SAMPLE = "9.000900"
UNIT = "Z99.01"
NUMBER, OTHER_NUMBER = "999190012345", "999190054321"
OFFICE = OfficeSettings("0203 3825 001 (số mẫu)", "Nhà số 1, đường Mẫu", "7:30-11:30, 13:30-17:00")

ANSWERS: dict[str, Any] = {
    "you": "Nguyễn Thị Hòa",
    "you_born": "1990-05-17",
    "has_other": False,
    "child_name": "Nguyễn Mẫu An",
    "child_born": "2026-11-01",
    "sex": "female",
    "home": {"area_code": "06673", "line": "Số 12, tổ 3, khu 4"},
    "notice": "0195aaaa-0000-7000-8000-000000000001",
}


def open_site(settings: Settings, folder: Path, profile: Profile = Profile.STANDALONE) -> Cases:
    """Let the pages of this process be those of a province whose cases are filed at `UNIT`."""
    own = CaseSettings(unit=UNIT, procedures=(str(PROCEDURES),))
    site = msgspec.structs.replace(settings.SITE.settings, cases=own, data=str(folder))
    settings.SITE = Site(site, folder)
    settings.PROFILE, settings.OFFICE = profile, OFFICE
    load_site_catalogue.cache_clear()
    add_places()
    return make_site_cases()


def add_places() -> None:
    """Add a province with a few communes, and the office."""
    always = DateRange(date(2020, 1, 1), None)
    province = _add_unit("22", "tỉnh", "Tỉnh Quảng Ninh", None, always)
    for code, kind, name in _COMMUNES:
        _add_unit(code, kind, name, province, always)
    Agency.objects.create(
        code=UNIT,
        name="Ủy ban nhân dân phường (mẫu)",
        english="Ward (sample)",
        area_code="22",
        validity=always,
        source="",
    )


def _add_unit(code: str, kind: str, name: str, parent: Unit | None, validity: DateRange) -> Unit:
    level = UnitLevel.PROVINCE if parent is None else UnitLevel.COMMUNE
    return Unit.objects.create(
        code=code,
        level=level,
        kind=kind,
        name=name,
        english=name,
        order=collation_key(name),
        parent=parent,
        validity=validity,
    )


_COMMUNES = (
    ("06673", "phường", "Phường Bãi Cháy"),
    ("06658", "phường", "Phường Hồng Gai"),
    ("06994", "đặc khu", "Đặc khu Vân Đồn"),
    ("06970", "xã", "Xã Hải Lạng"),
)


def enter_citizen(number: str = NUMBER, level: Level = Level.CARD) -> Client:
    client = Client()
    sign_in_fully(client, make_citizen(level, number=number))
    return client


def enter_officer(*roles: Caller, name: str = "an.nguyen", unit: str = UNIT) -> Client:
    """Sign in an officer with a post at `unit`; without roles, one who receives and handles."""
    account = make_staff(username=name, full_name=f"Cán bộ {name.title()}")
    post = make_post(NewPost(unit, "Công chức", "Officer", roles or (Caller.OFFICER,)), date(2026, 1, 1), None)
    assign_post(account, post, date(2026, 1, 1), None, timezone.now())
    client = Client()
    sign_in_fully(client, account)
    return client


def find_account(client: Client) -> Account:
    return Account.objects.get(pk=client.session["_auth_user_id"])


def file_case(cases: Cases, client: Client, **answers: Any) -> UUID:  # noqa: ANN401 # as the form takes them
    """File the sample as the citizen of `client`; gives the case's id."""
    account = find_account(client)
    applicant = Applicant(account.personal_number, str(account.pk), account.full_name, 2)
    draft = open_draft(cases, applicant, SAMPLE, cases.today())
    save_answers(cases, draft.id, applicant, {**ANSWERS, **answers})
    return submit(cases, draft.id, applicant, str(draft.id), Channel.ONLINE).case_id


def do(cases: Cases, case_id: UUID, role: CaseRole, payload: told.Payload, client: Client | None = None) -> CaseState:
    """Let an officer of `client`, the applicant or an agency do something to a case."""
    if client is None:
        kind = ActorKind.AGENCY if role is CaseRole.AGENCY else ActorKind.SYSTEM
        actor = Actor(kind, "DEMO/GOV/Z99.03" if role is CaseRole.AGENCY else "cases.advance_case")
    else:
        account = find_account(client)
        kind = ActorKind.CITIZEN if account.is_citizen else ActorKind.OFFICER
        actor = Actor(kind, str(account.pk), "" if account.is_citizen else UNIT, account.full_name)
    return perform(cases, case_id, actor, role, get_kind(payload), payload, str(uuid4()))


def answer_step(cases: Cases, case_id: UUID, step: str, answer: type[Any], **more: Any) -> CaseState:  # noqa: ANN401 # as the payloads take them
    """Ask an agency for a step and let it answer."""
    do(cases, case_id, CaseRole.SYSTEM, told.AgencyAsked(step, str(uuid4())))
    message_id = get_case(cases, case_id).state.steps[step].message_id
    return do(cases, case_id, CaseRole.AGENCY, answer(step, message_id, **more))


def ask_for_birth(cases: Cases, citizen: Client, officer: Client) -> UUID:
    """File a case whose first step is asked for; gives the case's id."""
    case = file_case(cases, citizen)
    do(cases, case, CaseRole.RECEIVER, told.Received(), officer)
    do(cases, case, CaseRole.HANDLER, told.Taken(), officer)
    do(cases, case, CaseRole.SYSTEM, told.AgencyAsked("birth", str(uuid4())))
    return case


def fail_birth(cases: Cases, case: UUID, code: str) -> None:
    """Let the message of that step not get through, for a reason."""
    now = cases.now()
    StepDelivery.objects.create(
        message_id=get_case(cases, case).state.steps["birth"].message_id,
        case_id=case,
        step="birth",
        agency="justice",
        service="births",
        stage=Stage.SENT,
        sent_as="1",
        tries=4,
        code=code,
        failing_since=now if code else None,
        until=now + timedelta(hours=1),
        began_at=now,
        changed_at=now,
        next_at=now + timedelta(seconds=90),
    )


def open_counter_for(officer: Client, number: str) -> None:
    """Open a supervised session for a person, who is before the officer with their card."""
    card = SeenCard(number, NAME, BORN, ISSUED, was_compared=False)
    now = timezone.now()
    counter = open_counter(find_account(officer), card, now, timezone.localdate())
    session = officer.session
    session[COUNTER_KEY] = str(counter.pk)
    session.save()
