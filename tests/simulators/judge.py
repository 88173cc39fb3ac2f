"""Judges two members' logs after crashes, from their files alone.

`python -m tests.simulators.judge` reads a question as JSON from its input: both logs, the exchanges that callers were
told of, and those that the service carried out. It knows nothing of a gateway but what stands in its log. It ends with
0 and counts, or with 1 and what was broken.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from lienthong.evidence.check import check_log
from lienthong.evidence.reader import read_batches
from lienthong.evidence.statement import Received, Refused, Request, Response, Unknown, decode_statement
from lienthong.evidence.store import load_store_key
from lienthong.evidence.tree import Frontier, leaf_hash
from lienthong.kernel.canonical import decode_base64url, encode_base64url
from lienthong.kernel.keys import VerifyKey

MOST_COMPLAINTS = 20


class LogPlace(msgspec.Struct, frozen=True):
    """Where a log lies, and what is known of it beforehand."""

    folder: str
    origin: str
    key: str
    store_key: str


class Question(msgspec.Struct, frozen=True):
    """What is to be judged; `executed` as the service recorded it, in its order."""

    logs: dict[str, LogPlace]
    acknowledged: list[str]
    executed: list[str]


@dataclass
class Exchange:
    """The entries of one exchange in one log, by their numbers."""

    requests: list[int] = field(default_factory=list)
    received: list[int] = field(default_factory=list)
    responses: list[int] = field(default_factory=list)


@dataclass
class ReadLog:
    """A log as its entries tell: leaves and roots in order, and each kind by what it speaks of."""

    origin: str
    leaves: list[bytes] = field(default_factory=list)
    roots: list[bytes] = field(default_factory=list)
    exchanges: dict[str, Exchange] = field(default_factory=dict)
    received: dict[str, list[tuple[int, Received]]] = field(default_factory=dict)  # by the peer's leaf
    answers: dict[str, list[tuple[int, Response | Refused | Unknown]]] = field(default_factory=dict)  # by request leaf

    def exchange(self, name: str) -> Exchange:
        return self.exchanges.setdefault(name, Exchange())


def read_log(place: LogPlace) -> ReadLog:
    """Read all entries with the reader that a third party would use."""
    log, frontier = ReadLog(place.origin), Frontier()
    log.roots.append(frontier.root())
    for batch in read_batches(Path(place.folder)):
        for entry in batch.entries:
            assert entry.index == len(log.leaves), f"{place.origin}: entry {entry.index} at place {len(log.leaves)}"
            leaf = leaf_hash(entry.statement)
            frontier.append(leaf)
            log.leaves.append(leaf)
            log.roots.append(frontier.root())
            _sort_in(log, entry.index, entry.statement)
    return log


def _sort_in(log: ReadLog, index: int, raw: bytes) -> None:
    statement = decode_statement(raw)
    if isinstance(statement, Request):
        log.exchange(statement.exchange).requests.append(index)
    elif isinstance(statement, Received):
        log.received.setdefault(statement.leaf, []).append((index, statement))
        if isinstance(statement.exchange, str):
            log.exchange(statement.exchange).received.append(index)
    elif isinstance(statement, Response | Refused | Unknown):
        log.answers.setdefault(statement.answers, []).append((index, statement))
        if isinstance(statement, Response):
            log.exchange(statement.exchange).responses.append(index)


class Judge:
    """Compares what was promised with what the logs hold; `complaints` says what is broken."""

    def __init__(self, question: Question) -> None:
        self.complaints: list[str] = []
        self._question = question
        self._consumer = read_log(question.logs["consumer"])
        self._provider = read_log(question.logs["provider"])

    def judge(self) -> dict[str, int]:
        """Judge all, and give counts."""
        for place in self._question.logs.values():
            self._judge_whole(place)
        for mine, peer in ((self._consumer, self._provider), (self._provider, self._consumer)):
            self._judge_repetitions(mine)
            self._judge_pins(mine, peer)
        self._judge_outcomes()
        for exchange in self._question.acknowledged:
            self._judge_acknowledged(exchange)
        self._judge_executions()
        kinds: Counter[str] = Counter(
            statement.kind for told in self._provider.answers.values() for _, statement in told
        )
        return {
            "acknowledged": len(self._question.acknowledged),
            "executed": len(self._question.executed),
            "consumer_entries": len(self._consumer.leaves),
            "provider_entries": len(self._provider.leaves),
            **kinds,
        }

    def _judge_whole(self, place: LogPlace) -> None:
        """The log as a whole: every batch, signature, record, tile and bundle."""
        key, store_key = VerifyKey(bytes.fromhex(place.key)), load_store_key(Path(place.store_key))
        report = check_log(Path(place.folder), key, store_key)
        self._require(report.problem is None, f"{place.origin}: log check says {report.problem}")
        self._require(not report.is_growing, f"{place.origin}: a gateway still writes")
        self._require(report.published == report.size, f"{place.origin}: {report.published} of {report.size} published")

    def _judge_repetitions(self, log: ReadLog) -> None:
        """No exchange is in a log twice."""
        for name, exchange in log.exchanges.items():
            for places in (exchange.requests, exchange.received, exchange.responses):
                self._require(len(places) <= 1, f"{log.origin}: exchange {name} stands at {places}")
        for by_leaf in (log.received, log.answers):
            for leaf, told in by_leaf.items():
                self._require(
                    len(told) == 1, f"{log.origin}: {len(told)} entries, one at {told[0][0]}, speak of {leaf}"
                )

    def _judge_pins(self, mine: ReadLog, peer: ReadLog) -> None:
        """Whatever one log says that it received from the other stands there, under the checkpoint that it names."""
        for leaf, told in mine.received.items():
            for index, received in told:
                where = f"{mine.origin}: entry {index}"
                self._require(received.from_ == peer.origin, f"{where} is from {received.from_}")
                if received.size > len(peer.leaves):
                    self.complaints.append(f"{where} pins size {received.size}; the peer has {len(peer.leaves)}")
                    continue
                stands = received.index < received.size and peer.leaves[received.index] == decode_base64url(leaf)
                self._require(stands, f"{where}: the peer has another entry at {received.index}")
                root = encode_base64url(peer.roots[received.size])
                self._require(root == received.root, f"{where}: the peer has another root at {received.size}")

    def _judge_outcomes(self) -> None:
        """Each request that the provider received has exactly one outcome after it."""
        for leaf, told in self._provider.received.items():
            outcomes = self._provider.answers.get(leaf, [])
            if len(outcomes) != 1 or outcomes[0][0] <= told[0][0]:
                self.complaints.append(f"the request received at {told[0][0]} has the outcomes {outcomes}")

    def _judge_acknowledged(self, name: str) -> None:
        """What a caller was told of stands in both logs: request, received, response, received."""
        asked, met = self._consumer.exchanges.get(name), self._provider.exchanges.get(name)
        if asked is None or not asked.requests:
            self.complaints.append(f"acknowledged exchange {name}: the consumer's log has no request")
            return
        if met is None or not met.received or not met.responses:
            self.complaints.append(f"acknowledged exchange {name}: the provider's log has {met}")
            return
        request = encode_base64url(self._consumer.leaves[asked.requests[0]])
        received = self._provider.received.get(request, [])
        self._require([index for index, _ in received] == met.received, f"{name}: another request was received")
        answered = self._provider.answers.get(request, [])
        self._require([index for index, _ in answered] == met.responses, f"{name}: another request was answered")
        self._require(met.received[0] < met.responses[0], f"{name}: answered before it was received")
        response = encode_base64url(self._provider.leaves[met.responses[0]])
        back = [index for index, _ in self._consumer.received.get(response, [])]
        is_in_order = len(back) == 1 and back[0] > asked.requests[0]
        self._require(is_in_order, f"{name}: requested at {asked.requests}, its response received at {back}")

    def _judge_executions(self) -> None:
        """No request was carried out twice, nor before it stood in the log, nor if the log says that it was not."""
        for name, times in Counter(self._question.executed).items():
            self._require(times == 1, f"exchange {name} was carried out {times} times")
            met = self._provider.exchanges.get(name)
            self._require(met is not None and bool(met.received), f"exchange {name} was carried out and not received")
        executed = set(self._question.executed)
        for name in self._question.acknowledged:
            self._require(name in executed, f"exchange {name} was acknowledged and not carried out")
        for (_, received), *_ in self._provider.received.values():
            outcomes = self._provider.answers.get(received.leaf, [])
            if any(isinstance(outcome, Refused) for _, outcome in outcomes):
                is_told_truly = received.exchange not in executed
                self._require(is_told_truly, f"exchange {received.exchange} was carried out, and refused by the log")

    def _require(self, holds: bool, otherwise: str) -> None:  # noqa: FBT001 - a condition and its complaint
        if not holds:
            self.complaints.append(otherwise)


def main() -> None:
    """Judge the question on standard input."""
    judge = Judge(msgspec.json.decode(sys.stdin.buffer.read(), type=Question))
    counts = judge.judge()
    if judge.complaints:
        sys.exit("\n".join([f"{len(judge.complaints)} complaints", *judge.complaints[:MOST_COMPLAINTS]]))
    sys.stdout.write(json.dumps(counts))


if __name__ == "__main__":
    main()
