"""A consumer's gateway that lies to a provider's: whatever differs from its log, the service is not called."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lienthong.exchange.gateway.frames import AnswerFrame
from tests.exchange.gateway.province import CLIENT, SERVICE, read_kinds, require_sound
from tests.simulators.peer import make_question

if TYPE_CHECKING:
    from tests.exchange.gateway.province import Province
    from tests.exchange.gateway.running import RunningGateway
    from tests.simulators.backend import Backend
    from tests.simulators.peer import Peer


def test_an_honest_request_reaches_the_service_and_its_answer_comes_with_a_proof(
    province: Province, provider: RunningGateway, liar: Peer, service: Backend
) -> None:
    with liar.dial(provider.peers) as link:
        stream = link.ask(make_question(CLIENT, f"{SERVICE}/granted/06886?on=2025-06-30"))
        answer, body = link.hear(stream)
    assert isinstance(answer, AnswerFrame)
    assert body == service.answer.body
    assert [call.target for call in service.calls] == ["/units/granted/06886?on=2025-06-30"]
    assert read_kinds(province.agency) == ["received", "response"]
    require_sound(province.agency)
