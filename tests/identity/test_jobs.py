from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from lienthong.identity.jobs import forget_sessions
from tests.identity.persons import make_citizen, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.identity.urls_levels")]


def test_sessions_that_are_over_are_forgotten_and_others_go_on() -> None:
    account = make_citizen()
    over, open_one = Client(), Client()
    for client in (over, open_one):
        sign_in(client, account)
    gone = over.session.session_key
    Session.objects.filter(pk=gone).update(expire_date=timezone.now() - timedelta(seconds=1))

    for _ in range(2):
        forget_sessions(0)

    assert not Session.objects.filter(pk=gone).exists()
    assert Session.objects.filter(pk=open_one.session.session_key).exists()
