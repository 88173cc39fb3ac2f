from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from lienthong.delivery.loading import load_set
from lienthong.delivery.models import Task, TaskStep
from lienthong.delivery.tasks import find_day, list_late
from lienthong.sandbox.delivery_tasks import make_illustrative_tasks
from lienthong.sandbox.province_staff import make_province_logins
from lienthong.sandbox.ward_plan import load_ward_plan

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.django_db


def test_the_sandbox_has_a_task_in_every_state_and_one_that_is_late_and_reminded_of(tmp_path: Path) -> None:
    make_province_logins(tmp_path / "logins.json", lambda _: None)
    for _ in range(2):
        load_set(lambda _: None, illustrative=True)
        load_ward_plan(lambda _: None)
    said: list[str] = []
    for _ in range(2):
        make_illustrative_tasks(said.append)
    assert said == ["7 illustrative tasks given to the posts of the sample commune"]
    assert set(Task.objects.values_list("state", flat=True)) == {"open", "reported", "done"}
    assert not Task.objects.filter(is_illustrative=False).exists()
    (late,) = list_late(find_day(timezone.now()))
    assert late.steps.filter(act="escalated", to_post__isnull=False).exists()
    assert TaskStep.objects.filter(act="reminded").count() == 1
