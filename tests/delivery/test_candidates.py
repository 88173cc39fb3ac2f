from __future__ import annotations

from datetime import date
from importlib import resources
from typing import TYPE_CHECKING

import msgspec
import pytest
from django.db import DatabaseError, transaction

from lienthong.delivery.candidates import (
    Draft,
    accept_directive,
    accept_draft,
    accept_task,
    get_candidate,
    list_candidates,
    list_documents,
    list_drafts,
    queue_candidates,
    reject_candidate,
    show_in_context,
    withdraw_document,
)
from lienthong.delivery.directive_seed import load_specimen_directives
from lienthong.delivery.errors import DeliveryError, DeliveryErrorKind
from lienthong.delivery.models import Candidate, Directive, Observation, ReadDocument, Target, Task
from lienthong.delivery.reading.found import CandidateKind
from lienthong.delivery.reading.reader import read_text
from lienthong.delivery.tasks import NewTask
from tests.delivery.posts import NOW, make_holder, make_leader
from tests.delivery.test_directives import make_directive

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.django_db

TEXT = """Thực hiện Nghị quyết số 5-NQ/TU ngày 5/1/2026, kinh tế năm 2025 tăng 8,5%.
Giao Sở Tư pháp số hóa sổ hộ tịch trước ngày 15/9/2026.
Phấn đấu đến năm 2030, tỷ lệ hồ sơ trực tuyến đạt trên 90%."""


def keep(text: str = TEXT) -> list[Candidate]:
    document, count = queue_candidates("báo cáo.txt", text.encode(), read_text(text))
    rows = list_candidates(document)
    assert len(rows) == count
    return rows


def find(rows: list[Candidate], kind: CandidateKind) -> Candidate:
    (row,) = (row for row in rows if row.kind == kind)
    return row


def refuse(doing: Callable[[], object]) -> DeliveryErrorKind:
    with pytest.raises(DeliveryError) as caught:
        doing()
    return caught.value.kind


def test_nothing_that_was_read_counts_before_somebody_has_decided() -> None:
    rows = keep()
    assert [row.kind for row in rows] == ["directive", "observation", "task", "target"]
    made = [model.objects.count() for model in (Directive, Task, Target, Observation)]
    assert made == [0, 0, 0, 0]
    assert {row.state for row in rows} == {"open"}
    assert keep() == rows
    assert [(left, found) for _, left, found in list_documents()] == [(4, 4)]


def test_each_kind_becomes_what_it_was_accepted_as_with_who_and_when() -> None:
    leader, owner = make_leader(), make_holder("lan.le")
    rows = keep()
    directive = accept_directive(find(rows, CandidateKind.DIRECTIVE).pk, make_directive(), leader.account, NOW)
    task_row = find(rows, CandidateKind.TASK)
    new = NewTask(title=task_row.found["title"], owner=owner.post.pk, due_on=date(2026, 9, 15))
    task = accept_task(task_row.pk, new, leader.account, NOW)
    told = find(rows, CandidateKind.TARGET).found
    draft = Draft(**{name: told[name] for name in ("name", "value", "unit", "qualifier", "wording", "period")})
    target = accept_draft(find(rows, CandidateKind.TARGET).pk, draft, leader.account, NOW)
    assert [row.state for row in (directive, task, target)] == ["accepted"] * 3
    assert Directive.objects.get().number == "5-NQ/TU"
    assert Task.objects.get().code == task.became
    assert (draft.value, draft.unit, draft.qualifier, draft.period) == ("90", "%", "over", "2030")
    assert [row.pk for row in list_drafts(CandidateKind.TARGET)] == [target.pk]
    assert {(row.decided_by_id, row.decided_at) for row in (directive, task, target)} == {(leader.account.pk, NOW)}


def test_a_changed_proposal_is_kept_as_corrected_beside_what_was_found() -> None:
    leader, owner = make_leader(), make_holder("lan.le")
    rows = keep()
    found = find(rows, CandidateKind.OBSERVATION)
    draft = Draft(name="Tăng trưởng 2025", value="8.4", unit="%", qualifier="exact", wording="8,5%")
    assert accept_draft(found.pk, draft, leader.account, NOW).state == "corrected"
    assert get_candidate(found.pk).found["value"] == "8.5"
    task = NewTask(title="Số hóa sổ hộ tịch", owner=owner.post.pk, due_on=date(2026, 9, 15))
    assert accept_task(find(rows, CandidateKind.TASK).pk, task, leader.account, NOW).state == "corrected"


def test_a_candidate_is_decided_once_and_as_what_it_is() -> None:
    leader, owner = make_leader(), make_holder("lan.le")
    rows = keep()
    task = find(rows, CandidateKind.TASK)
    new = NewTask(title="a", owner=owner.post.pk, due_on=None)
    draft = Draft(name="a", value="1", unit="%", qualifier="exact", wording="1%")
    reject_candidate(task.pk, "không phải nhiệm vụ", leader.account, NOW)
    observation = find(rows, CandidateKind.OBSERVATION).pk
    assert refuse(lambda: accept_task(task.pk, new, leader.account, NOW)) == DeliveryErrorKind.CANDIDATE_DECIDED
    assert refuse(lambda: accept_task(observation, new, leader.account, NOW)) == DeliveryErrorKind.BAD_CANDIDATE
    empty = msgspec.structs.replace(draft, value=" ")
    assert refuse(lambda: accept_draft(observation, empty, leader.account, NOW)) == DeliveryErrorKind.BAD_CANDIDATE
    assert refuse(lambda: get_candidate(0)) == DeliveryErrorKind.UNKNOWN_CANDIDATE
    assert not Task.objects.exists()
    for change in (
        lambda: Candidate.objects.filter(pk=task.pk).update(state="accepted"),
        lambda: Candidate.objects.filter(pk=observation).update(found={"value": "9"}),
        lambda: Candidate.objects.all().delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_a_refused_task_leaves_the_candidate_open() -> None:
    leader = make_leader()
    task = find(keep(), CandidateKind.TASK)
    new = NewTask(title="a", owner=987654, due_on=None)
    assert refuse(lambda: accept_task(task.pk, new, leader.account, NOW)) == DeliveryErrorKind.BAD_TASK
    assert get_candidate(task.pk).state == "open"


def test_a_candidate_is_shown_within_its_text() -> None:
    before, words, behind = show_in_context(find(keep(), CandidateKind.OBSERVATION))
    assert (before[-22:], words, behind) == ("kinh tế năm 2025 tăng ", "8,5%", ".")


def test_a_document_that_should_not_have_been_kept_is_emptied() -> None:
    leader = make_leader()
    rows = keep()
    reject_candidate(rows[0].pk, "", leader.account, NOW)
    withdraw_document(rows[0].document_id, "giữ nhầm", leader.account, NOW)
    document = ReadDocument.objects.get()
    assert (document.name, document.text, document.withdrawn_for) == ("", "", "giữ nhầm")
    assert (document.withdrawn_by, document.withdrawn_at) == (leader.account, NOW)
    assert {(row.sentence, row.state) for row in Candidate.objects.all()} == {("", "rejected")}
    assert Candidate.objects.exclude(found={}).count() == 0
    assert refuse(lambda: withdraw_document(0, "", leader.account, NOW)) == DeliveryErrorKind.UNKNOWN_CANDIDATE


def test_the_specimens_figures_are_proposed_and_its_known_documents_are_not() -> None:
    load_specimen_directives()
    text = (resources.files("lienthong.delivery") / "data" / "specimen" / "working-session.txt").read_text("utf-8")
    rows = keep(text)
    assert [row for row in rows if row.kind == "directive"] == []
    wordings = {row.found["wording"] for row in rows if row.kind == "observation"}
    assert {"17/19 chỉ tiêu", "trên 9.500 USD", "gấp 2,23 lần", "gấp 1,5 lần", "9 năm liên tiếp"} <= wordings
