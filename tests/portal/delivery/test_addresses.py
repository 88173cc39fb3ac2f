from __future__ import annotations

import pytest

from lienthong.delivery.models import WorkingSession
from lienthong.web.callers import Caller
from tests.portal.cases.desk import enter_officer
from tests.portal.delivery.readers import load_illustrative

pytestmark = [pytest.mark.django_db, pytest.mark.urls("lienthong.site.urls_province")]

HUGE = "9" * 30
ADDRESSES = (
    "tasks/%00/",
    "indicators/?area=%00",
    "indicators/%00/",
    "indicators/GRDP/?area=abc",
    "indicators/?on=9999-12-31&area=99",
    "indicators/GRDP/?on=9999-12-31&area=99",
    "indicators/GRDP/?on=0001-01-01&area=99",
    "targets/a%00/b/",
    "sessions/%00/report/",
    "sessions/real/?task=%C2%B2",
    f"sessions/real/?task={HUGE}",
    "directives/?q=%00",
    "directives/?page=%00",
    f"directives/{HUGE}/",
    f"drafts/{HUGE}/",
    "drafts/?page=-1",
    f"candidates/1/{HUGE}/",
    f"figures/{HUGE}/records/",
    f"proofs/{HUGE}/",
    f"questions/{HUGE}/",
    "tasks/?show=%00",
    "tasks/give/?directive=%00",
    f"tasks/give/?directive={HUGE}",
    "?as_of=%00",
    "?as_of=0001-01-01",
    "illustrative/?as_of=0001-01-01",
    "?as_of=9999-12-31",
)
POSTED: tuple[dict[str, str], ...] = (
    {"act": "agenda", "directive": "\0"},
    {"act": "agenda", "directive": HUGE},
    {"act": "\0"},
    {"act": "freeze", "data_on": "1/1/0001"},
)


def test_whatever_stands_in_an_address_or_a_form_is_answered() -> None:
    load_illustrative()
    client = enter_officer(Caller.LEADER)
    client.raise_request_exception = False
    WorkingSession.objects.create(code="real", title="Phiên", held_on="2026-12-15")
    statuses = {address: client.get(f"/delivery/{address}").status_code for address in ADDRESSES}
    statuses |= {str(told): client.post("/delivery/sessions/real/", told).status_code for told in POSTED}
    assert {told: status for told, status in statuses.items() if status not in {200, 404}} == {}
