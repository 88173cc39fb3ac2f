"""The head check (rule 6): before its first signature after a start, a gateway asks what is known of its log.

A machine restored from a copy has an older log than the world has seen; signing anew from there would fork it. A head
counts only under our own signature. If nobody answers, an intact tail starts with an alarm, and a torn one waits.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from lienthong.evidence.checkpoint import verify_checkpoint
from lienthong.evidence.errors import EvidenceError

if TYPE_CHECKING:
    from lienthong.directory.members import Gateway
    from lienthong.evidence.checkpoint import Checkpoint
    from lienthong.exchange.gateway.peers import Peers
    from lienthong.kernel.keys import VerifyKey

PATIENCE_S = 10.0
"""How long an answer is waited for (rule 6)."""
NEW_LOG_PATIENCE_S = 1.0
"""A log without entries needs no answer, yet a lost folder looks like one: a peer that is there is asked."""
MAX_ASKED = 8
"""Gateways that are asked; one answer is enough before witnesses exist."""


async def find_highest_head(
    peers: Peers, gateways: list[Gateway], key: VerifyKey, *, is_new: bool
) -> tuple[Checkpoint | None, int]:
    """Ask gateways for the highest head they know of our log.

    Gives the highest one that our own key signed, or None, and how many gateways answered.
    """
    peers.is_checking_head = True
    try:
        asked = [asyncio.ensure_future(_ask(peers, gateway)) for gateway in gateways[:MAX_ASKED]]
        if not asked:
            return None, 0
        done, late = await asyncio.wait(asked, timeout=NEW_LOG_PATIENCE_S if is_new else PATIENCE_S)
        for task in late:
            task.cancel()
        notes = [task.result() for task in done if task.exception() is None]
    finally:
        peers.is_checking_head = False
        peers.forget_failures()
    heads = [_read_head(peers.own_origin, note, key) for note in notes if note]
    known = [head for head in heads if head is not None]
    return max(known, key=lambda head: head.size, default=None), len(notes)


async def _ask(peers: Peers, gateway: Gateway) -> bytes:
    calls = await peers.wait_for(peers.reach(gateway))
    return await peers.wait_for(calls.link.ask_head(peers.own_origin))


def _read_head(origin: str, note: bytes, key: VerifyKey) -> Checkpoint | None:
    try:
        return verify_checkpoint(note, origin, key)
    except EvidenceError:
        return None


def is_start_allowed(*, answers: int, is_new: bool, is_torn: bool) -> bool:
    """Say whether the log may go on: a new log needs nobody, a torn one needs an answer, an intact one alarms only."""
    return is_new or answers > 0 or not is_torn


def peers_to_ask(gateways: tuple[Gateway, ...], own: str, met: set[str]) -> list[Gateway]:
    """Give the gateways to ask, those first that this log has met."""
    others = [gateway for gateway in gateways if gateway.id != own]
    return sorted(others, key=lambda gateway: not any(log.origin in met for log in gateway.logs))
