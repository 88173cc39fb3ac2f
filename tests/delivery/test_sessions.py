from __future__ import annotations

import hashlib
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from django.db import DatabaseError, transaction

from lienthong.delivery.directive_seed import load_illustrative_directives
from lienthong.delivery.directives import DirectiveKey
from lienthong.delivery.errors import DeliveryError, DeliveryErrorKind
from lienthong.delivery.models import Material, WorkingSession
from lienthong.delivery.sessions import (
    NewItem,
    NewSession,
    add_agenda_item,
    add_material,
    conclude_session,
    freeze_session,
    get_session,
    list_agenda_proposals,
    open_session,
    record_conclusion,
    turn_into_task,
    verify_frozen,
)
from lienthong.delivery.tasks import NewProof, NewTask, give_task
from tests.delivery.posts import NOW, Holder, make_holder, make_leader

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.django_db

PLAN = DirectiveKey("990/KH-UBND", "UBND tỉnh minh họa", date(2025, 11, 3))
PAPER = NewProof("báo cáo.txt", "text/plain", "Kết quả quý II.".encode())
DAY = date(2026, 6, 20)


def prepare(leader: Holder) -> None:
    load_illustrative_directives()
    open_session(NewSession(code="S-1", title="Phiên làm việc minh họa", held_on=DAY, chair=leader.post.pk))
    add_agenda_item("S-1", NewItem(PLAN, "Kết nối dữ liệu", "2"))
    add_material("S-1", PAPER, leader.account)


def refuse(doing: Callable[[], object]) -> DeliveryErrorKind:
    with pytest.raises(DeliveryError) as caught:
        doing()
    return caught.value.kind


def test_a_session_goes_from_agenda_to_tasks() -> None:
    leader, owner = make_leader(), make_holder("lan.le")
    prepare(leader)
    freeze_session("S-1", date(2026, 6, 15), leader.account, NOW)
    conclusion = record_conclusion("S-1", "Giao Sở Z hoàn thành kết nối trước 30/9/2026.", leader.account)
    new = NewTask(title="Hoàn thành kết nối", owner=owner.post.pk, due_on=date(2026, 9, 30), directive=PLAN)
    task = turn_into_task("S-1", conclusion.place, new, leader.account, NOW).task
    assert task is not None
    assert task.directive is not None
    assert conclude_session("S-1").stage == "concluded"
    assert refuse(lambda: turn_into_task("S-1", 1, new, leader.account, NOW)) == DeliveryErrorKind.BAD_SESSION
    assert refuse(lambda: record_conclusion("S-1", "thêm", leader.account)) == DeliveryErrorKind.BAD_SESSION


def test_a_frozen_session_stays_as_it_was_whoever_asks() -> None:
    leader = make_leader()
    prepare(leader)
    session = freeze_session("S-1", date(2026, 6, 15), leader.account, NOW)
    verify_frozen(session)
    for story in (
        lambda: add_material("S-1", NewProof("b.txt", "text/plain", b"b"), leader.account),
        lambda: add_agenda_item("S-1", NewItem(PLAN, "thêm")),
        lambda: freeze_session("S-1", DAY, leader.account, NOW),
    ):
        assert refuse(story) == DeliveryErrorKind.BAD_SESSION
    for change in (
        lambda: Material.objects.update(content=b"other"),
        lambda: Material.objects.all().delete(),
        lambda: WorkingSession.objects.update(title="other"),
        lambda: WorkingSession.objects.update(stage="draft"),
        lambda: WorkingSession.objects.all().delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    verify_frozen(get_session("S-1"))


def test_the_hash_is_of_every_part_of_the_session() -> None:
    leader = make_leader()
    prepare(leader)
    session = freeze_session("S-1", date(2026, 6, 15), leader.account, NOW)
    for name, value in (("title", "x"), ("held_on", DAY + timedelta(days=1)), ("data_on", DAY), ("code", "S-2")):
        changed = get_session("S-1")
        setattr(changed, name, value)
        assert refuse(lambda: verify_frozen(changed)) == DeliveryErrorKind.BAD_SESSION  # noqa: B023 # called at once
    assert len(session.frozen_digest) == 64
    assert session.materials.get().digest == hashlib.sha256(PAPER.content).hexdigest()


def test_what_a_session_does_not_take_is_refused() -> None:
    leader = make_leader()
    assert refuse(lambda: get_session("S-9")) == DeliveryErrorKind.UNKNOWN_SESSION
    assert refuse(lambda: open_session(NewSession(code="", title="a", held_on=DAY))) == DeliveryErrorKind.BAD_SESSION
    prepare(leader)
    secret = NewProof("a.txt", "text/plain", "Độ mật: Mật".encode())
    assert refuse(lambda: add_material("S-1", secret, leader.account)) == DeliveryErrorKind.SECRET_DOCUMENT
    open_session(NewSession(code="S-2", title="trống", held_on=DAY))
    for story in (
        lambda: open_session(NewSession(code="S-1", title="again", held_on=DAY)),
        lambda: add_material("S-1", PAPER, leader.account),
        lambda: add_agenda_item("S-1", NewItem(PLAN, "a", "IX")),
        lambda: record_conclusion("S-1", "trước khi chốt", leader.account),
        lambda: freeze_session("S-2", DAY, leader.account, NOW),
    ):
        assert refuse(story) == DeliveryErrorKind.BAD_SESSION


def test_the_agenda_is_proposed_from_directives_with_open_tasks_the_latest_first() -> None:
    load_illustrative_directives()
    leader, owner = make_leader(), make_holder("lan.le")
    resolution = DirectiveKey("01-NQ/MH", "Đại hội minh họa", date(2025, 9, 1))
    for directive, due_on in ((resolution, date(2026, 9, 1)), (resolution, None), (PLAN, date(2026, 6, 10))):
        new = NewTask(title="việc", owner=owner.post.pk, due_on=due_on, directive=directive)
        give_task(new, leader.account, NOW)
    rows = list_agenda_proposals(DAY)
    assert [(row.directive.number, row.late_tasks, row.open_tasks) for row in rows] == [
        ("990/KH-UBND", 1, 1),
        ("01-NQ/MH", 0, 2),
    ]
