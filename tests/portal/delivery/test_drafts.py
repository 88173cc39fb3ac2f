from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from lienthong.areas.loading import load_tables
from lienthong.delivery.candidates import Draft, accept_draft, list_candidates, queue_candidates, withdraw_document
from lienthong.delivery.drafts import DocumentWords, FigureWords, count_waiting, enter_figure
from lienthong.delivery.errors import DeliveryError
from lienthong.delivery.models import Candidate, DraftEntry, Observation, Plan, Source, Target
from lienthong.delivery.reading.reader import read_text
from lienthong.delivery.words import Direction, Rule, Status
from lienthong.portal.delivery.candidate_words import write_found
from lienthong.web.callers import Caller
from tests.delivery.figures import define, put
from tests.delivery.posts import make_holder
from tests.delivery.test_commands import SUCCESSIONS, UNITS
from tests.identity.persons import make_staff
from tests.portal.cases.desk import enter_officer, find_account

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Answer
    from pytest_django.fixtures import Settings

    from lienthong.identity.models import Account

pytestmark = [pytest.mark.django_db, pytest.mark.urls("lienthong.site.urls_province")]

TEXT = """Năm 2025, thu nhập bình quân đầu người cả nước đạt hơn 9.500 USD.
Phấn đấu đến năm 2030, tỷ lệ hồ sơ trực tuyến đạt trên 90%."""

FIGURE = {
    "indicator": "HEAD",
    "area": "VN",
    "period": "2025",
    "unit": "USD/person",
    "status": "official",
    "is_reported": "on",
    "published_on": "15/1/2026",
    "is_cited": "on",
}
TARGET = {
    "plan": "term",
    "code": "online",
    "name_en": "Applications filed online",
    "indicator": "ONLINE",
    "kind": "value",
    "comparison": "over",
    "goal": "90",
    "unit": "percent",
    "due": "2030",
    "published_on": "15/1/2026",
}


def accept(by: Account, text: str = TEXT, **changed: str) -> dict[str, Candidate]:
    """Keep a text, and accept its figure and its target as drafts."""
    put(
        define("HEAD", "USD/person", carry="never"),
        define("ONLINE", "percent", carry="never"),
        define("CRIMES", "crime", carry="never", rule=Rule.PUBLIC_ORDER, direction=Direction.DOWN),
    )
    source = Source.objects.get(code="book")
    told = {"title": "Nghị quyết", "title_en": "Resolution", "area_code": "22", "source": source}
    Plan.objects.get_or_create(code="term", defaults={**told, "begins_on": "2026-01-01", "ends_on": "2030-12-31"})
    document, _ = queue_candidates("báo cáo.txt", text.encode(), read_text(text))
    rows = list_candidates(document)
    for row in rows:
        found = {name: row.found.get(name, "") for name in ("name", "value", "unit", "qualifier", "wording", "period")}
        accept_draft(row.pk, Draft(**{**found, **changed}), by, timezone.now())
    return {row.kind: row for row in rows}


def place(row: Candidate) -> str:
    return reverse("delivery-draft", kwargs={"candidate": row.pk})


def read(answer: Answer) -> str:
    assert answer.status_code == 200
    return answer.content.decode()


def enter(client: Client, row: Candidate, told: dict[str, Any]) -> None:
    answer = client.post(place(row), told)
    assert answer.status_code == 302, answer.content.decode().split("<main", 1)[-1]
    assert answer.headers["Location"] == place(row)


def test_an_accepted_figure_is_entered_as_its_text_says_it_with_both_names() -> None:
    accepted_by = make_holder("lan.le").account
    rows, client = accept(accepted_by), enter_officer(Caller.STATISTICIAN)
    page = read(client.get("/delivery/drafts/"))
    assert "Số liệu đang chờ: 1. Chỉ tiêu đang chờ: 1. Đã đưa vào: 0." in page
    assert 'value="VN"' not in read(client.get(place(rows["observation"])))
    enter(client, rows["observation"], FIGURE)
    row = Observation.objects.get()
    assert (row.value, row.qualifier, row.is_reported, row.wording) == (Decimal(9500), "over", True, "hơn 9.500 USD")
    assert (row.source.title, row.source.is_cited, row.origin) == ("báo cáo.txt", True, "document")
    entry = DraftEntry.objects.get()
    assert (entry.observation, entry.entered_by, entry.is_cited) == (row, find_account(client), True)
    page = read(client.get(place(rows["observation"])))
    assert accepted_by.full_name in page
    assert entry.entered_by.full_name in page
    assert f"/delivery/figures/{row.pk}/" in page
    assert "Số liệu đang chờ: 0. Chỉ tiêu đang chờ: 1. Đã đưa vào: 1." in read(client.get("/delivery/drafts/"))


def test_what_is_more_than_a_figure_is_reported_whatever_the_form_says() -> None:
    client = enter_officer(Caller.STATISTICIAN)
    rows = accept(find_account(client))
    enter(client, rows["observation"], {**FIGURE, "is_reported": ""})
    assert Observation.objects.get().is_reported


def test_a_draft_is_entered_once_and_the_entry_stays() -> None:
    client = enter_officer(Caller.STATISTICIAN)
    rows = accept(find_account(client))
    enter(client, rows["observation"], FIGURE)
    page = read(client.post(place(rows["observation"]), {**FIGURE, "period": "2024"}))
    assert "Đã có người đưa mục này vào hệ thống." in page
    assert Observation.objects.count() == DraftEntry.objects.count() == 1
    for change in (DraftEntry.objects.all().delete, lambda: DraftEntry.objects.update(is_cited=False)):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_an_accepted_target_enters_its_plan_unverified_and_amends_only_what_is_said_to_be_amended() -> None:
    client = enter_officer(Caller.STATISTICIAN)
    rows = accept(find_account(client))
    page = read(client.get(place(rows["target"])))
    assert 'value="90"' in page
    assert '<option value="over" selected>' in page
    enter(client, rows["target"], TARGET)
    row = Target.objects.get()
    assert (row.version, row.is_verified, row.goal, row.comparison, row.place) == (1, False, Decimal(90), "over", 1)
    assert (row.name, row.source.is_cited) == (rows["target"].found["name"], False)
    again = accept(find_account(client), TEXT + "\n", value="95")["target"]
    assert "Kế hoạch không nhận chỉ tiêu như vậy" in read(client.post(place(again), {**TARGET, "goal": "95"}))
    assert Source.objects.filter(code=f"read-{again.document_id}").count() == 0
    enter(client, again, {**TARGET, "goal": "95", "is_amended": "on"})
    assert list(Target.objects.order_by("version").values_list("version", "goal")) == [
        (1, Decimal(90)),
        (2, Decimal(95)),
    ]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"indicator": "CRIMES", "unit": "crime"}, "số liệu này chỉ có theo tỉnh"),
        ({"indicator": "CRIMES", "unit": "crime"}, "CRIMES của Cả nước (VN), năm 2025 không được công bố"),
        ({"indicator": "ONLINE", "unit": "percent"}, "9.500% lớn hơn mức cao nhất có thể có"),
        ({"unit": "person"}, "Cần số liệu tính bằng USD (USD/person) hoặc bội số của nó."),
        ({"unit": "mn_VND/person"}, "Cần số liệu tính bằng USD (USD/person)"),
        ({"period": "2027"}, "Văn bản công bố ngày 15/01/2026, khi kỳ của số liệu chưa bắt đầu."),
        ({"area": "22"}, "Hệ thống chưa có danh mục đơn vị hành chính."),
        ({"published_on": "15/1/2099"}, "Văn bản không thể được công bố vào 15/01/2099, một ngày chưa tới."),
        ({"period": "năm ngoái"}, "Nhập kỳ, ví dụ 2023"),
        ({"indicator": ""}, "Chọn chỉ tiêu thống kê"),
        ({"area": "99"}, "Mã này là của địa bàn giả định"),
    ],
)
def test_what_the_rules_refuse_is_said_and_leaves_nothing(
    changed: dict[str, str], said: str, settings: Settings
) -> None:
    settings.IS_SANDBOX = False
    client = enter_officer(Caller.STATISTICIAN)
    row = accept(find_account(client))["observation"]
    page = read(client.post(place(row), {**FIGURE, **changed}))
    assert said in page
    assert 'lang="en"' not in page.partition("<main")[2].partition("</main>")[0]
    assert not Observation.objects.exists()
    assert not DraftEntry.objects.exists()
    assert not Source.objects.filter(code=f"read-{row.document_id}").exists()


def test_a_range_is_no_observation_and_seventeen_of_nineteen_is_a_reported_seventeen() -> None:
    client = enter_officer(Caller.STATISTICIAN)
    rows = accept(find_account(client), value="49..50")
    assert "49..50 không phải là một con số duy nhất" in read(client.post(place(rows["observation"]), FIGURE))
    rows = accept(find_account(client), TEXT + "\n", value="17/19", qualifier="exact")
    enter(client, rows["observation"], {**FIGURE, "is_reported": ""})
    assert (Observation.objects.get().value, Observation.objects.get().is_reported) == (Decimal(17), True)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"kind": "range"}, "Mức trên chỉ dùng cho một khoảng"),
        ({"kind": "range", "comparison": "within", "goal_high": "80"}, "Mức trên của khoảng thấp hơn mức dưới."),
        ({"unit": "person"}, "Chỉ tiêu tính bằng người (person), còn ONLINE tính bằng % (percent)."),
        ({"is_amended": "on"}, "Kế hoạch không có chỉ tiêu nào mang mã này để sửa đổi."),
        ({"code": "known"}, "Kế hoạch đã có chỉ tiêu này: đánh dấu rằng văn bản sửa đổi nó, hoặc đặt mã khác."),
        ({"code": "known", "is_amended": "on", "published_on": "1/1/2020"}, "ngày 01/01/2024, đã sửa đổi chỉ tiêu này"),
        ({"code": "known", "is_amended": "on", "due": "2022"}, "Kỳ 2023 nằm sau kỳ hạn."),
    ],
)
def test_what_the_rules_of_targets_refuse_is_said_in_the_language_of_the_page(
    changed: dict[str, str], said: str
) -> None:
    client = enter_officer(Caller.STATISTICIAN)
    row = accept(find_account(client))["target"]
    told = {"name": "Hồ sơ", "name_en": "Filed", "kind": "value", "comparison": "over", "measure": "latest"}
    goal = {"goal": 80, "unit": "percent", "due": "2025", "baseline": 50, "baseline_period": "2023", "path": {}}
    of = {"plan": Plan.objects.get(), "source": Source.objects.get(code="book"), "published_on": "2024-01-01"}
    Target.objects.create(code="known", version=1, place=1, **told, **goal, **of)
    page = read(client.post(place(row), {**TARGET, **changed}))
    assert said in page
    assert 'lang="en"' not in page.partition("<main")[2].partition("</main>")[0]
    client.get("/language/en")
    page = read(client.post(place(row), {**TARGET, **changed}))
    assert said not in page
    assert '<p class="govuk-inset-text" lang="en">' in page
    assert not DraftEntry.objects.exists()


def test_an_area_of_other_days_and_an_invented_indicator_are_refused_in_words(settings: Settings) -> None:
    settings.IS_SANDBOX = True
    client = enter_officer(Caller.STATISTICIAN)
    row = accept(find_account(client))["observation"]
    put(define("MADE_UP", "USD/person", carry="never", is_illustrative=True))
    load_tables(UNITS.encode(), SUCCESSIONS.encode(), "test", lambda _: None)
    page = read(client.post(place(row), {**FIGURE, "area": "1"}))
    assert "Không có đơn vị hành chính nào mang mã 1 vào 31/12/2025, ngày cuối của kỳ." in page
    of = {**FIGURE, "area": "99001"}
    page = read(client.post(place(row), of))
    assert "mang mã 99001 vào 31/12/2025, ngày cuối của kỳ; mã này là của Phường Mẫu Một (từ 01/01/2010" in page
    page = read(client.post(place(row), {**FIGURE, "area": "99777"}))
    assert "mang mã 99777 vào 31/12/2025, ngày cuối của kỳ." in page
    page = read(client.post(place(row), {**of, "period": "2008"}))
    assert "mang mã 99001 chưa có đến 31/12/2008, ngày cuối của kỳ." in page
    page = read(client.post(place(row), {**FIGURE, "indicator": "MADE_UP"}))
    assert "Chỉ tiêu thống kê này là giả định, còn địa bàn thì không." in page


def test_a_document_does_not_give_two_figures_for_one_cell() -> None:
    client = enter_officer(Caller.STATISTICIAN)
    text = TEXT.replace("USD.", "USD, năm 2024 đạt 9.000 USD.")
    accept(find_account(client), text)
    first, second = Candidate.objects.filter(kind="observation").order_by("place")
    enter(client, first, FIGURE)
    page = read(client.post(place(second), FIGURE))
    assert "Văn bản này đã cho HEAD của Cả nước (VN), năm 2025 là 9.500 USD" in page
    enter(client, second, {**FIGURE, "period": "2024"})


def test_what_nobody_accepted_what_was_emptied_and_what_is_not_there_has_no_page() -> None:
    client = enter_officer(Caller.STATISTICIAN)
    rows = accept(find_account(client))
    document, _ = queue_candidates("khác.txt", b"a", read_text("Năm 2024 tăng 8,5%."))
    (other,) = list_candidates(document)
    withdraw_document(rows["target"].document_id, "dấu mật", find_account(client), timezone.now())
    for path in (place(other), place(rows["target"]), "/delivery/drafts/0/"):
        assert client.get(path).status_code == client.post(path, FIGURE).status_code == 404
    assert set(count_waiting().values()) == {0}
    assert "Không có gì đang chờ." in read(client.get("/delivery/drafts/"))


def test_others_may_neither_look_nor_enter() -> None:
    row = accept(make_holder("lan.le").account)["observation"]
    make_staff(Caller.OPERATOR, username="op.nguyen")
    operator = enter_officer(Caller.OPERATOR, name="ha.op")
    for path in ("/delivery/drafts/", place(row)):
        assert Client().get(path).status_code == 302
        assert operator.get(path).status_code == 403
    assert operator.post(place(row), FIGURE).status_code == 403
    assert not Observation.objects.exists()


def test_only_a_post_of_statistics_enters_and_others_see_who_does() -> None:
    officer = make_holder("lan.le").account
    rows, leader = accept(officer), enter_officer(Caller.LEADER, Caller.OFFICER)
    page = read(leader.get(place(rows["observation"])))
    assert "Người giữ vị trí thống kê" in page
    assert 'name="indicator"' not in page
    assert leader.post(place(rows["observation"]), FIGURE).status_code == 403
    words = FigureWords(
        indicator="HEAD", area="VN", period="2025", unit="USD/person", status=Status.OFFICIAL, is_reported=True
    )
    document = DocumentWords(published_on=date(2026, 1, 15), is_cited=False)
    with pytest.raises(DeliveryError) as caught:
        enter_figure(rows["observation"].pk, words, document, officer, timezone.now())
    assert caught.value.kind == "not-a-keeper"
    assert not Observation.objects.exists()


def test_lists_read_no_texts_of_documents_and_as_many_rows_however_many_wait() -> None:
    client = enter_officer(Caller.STATISTICIAN)
    accept(find_account(client))
    counts = []
    for more in ("", " " * 2, " " * 3):
        if more:
            accept(find_account(client), TEXT + more)
        with CaptureQueriesContext(connection) as asked:
            for path in ("/delivery/drafts/", "/delivery/candidates/"):
                read(client.get(path))
        counts.append(len(asked))
        assert not [query for query in asked if '"delivery_readdocument"."text"' in query["sql"]]
    assert counts[0] == counts[1] == counts[2]
    assert "Trang 1 trên" not in read(client.get("/delivery/drafts/?page=9"))


def test_a_figure_with_more_digits_than_there_is_room_for_is_refused() -> None:
    client = enter_officer(Caller.STATISTICIAN)
    row = accept(find_account(client), value="9" * 27)["observation"]
    assert "có nhiều hơn 26 chữ số trước dấu thập phân" in read(client.post(place(row), FIGURE))


def test_two_who_enter_at_once_enter_once_and_each_as_what_it_is() -> None:
    by, now = make_holder("lan.le", Caller.STATISTICIAN).account, timezone.now()
    rows = accept(by)
    words = FigureWords(
        indicator="HEAD", area="VN", period="2025", unit="USD/person", status=Status.OFFICIAL, is_reported=True
    )
    document = DocumentWords(published_on=date(2026, 1, 15), is_cited=False)
    enter_figure(rows["observation"].pk, words, document, by, now)
    for kind, expected in (("observation", "candidate-decided"), ("target", "bad-candidate")):
        with pytest.raises(DeliveryError) as caught:
            enter_figure(rows[kind].pk, words, document, by, now)
        assert caught.value.kind == expected
    assert DraftEntry.objects.count() == 1


@pytest.mark.parametrize(
    ("found", "vi", "en"),
    [("9500", "9.500", "9,500"), ("2.23", "2,23", "2.23"), ("40..45", "40–45", "40–45"), ("17/19", "17/19", "17/19")],  # noqa: RUF001 # the dash of a range
)
def test_a_found_figure_is_written_as_people_read_it(found: str, vi: str, en: str) -> None:
    with override("vi"):
        assert write_found(found) == vi
    with override("en"):
        assert write_found(found) == en
