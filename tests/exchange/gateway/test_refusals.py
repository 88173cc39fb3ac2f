from __future__ import annotations

import dataclasses
import os
from typing import TYPE_CHECKING

from lienthong.exchange.gateway.assembly import Surroundings
from lienthong.exchange.gateway.frames import AnswerFrame, ErrorFrame, RefuseFrame
from lienthong.exchange.gateway.refusals import PER_SECOND, RefusalLimit
from tests.exchange.gateway.province import CLIENT, SERVICE, STRANGER, Province, read_kinds
from tests.exchange.gateway.running import HEAD_PATIENCE_S, RunningGateway
from tests.simulators.files import QuickFiles
from tests.simulators.peer import make_question

if TYPE_CHECKING:
    from tests.simulators.peer import Peer


def test_each_peer_has_its_own_number_of_logged_refusals_a_second() -> None:
    limit = RefusalLimit()
    assert [limit.is_within("a") for _ in range(PER_SECOND + 2)] == [True] * PER_SECOND + [False, False]
    assert limit.is_within("b")
    limit.start_second()
    assert limit.is_within("a")


# Rule 2.6: refused requests cannot fill a log, and each member has its own number of them.
def test_refusals_beyond_the_rate_are_told_without_an_entry(province: Province, liar: Peer) -> None:
    surroundings = Surroundings(files=QuickFiles(), head_patience_s=HEAD_PATIENCE_S, tick_s=60)
    stranger = province.play(STRANGER)
    with RunningGateway(province.agency.folder, surroundings) as gateway:
        with liar.dial(gateway.peers) as link:
            refused = make_question(CLIENT, f"{SERVICE}/secret")
            replies = [link.hear(link.ask(dataclasses.replace(refused, salt=os.urandom(16))))[0] for _ in range(25)]
        with stranger.dial(gateway.peers) as link:
            reply, _ = link.hear(link.ask(make_question(f"{STRANGER}/PORTAL", f"{SERVICE}/secret")))
            assert isinstance(reply, RefuseFrame)
    stranger.close()
    assert [type(reply) for reply in replies] == [RefuseFrame] * PER_SECOND + [ErrorFrame] * (25 - PER_SECOND)
    assert {reply.code for reply in replies if not isinstance(reply, AnswerFrame)} == {"path_not_granted"}
    assert read_kinds(province.agency) == ["refused"] * (PER_SECOND + 1)
