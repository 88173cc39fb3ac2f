"""What a third party does with what came over a link: prove each entry and each step of a log's history.

Written against RFC 9162's own checks, and not against the quicker ones that a gateway uses.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from lienthong.evidence.checkpoint import verify_checkpoint
from lienthong.evidence.message_part import parse_response_part
from lienthong.evidence.statement import Refused, ResponseEnvelope, Unknown, encode_statement, rebuild_response
from lienthong.evidence.tree import leaf_hash, verify_consistency, verify_inclusion
from lienthong.exchange.gateway.frames import AnswerFrame, RefusalKind, RefuseFrame
from lienthong.kernel.canonical import encode_base64url
from lienthong.kernel.keys import load_signing_key

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lienthong.evidence.statement import Statement
    from lienthong.exchange.gateway.frames import HeadFrame
    from lienthong.sandbox.gateway_home import GatewayHome
    from tests.simulators.peer import Question, Reply


def require_proven(home: GatewayHome, head: HeadFrame, statement: Statement, index: int, path: Sequence[bytes]) -> None:
    """Require that a statement stands in a gateway's log, under the head that it came with."""
    key = load_signing_key(home.keys / "log.key").verify_key
    checkpoint = verify_checkpoint(head.note, home.origin, key)
    assert checkpoint.size == head.size
    leaf = leaf_hash(encode_statement(statement))
    verify_inclusion(leaf, index, head.size, (*path, *head.suffix), checkpoint.root)


def require_one_history(home: GatewayHome, heads: Sequence[HeadFrame], seen: int = 0) -> None:
    """Require that each head goes on from the one before it; the first from `seen` entries, if that is 0."""
    key = load_signing_key(home.keys / "log.key").verify_key
    previous = None
    for head in heads:
        checkpoint = verify_checkpoint(head.note, home.origin, key)
        assert head.previous == (previous.size if previous is not None else seen)
        if previous is not None:
            verify_consistency(previous.size, checkpoint.size, head.consistency, previous.root, checkpoint.root)
        previous = checkpoint


def asked_leaf(question: Question, to: str) -> bytes:
    """Give the leaf of a question in its sender's log."""
    return leaf_hash(encode_statement(question.statement(to)))


def require_answer_proven(home: GatewayHome, head: HeadFrame, answer: AnswerFrame, asked: bytes, body: bytes) -> None:
    """Require the proof of an answer to the question with the leaf `asked`, from the commune's log."""
    envelope = ResponseEnvelope("DEMO/GOV/Z99.01/GW1/1", answer.time, asked, answer.salt)
    statement = rebuild_response(parse_response_part(answer.header_part), sha256(body).digest(), envelope)
    require_proven(home, head, statement, answer.index, answer.path)


def require_refusal_proven(home: GatewayHome, head: HeadFrame, refusal: Reply, asked: bytes) -> None:
    """Require the proof of a refusal, or of an unknown outcome, of the question with the leaf `asked`."""
    assert isinstance(refusal, RefuseFrame)
    answers = encode_base64url(asked)
    statement: Statement = Unknown(answers=answers)
    if refusal.kind is RefusalKind.REFUSED:
        statement = Refused(answers=answers, code=refusal.code, to="DEMO/GOV/Z99.01/GW1/1")
    require_proven(home, head, statement, refusal.index, refusal.path)
