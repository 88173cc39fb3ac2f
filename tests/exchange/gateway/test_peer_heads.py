"""A peer that lies about its log (rule 4.3): the link ends, and the service is not called."""

from __future__ import annotations

import shutil
from functools import partial
from random import Random
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from lienthong.evidence.checkpoint import Checkpoint, sign_checkpoint
from lienthong.evidence.statement import Unknown
from lienthong.evidence.tree import prove_batch, prove_in_batch
from lienthong.exchange.errors import ExchangeError, ExchangeErrorKind
from lienthong.exchange.gateway import frames
from lienthong.exchange.gateway.frames import AnswerFrame, HeadFrame
from lienthong.exchange.gateway.peer_heads import VerifiedHead
from lienthong.kernel.canonical import encode_base64url
from lienthong.kernel.keys import make_signing_key
from tests.evidence.naive_tree import NaiveTree, naive_root
from tests.exchange.gateway.province import CLIENT, SERVICE, STRANGER, read_kinds, require_sound
from tests.exchange.gateway.running import RunningGateway
from tests.simulators.peer import Peer, make_question

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.exchange.gateway.province import Province
    from tests.simulators.backend import Backend

TARGET = f"{SERVICE}/granted/06886"
NOTHING = Unknown(answers=encode_base64url(bytes(32)))


@pytest.fixture
def rng() -> Random:
    return Random(7)


@pytest.fixture
def forker(province: Province) -> Iterator[Peer]:
    """The same gateway with the same keys and another history of its log, from the first entry on."""
    folder = province.folder / "forked"
    shutil.copytree(province.commune.folder, folder)
    peer = Peer(province.commune.gateway, folder, province.directory.authority)
    yield peer
    peer.close()


def signed_by_another(head: HeadFrame, origin: str) -> HeadFrame:
    root = sign_checkpoint(Checkpoint(origin, head.size, bytes(32)), make_signing_key())
    return replace(head, note=root)


def damaged(note: bytes) -> bytes:
    at = len(note) - 10
    return note[:at] + (b"B" if note[at : at + 1] == b"A" else b"A") + note[at + 1 :]


FIRST_HEADS: dict[str, Callable[[Peer, HeadFrame], HeadFrame]] = {
    "another key": lambda peer, head: signed_by_another(head, peer.origin),
    "another log": lambda _, head: signed_by_another(head, f"{STRANGER}/GW1/1"),
    "another log under our key": lambda peer, head: replace(
        head, note=sign_checkpoint(Checkpoint(f"{STRANGER}/GW1/1", head.size, peer.log.root), peer.key)
    ),
    "a damaged signature": lambda _, head: replace(head, note=damaged(head.note)),
    "no signature": lambda _, head: replace(head, note=head.note.partition(b"\n\n")[0] + b"\n"),
    "no note": lambda _, head: replace(head, note=b""),
    "a size of its own": lambda _, head: replace(head, size=head.size + 1),
    "an empty batch": lambda _, head: replace(head, first=head.size),
    "a start from somewhere": lambda _, head: replace(head, previous=1),
}


# Rule 4.3: the checkpoint's signature.
def test_a_head_without_its_logs_signature_ends_the_link(
    province: Province, provider: RunningGateway, liar: Peer, service: Backend
) -> None:
    for what, lie in FIRST_HEADS.items():
        with liar.dial(provider.peers) as link:
            link.ask(make_question(CLIENT, TARGET), head=partial(lie, liar))  # mypy infers no type for it
            assert (what, link.is_gone()) == (what, True)
    assert (service.calls, read_kinds(province.agency)) == ([], [])


# Rule 4.3: the batch's common end of the paths.
def test_a_wrong_suffix_proves_no_entry(
    province: Province, provider: RunningGateway, liar: Peer, service: Backend
) -> None:
    liar.append(NOTHING)
    for suffix in ((), (bytes(32),), (bytes(32), bytes(32))):
        with liar.dial(provider.peers) as link:
            stream = link.ask(
                make_question(CLIENT, TARGET),
                head=partial(replace, suffix=suffix),
            )
            error, _ = link.hear(stream)
            assert isinstance(error, frames.ErrorFrame)
            assert error.code == "bad_proof"
            # What the link has seen is only the head, which was true.
        liar.append(NOTHING)
    assert (service.calls, read_kinds(province.agency)) == ([], [])


LATER_HEADS: dict[str, Callable[[HeadFrame], HeadFrame]] = {
    "no consistency": lambda head: replace(head, consistency=()),
    "wrong consistency": lambda head: replace(head, consistency=(bytes(32), *head.consistency[1:])),
    "more consistency": lambda head: replace(head, consistency=(*head.consistency, bytes(32))),
    "consistency from another size": lambda head: replace(head, previous=head.previous - 1),
    "from the beginning": lambda head: replace(head, previous=0, consistency=()),
}


def heads_of_every_small_batch() -> Iterator[tuple[NaiveTree, int, VerifiedHead]]:
    for size in range(1, 20):
        tree = NaiveTree(size)
        for first in range(size):
            suffix = prove_batch(first, size, tree.node)
            frame = HeadFrame(first, size, 0, b"a note", suffix, ())
            yield tree, first, VerifiedHead("DEMO/GOV/Z99.01/GW1/1", frame, naive_root(tree.leaves))


# Rule 4.3: what the entries before have proven of a batch shortens the check of the next, and changes no answer.
def test_each_entry_of_a_batch_is_proven_in_whatever_order(rng: Random) -> None:
    for tree, first, head in heads_of_every_small_batch():
        indexes = [*range(first, head.size)] * 2
        rng.shuffle(indexes)
        for index in indexes:
            head.verify_entry(tree.leaves[index], index, prove_in_batch(index, first, head.size, tree.node))


def test_no_entry_is_proven_by_what_others_have_proven(rng: Random) -> None:
    for tree, first, head in heads_of_every_small_batch():
        proven = rng.sample(range(first, head.size), rng.randint(0, head.size - first))
        for index in proven:
            head.verify_entry(tree.leaves[index], index, prove_in_batch(index, first, head.size, tree.node))
        for index in range(first, head.size):
            path = prove_in_batch(index, first, head.size, tree.node)
            leaf, other = tree.leaves[index], bytes(32)
            false = [(other, index, path), (leaf, index, (*path, other)), (leaf, index, (other, *path))]
            false += [(leaf, place, path) for place in range(-1, head.size + 1) if place != index]
            for level in range(len(path)):
                false += [(leaf, index, path[:level]), (leaf, index, (*path[:level], other, *path[level + 1 :]))]
            for claim in false:
                with pytest.raises(ExchangeError) as refused:
                    head.verify_entry(*claim)
                assert (claim, refused.value.kind) == (claim, ExchangeErrorKind.BAD_PROOF)


# Rule 4.3: consistency with the link's previous checkpoint, on one link and from link to link.
def test_a_head_that_does_not_go_on_from_the_last_one_ends_the_link(
    province: Province, provider: RunningGateway, liar: Peer, service: Backend
) -> None:
    with liar.dial(provider.peers) as link:
        for _ in range(3):
            link.hear(link.ask(make_question(CLIENT, TARGET)))
    calls, kinds = len(service.calls), read_kinds(province.agency)
    for what, lie in LATER_HEADS.items():
        with liar.dial(provider.peers) as link:
            link.ask(make_question(CLIENT, TARGET), head=lie)
            assert (what, link.is_gone()) == (what, True)
    assert (len(service.calls), read_kinds(province.agency)) == (calls, kinds)
    with liar.dial(provider.peers) as link:
        link.hear(link.ask(make_question(CLIENT, TARGET)))
        link.ask(make_question(CLIENT, TARGET), head=LATER_HEADS["wrong consistency"])
        assert link.is_gone()
    assert len(service.calls) == calls + 1


@pytest.mark.parametrize("before", [0, 1, 5], ids=["backwards", "the same size", "longer"])
def test_another_history_of_a_log_is_refused_whatever_its_length(
    before: int, province: Province, provider: RunningGateway, liar: Peer, forker: Peer, service: Backend
) -> None:
    with liar.dial(provider.peers) as link:
        for _ in range(2):
            link.hear(link.ask(make_question(CLIENT, TARGET)))
    kinds = read_kinds(province.agency)
    for _ in range(before):
        forker.append(NOTHING)
    with forker.dial(provider.peers) as link:
        assert link.sent_size == 2
        link.ask(make_question(CLIENT, TARGET))
        assert link.is_gone()
    assert (len(service.calls), read_kinds(province.agency)) == (2, kinds)


# Rules 4.3 and 6.3: what was verified is remembered over a restart, from our own log alone if need be.
@pytest.mark.parametrize("lost", [(), ("index.sqlite", "peer-heads.json")])
def test_another_history_is_refused_after_a_restart(
    lost: tuple[str, ...], province: Province, liar: Peer, forker: Peer, service: Backend
) -> None:
    with RunningGateway(province.agency.folder) as gateway:
        with liar.dial(gateway.peers) as link:
            link.hear(link.ask(make_question(CLIENT, TARGET)))
        gateway.stop()
    for name in lost:
        (province.agency.folder / name).unlink()
    with RunningGateway(province.agency.folder) as gateway, forker.dial(gateway.peers) as link:
        assert link.sent_size == 1
        link.ask(make_question(CLIENT, TARGET))
        assert link.is_gone()
    assert len(service.calls) == 1
    require_sound(province.agency)


# Rule 9.4: heads cost hashing and a signature check, so each must carry a message.
def test_heads_without_messages_end_the_link(province: Province, provider: RunningGateway, liar: Peer) -> None:
    with liar.dial(provider.peers) as link:
        for _ in range(2):
            (committed,) = liar.append(NOTHING)
            link.send_head(committed)
        assert link.is_gone()
    assert read_kinds(province.agency) == []


def test_a_message_before_any_head_ends_the_link(
    province: Province, provider: RunningGateway, liar: Peer, service: Backend
) -> None:
    question = make_question(CLIENT, TARGET)
    with liar.dial(provider.peers) as link:
        opening = frames.OpenFrame(1, 0, question.time, question.until, False, question.salt, 0, (), question.part, b"")  # noqa: FBT003 # in the frame's order
        link.send(frames.encode_open(opening))
        assert link.is_gone()
    assert (service.calls, read_kinds(province.agency)) == ([], [])


# Rule 9.5: the lies of one end its own link, and nobody else's.
def test_a_liars_link_ends_alone(province: Province, provider: RunningGateway, liar: Peer, service: Backend) -> None:
    with liar.dial(provider.peers) as good, liar.dial(provider.peers) as bad:
        good.hear(good.ask(make_question(CLIENT, TARGET)))
        bad.send(b"\0\0\0\1\xff")
        assert bad.is_gone()
        answer, _ = good.hear(good.ask(make_question(CLIENT, TARGET)))
        assert isinstance(answer, AnswerFrame)
    assert len(service.calls) == 2
    assert provider.health()["status"] == "ok"
    require_sound(province.agency)
