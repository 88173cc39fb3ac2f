"""Who reads the pages of delivery in tests, and what there is to read."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from html import unescape
from typing import TYPE_CHECKING

from django.utils import timezone

from lienthong.delivery.directive_seed import load_illustrative_directives
from lienthong.delivery.figures import Cell
from lienthong.delivery.models import Observation
from lienthong.delivery.periods import parse_period
from lienthong.delivery.recording import NewFigure, record_figures
from lienthong.delivery.seeding import SeedSet, load_seed
from lienthong.delivery.words import Origin, Status
from lienthong.identity.posts import list_assignments
from tests.delivery.report.sessions import load
from tests.kept_rows import load_kept
from tests.portal.cases.desk import enter_officer, find_account

if TYPE_CHECKING:
    from django.test import Client

    from lienthong.identity.models import Account
    from lienthong.web.callers import Caller


@dataclass(frozen=True)
class Reader:
    """Somebody who is signed in, with the account and the one post that they hold."""

    client: Client
    account: Account
    post: int


_LINK = re.compile(r'(?:href|src|srcset)="(/[^"#]*)')


def enter_reader(name: str, *roles: Caller) -> Reader:
    """Sign somebody in with a post at the office; without roles, an officer."""
    client = enter_officer(*roles, name=name)
    account = find_account(client)
    return Reader(client, account, list_assignments(account, timezone.localdate())[0].post_id)


def load_illustrative() -> None:
    """Load the invented province: figures, targets, directives."""
    load_kept("illustrative", _load_illustrative)


def load_reported() -> None:
    """Load what is reported of a real province, with a few of its units."""
    load_kept("reported", lambda: load(illustrative=False))


def _load_illustrative() -> None:
    load_seed(SeedSet.ILLUSTRATIVE, lambda _: None)
    load_illustrative_directives()


def record_received(exchange: str) -> Observation:
    """Record a figure that an exchange brought, as the second row of its answer."""
    figure = NewFigure(
        cell=Cell("CASES_DUE", "99", parse_period("2026-05")),
        area_on=date(2026, 5, 31),
        value=Decimal(12),
        source="invented",
        status=Status.OFFICIAL,
        published_on=date(2026, 6, 1),
        origin=Origin.EXCHANGE,
        origin_ref=f"{exchange}, row 2",
    )
    record_figures([figure])
    return Observation.objects.latest("pk")


def read(client: Client, path: str) -> str:
    """Give the text of a page that is there."""
    answer = client.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return answer.content.decode()


def list_links(page: str) -> set[str]:
    """Give the addresses of this site that the main part of a page leads to."""
    main = page.split('id="main-content"', 1)[-1].split("</main>", 1)[0]
    return {unescape(link) for link in _LINK.findall(main)}
