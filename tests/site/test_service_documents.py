"""The services of areas and people answer as their OpenAPI documents say, whatever they are asked (by schemathesis)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance

from lienthong.areas.service_openapi import make_description as describe_areas
from lienthong.people.service_openapi import make_description as describe_people
from lienthong.web.callers import GATEWAY_SECRET_HEADER
from tests.areas.national import hold_national_tables
from tests.people.registries import add_household, add_person, make_registry
from tests.site_settings import GATEWAY_SECRET

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytest_django import DjangoDbBlocker

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.xdist_group("national-tables"),
    pytest.mark.urls("lienthong.site.urls_registry"),
]


@pytest.fixture(scope="module", autouse=True)
def _national_tables(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    del django_db_setup
    with hold_national_tables(django_db_blocker):
        yield


HEADERS = {
    "Accept-Encoding": "identity",
    GATEWAY_SECRET_HEADER: GATEWAY_SECRET,
    "X-Road-Client": "DEMO/GOV/Z99.01/PORTAL",
    "X-Road-Id": "m-1",
    "X-Road-Purpose": "1.001193#H49-1",
}
DOCUMENTS: dict[str, Callable[[], dict[str, Any]]] = {"areas": describe_areas, "people": describe_people}
OPERATIONS = [
    (house, path, method)
    for house, describe in DOCUMENTS.items()
    for path, methods in describe()["paths"].items()
    for method in methods
    if method in {"get", "post"}
]


@pytest.fixture(autouse=True)
def kept_connection() -> Iterator[None]:
    """Keep the test's own connection over requests, as Django's client does."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.parametrize(("house", "path", "method"), OPERATIONS)
def test_every_operation_answers_as_described(house: str, path: str, method: str) -> None:
    registry = make_registry()
    add_person(registry, household=add_household(registry))
    document = DOCUMENTS[house]()
    schema = schemathesis.openapi.from_dict(document)
    schema.app = get_wsgi_application()
    # A list of all communes takes a second to be compared with its schema.
    examples = 3 if path == "/units" else 10

    @given(case=schema[path][method.upper()].as_strategy())
    @settings(
        max_examples=examples,
        deadline=None,
        phases=[Phase.generate],
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    def check(case: schemathesis.Case[Any]) -> None:
        # What is right by its shape may be refused by what the registry knows.
        case.call_and_validate(
            base_url=f"http://testserver/services/{house}", headers=HEADERS, excluded_checks=[positive_data_acceptance]
        )

    check()
