from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.test import Client
from django.urls import reverse

from lienthong.delivery.models import Directive, Observation
from lienthong.delivery.recording import record_figures
from lienthong.delivery.seeding import SeedSet, load_seed
from lienthong.sandbox.board_story import read_board
from lienthong.web.callers import Caller
from tests.delivery.figures import figure
from tests.portal.cases.desk import enter_citizen, enter_officer
from tests.portal.delivery.readers import list_links, load_illustrative, load_reported, read

if TYPE_CHECKING:
    from pytest_django.fixtures import Settings

pytestmark = [pytest.mark.django_db, pytest.mark.urls("lienthong.site.urls_province")]

SAMPLE = "/delivery/illustrative/"


def test_the_board_says_how_many_targets_are_reached_which_are_not_and_of_when_each_figure_is() -> None:
    load_illustrative()
    client = enter_officer(Caller.LEADER)
    page = read(client, f"{SAMPLE}?as_of=2026-04-02")
    assert "17/19 chỉ tiêu đạt" in page
    assert "MINH HỌA" in page
    assert "số liệu mới nhất công bố 31/03/2026" in page
    assert "Thứ hạng PAPI năm 2025 là 8" in page
    # Each figure of a target has the day on which it became known.
    assert page.count('class="lt-targets__figure"') == page.count('class="lt-targets__row') == 24
    assert page.split("lt-board__two")[0].count("công bố ") >= 24
    assert "khoảng dự báo 95%" in page
    # What links keep the day, and all of them lead somewhere.
    links = {link for link in list_links(page) if "/targets/" in link}
    assert len(links) == 26
    assert all(link.endswith("?as_of=2026-04-02") for link in links)

    client.get("/language/en")
    told = read_board(read(client, f"{SAMPLE}?as_of=02/04/2026"))
    assert told.count == "17 of 19 targets reached"
    assert told.others == (("PAPI among the first five", "Missed"), ("Clean water in the country", "On track"))


def test_an_earlier_day_shows_what_was_known_then_and_no_day_that_is_to_come_is_shown() -> None:
    load_illustrative()
    client = enter_officer(Caller.LEADER)
    page = read(client, f"{SAMPLE}?as_of=15/4/2023")
    assert "17/19" not in page
    assert "15/04/2023" in page
    assert "31/03/2026" not in page
    for wrong in ("2199-01-01", "31/2/2026", "x"):
        assert "không dùng được" in read(client, f"{SAMPLE}?as_of={wrong}")


def test_a_revision_of_the_week_takes_a_target_away_and_says_what_it_replaces() -> None:
    load_illustrative()
    record_figures([figure("PCI_RANK", "2025", "7", source="invented")])
    later = Observation.objects.latest("pk").published_on
    page = read(enter_officer(Caller.LEADER), f"{SAMPLE}?as_of={later}")
    assert "thay cho 2" in page


def test_what_is_reported_is_shown_as_reported_and_never_beside_what_is_invented() -> None:
    load_illustrative()
    load_reported()
    client = enter_officer(Caller.OFFICER)
    page = read(client, "/delivery/")
    assert "Tỉnh Minh Họa" not in page
    assert "MINH HỌA" not in page
    assert "trên 9.500 USD" in page
    assert "<strong>17 chỉ tiêu</strong>" in page
    assert "17/19" not in page
    assert "chưa đối chiếu với văn bản gốc" in page
    assert "chưa đủ số liệu để đánh giá" in page
    assert "Không đạt" not in page


def test_a_site_without_units_says_what_its_operator_has_to_do() -> None:
    load_seed(SeedSet.REFERENCE, lambda _: None)
    answer = enter_officer(Caller.LEADER).get("/delivery/")
    assert answer.status_code == 503
    assert "lienthong load-areas" in answer.content.decode()


def test_a_site_that_is_no_sandbox_shows_nothing_invented(settings: Settings) -> None:
    load_illustrative()
    client = enter_officer(Caller.LEADER)
    row = Observation.objects.filter(area_code="99").latest("pk").pk
    directive = Directive.objects.get(number="990/KH-UBND").pk
    paths = [
        SAMPLE,
        "/delivery/targets/ILLUSTRATIVE-2025/",
        "/delivery/targets/ILLUSTRATIVE-2025/HEAD/",
        "/delivery/targets/ILLUSTRATIVE-2025/HEAD/chart.svg",
        "/delivery/indicators/?area=99",
        "/delivery/indicators/POPULATION/?area=99001",
        "/delivery/indicators/POPULATION/chart.svg?area=98",
        "/delivery/indicators/POPULATION/figures/csv?area=99",
        f"/delivery/figures/{row}/",
        f"/delivery/figures/{row}/records/",
        f"/delivery/directives/{directive}/",
        f"/delivery/directives/{directive}/cascade/",
    ]
    assert [client.get(path).status_code for path in paths] == [200] * len(paths)
    settings.IS_SANDBOX = False
    assert [client.get(path).status_code for path in paths] == [404] * len(paths)
    assert "990/KH-UBND" not in read(client, "/delivery/directives/")


def test_only_leaders_and_officers_read() -> None:
    names = ("board", "illustrative-board", "indicators", "import", "directives", "tasks", "give", "sessions")
    for name in names:
        path = reverse(f"delivery-{name}")
        assert Client().get(path).status_code == 302
    others = [enter_officer(Caller.OPERATOR, name="ha.op"), enter_officer(Caller.ADMINISTRATOR, name="ha.ad")]
    for client in (*others, enter_citizen()):
        for name in names:
            assert client.get(reverse(f"delivery-{name}")).status_code == 403
    assert enter_officer(Caller.OFFICER).get(reverse("delivery-give")).status_code == 403
