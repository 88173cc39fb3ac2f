"""Pages of delivery ask the tables as often for many rows as for few."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import msgspec
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lienthong.delivery.asks import NewAsk, ask_agency
from lienthong.delivery.directives import DirectiveKey, get_directive
from lienthong.delivery.recording import record_figures
from lienthong.delivery.targets import get_plan, list_targets, put_plan
from lienthong.delivery.tasks import NewProof, NewTask, add_proof, give_task
from lienthong.web.callers import Caller
from tests.delivery.figures import define, figure, put
from tests.delivery.posts import NOW, make_holder, make_leader
from tests.portal.cases.desk import enter_officer
from tests.portal.delivery.readers import load_illustrative, read

if TYPE_CHECKING:
    from django.test import Client

pytestmark = [pytest.mark.django_db, pytest.mark.urls("lienthong.site.urls_province")]

RESOLUTION = DirectiveKey("01-NQ/MH", "Đại hội minh họa", date(2020, 9, 1))
PLAN = DirectiveKey("990/KH-UBND", "UBND tỉnh minh họa", date(2025, 11, 3))
ASK = NewAsk(service="DEMO/GOV/Z99/FINANCE/funds", purpose="990/KH-UBND", body={})


def count_queries(client: Client, paths: list[str]) -> dict[str, int]:
    counted = {}
    for path in paths:
        read(client, path)  # What is read once for each process is read now.
        with CaptureQueriesContext(connection) as asked:
            read(client, path)
        counted[path] = len(asked)
    return counted


def add_rows() -> None:
    """Add targets with indicators of their own, revised figures of many periods and communes, and busy tasks."""
    codes = [f"MORE_{number}" for number in range(6)]
    put(*(define(code, is_illustrative=True) for code in codes))
    known = list_targets("ILLUSTRATIVE-2030", date(2026, 4, 2))
    value = next(each for each in known if each.kind == "value")
    more = [
        msgspec.structs.replace(value, code=code, place=50 + place, indicator=code, unit="person", breakdown="")
        for place, code in enumerate(codes)
    ]
    put_plan(get_plan("ILLUSTRATIVE-2030"), more)
    areas = ("99", "99101", "99102", "99103")
    told = {"source": "invented", "area_on": date(2026, 1, 1)}
    for published, value_text in ((date(2026, 3, 30), "1000"), (date(2026, 4, 1), "1010")):
        record_figures(
            [
                figure(code, str(year), value_text, area=area, published_on=published, **told)
                for code in (*codes, "POPULATION")
                for area in areas
                for year in range(2015, 2026)
            ]
        )
    leader, owner = make_leader("hoa.vu"), make_holder("lan.do")
    for number in range(5):
        new = NewTask(title=f"Việc {number}", owner=owner.post.pk, due_on=date(2026, 3, 1), directive=PLAN,
                      is_illustrative=True)  # fmt: skip # one call
        task = give_task(new, leader.account, NOW)
        add_proof(task.code, NewProof(f"{number}.txt", "text/plain", b"done"), owner.account, NOW)
        ask_agency(task.code, ASK, owner.account, NOW, lambda _: None)


def test_a_page_asks_the_tables_as_often_for_many_rows_as_for_few() -> None:
    load_illustrative()
    client = enter_officer(Caller.LEADER)
    paths = [
        "/delivery/illustrative/?as_of=2026-04-02",
        "/delivery/targets/ILLUSTRATIVE-2030/?as_of=2026-04-02",
        "/delivery/indicators/?area=99",
        "/delivery/indicators/POPULATION/?area=99&as_of=2026-04-02",
        "/delivery/indicators/GRDP_HEAD_USD/?area=99&as_of=2026-04-02",
        f"/delivery/directives/{get_directive(RESOLUTION).pk}/cascade/",
        f"/delivery/directives/{get_directive(PLAN).pk}/cascade/",
    ]
    few = count_queries(client, paths)
    add_rows()
    many = count_queries(client, paths)
    # A task among others brings kinds of rows that were not looked for before: what hangs on it.
    assert {path: more - few[path] for path, more in many.items() if more - few[path] > 2} == {}
    assert max(many.values()) < 20
