"""The admin API answers as its OpenAPI document says, whatever it is asked (by schemathesis)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance

from lienthong.exchange.gateway.operation.api import Problem, Resolution
from lienthong.exchange.gateway.operation.openapi import describe_api
from lienthong.sandbox.gateway_home import hash_token
from tests.exchange.gateway.running import RunningGateway

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.exchange.gateway.province import Province

OPERATOR = "token-of-an-operator"
DOCUMENT = describe_api(Problem, Resolution)
OPERATIONS = [
    (path, method) for path, methods in DOCUMENT["paths"].items() for method in methods if method != "parameters"
]


@pytest.fixture(scope="module")
def schema() -> schemathesis.BaseSchema:
    return schemathesis.openapi.from_dict(DOCUMENT)


@pytest.fixture
def gateway(province: Province) -> Iterator[RunningGateway]:
    with (province.agency.folder / "gateway.toml").open("a") as file:
        file.write(f'[admin]\noperators = ["{hash_token(OPERATOR)}"]\n')
    with RunningGateway(province.agency.folder) as running:
        yield running


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_every_operation_answers_as_described(
    path: str, method: str, schema: schemathesis.BaseSchema, gateway: RunningGateway
) -> None:
    @given(case=schema[path][method.upper()].as_strategy())
    @settings(
        max_examples=15, deadline=None, phases=[Phase.generate], database=None, suppress_health_check=list(HealthCheck)
    )
    def check(case: schemathesis.Case[Any]) -> None:
        case.call_and_validate(
            base_url=f"http://{gateway.admin}",
            headers={"Authorization": f"Bearer {OPERATOR}"},
            # What a grant must say beyond its shape, such as whom it is to, no schema tells.
            excluded_checks=[positive_data_acceptance],
            timeout=10,
        )

    check()
